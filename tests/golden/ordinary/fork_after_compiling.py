# The threads of the compiler are no reason for a warning at os.fork, and the
# child compiles on.
import os
import warnings

from numba import njit

warnings.simplefilter("error")


@njit
def total(n):
    t = 0
    for i in range(n):
        t += i & 3
    return t


def unmarked(n):
    t = 0
    for i in range(n):
        t += i & 3
    return t


print(total(10**6), unmarked(10**6))
child = os.fork()
if child == 0:
    print(total(10**6) == unmarked(10**6), flush=True)
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(total(10**6), unmarked(10**6))
