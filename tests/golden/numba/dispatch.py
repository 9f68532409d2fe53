# Calls: argument types, keywords, defaults, *args, what comes back.
import numba
from numba import njit


@njit
def same(x):
    return x


def attempt(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
        print(args, kwargs, "->", type(result).__name__, result)
    except Exception as e:
        print(args, kwargs, "->", type(e).__name__, e)


for value in [1, -5, 2**62, True, False, 2.5, float("inf"), 3 - 2j, None, (1, 2.5), (1, (2, 3)), (), ((),)]:
    attempt(same, value)
print(same.signatures)
attempt(same)
attempt(same, 1, 2)
attempt(same, y=2)
attempt(same, x=3)


@njit
def defaults(a, b=2, c=10):
    return a + 100 * b + 10000 * c


attempt(defaults, 1)
attempt(defaults, 1, 5)
attempt(defaults, 1, c=7)
attempt(defaults, c=3, a=1)
attempt(defaults, 1, b=3, d=4)
attempt(defaults)
attempt(defaults, b=1)


@njit
def star(a, *rest):
    return a + len(rest)


attempt(star, 1)
attempt(star, 1, 2, 3)
attempt(star, 1, 2.5, None)
attempt(star)


@njit("int32(int32, int32)")
def eager(a, b):
    return a + b


for args in [(1, 2), (1.9, 2), (2**40 + 1, 2), (1j, 1), (1,), (1, 2, 3), (None, 1), (True, 1), (2**31 - 1, 1)]:
    attempt(eager, *args)
attempt(eager, a=1, b=2)
print(eager.signatures, eager.nopython_signatures)


@njit(["int32(int32)", "float64(float64)"])
def several(a):
    return a


for value in [1, 1.5, 2**40, 1j]:
    attempt(several, value)
print(several.signatures)

print(same.py_func(7), same.__name__, same.__module__, defaults.__wrapped__ is defaults.py_func)
print(str(same).split(" at ")[0])
print(numba.__version__, numba.version_info[:3], numba.version_info.short)


class Holder:
    @njit
    def method(x, y):
        return y


print(Holder.method(1, 2), isinstance(same, type(eager)))


@njit
def late(x):
    """Its text."""
    return 2 * x


late.compile("float64(float64)")
print(late.signatures, late(4), late.signatures, late.__doc__)
late.disable_compile()
attempt(late, 1j)
attempt(late, 5.5)
