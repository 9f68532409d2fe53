"""From the first call of a jitted function to its result, compilation included."""
import time

import numpy as np
from numba import jit, njit, prange


@njit
def trivial(x):
    return x + 1


@jit(nopython=True, fastmath=True, parallel=True, nogil=True)
def tutorial_loop(arr):
    bias = 2
    total = 0.0
    for x in prange(len(arr)):
        total += np.sqrt(x)
    return bias + total


arr = np.arange(1000)

start = time.perf_counter()
trivial(1)
print(f"first call, trivial function\t{time.perf_counter() - start}")

start = time.perf_counter()
tutorial_loop(arr)
print(f"first call, tutorial loop\t{time.perf_counter() - start}")
