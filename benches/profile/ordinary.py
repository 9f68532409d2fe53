"""Ordinary Python of many kinds: what the interpreter's profile is taken from.

Prints `name<TAB>seconds`, the best of three, so that the same file compares
two builds.
"""
import functools
import re
import time


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


class Shape:
    sides = 0

    def area(self):
        raise NotImplementedError

    @property
    def name(self):
        return type(self).__name__.lower()


class Square(Shape):
    sides = 4

    def __init__(self, a):
        self.a = a

    def area(self):
        return self.a * self.a


class Triangle(Shape):
    sides = 3

    def __init__(self, a, h):
        self.a, self.h = a, h

    def area(self):
        return self.a * self.h / 2


def calls(n):
    return n if n < 2 else calls(n - 1) + calls(n - 2)


def objects(n):
    p, step = Point(0, 0), Point(1, 2)
    for _ in range(n):
        p = p + step
    return p.y


def methods(n):
    shapes = [Square(2), Triangle(3, 4), Square(1.5)]
    total = 0
    for i in range(n):
        s = shapes[i % 3]
        total += s.area() + s.sides + len(s.name)
    return total


def dictionaries(n):
    counts = {}
    for i in range(n):
        key = "key%d" % (i % 997)
        counts[key] = counts.get(key, 0) + 1
    return sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[0]


def text(n):
    words = []
    for i in range(n):
        words.append(f"{i:05d}-{i / 7:.3f}".upper().replace("-", " ").strip())
    return len(" ".join(words).split())


def patterns(n):
    found = 0
    number = re.compile(r"(\d+)\.(\d*)[eE]?([+-]?\d+)?")
    for i in range(n):
        if number.search(f"value {i}.{i * 3}e{i % 9} of"):
            found += 1
    return found


def lists(n):
    values = [(i * 7919) % n for i in range(n)]
    values.sort()
    evens = [v for v in values if v % 2 == 0]
    evens.reverse()
    return sum(evens[::3]) + max(values)


def tuples_and_sets(n):
    seen = set()
    for i in range(n):
        seen.add((i % 101, i % 89))
    return len(seen | {(-1, -1)})


def generators(n):
    def numbers():
        for i in range(n):
            yield i

    return sum(map(lambda v: v * 2, filter(lambda v: v % 3, numbers())))


def exceptions(n):
    caught = 0
    for i in range(n):
        try:
            if i % 2:
                raise ValueError(i)
            [][i]
        except (ValueError, IndexError):
            caught += 1
    return caught


def closures(n):
    def adder(k):
        return lambda v: v + k

    adders = [adder(k) for k in range(10)]
    return functools.reduce(lambda acc, i: adders[i % 10](acc), range(n), 0)


def queens(n):
    def place(row, columns, falling, rising):
        if row == n:
            return 1
        return sum(
            place(row + 1, columns | {c}, falling | {row + c}, rising | {row - c})
            for c in range(n)
            if c not in columns and row + c not in falling and row - c not in rising
        )

    return place(0, frozenset(), frozenset(), frozenset())


def large_integers(n):
    product = 1
    for i in range(1, n):
        product *= i
    return product % 1_000_000_007


def bytes_and_slices(n):
    flags = bytearray([1]) * (n + 1)
    for i in range(2, int(n**0.5) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes(len(range(i * i, n + 1, i)))
    return sum(flags)


def floats(n):
    x, steps = 0.5, 0
    while steps < n:
        x = 3.7 * x * (1.0 - x)
        steps += 1
    return x


PROGRAMS = [
    (calls, 21),
    (objects, 60_000),
    (methods, 60_000),
    (dictionaries, 60_000),
    (text, 20_000),
    (patterns, 6_000),
    (lists, 60_000),
    (tuples_and_sets, 60_000),
    (generators, 60_000),
    (exceptions, 30_000),
    (closures, 60_000),
    (queens, 7),
    (large_integers, 2_000),
    (bytes_and_slices, 200_000),
    (floats, 60_000),
]

for program, size in PROGRAMS:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        program(size)
        times.append(time.perf_counter() - start)
    print(f"{program.__name__}\t{min(times)}")
