"""Loops, branches, tuples, calls between jitted functions."""
from numba import njit


@njit
def collatz(n):
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps

print([collatz(n) for n in range(1, 40)])


@njit
def primes(n):
    count = 0
    total = 0
    for i in range(2, n):
        for j in range(2, i):
            if j * j > i:
                count += 1
                total += i
                break
            if i % j == 0:
                break
        else:
            count += 1
            total += i
    return count, total

print(primes(200))


@njit
def ranges(a, b, c):
    s = 0
    k = 0
    for i in range(a, b, c):
        s = s * 3 + i
        k += 1
    return s, k

for args in ((0, 10, 1), (10, 0, -1), (0, 10, 3), (5, 5, 1), (10, 0, 1), (-7, 8, 4), (8, -7, -4)):
    print(args, ranges(*args))


@njit
def skip(n):
    s = 0
    i = 0
    while True:
        i += 1
        if i > n:
            break
        if i % 3 == 0:
            continue
        s += i
    else:
        s = -1
    return s

print([skip(n) for n in range(12)])


@njit
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

print([fib(n) for n in range(20)])


@njit
def swap(a, b):
    for _ in range(5):
        a, b = b, a + b
    return a, b

print(swap(0, 1), swap(1.5, 2))


@njit
def helper(x, y=3):
    return x * y

@njit
def caller(x):
    return helper(x) + helper(x, 5) + helper(y=x, x=2)

print(caller(7), caller(1.5))


@njit
def loop_else(n, stop):
    for i in range(n):
        if i == stop:
            r = 10
            break
    else:
        r = 20
    return r + i

print(loop_else(5, 3), loop_else(5, 9))


@njit
def tuples(a, b):
    t = (a, b, a + b)
    x, y, z = t
    s = 0.0
    for v in (x, y, z):
        s += v
    return t, s, len(t), t[0], t[-1], t[1:]

print(tuples(1, 2), tuples(1.5, 2.5))


@njit
def unify(flag):
    if flag:
        x = 1
    else:
        x = 2.5
    return x

print(float(unify(True)), unify(False))


@njit
def nested(n):
    total = 0
    for i in range(n):
        for j in range(i):
            for k in range(j, i):
                if (i + j + k) % 2:
                    continue
                total += i * j - k
    return total

print([nested(n) for n in range(12)])


FACTOR = 3
SHAPE = (2, 5)

def make(k):
    @njit
    def inner(x):
        return x * k + FACTOR + SHAPE[1]
    return inner

print(make(2)(10), make(2.5)(10))


@njit
def enumerated(n):
    s = 0
    for i, v in enumerate(range(5, 5 + n)):
        s += i * v
    for a, b in zip(range(n), range(n, 2 * n)):
        s += a * b
    return s

print(enumerated(6))


@njit
def many(a, b, c, d, e, f, g, h, i, j):
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j

print(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), many(1, 2.0, 3, 4.0, 5, 6.0, 7, 8.0, 9, 10.5))
