"""64-bit integers become doubles in vector loops as one at a time: rounded once, to the nearest."""
import time

import numpy as np
from numba import njit


@njit
def convert(a, out):
    for i in range(len(a)):
        out[i] = a[i] * 0.5


@njit(fastmath=True)
def roots(a, out):
    for i in range(len(a)):
        out[i] = np.sqrt(a[i])


@njit
def counted(start, out):
    for i in range(len(out)):
        out[i] = (start + i) * 0.5


limits = np.array([0, 1, -1, 2**31, 2**32, -(2**32), 2**52, 2**53 + 1, -(2**53) - 1, 2**53 + 3, 2**62 + 2**9, 2**63 - 1, -(2**63), -(2**63) + 1])
np.random.seed(7)
wide = np.random.randint(-(2**63), 2**63 - 1, 5000)
for a in (limits, np.tile(limits, 37), wide, wide >> 9, wide >> 10, wide >> 11, wide >> 30, wide.astype(np.uint64)):
    out = np.empty(len(a))
    convert(a, out)
    time.sleep(0.1)
    convert(a, out)
    print(a.dtype, len(a), (out == a.astype(np.float64) * 0.5).all())
squares = np.arange(3000) ** 2
out = np.empty(len(squares))
roots(squares, out)
time.sleep(0.1)
roots(squares, out)
print(np.abs(out - np.arange(3000)).max() <= np.spacing(3000.0))
for start in (-1500, 2**53 - 7, -(2**60)):
    out = np.empty(3001)
    counted(start, out)
    time.sleep(0.1)
    counted(start, out)
    print(start, (out == (start + np.arange(3001)).astype(np.float64) * 0.5).all())
