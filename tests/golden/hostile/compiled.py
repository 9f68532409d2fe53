# Bad input of compiled code, in its first form and in the optimised one: the
# same exception with the same words.
import time

import numpy as np
from numba import njit


@njit
def read(a, i):
    return a[i]


@njit
def write(a, i):
    a[i] = 1.0


@njit
def listed(n):
    return len([0] * n)


@njit
def repeated(s, n):
    return len(s * n)


def attempt(f, *args):
    try:
        print(f(*args))
    except Exception as error:
        print(type(error).__name__, error)


for round in range(2):
    for index in (np.uint64(2**64 - 5), np.uint64(7), np.uint8(255), np.int64(-4), 3, np.uint64(2)):
        attempt(read, np.zeros(3), index)
        attempt(write, np.zeros(3), index)
    attempt(listed, 10**13)
    attempt(repeated, "ab", 10**13)
    time.sleep(0.2)


# A list that contains itself has no type, and says so.
@njit
def ignored(x):
    return 1


endless = []
endless.append(endless)
try:
    ignored(endless)
except Exception as error:
    print(type(error).__name__, "nest more than 200 deep" in str(error))
