# engines: interpreter baseline llvm full
"""`try` in jitted functions: what is caught, by whom, with which variables,
what is released, and the tracebacks of what goes on."""
import math
import resource
import traceback

import numpy as np
from numba import njit


def attempt(f, *a):
    try:
        return f(*a)
    except UnboundLocalError:
        return "UnboundLocalError"
    except BaseException as e:
        return type(e).__name__, str(e)


@njit
def nested(x):
    s = 0
    try:
        try:
            if x == 1: raise ValueError("one")
            if x == 2: return 22
            s += 1
        except Exception:
            s += 10
            if x == 1: raise KeyError("inner")
        finally:
            s += 100
    except Exception:
        s += 1000
    else:
        s += 5
    return s
print([attempt(nested, i) for i in range(4)])


@njit
def fin(x, a):
    for i in range(5):
        try:
            if i == x: break
            if i == 1: continue
            if x == 10 and i == 3: raise ValueError(i)
            a[0] += 1
        finally:
            a[1] += 1
    return a[0]
for x in (0, 2, 7, 10):
    a = np.zeros(2); print(attempt(fin, x, a), a)


@njit
def bare(x):
    try:
        raise ValueError("v", x)
    except Exception:
        raise
print(attempt(bare, 4))


@njit
def reraise_in_loop(n):
    c = 0
    for i in range(n):
        try:
            try:
                if i % 2: raise ValueError("v", i)
            except Exception:
                c += 1
                raise
        except Exception as e:
            c += 10
    return c
print(attempt(reraise_in_loop, 7))


@njit
def none_active(): raise
print(attempt(none_active))


@njit
def sysexit(x):
    try:
        if x: raise SystemExit(3)
        raise ValueError
    except Exception:
        return 1
print(attempt(sysexit, 0), attempt(sysexit, 1))


@njit
def callee(x):
    if x < 0: raise ValueError("neg")
    return np.ones(x)


@njit
def caller(x):
    try:
        b = callee(x)
        return b.sum()
    except:
        return -1.0
    finally:
        callee(1)
print(attempt(caller, 3), attempt(caller, -3))


@njit
def unb(x):
    try:
        if x > 0: y = 5
        z = 1 // x
        y = 6
    except Exception:
        return y
    return y + z
print([attempt(unb, i) for i in (0, 1, 2)])


@njit
def lists(n):
    out = [0]
    for i in range(n):
        try:
            l = [i, i + 1]
            out.append(l[i])
        except Exception:
            out.append(-1)
    return out
print(lists(5))


@njit
def arrays(a, n):
    s = 0.0
    for i in range(n):
        try:
            b = a * i
            s += b[i]
            s += callee(i - 2).sum()
        except Exception:
            s -= 1
    return s
print(arrays(np.arange(4.), 8))


@njit
def comp(x):
    i = 5
    try:
        l = [1 // (i - 2) for i in range(x)]
        return len(l)
    except Exception:
        return i
print(comp(2), comp(5))


@njit
def inner(x):
    def f(y):
        if y > 2: raise ValueError("in")
        return y
    try:
        return f(x) + f(x + 1)
    except Exception:
        return -5
print(inner(1), inner(2), inner(3))


@njit
def inner2(x):
    def f(y):
        try:
            if y > 2: raise ValueError("in")
            return y
        except Exception:
            return 50
    return f(x) + f(x + 1)
print(inner2(1), inner2(2), inner2(3))


@njit
def asserts(x):
    try:
        assert x > 0, "no"
    except Exception:
        return 0
    return 1
print(asserts(1), asserts(-1))


@njit
def mathy(x):
    try:
        return math.sqrt(x) + math.log(x) + math.exp(x)
    except Exception:
        return -1.0
print(mathy(2.0), mathy(-1.0), mathy(1e6))


@njit
def while_true(n):
    i = 0
    while True:
        try:
            i += 1
            if i > n: raise ValueError("stop")
        except Exception:
            return i
print(while_true(1000))
def mem():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@njit
def leak(a, n):
    s = 0
    for i in range(n):
        try:
            b = a + i
            c = callee(-1)
            s += 1
        except Exception:
            s += 2
    return s
a = np.ones(100000)
leak(a, 100)
m = mem()
print(leak(a, 2000), mem() - m < 100000)
def tb(f, *args):
    try:
        f(*args)
    except Exception as e:
        print([(x.name, x.lineno) for x in traceback.extract_tb(e.__traceback__)][1:])


@njit
def t1(x):
    try:
        return callee(x)
    finally:
        pass


@njit
def t2(x):
    try:
        if x: raise ValueError
    finally:
        x += 1


@njit
def t3(x):
    return t1(x)
for f in (t1, t2, t3):
    tb(f, -1)


@njit
def unused_result(x):
    callee(x)
    return 0


@njit
def held_across(a, x):
    b = a + 1
    callee(x)
    return b


for i in range(300):
    attempt(unused_result, -1)
    attempt(held_across, np.ones(1000), -1)
print(attempt(unused_result, -1), unused_result(2), held_across(np.ones(2), 1).sum())
