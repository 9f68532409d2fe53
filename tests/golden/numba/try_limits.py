"""What `try` cannot do in nopython code, and how that is said."""
import warnings

import numpy as np
from numba import njit, prange


@njit
def some_class(x):
    try:
        return 1 // x
    except ValueError:
        return 0


@njit
def with_block(x):
    with open(x):
        return 0


@njit
def chained(x):
    raise ValueError(x) from None


@njit(parallel=True)
def around(a):
    n = 0
    try:
        for i in prange(a.shape[0]):
            if a[i] > 3:
                raise ValueError("too large")
            n += 1
    except Exception:
        n += 100
    return n


@njit
def not_every_exception(x):
    try:
        if x:
            raise SystemExit(3)
        raise ValueError
    except Exception:
        return 1


for f, x in ((some_class, 0), (with_block, "a"), (chained, 1)):
    try:
        f(x)
    except Exception as e:
        print(type(e).__name__, str(e).splitlines()[1])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(around(np.arange(10.0)), [str(w.message).split(": ", 1)[1] for w in caught])
try:
    print(not_every_exception(0), not_every_exception(1))
except SystemExit as e:
    print("SystemExit", e)
