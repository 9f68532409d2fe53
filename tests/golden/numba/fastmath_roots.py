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
