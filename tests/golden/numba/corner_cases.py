"""Corner cases: exponents beyond int64, an ellipsis beside a full index."""
import numpy as np
from numba import njit


@njit
def power(a, b):
    return a**b


huge = np.uint64(2**64 - 1)
wrapped = pow(7, 2**64 - 1, 2**64)
print(power(7, huge) == wrapped - (wrapped >> 63 << 64), power(0, huge), power(1, huge), power(-1, huge))
print(power(2.5, huge), power(0.5, huge), power(0.0, huge), power(np.inf, huge), power(2.0, np.uint64(10)), power(-2.0, np.uint64(3)))


@njit
def indexed(a):
    return a[..., 0], a[0, ...]


print(indexed(np.array([1.5, 2.5])))


@njit
def row_and_column(a):
    return a[..., 0].sum(), a[0, ...].sum(), a[1, ..., 2]


print(row_and_column(np.arange(6.0).reshape(2, 3)))
