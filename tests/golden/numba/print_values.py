# What print takes in compiled code: sep and end, arrays and other values as
# the objects they become, and the lines of parallel workers in sys.stdout.
import contextlib
import io
import numpy as np
from numba import njit, prange


@njit
def values(a, s):
    print(a, 1.5, True, s, (1, 2.5), None)
    print((a, s, 2), [1, 2], a[::-1], sep="|")
    print(s, s, sep="", end="!\n")
    print(end="")
    print()
    o = None
    if a[0] > 0:
        o = 3
    print(o, (s, None))


@njit(parallel=True)
def workers(n):
    for i in prange(n):
        print("trip", i, sep="=")


values(np.arange(3), "text")
values(np.array([0.5, 2.0]), "")
out = io.StringIO()
with contextlib.redirect_stdout(out):
    workers(300)
print(len(out.getvalue().splitlines()), sorted(out.getvalue().splitlines())[:2])


class Broken:
    def write(self, text):
        raise OSError("full")


@njit
def one():
    print("lost")


with contextlib.redirect_stdout(Broken()):
    try:
        one()
    except OSError as e:
        caught = e
print(repr(caught))
