# engines: interpreter baseline llvm full
"""Exceptions out of jitted code: class, message, and what they leave alone."""
import numpy as np
from numba import njit


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return type(e).__name__, str(e)


@njit
def raise_constant(n):
    if n > 3:
        raise ValueError("n is too large")
    return n

print(attempt(raise_constant, 1), attempt(raise_constant, 5))


@njit
def raise_class():
    raise RuntimeError

print(attempt(raise_class))


class Custom(Exception):
    pass


@njit
def raise_custom(n):
    if n:
        raise Custom("custom", 3)
    return 0

print(attempt(raise_custom, 0), attempt(raise_custom, 1))


@njit
def asserts(x):
    assert x > 0
    assert x < 10, "x must be below ten"
    return x

print(attempt(asserts, 5), attempt(asserts, 0), attempt(asserts, 11))


@njit
def inner(x):
    return 10 // x

@njit
def outer(x):
    return inner(x) + 1

print(attempt(outer, 2), attempt(outer, 0)[0])


@njit
def index(a, i):
    return a[i]

a = np.arange(5)
print([int(attempt(index, a, i)) for i in (-5, -1, 0, 4)])
for i in (5, -6, 2**40):
    print(attempt(index, a, i)[0])
