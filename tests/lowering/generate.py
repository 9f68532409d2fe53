"""Writes the outcomes of lowering/*.py as CPython with Numba gives them."""
import itertools
import os
import sys

import numba
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
T = dict(bool=np.bool_, int8=np.int8, int32=np.int32, int64=np.int64, uint8=np.uint8, uint64=np.uint64, float32=np.float32, float64=np.float64, complex128=np.complex128)
VALUES = dict(
    bool=[True, False], int8=[3, -7, -128], int32=[5, -2], int64=[0, 7, -3, 2**62, -2**63], uint8=[0, 200],
    uint64=[1, 2**63 + 5], float32=[0.0, 2.5, -1.25], float64=[0.0, -0.0, 3.5, -2.25, 1e300, float("nan"), float("inf")],
    complex128=[1 + 2j, -0.5 + 0j],
)


def text(v):
    if isinstance(v, (bool, np.bool_)):
        return str(bool(v))
    if isinstance(v, (complex, np.complexfloating)):
        return f"{float(v.real)!r}:{float(v.imag)!r}"
    if isinstance(v, (float, np.floating)):
        return repr(float(v))
    if isinstance(v, tuple):
        return "(" + " ".join(map(text, v)) + ")"
    return "None" if v is None else str(int(v))


def run(stem, calls):
    space = {}
    exec(open(f"{HERE}/{stem}.py").read(), space)
    out = []
    for name, types, args in calls:
        f = space[name] = space[name] if hasattr(space[name], "py_func") else numba.njit(parallel=stem == "parallel")(space[name])
        sig = tuple(getattr(numba, t if t != "bool" else "boolean") for t in types)
        try:
            f.compile(sig)
        except Exception:
            continue
        ret = str(f.overloads[sig].signature.return_type).replace("boolean", "bool")
        values = [T[t](a) for t, a in zip(types, args)]
        try:
            got = f"{ret} {text(f(*values))}"
        except Exception as e:
            got = f"{type(e).__name__}: {e}"
        out.append(f"{name}({', '.join(types)}) {' '.join(map(text, values))} -> {got}")
    open(f"{HERE}/{stem}.txt", "w").write("\n".join(out) + "\n")


def operators():
    two = "add sub mul div floordiv mod power and_ xor shl shr lt le eq ne smaller larger".split()
    pairs = [("int64", "int64"), ("float64", "float64"), ("int64", "float64"), ("int8", "int32"), ("uint8", "int8"), ("uint64", "int64"), ("int64", "uint64"), ("bool", "bool"), ("bool", "int64"), ("float32", "float32"), ("float32", "int8"), ("float32", "int64"), ("float32", "float64"), ("complex128", "float64"), ("complex128", "complex128")]
    for name in two:
        for a, b in pairs:
            for x, y in itertools.product(VALUES[a], VALUES[b]):
                if name in ("shl", "shr") and not (isinstance(y, int) and 0 <= y < 64):
                    continue
                if name == "power" and (abs(y) > 64 or (y == y and "float" in a + b and abs(x) > 1e6)):
                    continue
                yield name, (a, b), (x, y)
    for name in "neg pos inv not_ absolute cube inverse as_int as_float as_bool".split():
        for a in VALUES:
            for x in VALUES[a]:
                if name == "inverse" and a == "complex128" or name == "as_int" and isinstance(x, float) and not abs(x) < 1e9:
                    continue
                yield name, (a,), (x,)


def library():
    for name in "floor ceil trunc rnd".split():
        for x in (2.5, -2.5, 3.0, -0.5):
            yield name, ("float64",), (x,)
        yield name, ("float32",), (1.5,)
        yield name, ("int64",), (-4,)
    for name in "sqrt exp isnan isinf degrees npsqrt npfloor npsign npabs npexp npi8 npf4 parts rnd2".split():
        for t, x in [("float64", 2.25), ("float64", 0.0), ("float32", 4.0), ("int64", 9), ("int8", 4), ("uint8", 200), ("bool", True)]:
            if (name, t) == ("npsign", "uint8"):
                continue  # NumPy gives 1
            yield name, (t,), (x,)
    yield "isnan", ("float64",), (float("nan"),)
    yield "isinf", ("float64",), (float("-inf"),)
    yield "npsign", ("float64",), (float("nan"),)
    yield "npi8", ("int64",), (300,)
    yield "npabs", ("complex128",), (3 + 4j,)
    yield "parts", ("complex128",), (3 + 4j,)
    for name in "atan2 mpow".split():
        for t, u, x, y in [("float64", "float64", 1.0, 2.0), ("int64", "int64", 2, 3), ("float32", "float32", 1.5, 2.0), ("float32", "float64", 1.5, 2.0)]:
            yield name, (t, u), (x, y)
    for x, y in [(12, -18), (0, 5), (7, 0), (-2**63, 6)]:
        yield "gcd", ("int64", "int64"), (x, y)
    for x, y in [(7, -2), (-7, 2), (7, 0)]:
        yield "divm", ("int64", "int64"), (x, y)
        yield "divm", ("float64", "float64"), (x, y)
    for name in "npdiv npmod npmax npfmin npless nplog".split():
        for t, u, x, y in [("int64", "int64", 7, -2), ("int64", "int64", 1, 0), ("float64", "float64", 1.0, float("nan")), ("float64", "float64", -7.5, 2.0), ("int8", "int8", 5, 3), ("float32", "float32", 2.5, 1.0), ("uint64", "int64", 1, -1), ("float32", "int64", 2.5, 2)]:
            if name == "npmod" and y == -1:
                continue  # NumPy gives -0.0
            yield name, (t, u), (x, y)


def loops():
    for n in (0, 1, 10, -5, 16384, 16385, 100000):
        yield "total", ("int64",), (n,)
        yield "last", ("int64",), (n,)
    for a, b in [(0, 0), (5, 3), (-7, 8), (10, 50000), (2**63 - 20, 2**63 - 1), (-2**63, -2**63 + 3)]:
        yield "between", ("int64", "int64"), (a, b)
        yield "by_seven", ("int64", "int64"), (a, b)
    for a, b, c in [(0, 10, 3), (10, 0, -4), (0, 10, -1), (10, 0, 1), (0, 40000, 2), (40000, 0, -3), (0, 10, 0), (0, 2**63 - 1, 2**62), (5, 5, 7)]:
        yield "stepped", ("int64",) * 3, (a, b, c)
    for name in "down nested early with_else carried floats counted zipped picked".split():
        for n in (0, 1, 7, 60):
            yield name, ("int64",), (n,)
    yield "tuples", ("float64",), (0.25,)


def parallel():
    for n in (0, 1, 63, 64, 65, 1000, 40000):
        for name in "squares largest nested".split():
            if name != "nested" or n <= 1000:
                yield name, ("int64",), (n,)
        yield "floats", ("int64", "float64"), (n, 0.5)
    yield "product", ("int64",), (100,)
    yield "raises", ("int64",), (50,)
    yield "raises", ("int64",), (5000,)


for stem, calls in dict(parallel=parallel, operators=operators, library=library, loops=loops).items():
    if len(sys.argv) < 2 or stem in sys.argv[1:]:
        run(stem, calls())
