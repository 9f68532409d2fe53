"""One call of a jitted scalar function from interpreted code."""
import time

from numba import njit


@njit
def add(a, b):
    return a + b


def loop(f, n):
    start = time.perf_counter()
    for _ in range(n):
        f(1, 2)
    return time.perf_counter() - start


def empty(n):
    start = time.perf_counter()
    for _ in range(n):
        pass
    return time.perf_counter() - start


n = 200_000
loop(add, 1000)
time.sleep(0.1)
cost = min(loop(add, n) for _ in range(5)) / n
print(f"call of njit add(int, int), loop included\t{cost}")
