# engines: interpreter lir baseline llvm full
# Loops in parallel: private copies of arrays, values of the last iteration,
# bits that do not depend on the number of threads. Numba gives the variables
# of the last iteration of one of its chunks.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def columns(a):
    total = np.zeros(a.shape[1])
    seen = total
    product = np.ones(a.shape[1])
    trips = np.zeros(a.shape[1], np.int64)
    n = 0
    for i in prange(a.shape[0]):
        if i % 7 == 3:
            continue
        total += a[i]
        product *= 1 + a[i] / 4096
        trips += i
        for j in range(2):
            trips -= j
        n += i
    return total, seen.sum(), product, trips, n


@njit(parallel=True)
def into(a, out):
    for i in prange(a.shape[0]):
        out += a[i]


@njit(parallel=True)
def bits(n):
    b = np.zeros(3, np.bool_)
    m = np.full((2, 2), 1023)
    x = np.zeros((3, 2))[::-1]
    c = np.zeros(2, np.complex128)
    for i in prange(n):
        b |= i > 6
        m &= ~i
        x -= i
        c += 1j * i
    return b, m, x, c


@njit(parallel=True)
def last(a):
    x = -1
    y = 2.5
    big = True
    for i in prange(a.shape[0]):
        x = i * 2
        y = a[i].sum()
        big = y > 1
    return x, y, big


@njit(parallel=True)
def only_inside(n):
    for i in prange(n):
        x = i + 0.5
    return x


@njit(parallel=True)
def partial(a):
    s = 0.0
    before = -1.0
    for i in prange(a.shape[0]):
        before = s
        s += a[i, 0]
    return s, before


def show(x):
    if isinstance(x, tuple):
        return tuple(show(i) for i in x)
    if isinstance(x, np.ndarray):
        return x.tolist() if x.dtype == bool else np.round(x, 6).tolist()
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    return round(float(x), 6)


for shape in [(1, 3), (5, 3), (200, 4), (1000, 1), (0, 3), (130, 0)]:
    a = (np.arange(shape[0] * shape[1]) % 11).reshape(shape) / 4
    print(shape, show(columns(a)))
    out = np.full(shape[1], 2.0)
    into(a, out)
    print(show(out), show(last(a)))
    if shape[1]:
        print(show(partial(a)))
for n in (0, 3, 100):
    print(show(bits(n)))
    try:
        print(only_inside(n))
    except UnboundLocalError as e:
        print(type(e).__name__)
