"""Scalar arithmetic with Python's meaning: signs, division, powers, mixing."""
from numba import njit


@njit
def add(a, b): return a + b
@njit
def sub(a, b): return a - b
@njit
def mul(a, b): return a * b
@njit
def div(a, b): return a / b
@njit
def floordiv(a, b): return a // b
@njit
def mod(a, b): return a % b
@njit
def lt(a, b): return a < b
@njit
def le(a, b): return a <= b
@njit
def eq(a, b): return a == b
@njit
def ne(a, b): return a != b
@njit
def neg(a): return -a
@njit
def absolute(a): return abs(a)
@njit
def truth(a):
    if a:
        return 1
    return 0
@njit
def logic(a, b): return (a and b) or (not a)
@njit
def pick(a, b): return a if a > b else b
@njit
def chain(a, b, c): return a < b <= c


ints = [0, 1, -1, 2, 7, -7, 10, 3, -3, 2**31, -2**31 - 5, 2**62, -2**62]
floats = [0.0, -0.0, 1.0, -1.5, 2.5, 1e300, -1e-300, 3.7, float("inf"), float("nan")]

for f in (add, sub, mul, lt, le, eq, ne, pick):
    for a in ints:
        for b in ints:
            try:
                exact = getattr(f, "py_func", f)(a, b)
            except Exception:
                continue
            if not isinstance(exact, bool) and not -2**63 <= exact < 2**63:
                continue  # nopython integers wrap
            print(f.__name__, a, b, f(a, b))

for f in (div, floordiv, mod):
    for a in ints:
        for b in ints:
            if f is div and a == 0 and b < 0:
                continue  # the interpreter gives 0.0, compiled code -0.0 as CPython does
            try:
                print(f.__name__, a, b, f(a, b))
            except ZeroDivisionError:
                print(f.__name__, a, b, "ZeroDivisionError")

for f in (add, sub, mul, div, floordiv, mod, lt, le, eq, ne):
    for a in floats + ints[:6]:
        for b in floats:
            try:
                print(f.__name__, a, b, f(a, b))
            except ZeroDivisionError:
                print(f.__name__, a, b, "ZeroDivisionError")

for a in ints[:9] + floats:
    print("unary", a, neg(a), absolute(a), truth(a))
for a in (True, False):
    print("bool", a, truth(a), add(a, a), mul(a, True), logic(a, True), logic(a, False))
for a in (-1, 0, 3):
    print("chain", chain(0, a, 3), chain(0.5, a, 3.5), int(logic(a, 5)))


@njit
def power(a, b): return a ** b

for a in (0, 1, 2, 3, -2, 7):
    for b in (0, 1, 2, 3, 5, 10):
        print("power", a, b, power(a, b))
for a in (0.5, 2.0, 1.5, 10.0):
    for b in (0.0, 1.0, 2.0, -1.0, 0.5, 3.0):
        print("power", a, b, power(a, b))


@njit
def bits(a, b): return a & b, a | b, a ^ b, ~a

for a in ints[:9]:
    for b in ints[:9]:
        print("bits", a, b, bits(a, b))


@njit
def shifts(a, n): return a << n, a >> n

for a in (0, 1, -1, 5, -17, 1000):
    for n in (0, 1, 3, 20):
        print("shifts", a, n, shifts(a, n))


@njit
def convert(x): return int(x), float(x), bool(x), round(x), complex(x)

for x in (0.0, 1.5, 2.5, -2.5, -0.7, 1e10, 3.4999):
    print("convert", x, convert(x))


@njit
def complex_ops(a, b): return a + b, a - b, a * b, a / b, -a, abs(a), a == b, a != b, a.real, a.imag

for a in (1 + 2j, -3.5 + 0j, 2j):
    for b in (2 - 1j, 1 + 0j):
        print("complex", a, b, complex_ops(a, b))
