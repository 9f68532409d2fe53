"""Generated functions of ints and floats; the seed is printed first and may be given as SEED."""
import os
import random

from numba import njit

seed = int(os.environ.get("SEED", "20260"))
print("seed", seed)
rng = random.Random(seed)

INTS = ["+", "-", "*", "//", "%", "&", "|", "^"]
FLOATS = ["+", "-", "*"]
COMPARE = ["<", "<=", "==", "!=", ">", ">="]


def integer(depth, names):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(names + [str(rng.randint(-9, 9))])
    op = rng.choice(INTS)
    left, right = integer(depth - 1, names), integer(depth - 1, names)
    if op in ("//", "%"):
        right = f"(abs({right}) % 13 + 1)"
    if op == "*":
        return f"(({left}) % 1000 * (({right}) % 1000))"
    return f"({left} {op} {right})"


def real(depth, names):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(names + [str(round(rng.uniform(-4, 4), 3))])
    return f"({real(depth - 1, names)} {rng.choice(FLOATS)} {real(depth - 1, names)})"


def statements(depth, indent, ints, floats, out, counter):
    pad = "    " * indent
    for _ in range(rng.randint(1, 3)):
        kind = rng.random()
        if kind < 0.35:
            out.append(f"{pad}{rng.choice(ints[2:])} = ({integer(3, ints)}) % 100003")
        elif kind < 0.55:
            out.append(f"{pad}{rng.choice(floats[1:])} = {real(2, floats)} * 0.25")
        elif kind < 0.75 and depth:
            out.append(f"{pad}if {integer(1, ints)} {rng.choice(COMPARE)} {integer(1, ints)}:")
            statements(depth - 1, indent + 1, ints, floats, out, counter)
            if rng.random() < 0.5:
                out.append(f"{pad}else:")
                statements(depth - 1, indent + 1, ints, floats, out, counter)
        elif depth:
            i = f"i{counter[0]}"
            counter[0] += 1
            start, step = rng.randint(-3, 3), rng.choice([1, 1, 1, 2, 3, -1])
            stop = start + step * rng.randint(0, 6)
            out.append(f"{pad}for {i} in range({start}, {stop}, {step}):")
            statements(depth - 1, indent + 1, ints + [i], floats, out, counter)
            if rng.random() < 0.3:
                out.append(f"{pad}    if {integer(1, ints + [i])} > 3:")
                out.append(f"{pad}        {rng.choice(['break', 'continue'])}")
            out.append(f"{pad}    p = (p + {i}) % 100003")
        else:
            out.append(f"{pad}p = (p * 31 + {integer(1, ints)}) % 100003")


for number in range(60):
    lines = [f"def f{number}(a, b, x):", "    p = a", "    q = b", "    y = x", "    z = 1.5"]
    statements(3, 1, ["a", "b", "p", "q"], ["x", "y", "z"], lines, [0])
    lines.append("    return p, q, y, z")
    scope = {}
    exec("\n".join(lines), scope)
    f = njit(scope[f"f{number}"])
    for a, b, x in ((0, 1, 0.5), (7, -3, -1.25), (12345, 678, 3.0)):
        print(number, f(a, b, x))
