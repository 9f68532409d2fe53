"""print in jitted code goes where Python's print goes."""
import contextlib
import io

from numba import njit


@njit
def show(n, x):
    print(n, x, True, "text")
    for i in range(n):
        print(i)


show(2, 1.5)
held = io.StringIO()
with contextlib.redirect_stdout(held):
    show(1, -0.0)
print(repr(held.getvalue()))
