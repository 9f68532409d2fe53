# engines: interpreter lir baseline llvm full
# Lists in compiled code. Numba rejects parts of this.
import numpy as np
from numba import njit, prange


@njit
def squares(n):
    return [i * i for i in range(n) if i % 3 != 1], [str(i) for i in range(n)], [(i, i * 0.5) for i in range(n)]


@njit
def build(n):
    a = []
    for i in range(n):
        a.append(i * 0.5)
    b = a
    b.append(7.25)
    a += [1.5]
    return a, b, a is b, len(a), a[-1], a[1:], a[::-1]


@njit
def change(a, x):
    a.append(x)
    a[0] = x + x
    return sum(a), a[1:], a * 2, a + a, x in a, a.index(x), a.count(x), min(a), max(a), not a


@njit
def methods(a):
    a.reverse()
    a.sort()
    a.insert(1, 50)
    a.insert(-100, 60)
    a.extend((7, 8))
    a.extend(a)
    a.remove(7)
    return len(a), a.copy(), sorted(a, reverse=True), a.pop(), a.pop(0)


@njit
def at(a, i):
    return a[i]


@njit
def store(a, i):
    a[i] = 5


@njit
def drain(a):
    n = 0
    while a:
        n = n * 10 + a.pop()
    a.clear()
    return n, a.pop()


@njit
def nested(n):
    table = [[i * j for j in range(3)] for i in range(n)]
    table[0].append(5)
    rows = [np.arange(k) for k in range(n)]
    return table, table[1][2], rows[-1], len(rows)


@njit
def arrays(a):
    return np.array([1, 2, 3]), np.array([[1.0, 2.0], [3.0, a]]), np.array([x * a for x in range(3)]), np.array((a, 1), np.float32)


@njit
def grow(a):
    a.append(99)
    return len(a)


@njit
def through_calls():
    a = [1, 2]
    return grow(a), grow(a), a


@njit
def iterate(a):
    total = 0
    for i, x in enumerate(a):
        a[i] = x + 1
        total += i * x
    for x, y in zip(a, range(9)):
        total += x * y
    return total, list("añ"), list(range(3)), list((1.5, 2.5))


@njit
def choose(n):
    return [] if n else [1]


@njit
def nothing():
    a = []
    return len(a), a


@njit
def fail(a):
    a.append(1)
    raise ValueError("late")


@njit
def same(a, b):
    a.append(1)
    return a is b, len(b)


@njit
def equal(a, b):
    return a == b, a != b


@njit(parallel=True)
def parallel(n):
    a = [0] * n
    for i in prange(n):
        a[i] = i * i
    return a


def show(x):
    if isinstance(x, tuple):
        return tuple(show(i) for i in x)
    if isinstance(x, list):
        return [show(i) for i in x]
    if isinstance(x, np.ndarray):
        return x.dtype, x.tolist()
    return x


def attempt(f, *args):
    try:
        print(f.__name__, show(f(*args)), *map(show, args))
    except Exception as e:
        print(f.__name__, type(e).__name__, e, *map(show, args))


for n in (0, 1, 7):
    attempt(squares, n)
    attempt(build, n)
    attempt(choose, n)
attempt(change, [1, 2, 3], 7)
attempt(change, [1.0, 2.0], 2.5)
attempt(methods, [3, 1, 2])
for i in (0, -1, 3, -4):
    attempt(at, [1, 2, 3], i)
    attempt(store, [1, 2, 3], i)
attempt(at, ["a", "b"], 1)
attempt(at, [np.ones(2), np.zeros(3)], 1)
attempt(drain, [1, 2, 3])
attempt(nested, 3)
attempt(arrays, 2.5)
attempt(arrays, 2)
attempt(through_calls)
attempt(iterate, [4, 5, 6])
attempt(nothing)
attempt(fail, [3])
one = [1]
attempt(same, one, one)
attempt(same, [1], [1])
for a, b in [([1, 2], [1, 2]), ([1, 2], [1, 3]), ([1], [1, 2])]:
    attempt(equal, a, b)
attempt(parallel, 200)
