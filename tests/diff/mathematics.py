"""math and numpy functions of scalars."""
import math

import numpy as np
from numba import njit


@njit
def logs(x): return math.sqrt(x), math.log(x), math.log2(x), math.log10(x), math.log1p(x)
@njit
def trig(x): return math.sin(x), math.cos(x), math.tan(x), math.atan(x), math.sinh(x), math.tanh(x)
@njit
def rounding(x): return math.floor(x), math.ceil(x), math.trunc(x), math.fabs(x)
@njit
def tests(x): return math.isnan(x), math.isinf(x), math.isfinite(x)
@njit
def two(x, y): return math.hypot(x, y), math.atan2(x, y), math.copysign(x, y), math.pow(x, y)
@njit
def constants(): return math.pi, math.e, np.pi, math.inf
@njit
def numpy_scalar(x): return np.sqrt(x), np.exp(x), np.floor(x), np.sign(x), np.abs(x), np.square(x), np.tanh(x)
@njit
def extremes(a, b, c): return min(a, b), max(a, b), min(a, b, c), max(a, b, c)
@njit
def gcds(a, b): return math.gcd(a, b), divmod(a, b)


def rounded(t):
    return tuple(float(f"{v:.14g}") if isinstance(v, float) else int(v) for v in t)

for x in (0.5, 1.0, 2.0, 10.0, 1e-5, 600.0):
    print(rounded(logs(x)), rounded(trig(x)), rounding(x), rounding(-x - 0.3))
for x in (0.0, float("inf"), float("nan"), -3.5):
    print(tests(x))
for x, y in ((1.5, 2.5), (3.0, 0.5), (7.25, 2.0)):
    print(rounded(two(x, y)))
print(constants())
for x in (4, 2.25, 1):
    print(rounded(numpy_scalar(x)))
print(extremes(1, 2, 3), extremes(2.5, -1.5, 0.0), extremes(3.5, 2.5, 4.25))
for a, b in ((12, 18), (7, 13), (100, 75), (-9, 6)):
    print(gcds(a, b))
