# Sorting, selecting and medians of lines of many lengths, with NaN, infinities and both zeros.
import numpy as np

stream = np.random.RandomState(3)
checked = 0
for n in (1, 5, 63, 64, 65, 100, 1000, 1023, 5000):
    for dtype in ("f8", "f4", "i8", "u8", "i4", "u4", "i2", "f2", "b1"):
        a = stream.randn(n) * 1000
        if dtype[0] == "u":
            a = abs(a)
        a = a.astype(dtype)
        if dtype[0] == "f" and n > 10:
            a[::7] = np.nan
            a[3:6] = np.inf, -np.inf, -0.0
        expected = np.array(sorted(a.tolist(), key=lambda v: (v != v, v if v == v else 0)), dtype=dtype)
        assert np.array_equal(np.sort(a), expected, equal_nan=dtype[0] == "f"), (n, dtype)
        places = sorted({0, n // 2, max(n // 2 - 1, 0), n - 1})
        split = np.partition(a, places)
        for k in places:
            assert split[k] == expected[k] or split[k] != split[k], (n, dtype, k)
        if dtype != "b1":
            middle, known = np.median(a), np.median(expected)
            assert middle == known or middle != middle and known != known, (n, dtype)
        order = np.argsort(a, kind="stable")
        assert np.array_equal(a[order], expected, equal_nan=dtype[0] == "f"), (n, dtype)
        checked += 1
print(checked, "lines")

rows = stream.randint(0, 50, (40, 300))
assert (np.sort(rows, axis=0) == np.array([sorted(c) for c in rows.T.tolist()]).T).all()
assert (np.sort(rows, axis=1) == np.array([sorted(r) for r in rows.tolist()])).all()
print(np.median(rows, axis=1)[:5], np.sort(np.full(200, 7))[0], np.sort(np.arange(300)[::-1])[:3])

# Powers, roots and inverse functions where every digit is known.
print(np.power([7.0, 2.0, 10.0, 3.0, 0.5], [3, 10, 5, 4, 2]), np.power([0.0, -2.0, np.inf, 1.0], [0.0, 3.0, -1.0, np.nan]))
print(np.cbrt([27.0, -8.0, 0.0, np.inf]), np.hypot([3.0, 0.0, np.inf], [4.0, -0.0, np.nan]))
print(np.arctan2([0.0, -0.0, 1.0, -1.0, 0.0], [1.0, -1.0, 0.0, 0.0, -1.0]))
print(np.arcsinh([0.0, -0.0, np.inf]), np.arccosh([1.0, np.inf]), np.arctanh([0.0, -0.0]))

# Equations.
a = np.array([[4.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 4.0]])
print(np.linalg.solve(a, [11.0, -16.0, 17.0]).round(12), np.linalg.det(a).round(9), np.linalg.slogdet(a)[0])
print((np.linalg.inv(a) @ a).round(12) + 0.0)
stack = np.stack([a, 2 * a])
print(np.linalg.det(stack).round(8), np.linalg.solve(stack, np.ones((2, 3, 1))).shape)
for bad in ([[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0]], [1.0]):
    try:
        np.linalg.inv(bad)
    except np.linalg.LinAlgError as e:
        print("LinAlgError:", e)

# Every length up to some registers' worth, and lengths for each way of sorting.
checked = 0
for name in ["bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c16"]:
    for n in [*range(5, 140, 5), 255, 256, 257, 1000, 20001]:
        wide = stream.randint(0, 2 ** 31, n) * stream.randint(-99, 99, n)
        close = stream.randint(0, 5, n)
        for values in [wide, close, np.arange(n)[::-1]]:
            with np.errstate(all="ignore"):
                a = values.astype(name)
            if name[0] in "fc":
                a[stream.randint(0, n, n // 5)] = np.nan if checked % 2 else -0.0
            ordered, places = np.sort(a), np.argsort(a, kind="stable")
            assert np.array_equal(ordered, a[places], equal_nan=name[0] in "fc"), (name, n)
            numbers = ordered[~np.isnan(ordered)]
            assert np.isnan(ordered[len(numbers):]).all() and (numbers[1:] >= numbers[:-1]).all(), (name, n)
            assert (np.sort(places) == np.arange(n)).all(), (name, n)
            assert (np.diff(places)[:len(numbers) - 1][numbers[1:] == numbers[:-1]] > 0).all(), (name, n)
            checked += 1
print(checked, "sorts")

# Single precision to the last bit but one.
x = np.exp(stream.uniform(-25, 25, 5000)).astype("f4")
for got, exact in [(np.cbrt(x), np.cbrt(x.astype("f8"))), (x ** np.float32(0.7), x.astype("f8") ** np.float64(np.float32(0.7))),
                   (x[:900] ** 3, x[:900].astype("f8") ** 3)]:
    with np.errstate(all="ignore"):
        assert (np.abs(got - exact.astype("f4")) <= np.spacing(got)).all()
x = np.concatenate([x[:500], stream.uniform(-40, 40, 4000).astype("f4"), np.array([1e-30, 3e5, 0.5, 1, 2, 8, 1e-10], "f4")])
for f in (np.exp, np.expm1, np.exp2, np.tanh, np.sinh, np.cosh, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan, np.arctan,
          np.arcsin, np.arccos):
    with np.errstate(all="ignore"):
        got, exact = f(x), f(x.astype("f8")).astype("f4")
        known = np.isfinite(got) & (np.abs(got) > 1e-37)
        assert (np.isfinite(got) == np.isfinite(exact)).all(), f
        assert (np.abs(got - exact)[known] <= np.abs(np.spacing(got))[known]).all(), f
        assert (got == exact)[known].mean() > 0.999, f
# Products of sums of two floats are rounded once: the exact cube of a fraction is known.
x = stream.randint(-2 ** 17, 2 ** 17, 5000) / 1024.0
assert ((x ** 3).tolist() == [float(k) ** 3 / 2.0 ** 30 for k in (x * 1024).tolist()])
print("powers")
