# Array and scalar printing: digits, columns, exponents, summaries, line breaks.
import numpy as np

cases = [
    np.array([1.0, 2.5]), np.array([1e-10, 1.0]), np.array([1e8, 1.0]), np.array([1e16, 1.0]),
    np.array([1.0, np.nan, np.inf, -np.inf]), np.array([0.1, 1 / 3, 100]), np.array([]), np.zeros((0, 3)),
    np.zeros((3, 0), dtype=int), np.array(5), np.array(3.0), np.array(True), np.array([True, False]),
    np.array([1, 10, -100]), np.array([[1, 2], [3, 4]]), np.arange(24).reshape(2, 3, 4),
    np.arange(3, dtype="i4"), np.arange(3, dtype="f4"), np.array([1, 2], dtype=np.uint8),
    np.array([1 + 2j, 3.5 - 4j]), np.array([1e10 + 1j]), np.array([complex("nan+infj")]),
    np.arange(1001), np.arange(1001.0), np.zeros((1001, 2)), np.zeros((40, 40)), np.arange(200),
    np.linspace(0, 1, 7), np.linspace(0, 1, 30), np.array([1.23456789, 100]), np.array([-1.5, 2.25]),
    np.array([-0.0, 0.0]), np.array([1e300, 1e-300]), np.array([1e100]), np.array([99999999.0]),
    np.array([100000000.0]), np.array([0.00009]), np.array([0.0001]), np.arange(12).reshape(3, 4)[:, ::-1],
    np.array([[1.5, np.nan], [np.inf, -0.001]]), np.array([[1, 2.5], [1000, 0.001]]),
    np.arange(6) * 1e7, np.array([1, 1e7, 1e9]), np.array([0.1 + 0.2, 0.3, 0.1 * 3]),
    np.array([1e-5, 1]), np.array([123456.789, 0.001]), np.array([1, 1000.5, 3]),
    np.array([1.1, 2.2, 3.3], dtype=np.float32), np.array([16777216.0, 1], dtype=np.float32),
    np.array([1 / 3], dtype=np.float32), np.array([1e6, 1], dtype=np.float32),
    np.array([0.5, 1000], dtype=np.float16), np.ones((2, 2, 2), dtype=bool), np.array([[]]),
    np.array([1, 2, 3], dtype=np.int64) * 10**17, np.array([2**63], dtype=np.uint64),
    np.full((2, 3), 1e-7), np.array([1.0 + 1e-9j, 2.5]), np.array([0j, 1e-20 + 1j], dtype=np.complex64),
    np.arange(30).reshape(1, 30), np.arange(60.0).reshape(2, 30) / 7,
]
for a in cases:
    print(repr(a))
    print(str(a))

scalars = [
    np.float64(1.0), np.float64(1e16), np.float64(1e15), np.float64(123456789012345678.0), np.float64(1e-4),
    np.float64(1e-5), np.float32(0.1), np.float32(16777216), np.float32(1e10), np.float32(1e-4), np.float16(0.1),
    np.float16(1000), np.float64("nan"), np.float64("inf"), np.float64(-0.0), np.int8(-5), np.uint64(2**64 - 1),
    np.True_, np.False_, np.complex128(1 + 2j), np.complex64(1.1 + 2.2j), np.complex128(1e20 + 1e-20j),
    np.complex128(2j), np.complex128(complex("nan+infj")), np.float64(5e-324), np.float64(1.7976931348623157e308),
    np.float64(1092214972615514.25), np.float32(158.203125),
]
for s in scalars:
    print(repr(s), str(s), [s])

for options in [
    {"precision": 3}, {"precision": 2, "floatmode": "fixed"}, {"floatmode": "unique"},
    {"floatmode": "maxprec_equal", "precision": 4}, {"suppress": True}, {"sign": "+"}, {"sign": " "},
    {"threshold": 5, "edgeitems": 1}, {"linewidth": 20}, {"nanstr": "NA", "infstr": "INF"},
    {"formatter": {"float": lambda x: f"<{x:.1f}>"}},
]:
    with np.printoptions(**options):
        print({k: v for k, v in options.items() if k != "formatter"})
        for a in [np.arange(10), np.array([0.1, 0.25, 1234.5678]), np.array([np.nan, 1, np.inf]),
                  np.array([1e10, 1.0]), np.array([1 + 1e-9j]), np.arange(20).reshape(4, 5)]:
            print(repr(a))
print(np.array2string(np.array([1.23456, 2]), precision=2), np.array2string(np.arange(3), separator=","))
print(np.array2string(np.array([1e-10, 1]), suppress_small=True), np.array2string(np.arange(3), prefix="abcdef", separator=";"))
print(np.format_float_positional(np.float32(np.pi)), np.format_float_positional(0.3, precision=1),
      np.format_float_positional(1e16), np.format_float_positional(5045.1, precision=1),
      np.format_float_positional(2.0, trim="-"), np.format_float_positional(2.0, trim="0"),
      np.format_float_positional(1.5, unique=False, precision=4), np.format_float_positional(16.25, precision=2, fractional=False))
print(np.format_float_scientific(np.float32(np.pi)), np.format_float_scientific(12345.678, precision=3),
      np.format_float_scientific(1e9, exp_digits=4), np.format_float_scientific(1.0, trim="-"))
