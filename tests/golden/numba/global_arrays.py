# Global arrays are constants of compiled code: read, iterated, returned.
import numpy as np
from numba import njit

TABLE = np.array([1.0, 2.0, 3.0])
GRID = np.arange(6).reshape(2, 3).T
NAMES = (1, "two", 2.5)


@njit
def item(i):
    return TABLE[i] + GRID[i, 0]


@njit
def total():
    s = 0.0
    for x in TABLE:
        s += x
    return s + GRID.sum() + TABLE.sum()


@njit
def whole():
    return TABLE, GRID[1:], NAMES[1], len(NAMES)


print(item(2), total(), whole())
TABLE[0] = 100.0
print(total())
