from numba import prange
def squares(n):
    s = 5
    for i in prange(n):
        s += i * i
    return s
def floats(n, k):
    s = 0.5
    c = 0
    for i in prange(3, n):
        x = i * k
        s += x
        if i % 3 == 0:
            c += 1
    return s, c
def largest(n):
    m = -1
    for i in prange(n):
        m = max(m, (i * 7919) % 1009)
    return m
def product(n):
    p = 1.0
    for i in prange(n):
        p *= 2.0
    return p
def nested(n):
    s = 0
    for i in prange(n):
        for j in prange(i):
            s += j
    return s
def raises(n):
    s = 0
    for i in prange(n):
        if i == 77:
            raise ValueError("too large")
        s += i
    return s
