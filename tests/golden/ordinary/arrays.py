# Loops over arrays see the same values, classes, warnings and exceptions armed
# as interpreted, down to the locals of each frame of a traceback.
import textwrap

import numpy as np
import _taipan
from _compare import differ

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]

# name: (body of f(a, b, n), arguments as text)
SHAPES = {
    "items": ("t = 0.0\nfor x in a:\n  t += x\nreturn t, x", ["np.arange(99.0), 0, 0", "np.arange(99), 0, 0", "np.zeros(0), 0, 0", "np.arange(50.0)[::-2], 0, 0"]),
    "item classes": ("t = 0\nfor x in a:\n  y = x + 1\n  z = x * 2.5\n  t = t + x\nreturn t, x, y, z", [f"np.arange(60).astype('{d}'), 0, 0" for d in DTYPES]),
    "unfinished": ("t = 0\nit = iter(a)\nfor x in it:\n  t += x\n  if x > 20: break\nreturn t, x, list(it)", ["np.arange(99.0), 0, 0"]),
    "nested items": ("t = 0\nfor i in range(n):\n  for x in a:\n    if x > i: break\n    t += x * i\n  else:\n    t -= 1\nreturn t, i, x", ["np.arange(12.0), 0, 40", "np.arange(12), 0, 40"]),
    "leaves a nested iteration": ("t = 0\nl = []\nfor i in range(n):\n  for x in a:\n    t += x\n    if x == 7: l.append((i, t))\nreturn t, l", ["np.arange(12.0), 0, 40"]),
    "rows": ("t = 0\nfor r in a:\n  t += r[0]\nreturn t, r", ["np.arange(60.0).reshape(30, 2), 0, 0"]),
    "element": ("t = 0.0\nfor i in range(n):\n  t += a[i]\nreturn t, i", ["np.arange(99.0), 0, 99", "np.arange(99), 0, 99", "np.arange(99.0)[::3], 0, 30"]),
    "element classes": ("l = []\nfor i in range(n):\n  x = a[i]\n  y = x - 3\n  z = x / 2\nreturn x, y, z", [f"np.arange(60).astype('{d}'), 0, 60" for d in DTYPES[5:]]),
    "past the end": ("t = 0.0\nfor i in range(n):\n  t += a[i]\nreturn t, i", ["np.arange(50.0), 0, 99"]),
    "before the start": ("t = 0.0\nfor i in range(n):\n  t += a[-i]\nreturn t, i", ["np.arange(50.0), 0, 99", "np.arange(50.0), 0, 50"]),
    "caught past the end": ("t = 0.0\nfor i in range(n):\n  try:\n    t += a[i]\n  except IndexError as e:\n    t -= 1\nreturn t, i", ["np.arange(50.0), 0, 99"]),
    "store": ("for i in range(n):\n  a[i] = i * 1.5\nreturn a", [f"np.zeros(60, '{d}'), 0, 60" for d in DTYPES]),
    "store out of bounds": ("for i in range(n):\n  a[i] = i * 7\nreturn a", [f"np.zeros(60, '{d}'), 0, 60" for d in DTYPES]),
    "store elements": ("for i in range(n):\n  a[i] = b[i]\nreturn a", [f"np.zeros(60, '{d}'), np.arange(60).astype('{e}') * 3 - 9, 60" for d in DTYPES for e in ("int64", "float64", "float32", "uint8", "bool")]),
    "update": ("for i in range(n):\n  a[i % 7] += i\n  a[i % 5] *= 2\nreturn a", [f"np.ones(7, '{d}'), 0, 25" for d in DTYPES]),
    "read only": ("a.flags.writeable = False\nfor i in range(n):\n  if i > 30: a[i] = 1\nreturn a", ["np.zeros(60), 0, 60"]),
    "two dimensions": ("for i in range(n):\n  for j in range(a.shape[1]):\n    a[i, j] = i * 10 + j\n    a[j, i] -= 1\nreturn a", ["np.zeros((12, 12)), 0, 12", "np.zeros((12, 12), order='F'), 0, 12", "np.zeros((24, 36))[::2, ::3], 0, 12", "np.zeros((9, 12)), 0, 12"]),
    "rows by index": ("t = 0.0\nfor i in range(n):\n  for j in range(n):\n    t += a[i][j]\nreturn t", ["np.arange(144.0).reshape(12, 12), 0, 12"]),
    "rows updated": ("for i in range(n):\n  for j in range(len(a[i])):\n    a[i][j] += i * j\n    a[-i][j] = a[i][-j] - 1\nreturn a", ["np.zeros((9, 7)), 0, 9", "np.zeros((9, 7), 'i4', order='F'), 0, 9", "np.zeros((9, 7)), 0, 10", "np.zeros((9, 0)), 0, 10"]),
    "row in a variable": ("t = 0\nfor i in range(n):\n  r = a[i]\n  for j in range(n): t += r[j]\nreturn t, r, r.base is a", ["np.arange(81.0).reshape(9, 9), 0, 9"]),
    "exit in a row": ("t = 0\nfor i in range(n):\n  for j in range(n): t += a[i][100 // (j - 5)]\nreturn t", ["np.ones((9, 200)), 0, 9"]),
    "three dimensions": ("t = 0\nfor i in range(n):\n  t += a[i, 1, -1] + a[0, i % 2, 2]\nreturn t", ["np.arange(180).reshape(30, 2, 3), 0, 30", "np.arange(180).reshape(30, 2, 3), 0, 31"]),
    "tuple index": ("t = 0\nfor i in range(n):\n  k = (i, 1)\n  t += a[k] + a[(i, 0)] + a[0, 1]\nreturn t, k", ["np.arange(60).reshape(30, 2), 0, 30"]),
    "numpy index": ("t = 0\nfor i in range(n):\n  t += a[b[i]]\nreturn t", ["np.arange(60), np.arange(60, dtype='i4')[::-1], 60", "np.arange(60), np.arange(60, dtype='u8') * 2, 60"]),
    "bool index": ("t = 0\nfor i in range(n):\n  t += a[i > 5].sum()\nreturn t", ["np.arange(60), 0, 60"]),
    "float index": ("t = 0\nfor i in range(n):\n  t += a[b[i]]\nreturn t", ["np.arange(60), np.arange(60.0), 60"]),
    "length": ("t = 0\nfor i in range(n):\n  t += len(a) + a.size * a.ndim + a.shape[0] + a.nbytes\nreturn t, a.shape", ["np.zeros((7, 3)), 0, 60"]),
    "other attributes": ("t = 0\nfor i in range(n):\n  t += a.T.shape[0]\nreturn t", ["np.zeros((7, 3)), 0, 60"]),
    "swapped arrays": ("for i in range(n):\n  for j in range(1, len(a) - 1):\n    b[j] = (a[j - 1] + a[j + 1]) / 2\n  a, b = b, a\nreturn a, b", ["np.arange(9.0), np.zeros(9), 25"]),
    "same array twice": ("c = a\nfor i in range(n):\n  a[i] = i\n  c[i] += 1\n  d = c\nreturn a is d, c, a is c", ["np.zeros(60), 0, 60"]),
    "rebound inside": ("t = 0\nfor i in range(n):\n  t += a[i % 5]\n  if i % 20 == 19: a = a * 2\nreturn t, a", ["np.arange(5.0), 0, 60"]),
    "another dtype inside": ("t = 0\nfor i in range(n):\n  t += a[i % 5]\n  if i == 30: a = b\nreturn t, a", ["np.arange(5.0), np.arange(5, dtype='f4'), 60", "np.arange(5), np.arange(10.).reshape(5, 2), 60", "np.arange(5), [1, 2, 3, 4, 5], 60"]),
    "deleted": ("t = 0\nfor i in range(n):\n  t += a[i]\n  if i == 40: del a\nreturn t", ["np.arange(60.0), 0, 60"]),
    "views": ("c = a[::2]\nfor i in range(n):\n  c[i] = i\n  t = a[2 * i] + a[2 * i + 1]\nreturn a, t", ["np.zeros(120), 0, 60"]),
    "subclass": ("class M(np.ndarray): pass\nc = a.view(M)\nt = 0\nfor i in range(n):\n  t += c[i]\nreturn t", ["np.arange(60.0), 0, 60"]),
    "scalar subclass": ("class F(np.float64): pass\nx = F(2.5)\nfor i in range(n):\n  y = x * i\nreturn x, y, type(x), type(y)", ["0, 0, 60"]),
    "other dtypes": ("t = 0\nfor i in range(n):\n  t += a[i]\nreturn t", ["np.arange(60).astype('f2'), 0, 60", "np.arange(60) * 1j, 0, 60", "np.arange(60).astype('c8'), 0, 60"]),
    "no dimensions": ("t = 0\nfor i in range(n):\n  t += a\n  t += a[()]\nreturn t", ["np.array(2.5), 0, 60"]),
    "overflow": ("t = a[0]\nfor i in range(n):\n  t = t * 3 + i\nreturn t", [f"np.ones(3, '{d}'), 0, 60" for d in DTYPES]),
    "float overflow": ("t = a[0]\nfor i in range(n):\n  t = t * t\nreturn t", ["np.full(3, 1.5, 'f4'), 0, 12", "np.full(3, 1.5), 0, 14"]),
    "underflow": ("t = a[0]\nfor i in range(n):\n  t = t * t\nreturn t", ["np.full(3, 0.5, 'f4'), 0, 12", "np.full(3, 0.5), 0, 14"]),
    "watched underflow": ("t = a[0]\nwith np.errstate(under='warn'):\n  for i in range(n):\n    t = t * t\nreturn t", ["np.full(3, 0.5), 0, 14"]),
    "raised overflow": ("t = a[0]\nwith np.errstate(all='raise'):\n  for i in range(n):\n    t = t * t\nreturn t", ["np.full(3, 1.5), 0, 14"]),
    "nan and infinity": ("t = 0\nu = 1.5\nfor x in a:\n  t += x\n  u = x - u\n  y = x * x - x\nreturn t, u, y", ["np.array([1, 2, np.nan, 3] * 9), 0, 0", "np.array([1, 2, np.inf, 3, -np.inf] * 9), 0, 0", "np.array([1, np.inf], 'f4').repeat(9), 0, 0"]),
    "division by zero": ("t = 0\nfor i in range(n):\n  t += b / (a[i] - 20)\nreturn t", ["np.arange(60.0), 1.5, 60", "np.arange(60), 3, 60", "np.arange(60), 0, 60", "np.arange(60.0), np.float32(2), 60"]),
    "floor division by zero": ("t = 0\nfor i in range(n):\n  t += b // (a[i] - 20)\n  t -= b % (a[i] - 20)\nreturn t", ["np.arange(60.0), 7.5, 60", "np.arange(60), 7, 60"]),
    "operators on ints": ("for i in range(1, n):\n  x = a[i]\n  r = (x + 3, x - b, x * 2, x / 7, x // b, x % b, x & 6, x | 9, x ^ 5, x << 1, x >> 1, -x, +x, ~x, abs(x), x ** 2)\nreturn r", [f"np.arange(30).astype('{d}'), {b}, 25" for d in DTYPES[1:9] for b in ("3", "np.int64(5)", "np.uint8(7)")]),
    "operators on floats": ("for i in range(1, n):\n  x = a[i]\n  r = (x + 3, x - b, b * x, x / 7, x // b, x % b, -x, +x, abs(x), x ** 2, x ** 0.5, 2 ** x, b // x, b % x)\nreturn r", [f"np.arange(1, 31).astype('{d}') / 3, {b}, 25" for d in DTYPES[9:] for b in ("3", "2.5", "-2.5", "np.float32(1.5)", "np.int64(5)", "True")]),
    "operators on bools": ("for i in range(n):\n  x = a[i]\n  r = (x & True, x | x, x ^ False, ~x, not x, x + x, x * 3, x + 1.5)\nreturn r", ["np.arange(30) % 2 == 0, 0, 25"]),
    "minus on bools": ("for i in range(n):\n  x = a[i]\n  if i > 20: y = x - x\nreturn x", ["np.arange(30) % 2 == 0, 0, 25"]),
    "comparisons": ("t = 0\nfor i in range(n):\n  x = a[i]\n  r = (x < b, x <= b, x == b, x != b, x > b, b >= x)\n  if x > b: t += 1\n  elif not x: t += 100\nreturn r, t", [f"np.arange(30).astype('{d}'), {b}, 25" for d in DTYPES for b in ("3", "2.5", "np.float32(1.5)", "np.int64(5)", "np.uint64(5)", "True", "-1")]),
    "out of bounds partner": ("t = 0\nfor i in range(n):\n  t = a[i] + b\nreturn t", ["np.arange(60, dtype='i1'), 300, 60", "np.arange(60, dtype='u1'), -1, 60", "np.arange(60), 1 << 70, 60", "np.ones(60, 'f4'), 1e300, 60"]),
    "python on the left": ("t = 1.5\nu = 7\nfor x in a:\n  t = 2.5 * t - x\n  u = 3 + x\n  v = 2.0 / (x + 1)\nreturn t, u, v", [f"np.arange(20).astype('{d}'), 0, 0" for d in DTYPES[1:]]),
    "functions": ("import math\nt = 0\nfor x in a:\n  r = (math.sqrt(x), math.floor(x), int(x), float(x), bool(x), abs(x), math.isnan(x), math.atan2(x, 2))\nreturn r", [f"np.arange(40).astype('{d}') / 4, 0, 0" for d in ("float32", "float64", "int64")] + ["np.arange(40), 0, 0"]),
    "rounding": ("t = 0\nfor x in a:\n  t += round(x)\n  u = round(x, 1)\nreturn t, u", ["np.arange(40) / 4, 0, 0"]),
    "ranges of elements": ("t = 0\nfor i in range(n):\n  for j in range(a[i], b[i]):\n    t += j\nreturn t, j", ["np.arange(30), np.arange(30) + 5, 25", "np.arange(30, dtype='i2'), np.arange(30, dtype='u8') + 5, 25"]),
    "extrema": ("t = 0\nfor x in a:\n  t = max(t, x)\n  u = min(x, 5)\n  v = max(x, 2.5)\n  w = min(x, x)\nreturn t, u, v, w", ["np.arange(40.0) % 13, 0, 0", "np.arange(40) % 13, 0, 0", "np.array([3, np.nan, 1] * 9), 0, 0"]),
    "ufuncs": ("for x in a:\n  r = (np.sqrt(x), np.sin(x), np.exp(x), np.floor(x), np.maximum(x, 3), np.minimum(2.5, x), np.hypot(x, 2), np.arctan2(x, 1.5), np.isnan(x), np.tanh(x), np.log1p(x), np.fabs(x), np.rint(x))\nreturn r", [f"np.arange(40).astype('{d}') / 4, 0, 0" for d in ("float32", "float64")] + ["np.arange(40), 0, 0", "np.arange(40, dtype='i4'), 0, 0", "np.arange(40, dtype='i1'), 0, 0"]),
    "ufuncs of Python numbers": ("for i in range(n):\n  r = (np.sqrt(i), np.sqrt(i * 0.5), np.exp(i / 9), np.maximum(i, 3), np.maximum(i, 2.5), np.minimum(1.5, 2.5))\nreturn r", ["0, 0, 40"]),
    "ufuncs that warn": ("t = 0\nfor x in a:\n  t = np.sqrt(x - 3) + np.log(x)\nreturn t", ["np.arange(40.0), 0, 0"]),
    "constants": ("t = 0\nfor x in a:\n  t = x * np.pi + np.e\nreturn t", ["np.arange(40.0), 0, 0"]),
    "patched function": ("import math\nold = math.sqrt\nt = 0\ntry:\n  for i in range(n):\n    t += math.sqrt(i)\n    if i == 30: math.sqrt = lambda x: 1000\n    if i == 60: math.sqrt = math.sin\nfinally:\n  math.sqrt = old\nreturn t", ["0, 0, 90"]),
    "patched constant": ("import math\nold = math.pi\nt = 0\ntry:\n  for i in range(n):\n    t += math.pi\n    if i == 30: math.pi = 3\nfinally:\n  math.pi = old\nreturn t", ["0, 0, 90"]),
    "patched ufunc": ("old = np.sqrt\nt = 0\ntry:\n  for i in range(n):\n    t += np.sqrt(i)\n    if i == 30: np.sqrt = np.exp\nfinally:\n  np.sqrt = old\nreturn t", ["0, 0, 60"]),
    "while": ("i = n - 1\nwhile i >= 0 and a[i] != 7:\n  a[i] += 1\n  i -= 1\nreturn a, i", ["np.arange(60), 0, 60", "np.arange(60.0), 0, 60"]),
    "generator": ("def g():\n  for x in a:\n    for i in range(10): x = x + i\n    yield x\nreturn list(g())", ["np.arange(30.0), 0, 0"]),
    "closure": ("t = 0\ndef g(): return a, t\nfor i in range(n):\n  t += a[i]\nreturn t, g()", ["np.arange(60.0), 0, 60"]),
    "reshaped meanwhile": ("t = 0\nfor i in range(n):\n  t += a[i % 6]\n  if i == 30: a.shape = (2, 3)\nreturn t", ["np.arange(6.0), 0, 60"]),
    "divmod": ("for i in range(1, n):\n  r = (divmod(i, 7), divmod(-i, 7), divmod(i, 2.5), divmod(a[i], 3), divmod(7, a[i]))\nreturn r", ["np.arange(60), 0, 50", "np.arange(60.0), 0, 50"]),
    "mixed extrema": ("t = 0\nu = 0\nfor i in range(n):\n  t = max(t, i * 0.5)\n  u = min(i, 7.5)\n  v = max(i, 7.0)\n  w = max(True, i)\nreturn t, u, v, w", ["0, 0, 60"]),
}

wrong = count = 0
for name, (body, arguments) in SHAPES.items():
    for text in arguments:
        source = "import numpy as np\ndef f(a, b, n):\n" + textwrap.indent(body, " ") + f"\nresult = f({text})\n"
        count += 1
        if found := differ(source):
            wrong += 1
            print(name, text, *(part[:600] for part in found), sep="\n  ")

# The same at module level.
for name in ("items", "element", "past the end", "store", "update", "swapped arrays", "rebound inside", "two dimensions", "nested items"):
    body, arguments = SHAPES[name]
    for text in arguments:
        source = f"import numpy as np\na, b, n = {text}\n" + body.split("\nreturn")[0]
        count += 1
        if found := differ(source):
            wrong += 1
            print("module", name, text, *(part[:600] for part in found), sep="\n  ")
print(count, "loops,", wrong, "wrong")
# A silent loss of compilation must show here.
print("entered often:", _taipan.loop_entries() > 400)
