# Loops over zip and enumerate go on in compiled code; whatever happens in them,
# the iterators are where the interpreter would have left them.
from _compare import differ

import _taipan

CASES = {
    "lists": """
def f(xs, ys):
    t = 0
    for a, b in zip(xs, ys):
        t += a * b
    return t, a, b
result = f(list(range(50)), [i * .5 for i in range(40)]), f(list(range(40)), [i * .5 for i in range(50)])
""",
    "counted": """
def f(xs, start):
    t = 0
    for i, x in enumerate(xs, start):
        t += i * x
        if t > 10**6: break
    else:
        t = -t
    return t, i, x
result = [f(list(range(40)), s) for s in (0, -5, 10**6, (1 << 62) - 3, 1 << 62, (1 << 63) - 4, 1 << 70, True)]
""",
    "tuples as they are": """
log = []
for pair in zip(range(30), [2.5] * 30):
    if pair[0] % 7 == 3: log.append(pair)
for pair in enumerate(range(5, 50, 3)):
    if pair[0] % 7 == 3: log.append(pair)
""",
    "overflow in the middle": """
t = 1
for i, x in enumerate([3] * 80):
    t = t * x + i
for a, b in zip([3] * 60, range(60)):
    t = t % 1000 + a ** b
""",
    "exceptions": """
log = []
def f(xs, ys):
    for i, (x, y) in enumerate(zip(xs, ys)):
        log.append(i)
    for x, y in zip(xs, ys):
        x // y
try: f([1, 2, 3] * 9, [4, 5] * 9 + [0] + [7] * 8)
except ZeroDivisionError as e: log.append(str(e))
def g(xs):
    for i, x in enumerate(xs):
        i // x
g([5, 6] * 9 + [0] + [7] * 8)
""",
    "classes of items change": """
log = []
xs = [1] * 20 + [2.5, None, True, 1 << 70] + [3] * 20
t = 0
for i, x in enumerate(xs):
    if x is None: log.append(i)
    else: t += x
for a, b in zip(xs, range(100)):
    log.append(a) if a is None else log
    t += b
""",
    "lists change meanwhile": """
def f(xs, ys):
    n = 0
    for i, x in enumerate(xs):
        n += x
        if i == 20: xs.append(7)
        if i == 25: xs[30] = 1000
        if n > 4000: del xs[40:]
    for a, b in zip(xs, ys):
        n += a - b
        if b == 9: ys.clear()
    return n, len(xs), ys
result = f(list(range(60)), list(range(50)))
""",
    "held elsewhere": """
def f(xs):
    t = 0
    e = enumerate(xs)
    for i, x in e:
        t += x
        if i % 10 == 9: break
    rest = list(e)
    z = zip(xs, range(100))
    for a, b in z:
        t += a
        if b == 20: break
    one = iter(xs)
    for a, b in zip(one, one):
        t += a * b
        if b == 21: break
    two = iter(range(100, 200))
    for a, b in zip(xs, two):
        t += a + b
        if a == 30: break
    return t, rest, next(z), list(one), next(two)
result = f(list(range(45)))
""",
    "strict": """
def f(xs, ys):
    t = 0
    for a, b in zip(xs, ys, strict=True):
        t += a * b
    return t
result = f([1] * 30, [2] * 30)
f([1] * 30, [2] * 29)
""",
    "strict, the other way": """
def f(xs, ys, zs):
    t = 0
    for a, b, c in zip(xs, ys, zs, strict=True):
        t += a * b * c
    return t
f([1] * 30, [2] * 30, range(31))
""",
    "nested and resumed": """
def f(rows):
    t = 0
    for i, row in enumerate(rows):
        for j, x in enumerate(row):
            for k, (a, b) in enumerate(zip(row, range(j))):
                t += i * a + b * k
            if x == 7: break
            t ^= x
    return t
result = f([[i * j % 11 for j in range(12)] for i in range(12)])
""",
    "arrays": """
import numpy as np
def f(a, b, xs):
    t = 0.0
    for i, x in enumerate(a):
        b[i] += x
    for x, y, z in zip(a, b[::-1], xs):
        t = t + x * y - z
    return t, x, y, z, b
result = f(np.arange(30.0), np.zeros(30), list(range(30)))
""",
    "finished": """
def f(xs):
    z = zip(xs, xs)
    e = enumerate(xs)
    for a, b in z: pass
    for a, b in z: pass
    xs.append(1)
    return list(z), list(e), a, b
result = f([1, 2, 3] * 10), f([])
""",
    "many": """
t = 0
for a, b, c, d, e, f in zip(range(20), range(5, 30), range(50, 0, -2), [1.5] * 30, [True, False] * 12, range(9, 99)):
    t += a * b - c * d + e ^ f if type(t) is int else a
for a, b, c, d, e, f, g in zip(range(20), range(5, 30), range(50, 0, -2), [1.5] * 30, [True, False] * 12, range(9, 99), range(20)):
    t = t + g
""",
}

before = _taipan.loop_entries()
for name, source in CASES.items():
    found = differ(source)
    print(name, "same" if found is None else found)
print(_taipan.loop_entries() - before > 20)


def long(xs, ys, n):
    t = 0
    for _ in range(n):
        for i, (x) in enumerate(xs):
            t += i * x
        for x, y in zip(xs, ys):
            t -= x * y
    return t


print(long(list(range(1000)), list(range(1, 1001)), 300))
report = _taipan.loop_report()
print([line.split(":")[0].strip() for line in report.splitlines() if " in long: entered" in line and "zips.py:" in line] != [])
