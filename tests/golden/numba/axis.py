"""Reductions along an axis in nopython code; get_overload; nopython=False."""
import numpy as np, numba
from numba import njit, jit
import warnings
def attempt(f, *a, **k):
    try: return f(*a, **k)
    except Exception as e: return type(e).__name__, str(e)
@njit
def arg(a, k): return a.argmax(axis=k), np.argmax(a, k), a.argmin(k), np.argmin(a, axis=1)
print(attempt(arg, np.array([[3., 1, 2], [9, 12, 0]]), 0))
print(attempt(arg, np.arange(24).reshape(2, 3, 4)[:, ::-1], 2))
print(attempt(arg, np.ones((2, 2)), 5))
@njit
def one(a, k): return a.sum(axis=k), a.argmax(k), a.mean(axis=k)
for k in (0, -1, 1, -2, 5): print(attempt(one, np.arange(4.0), k))
@njit
def const(a): return a.sum(axis=3)
print(attempt(const, np.ones(3)))
try: const(np.ones((3, 3)))
except np.exceptions.AxisError as e: print("AxisError", e)
@njit
def empty(a): return a.argmax(axis=0)
print(attempt(empty, np.ones((0, 3))), attempt(empty, np.ones((3, 0))))
@njit
def f(x): return x
f(1)
print(f.get_overload("int64(int64)") is not None, attempt(f.get_overload, "int8(int8)")[0])
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    jit(nopython=False)(lambda x: x)
    print([(x.category.__name__) for x in w])
print(attempt(numba.set_num_threads, 1.5), attempt(numba.set_num_threads, 1))
