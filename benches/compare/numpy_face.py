"""Times the `numpy` module: each line of the table is one statement.

Run by itself it prints `name<TAB>seconds`; `numpy_face.py --against PYTHON` runs the same file under
another Python in turn (so that both see the same machine), and prints medians and ratios.

    target/release/taipan benches/compare/numpy_face.py --against VENV/bin/python [substring...]
"""

import sys
import time

CASES = []


def case(name, statement, setup="", size=None):
    """One row: `statement` is repeated until it takes long enough to measure."""
    CASES.append((name, statement, setup))


SMALL = "a = np.arange(10.0); b = a + 1.0; i = np.arange(10)"
MIDDLE = "a = np.linspace(0.1, 3.0, 10000); b = a + 1.0; i = np.arange(10000)"
LARGE = "r = np.random.RandomState(0); a = r.rand(1000000); b = a + 1.0; i = r.randint(0, 1000, 1000000)"
SQUARE = "a = np.random.RandomState(0).rand(1000, 1000); f = np.asfortranarray(a)"

# calls on scalars and small arrays: the price of a call
for text in ["np.sqrt(x)", "np.sin(x)", "np.add(x, x)", "x + x", "x * 2.0", "x < 1.0", "np.maximum(x, 1.0)", "float(x)", "abs(x)"]:
    case("float64 scalar " + text, text, "x = np.float64(0.5)")
case("int64 scalar np.sqrt(x)", "np.sqrt(x)", "x = np.int64(5)")
case("int64 scalar x + x", "x + x", "x = np.int64(5)")
case("int64 scalar x + 1", "x + 1", "x = np.int64(5)")
case("python float np.sqrt(2.0)", "np.sqrt(2.0)")
case("python int np.sqrt(2)", "np.sqrt(2)")
case("python float np.exp(0.5)", "np.exp(0.5)")
for text in [
    "a + b", "a + 1.0", "a += 1.0", "a * b", "np.add(a, b)", "np.add(a, b, out=b)", "np.sqrt(a)", "np.exp(a)", "a > b", "a == b", "-a",
    "np.sum(a)", "a.sum()", "np.mean(a)", "a.mean()", "a.std()", "np.max(a)", "a.argmax()", "np.any(a)", "np.dot(a, b)", "a @ b",
    "a[1:5]", "a[::2]", "a[3]", "a[3] = 1.0", "a[1:5] = 1.0", "a[i]", "a[a > 3.0]", "a[None, :]", "a.T", "a.reshape(2, 5)", "a.copy()",
    "a.astype(np.float32)", "a.tolist()", "len(a)", "a.shape", "a.size", "a.dtype", "np.where(a > 3.0, a, b)", "np.concatenate([a, b])", "np.cumsum(a)",
    "np.sort(a)", "np.argsort(a)", "np.zeros(10)", "np.empty(10)", "np.ones(10)", "np.arange(10)", "np.linspace(0, 1, 10)", "np.array([1.0, 2.0, 3.0])",
    "np.array([[1, 2], [3, 4]])", "np.zeros((3, 3))", "np.eye(3)", "np.zeros_like(a)", "np.asarray(a)", "np.full(10, 1.5)", "np.clip(a, 1, 5)",
    "np.allclose(a, b)", "np.array_equal(a, b)", "np.isnan(a)", "np.outer(a, b)", "np.linalg.norm(a)", "np.vstack([a, b])", "np.stack([a, b])", "a.min()",
    "a.prod()", "np.roll(a, 1)", "np.diff(a)", "np.searchsorted(a, 3.5)", "np.unique(i)", "np.nonzero(a)", "np.abs(a)", "a ** 2", "a ** 0.5", "a // 2.0",
    "a % 3.0", "i + 1", "i * i", "i // 3", "i % 3", "i & 1", "i << 1", "i == 3", "list(a)", "[x for x in a]", "repr(a)", "a.ravel()", "a.flatten()", "np.dtype('float64')", "bool(a[0])",
]:
    case("small " + text, text, SMALL)
case("2-d small a[1, 2]", "a[1, 2]", "a = np.arange(12.0).reshape(3, 4)")
case("2-d small a[1, 2] = 3.0", "a[1, 2] = 3.0", "a = np.arange(12.0).reshape(3, 4)")
case("2-d small a[1]", "a[1]", "a = np.arange(12.0).reshape(3, 4)")
case("2-d small a[:, 1]", "a[:, 1]", "a = np.arange(12.0).reshape(3, 4)")
case("2-d small a.sum(axis=0)", "a.sum(axis=0)", "a = np.arange(12.0).reshape(3, 4)")
case("2-d small a @ a.T", "a @ a.T", "a = np.arange(12.0).reshape(3, 4)")
for n in (2, 3, 10):
    case("linalg.solve %d" % n, "np.linalg.solve(a, b)", "a = np.random.RandomState(0).rand(%d, %d); b = a[0]" % (n, n))
    case("linalg.inv %d" % n, "np.linalg.inv(a)", "a = np.random.RandomState(0).rand(%d, %d)" % (n, n))
    case("linalg.det %d" % n, "np.linalg.det(a)", "a = np.random.RandomState(0).rand(%d, %d)" % (n, n))
case("linalg.solve 500", "np.linalg.solve(a, b)", "a = np.random.RandomState(0).rand(500, 500); b = a[0]")
case("linalg.inv 300", "np.linalg.inv(a)", "a = np.random.RandomState(0).rand(300, 300)")

# elementwise, 10,000 elements (in cache) and 1,000,000
UNARY = ["sqrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
         "arcsinh", "arccosh", "arctanh", "cbrt", "floor", "rint", "abs", "negative", "square", "reciprocal", "isnan", "sign", "signbit"]
for name in UNARY:
    argument = {"arcsin": "a / 4", "arccos": "a / 4", "arctanh": "a / 4", "arccosh": "a + 1"}.get(name, "a")
    case("10k " + name, "np.%s(c)" % name, MIDDLE + "; c = " + argument)
    if name in ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "arctan", "cbrt"):
        case("10k f32 " + name, "np.%s(c)" % name, MIDDLE + "; c = (" + argument + ").astype(np.float32)")
for text in ["a + b", "a - b", "a * b", "a / b", "a // b", "a % b", "a ** b", "a ** 2", "a ** 3", "a ** 0.5", "a < b", "np.maximum(a, b)", "np.arctan2(a, b)", "np.hypot(a, b)", "np.power(a, 2.5)",
             "np.fmod(a, b)", "np.copysign(a, b)", "np.logaddexp(a, b)", "i + i", "i * i", "i // 7", "i % 7", "i / 7", "i // (i + 1)", "i & 3", "i << 2", "i ** 2", "i < 5000", "np.sqrt(i)", "i + 1.5",
             "a + i", "np.where(a > 1.0, a, b)", "a[a > 1.0]", "a[i]", "a[::2] + b[::2]", "a[::-1] + b", "np.isnan(a)", "np.clip(a, 0.5, 2.0)", "np.round(a, 2)", "a.astype(np.int64)", "i.astype(float)",
             "a.astype(np.float32)", "(a > 1.0) & (b < 3.0)", "~(a > 1.0)", "np.logical_and(a > 1.0, b < 3.0)", "np.sum(a > 1.0)", "np.any(a > 5)", "np.count_nonzero(a > 1.0)"]:
    case("10k " + text, text, MIDDLE)
for text in ["a + b", "a * b + a", "a += b", "a += 1.0", "a / b", "np.sqrt(a)", "np.exp(a)", "np.sin(a)", "a ** 2", "np.sum(a)", "a.mean()", "a.std()", "a.var()", "a.max()", "a.argmax()", "a.min()", "np.sum(i)", "i.max()",
             "np.argmin(i)", "np.cumsum(a)", "np.cumsum(i)", "np.cumprod(b)", "np.dot(a, b)", "a @ b", "np.where(a > 0.5, a, b)", "a[a > 0.5]", "a[i]", "a[i] = 0.0", "np.take(a, i)", "a[a > 0.5] = 0.25", "a.copy()", "np.concatenate([a, b])",
             "np.concatenate([a, b]).reshape(2, -1)", "np.zeros(1000000)", "np.ones(1000000)", "np.full(1000000, 2.5)", "np.empty(1000000)", "np.arange(1000000)", "np.arange(1000000.0)", "np.linspace(0, 1, 1000000)",
             "np.random.rand(1000000)", "np.random.randn(1000000)", "np.random.randint(0, 100, 1000000)", "np.random.normal(size=1000000)", "np.allclose(a, a)", "np.array_equal(a, a)", "a == b", "i == 3", "np.sort(a)", "np.sort(i)",
             "np.argsort(a)", "np.argsort(i)", "np.sort(a.astype(np.float32))", "np.median(a)", "np.partition(a, 1000)", "np.unique(i)", "np.bincount(i)", "np.searchsorted(b, a[:1000])", "np.diff(a)", "np.nonzero(a > 0.5)",
             "np.flatnonzero(a > 0.5)", "a[::-1].copy()", "a[::2].sum()", "np.prod(b)", "np.any(a > 2)", "np.all(a < 2)", "np.clip(a, 0.2, 0.8)", "np.round(a, 2)", "a.astype(np.float32)", "i.astype(np.float64)", "a.tolist()",
             "np.histogram(a, 10)", "np.roll(a, 1)", "np.repeat(a, 2)", "np.tile(a, 2)", "np.isnan(a).any()", "np.minimum(a, b)", "np.abs(a - b)", "(a - b) ** 2", "np.sqrt(a * a + b * b)", "(a + 1j * b)", "np.interp(a, b, b)", "np.flip(a) + 1", "np.outer(a[:1000], b[:1000])", "np.meshgrid(a[:1000], b[:1000])", "a.var()"]:
    case("1M " + text, text, LARGE)
case("10M np.sum(np.sqrt(i))", "np.sum(np.sqrt(i))", "i = np.arange(10000000)")
case("10M np.sqrt(i)", "np.sqrt(i)", "i = np.arange(10000000)")
case("10M a + b", "a + b", "a = np.arange(10000000.0); b = a + 1")
for text in ["a.sum(axis=0)", "a.sum(axis=1)", "f.sum(axis=0)", "f.sum(axis=1)", "a.max(axis=0)", "a.max(axis=1)", "f.max(axis=0)", "f.max(axis=1)", "a.argmax(axis=0)", "a.argmax(axis=1)", "f.argmax(axis=0)", "f.argmax(axis=1)",
             "a.mean(axis=0)", "a.std(axis=0)", "a.std(axis=1)", "a.cumsum(axis=0)", "a.cumsum(axis=1)", "a.any(axis=0)", "(a > 0.5).sum(axis=1)", "(a > 0.5).all(axis=0)", "a.prod(axis=0)", "np.sort(a, axis=0)", "np.sort(a, axis=1)",
             "np.argsort(a, axis=1)", "a + f", "a + a.T", "a.T.copy()", "a + a[0]", "a + a[:, :1]", "a[:, 3]", "a[:, 3].copy()", "a[::2, ::2].copy()", "a[[1, 5, 7]]", "a[:, [1, 5, 7]]", "np.concatenate([a, a], axis=1)", "np.vstack([a, a])", "np.hstack([a, a])",
             "np.dot(a, a)", "a @ a.T", "a @ a[0]", "a[0] @ a", "np.trace(a)", "a.ravel(order='F')", "np.linalg.norm(a)", "np.linalg.norm(a, axis=1)", "np.median(a, axis=0)", "np.diff(a, axis=0)", "np.tril(a)", "a.sum(axis=(0, 1))", "np.where(a > f, a, f)", "a.transpose(1, 0) * 2.0", "np.triu(a)", "np.roll(a, 1, axis=0)"]:
    case("1000x1000 " + text, text, SQUARE)
for n in (4, 16, 64, 256):
    case("matmul f64 %d" % n, "a @ a", "a = np.random.RandomState(0).rand(%d, %d)" % (n, n))
    case("matmul f32 %d" % n, "a @ a", "a = np.random.RandomState(0).rand(%d, %d).astype(np.float32)" % (n, n))
    case("matmul i64 %d" % n, "a @ a", "a = np.random.RandomState(0).randint(0, 9, (%d, %d))" % (n, n))
case("matmul c128 64", "a @ a", "a = np.random.RandomState(0).rand(64, 64) * (1 + 1j)")
case("matmul batched 100x8x8", "a @ a", "a = np.random.RandomState(0).rand(100, 8, 8)")
for kind in ("int8", "uint8", "int16", "int32", "uint64", "float16", "complex64", "complex128", "bool"):
    for text in ["a + a", "a.sum()", "a.max()", "np.sort(a)", "a == a", "a.argmax()"]:
        case("100k %s %s" % (kind, text), text, "a = np.random.RandomState(0).randint(0, 2 if '%s' == 'bool' else 100, 100000).astype('%s')" % (kind, kind))


def measure(statement, setup, budget):
    """Seconds per run: the best of several batches."""
    lines = ["def run(np, n, clock):"]
    lines += ["    " + part.strip() for part in setup.split(";") if part.strip()]
    lines += ["    start = clock()", "    for _ in range(n):", "        " + statement, "    return clock() - start"]
    space = {}
    exec("\n".join(lines), space)
    import numpy as np
    n = 1
    spent = space["run"](np, 1, time.perf_counter)
    while spent < budget and n < 1 << 22:
        n = max(2 * n, min(int(n * budget / max(spent, 1e-9)) + 1, 20 * n))
        spent = space["run"](np, n, time.perf_counter)
    best = spent
    for _ in range(2):
        best = min(best, space["run"](np, n, time.perf_counter))
    return best / n


def measured(names, budget):
    for name, statement, setup in CASES:
        if names and not any(part in name for part in names):
            continue
        try:
            yield name, measure(statement, setup, budget)
        except Exception as error:
            yield name, type(error).__name__


def main():
    arguments = sys.argv[1:]
    if "--against" not in arguments:
        import os
        import warnings
        warnings.simplefilter("ignore")
        for name, seconds in measured(arguments, float(os.environ.get("BUDGET", "0.01"))):
            print("%s\t%s" % (name, seconds), flush=True)
        return
    import subprocess
    at = arguments.index("--against")
    other = arguments[at + 1]
    names = arguments[:at] + arguments[at + 2:]
    columns = ([], [])
    for _ in range(3):
        for column, python in zip(columns, (sys.executable, other)):
            done = subprocess.run([python, __file__] + names, capture_output=True, text=True)
            column.append(dict(line.split("\t") for line in done.stdout.splitlines()))
    rows = []
    for name in columns[0][0]:
        try:
            ours, theirs = (sorted(float(run[name]) for run in column)[1] for column in columns)
        except (KeyError, ValueError):
            rows.append((float("inf"), name, None, None))
            continue
        rows.append((ours / theirs, name, ours, theirs))
    for ratio, name, ours, theirs in sorted(rows, key=lambda row: -row[0]):
        if ours is None:
            print("%-50s failed: %s" % (name, [run.get(name) for column in columns for run in column][:2]))
        else:
            print("%-50s %12.3f us %12.3f us %8.2f" % (name, ours * 1e6, theirs * 1e6, ratio))


if __name__ == "__main__":
    main()
