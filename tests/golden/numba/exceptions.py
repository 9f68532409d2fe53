# Exceptions of compiled code: class, arguments, and a traceback with the
# program's own functions and lines.
import traceback

from numba import njit


class Custom(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code


@njit
def inner(x):
    if x == 1:
        raise ValueError("one", 1)
    if x == 2:
        raise Custom(42, "two")
    if x == 3:
        raise IndexError
    if x == 4:
        return 1 // (x - 4)
    if x == 5:
        return int(1.0 / (x - 5))
    assert x != 6, "six"
    assert x != 7
    if x == 8:
        raise ValueError(x, x * 0.5)
    return x


@njit
def outer(x):
    y = inner(x)
    return y + 1


for n in range(10):
    try:
        print(n, outer(n))
    except Exception as e:
        print(n, type(e).__name__, e.args, getattr(e, "code", None))
        for entry in traceback.extract_tb(e.__traceback__):
            print("   ", entry.name, entry.lineno, entry.line)


def caught_outside():
    try:
        outer(1)
    except ValueError:
        raise KeyError("again")


try:
    caught_outside()
except KeyError as e:
    print(type(e.__context__).__name__)
