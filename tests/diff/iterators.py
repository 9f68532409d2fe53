"""Loops over iterators of every kind, longer than the strips that they are cut into."""
import numpy as np
from numba import njit


@njit
def items(a):
    total = 0
    for v in a:
        total += v
    return total


@njit
def rows(a):
    total = 0.0
    for row in a:
        total = total * 0.5 + row[0] - row[-1]
    return total


@njit
def counted(a, start, out):
    for i, v in enumerate(a, start):
        out[i - start] = v * 2 + i
    return out


@njit
def left_early(a, limit):
    seen = 0
    for i, v in enumerate(a):
        if v == limit:
            break
        seen += i & 3
    else:
        return -1 - seen
    return seen


@njit
def pairs(a, b):
    n = 0
    total = 0
    for x, y in zip(a, b):
        n += 1
        total += x * (y & 1023)
    return n, total


@njit
def with_ranges(a, n, step):
    total = 0
    last = 0
    for x, k in zip(a, range(n, -n, step)):
        total += x & k
        last = k
    return total, last


@njit
def ranges_alone(n):
    total = 0
    for i, j in zip(range(0, n, 3), range(n, 0, -2)):
        total += i ^ j
    return total


@njit
def stepped(n, step):
    count = 0
    total = 0
    for i in range(0, n, step):
        count += 1
        total += i
    return count, total


@njit
def nothing():
    n = 0
    for _ in zip():
        n += 1
    return n


@njit
def of_tuple(t):
    total = 1
    for i, v in enumerate(t):
        total = total * 3 + v * i
    return total


@njit
def changed_under_way(a):
    total = 0
    for v in a:
        a[-1] = 7
        total += v
    return total


for n in (0, 1, 5, 16383, 16384, 16385, 32768, 40000):
    a = np.arange(n) % 1000
    print(n, items(a), items(a[::-1]), float(items(a * 0.5)), left_early(a, 999), left_early(a, -1), ranges_alone(n))
    for result in (pairs(a, a[: n // 2]), pairs(a[::2], a), with_ranges(a, n, -1), with_ranges(a, 2 * n, -7)):
        print(*result)
    print([stepped(n, k) for k in (2, 3, 16384)], stepped(-n, -2))
    print(counted(a, 0, np.zeros(n, np.int64)).sum(), counted(a, 10, np.zeros(n, np.int64))[-3:])
print(rows(np.arange(60000.0).reshape(20000, 3)), nothing(), of_tuple((4, 5, 6)), changed_under_way(np.arange(20000)))
