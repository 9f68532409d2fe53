"""The tutorial's kernels, warm: loop and whole-array form, one core and all."""
import time

import numpy as np
from numba import jit, prange


@jit(nopython=True, fastmath=True, nogil=True)
def loop_sequential(arr):
    bias = 2
    total = 0.0
    for x in range(len(arr)):
        total += np.sqrt(x)
    return bias + total


@jit(nopython=True, fastmath=True, parallel=True, nogil=True)
def loop_parallel(arr):
    bias = 2
    total = 0.0
    for x in prange(len(arr)):
        total += np.sqrt(x)
    return bias + total


@jit(nopython=True, fastmath=True, nogil=True)
def array_sequential(arr):
    bias = 2
    return bias + np.sum(np.sqrt(arr))


@jit(nopython=True, fastmath=True, parallel=True, nogil=True)
def array_parallel(arr):
    bias = 2
    return bias + np.sum(np.sqrt(arr))


@jit(nopython=True)
def add_and_sqrt(x, y):
    result = np.empty_like(x)
    for i in range(len(x)):
        result[i] = np.sqrt(x[i] + y[i])
    return result


@jit(nopython=True)
def tanh_sum(a):
    total = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total += np.tanh(a[i, j])
    return total


def best(func, *args):
    func(*args)
    time.sleep(0.1)  # lets a background compilation finish
    times = []
    for _ in range(15):
        start = time.perf_counter()
        func(*args)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


arr = np.arange(10_000_000)
x = np.random.random(100_000)
y = np.random.random(100_000)
a = np.random.random((1000, 1000))

print(f"loop, sequential\t{best(loop_sequential, arr)}")
print(f"loop, parallel\t{best(loop_parallel, arr)}")
print(f"array, sequential\t{best(array_sequential, arr)}")
print(f"array, parallel\t{best(array_parallel, arr)}")
print(f"add_and_sqrt 100000\t{best(add_and_sqrt, x, y)}")
print(f"tanh sum 1000x1000\t{best(tanh_sum, a)}")
