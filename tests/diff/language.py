# engines: interpreter baseline llvm full
"""Small parts of the language: keyword-only parameters, starred targets and
displays, `del` of items, variables that no path so far has bound."""
import numpy as np
from numba import njit


def attempt(f, *args):
    try:
        return f(*args)
    except UnboundLocalError:
        return "UnboundLocalError"
    except Exception as e:
        return type(e).__name__, str(e)


@njit
def keyword_only(a, *rest, b=3, c):
    return a + b * 10 + c * 100 + len(rest) * 1000


@njit
def passes_on(x):
    def inner(a, *, b):
        return a - b

    return keyword_only(x, c=1) + keyword_only(1, 2, 3, b=x, c=2) + inner(x, b=2)


print(keyword_only(1, c=2), keyword_only(1, 2, 3, c=1), keyword_only(1, 2, 3, c=1, b=5))
print(keyword_only(a=1, c=3), passes_on(2))


@njit
def starred(x):
    first, *middle, last = x
    *most, end = x
    return first, middle, last, most, end


for x in ((1, 2), (1, 2, 3, 4), [1, 2, 3]):
    print(starred(x))
print(attempt(starred, [1]), [float(x) for x in starred(np.arange(4.0))[::2]])


@njit
def displays(items, t):
    return [*items], [0, *items], [*items, 1], [0, *items, *items, 5], [*t, 1], [*t, *items], (0, *t, *t)


print(displays([1, 2, 3], (7, 8)))


@njit
def delete(items, at):
    del items[at]
    return len(items)


for at in (0, 5, -6, 3, 6, -7):
    items = [1, 2, 3, 4, 5, 6]
    print(at, attempt(delete, items, at), items)


@njit
def delete_slice(items, start, stop, step):
    del items[start:stop:step]
    return len(items)


for start in (-8, -2, 0, 1, 3, 9):
    for stop in (-7, -1, 0, 2, 5, 10):
        for step in (-3, -1, 1, 2, 7):
            items = list(range(6))
            length = delete_slice(items, start, stop, step)
            print(start, stop, step, length, items)


@njit
def delete_texts(n):
    items = [str(i) for i in range(n)]
    del items[1]
    del items[::2]
    return items


print(delete_texts(7))


@njit
def never_bound(n):
    total = 0
    for i in range(n):
        if False:
            x = 1
        total += x
    return total


@njit
def bound_unless_none(n, y):
    total = 0
    for i in range(n):
        if y is not None:
            x = y
        total += x
    return total


@njit
def bound_later(n):
    for i in range(n):
        if i > 2:
            return x + i
        x = i * 2
    return -1


print(never_bound(0), attempt(never_bound, 3))
print(bound_unless_none(2, 3), bound_unless_none(0, None), attempt(bound_unless_none, 3, None))
print(bound_later(2), bound_later(9))
