# A signal that ends compiled code frees the arrays that were in use there, and
# stops recursion as it stops loops.
import signal

import numpy as np
from numba import njit


@njit
def rebuild(a, n):
    for k in range(n):
        b = a + 1.0
        for i in range(b.shape[0]):
            b[i] = b[i] * 0.5
        a = b
    return a


@njit
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def megabytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4 // 1024


class Stop(Exception):
    pass


def stop(signum, frame):
    raise Stop


def stopped(delay, function, *args):
    signal.setitimer(signal.ITIMER_REAL, delay)
    try:
        function(*args)
    except Stop:
        return True


signal.signal(signal.SIGALRM, stop)
a = np.ones(2_000_000)
rebuild(a, 1)
print(stopped(0.02, rebuild, a, 10**9))
before = megabytes()
print(all(stopped(0.02, rebuild, a, 10**9) for _ in range(20)))
print(megabytes() - before < 100)

print(fib(20))
print(stopped(0.05, fib, 90))
print(stopped(0.05, fib, 90), fib(20))
