"""Roots under fastmath, in every lane of vector loops: within 1 ulp, zero stays zero."""
import time

import numpy as np
from numba import njit


@njit(fastmath=True)
def roots(a, out):
    for i in range(len(a)):
        out[i] = np.sqrt(a[i])


@njit(fastmath=True)
def total(a):
    return np.sum(np.sqrt(a))


np.random.seed(5)
for dtype, bits in ((np.float64, np.int64), (np.float32, np.int32)):
    for n in (1, 7, 8, 31, 32, 33, 1000, 4099):
        a = np.exp(np.random.uniform(-40, 40, n)).astype(dtype)
        a[:: max(1, n // 5)] = 0
        out = np.empty_like(a)
        roots(a, out)
        total(a)
        if n == 1:
            time.sleep(0.2)  # the rest runs optimised code
        exact = np.sqrt(a)
        apart = np.abs(out.view(bits) - exact.view(bits)).max()
        print(dtype.__name__, n, apart <= 1, (out[a == 0] == 0).all(), np.isclose(total(a), exact.sum(), rtol=1e-5))

# Among ordinary numbers, those that an estimate from the bits is no good for.
odd = np.array([0.0, -0.0, 5e-324, 1e-310, 2.0**-1022, 2.0**-1021, 1.7e308, -1.0, -1e-300, np.nan, 4.0])
a = np.full(64 * len(odd), 2.25)
a[::61][: len(odd)] = odd
a[-len(odd) :] = odd
out = np.empty_like(a)
roots(a, out)
with np.errstate(invalid="ignore"):
    exact = np.sqrt(a)
print(np.isclose(out, exact, rtol=1e-7, equal_nan=True).all(), (np.signbit(out) == np.signbit(exact))[a == 0].all())
