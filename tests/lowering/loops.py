def total(n):
    s = 0
    for i in range(n):
        s += i
    return s
def between(a, b):
    s = 0
    k = 0
    for i in range(a, b):
        s += i * 3
        k += 1
    return s, k
def stepped(a, b, c):
    s = 0
    k = 0
    for i in range(a, b, c):
        s = s * 3 + i
        k += 1
    return s, k
def by_seven(a, b):
    s = 0
    for i in range(a, b, 7):
        s += i
    return s
def down(n):
    s = 0
    for i in range(n, 0, -1):
        s = s * 2 + i
    return s
def nested(n):
    s = 0
    for i in range(n):
        for j in range(i, n):
            if (i + j) % 3 == 0:
                continue
            s += i * j
    return s
def early(n):
    for i in range(n):
        if i * i > n:
            return i
    return -1
def with_else(n):
    for i in range(2, n):
        if n % i == 0:
            break
    else:
        return True
    return False
def carried(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
def floats(n):
    s = 0.0
    for i in range(1, n + 1):
        s += 1.0 / (i * i)
    return s
def tuples(a):
    s = 0.0
    for x in (1.5, a, 2.5):
        s = s * 2 + x
    return s
def counted(a):
    s = 0
    for i, x in enumerate((a, a * 2, a * 3)):
        s += i * x
    return s
def zipped(n):
    s = 0
    for i, j in zip(range(n), range(10, 0, -2)):
        s += i * j
    return s
def last(n):
    i = -1
    for i in range(n):
        pass
    return i
def picked(n):
    t = (n, n + 10, n + 20)
    return t[n % 3] + t[-1]
