"""What eager signatures declare: results are converted, callers see the declared type, a closed function converts arguments."""
import numpy as np
from numba import njit, types
def t(sig, f, *a):
    try:
        g = njit(sig)(f); r = g(*a); print(sig, repr(r), g.nopython_signatures)
    except Exception as e: print(sig, type(e).__name__)
t("UniTuple(float64,2)(int64)", lambda x: (x, x+1), 3)
t("Tuple((int64,float64))(int64)", lambda x: (x, x), 3)
t("Tuple((int32,float32))(float64)", lambda x: (x, x), 3.7)
t("UniTuple(float64[:],2)(float64[:])", lambda x: (x, x), np.ones(2))
t("UniTuple(float64[::1],2)(float64[::1])", lambda x: (x, x*2), np.ones(2))
t("Tuple((int64,UniTuple(float64,2)))(int64)", lambda x: (x, (x,x)), 3)
t("Tuple((int64,float64,int8))(int64)", lambda x: (x, x), 3)
t("float64(int64)", lambda x: (x, x), 3)
t("UniTuple(int64,2)(float64)", lambda x: (x, x), 3.9)
t("UniTuple(boolean,2)(int64)", lambda x: (x, x), 3)
t("complex128(int64)", lambda x: x, 3)
t("UniTuple(complex128,2)(float64)", lambda x: (x, x), 3)
t("void(int64)", lambda x: None, 3)
t("void(int64)", lambda x: x, 3)
t("none(int64)", lambda x: None, 3)
t("boolean(int64)", lambda x: x, 3)
t("float64[:](float64[::1])", lambda x: x, np.ones(2))
t("float32[:](float64[::1])", lambda x: x, np.ones(2))
t("optional(float64)(int64)", lambda x: x, 3)
t("optional(float64)(int64)", lambda x: None, 3)
t("Tuple((int64,none))(int64)", lambda x: (x,None), 3)
t("unicode_type(int64)", lambda x: "a", 3)
t("int64(float64)", lambda x: x, 1e300)
t("uint8(int64)", lambda x: x, 300)
t("int64(complex128)", lambda x: x, 3j)
@njit("float64(float64)")
def f(x): return x * 2
@njit("float64(int64)")
def g(x): return x // 2
@njit
def h(i): return f(i), g(i), f(i) / 3
print(h(3))
@njit("int32(int64)")
def narrow(n): return n * 3
@njit
def use(n): return narrow(n) + narrow(n)
print(use(2**31), narrow(2**31), type(narrow(3)))
@njit(["float32(float32)", "float64(float64)"])
def two(x): return x / 3
@njit
def use2(): return two(1), two(np.float32(1)), two(True)
print(use2(), two(1), two(np.float32(1)))
@njit("Tuple((int64,float64))(int64)")
def pair(x): return x, x
@njit
def use3(x):
    a, b = pair(x)
    return b / 2, a / 2, pair(x)
print(use3(3))
@njit("optional(int64)(int64)")
def opt(x):
    if x > 0:
        return x
    return None
print(opt(1), opt(-1))
@njit
def use4(x): return opt(x) is None
print(use4(1), use4(-1))


@njit("int64(int64)")
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


print(fib(20))


def factorial():
    @njit("float64(int64)")
    def inner(n):
        return 1 if n < 2 else n * inner(n - 1)

    return inner


print(factorial()(30))


@njit
def refused(s):
    return f(s)


try:
    refused("a")
except Exception as error:
    print(type(error).__name__, str(error).split("\n")[1:3])
