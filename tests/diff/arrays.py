"""Arrays in nopython code: indexing, slicing, expressions, reductions."""
import numpy as np
from numba import njit


def show(*values):
    for v in values:
        if isinstance(v, np.ndarray):
            print(v.dtype, v.shape, v.tolist())
        else:
            print(v.item() if isinstance(v, np.generic) else v)


@njit
def total(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] * (i + 1) - a[i][j]
    return s

m = np.arange(12.0).reshape(3, 4)
show(total(m), total(m.T), total(m[::-1, ::2]), total(np.asfortranarray(m)))


@njit
def fill(n):
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = i * 10 + j
    out[0] = -1.0
    out[:, 1] = 7.0
    out[1:3, 2:] += 100.0
    return out

show(fill(4))


@njit
def expressions(a, b):
    return a + b, a - b * 2, a / (b + 1), -a, a > b, np.sqrt(a) + 1, a ** 2, np.maximum(a, b)

x = np.arange(6.0)
y = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
show(*expressions(x, y))
show(*expressions(np.arange(4), np.array([5, 1, 2, 0])))


@njit
def broadcast(a, b):
    return a + b

show(broadcast(np.arange(3.0).reshape(3, 1), np.arange(4.0)), broadcast(m, 2), broadcast(2, m), broadcast(m, m[0]))


@njit
def reductions(a):
    return a.sum(), np.sum(a), a.prod(), a.min(), a.max(), a.mean(), np.argmax(a), np.argmin(a), np.any(a > 3), np.all(a > -1)

show(*reductions(x), *reductions(np.array([[1, 2], [3, 4]])), *reductions(y[::2]))


@njit
def slices(a):
    return a[1:4], a[::-1], a[-3:], a[::2], a[4:1:-1]

show(*slices(np.arange(8)))


@njit
def shapes(a):
    return a.shape, a.size, a.ndim, len(a), a.T.shape

show(*shapes(m))


@njit
def create(n):
    return (np.empty(n).shape, np.ones(n), np.zeros(n, np.int32), np.full(n, 2.5), np.arange(n), np.arange(1, n, 2),
            np.arange(0.0, 1.0, 0.25), np.zeros_like(np.arange(n)), np.linspace(0.0, 1.0, n))

show(*create(5))


@njit
def matmul(a, b):
    return np.dot(a, b), a @ b

show(*matmul(m, m.T.copy()), *matmul(x, y))


@njit
def rows(a):
    s = 0.0
    for row in a:
        s += row.sum() * row[0]
        for v in row:
            s -= v
    return s

show(rows(m))


@njit
def inplace(a):
    a += 1
    a *= 2
    a[a.shape[0] - 1] = 0
    return a

z = np.arange(5.0)
show(inplace(z), z)


@njit
def views(a):
    b = a[1:]
    b[0] = 99
    c = a.copy()
    c[0] = -1
    d = a.reshape((2, 3))
    d[1, 2] = 55
    return a, b, c, d, a.reshape(6).astype(np.int64), d.ravel()

show(*views(np.arange(6.0)))


@njit
def dtypes(a, b, c):
    return a + a, a * b, a[0] + b[0], np.float32(1.5) * c[0]

show(*dtypes(np.array([100, 27], np.int8), np.array([1, 2], np.int32), np.array([1.5, 2.5], np.float32)))


@njit
def where(a):
    return np.where(a > 2, a, -a)

show(where(x))


@njit
def complex_array(a):
    return a * 1j, (a * (1 + 1j)).sum(), np.abs(a - 2j)

show(*complex_array(np.arange(3.0)))
