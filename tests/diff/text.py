# engines: interpreter lir baseline llvm full
# Text in compiled code. Numba's own text support stops short of this.
from numba import njit


@njit
def pieces(s, i, j, k):
    return s[i:j:k], s[i:j], s[:j], s[i:], s[i]


@njit
def algebra(s, t):
    return s + t, s in t, t in s, s == t, s != t, s < t, s >= t, s * 2, 3 * t, len(s + t), bool(s)


@njit
def methods(s):
    return s.upper(), s.lower(), s.strip(), s.lstrip(), s.rstrip(), s.startswith("a"), s.endswith("c "), s.find("b")


@njit
def grow(n):
    s = ""
    for i in range(n):
        s += str(i) + ","
    return s


@njit
def formatted(a, b):
    return f"{a}-{b}!", f"{a!s}", str(a), str()


@njit
def count(s):
    n = 0
    for i, c in enumerate(s):
        if c == "x" or c in "yz":
            n += i
    return n


@njit
def flag(x, mode="add"):
    if mode == "add":
        return x + 1
    elif mode != "sub":
        return x * 2
    return x - 1


@njit
def maybe(x):
    if x > 0:
        return "positive"


@njit
def codes(s):
    return ord(s), chr(ord(s) + 1)


@njit
def label(s, k):
    return s + str(k)


@njit
def nested(a):
    return label("v", a), label(label("x", 1), 2), ("t", label("u", a))


@njit
def fail(s, n):
    if n == 0:
        raise ValueError("bad " + s, (s, n), 2.5 * n, 1j, None)
    if n == 1:
        raise KeyError(f"{s}: {n}")
    assert n > 2, f"need {s}"
    return n


def attempt(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__, e.args)


for args in [("abcdef", 1, 4, 1), ("abcdef", 4, 0, -2), ("abcdef", -3, 100, 2), ("añ\U0001f600", 0, 3, 3), ("", 0, 0, 1), ("ab", 0, 1, 0)]:
    attempt(pieces, *args)
for s, t in [("abc", "b"), ("", "b"), ("b", "abc"), ("é", "z"), ("same", "same")]:
    attempt(algebra, s, t)
for s in [" aBc ", "abc ", "", "\t\x1c x\n"]:
    attempt(methods, s)
attempt(grow, 0)
attempt(grow, 200)
for a, b in [(1, 2.5), (True, 1j), ("x", -0.0), (None, 1e22)]:
    attempt(formatted, a, b)
attempt(count, "axbyz")
for m in ("add", "sub", "other"):
    attempt(flag, 5, m)
attempt(flag, 5)
attempt(maybe, 1)
attempt(maybe, 0)
attempt(codes, "a")
attempt(nested, 7)
for n in range(4):
    attempt(fail, "q", n)
attempt(pieces, "abc", 5, 6, 1)
