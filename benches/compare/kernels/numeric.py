"""Typical numerical kernels, warm, one core and all: the least of many runs."""
import math
import time

import numpy as np
from numba import njit, prange


@njit
def saxpy(a, x, y):
    for i in range(len(x)):
        y[i] = a * x[i] + y[i]


@njit
def dot(x, y):
    t = 0.0
    for i in range(len(x)):
        t += x[i] * y[i]
    return t


@njit(fastmath=True)
def dot_fast(x, y):
    t = 0.0
    for i in range(len(x)):
        t += x[i] * y[i]
    return t


@njit
def stencil(a, out):
    n, m = a.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            out[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])


@njit
def matmul(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            t = 0.0
            for k in range(a.shape[1]):
                t += a[i, k] * b[k, j]
            c[i, j] = t


@njit
def matmul_ikj(a, b, c):
    c[:] = 0.0
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            f = a[i, k]
            for j in range(b.shape[1]):
                c[i, j] += f * b[k, j]


@njit
def mandelbrot(n, limit):
    total = 0
    for i in range(n):
        for j in range(n):
            c = complex(-2.0 + 3.0 * i / n, -1.5 + 3.0 * j / n)
            z = 0j
            k = 0
            while k < limit and z.real * z.real + z.imag * z.imag < 4.0:
                z = z * z + c
                k += 1
            total += k
    return total


@njit
def mandel_real(n, limit):
    total = 0
    for i in range(n):
        for j in range(n):
            cx = -2.0 + 3.0 * i / n
            cy = -1.5 + 3.0 * j / n
            x = 0.0
            y = 0.0
            k = 0
            while k < limit and x * x + y * y < 4.0:
                x, y = x * x - y * y + cx, 2.0 * x * y + cy
                k += 1
            total += k
    return total


@njit
def nbody(pos, vel, mass, steps, dt):
    n = len(mass)
    for s in range(steps):
        for i in range(n):
            for j in range(i + 1, n):
                dx = pos[i, 0] - pos[j, 0]
                dy = pos[i, 1] - pos[j, 1]
                dz = pos[i, 2] - pos[j, 2]
                d2 = dx * dx + dy * dy + dz * dz + 0.01
                mag = dt / (d2 * np.sqrt(d2))
                vel[i, 0] -= dx * mass[j] * mag
                vel[i, 1] -= dy * mass[j] * mag
                vel[i, 2] -= dz * mass[j] * mag
                vel[j, 0] += dx * mass[i] * mag
                vel[j, 1] += dy * mass[i] * mag
                vel[j, 2] += dz * mass[i] * mag
        for i in range(n):
            for k in range(3):
                pos[i, k] += dt * vel[i, k]


@njit
def prefix_sum(x, out):
    t = 0.0
    for i in range(len(x)):
        t += x[i]
        out[i] = t


@njit
def histogram(x, bins, lo, hi):
    n = len(bins)
    for i in range(len(x)):
        k = int((x[i] - lo) * n / (hi - lo))
        if k >= 0 and k < n:
            bins[k] += 1


@njit
def pi_count(n):
    s = 12345
    hits = 0
    for i in range(n):
        s = (s * 1103515245 + 12345) % 2147483648
        x = s / 2147483648.0
        s = (s * 1103515245 + 12345) % 2147483648
        y = s / 2147483648.0
        if x * x + y * y <= 1.0:
            hits += 1
    return 4.0 * hits / n


@njit
def pairwise(x, d):
    n, m = x.shape
    for i in range(n):
        for j in range(n):
            t = 0.0
            for k in range(m):
                u = x[i, k] - x[j, k]
                t += u * u
            d[i, j] = np.sqrt(t)


@njit
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


@njit
def collatz(n):
    best = 0
    for i in range(1, n):
        k = i
        c = 0
        while k != 1:
            if k % 2 == 0:
                k = k // 2
            else:
                k = 3 * k + 1
            c += 1
        if c > best:
            best = c
    return best


@njit
def sieve(n):
    f = np.ones(n + 1, dtype=np.bool_)
    f[0] = False
    f[1] = False
    i = 2
    while i * i <= n:
        if f[i]:
            for j in range(i * i, n + 1, i):
                f[j] = False
        i += 1
    c = 0
    for i in range(n + 1):
        if f[i]:
            c += 1
    return c


@njit
def minmax(x):
    lo = x[0]
    hi = x[0]
    for v in x:
        if v < lo:
            lo = v
        elif v > hi:
            hi = v
    return hi - lo


@njit
def bubble(x):
    a = x.copy()
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                t = a[j]
                a[j] = a[j + 1]
                a[j + 1] = t
    return a[0]


@njit
def gauss(x, out):
    for i in range(len(x)):
        out[i] = np.exp(-0.5 * x[i] * x[i]) * 0.3989422804014327


@njit
def gauss_math(x, out):
    for i in range(len(x)):
        out[i] = math.exp(-0.5 * x[i] * x[i]) * 0.3989422804014327


@njit
def hyp_math(x, y, out):
    for i in range(len(x)):
        out[i] = math.sqrt(x[i] * x[i] + y[i] * y[i])


@njit
def expr(x, y):
    return np.sum(x * y + np.sqrt(x) - 2.0 * y)


@njit
def expr_new(x, y):
    return x * y + np.sqrt(x) - 2.0 * y


@njit
def int_sum(x):
    t = 0
    for v in x:
        t += v
    return t


@njit
def count_if(x, lim):
    c = 0
    for i in range(len(x)):
        if x[i] > lim:
            c += 1
    return c


@njit
def horner(x, out):
    for i in range(len(x)):
        v = x[i]
        out[i] = ((((1.1 * v + 2.2) * v + 3.3) * v + 4.4) * v + 5.5) * v + 6.6


@njit
def row_sums(a, out):
    for i in range(a.shape[0]):
        t = 0.0
        for j in range(a.shape[1]):
            t += a[i, j]
        out[i] = t


@njit
def col_sums(a, out):
    out[:] = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[j] += a[i, j]


@njit
def mean_var(x):
    m = x.mean()
    return ((x - m) ** 2).sum() / len(x)


@njit
def power(x, out):
    for i in range(len(x)):
        out[i] = x[i] ** 2.5


@njit
def gcd_sum(n):
    t = 0
    for a in range(1, n):
        for b in range(1, n):
            x = a
            y = b
            while y:
                x, y = y, x % y
            t += x
    return t


@njit(parallel=True)
def p_saxpy(a, x, y):
    for i in prange(len(x)):
        y[i] = a * x[i] + y[i]


@njit(parallel=True)
def p_dot(x, y):
    t = 0.0
    for i in prange(len(x)):
        t += x[i] * y[i]
    return t


@njit(parallel=True)
def p_stencil(a, out):
    n, m = a.shape
    for i in prange(1, n - 1):
        for j in range(1, m - 1):
            out[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])


@njit(parallel=True)
def p_pairwise(x, d):
    n, m = x.shape
    for i in prange(n):
        for j in range(n):
            t = 0.0
            for k in range(m):
                u = x[i, k] - x[j, k]
                t += u * u
            d[i, j] = np.sqrt(t)


@njit(parallel=True)
def p_expr_new(x, y):
    return x * y + np.sqrt(x) - 2.0 * y


@njit(parallel=True)
def p_small(x):
    t = 0.0
    for i in prange(len(x)):
        t += x[i]
    return t


r = np.random.RandomState(1)
x = r.rand(1_000_000)
y = r.rand(1_000_000)
o = np.empty(1_000_000)
a = r.rand(1000, 1000)
b = np.empty((1000, 1000))
A = r.rand(200, 200)
B = r.rand(200, 200)
C = np.empty((200, 200))
P = r.rand(500, 3)
D = np.empty((500, 500))
pos = r.rand(60, 3)
vel = r.rand(60, 3)
mass = r.rand(60)
iv = np.arange(1_000_000)
small = r.rand(100)
xs = r.rand(1500)
CASES = [
    (saxpy, (0.5, x, o)), (dot, (x, y)), (dot_fast, (x, y)), (stencil, (a, b)), (matmul, (A, B, C)), (matmul_ikj, (A, B, C)),
    (mandelbrot, (100, 200)), (mandel_real, (100, 200)), (nbody, (pos, vel, mass, 20, 1e-6)), (prefix_sum, (x, o)),
    (histogram, (x, np.zeros(100, dtype=np.int64), 0.0, 1.0)), (pi_count, (200000,)), (pairwise, (P, D)), (fib, (24,)),
    (collatz, (10000,)), (sieve, (200000,)), (minmax, (x,)), (bubble, (xs,)), (gauss, (x, o)), (gauss_math, (x, o)), (hyp_math, (x, y, o)),
    (expr, (x, y)), (expr_new, (x, y)), (int_sum, (iv,)), (count_if, (x, 0.5)), (horner, (x, o)), (row_sums, (a, np.empty(1000))),
    (col_sums, (a, np.empty(1000))), (mean_var, (x,)), (power, (x, o)), (gcd_sum, (200,)),
    (p_saxpy, (0.5, x, o)), (p_dot, (x, y)), (p_stencil, (a, b)), (p_pairwise, (P, D)), (p_expr_new, (x, y)), (p_small, (small,)),
]
for f, args in CASES:
    f(*args)
    time.sleep(0.12)  # lets a background compilation finish
    f(*args)
    times = []
    begin = time.perf_counter()
    while len(times) < 7 or (time.perf_counter() - begin < 0.1 and len(times) < 200):
        start = time.perf_counter()
        f(*args)
        times.append(time.perf_counter() - start)
    print(f"{f.__name__}\t{min(times)}", flush=True)
