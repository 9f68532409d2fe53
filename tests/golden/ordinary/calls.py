# Loops that call functions, Python's, NumPy's and their own, see the same
# values armed as interpreted, down to the frames and locals of a traceback.
import _taipan
from _compare import differ

# name: source of a module with a function f(n), or with loops of its own
PROGRAMS = {
    "one": "def g(x): return x * x + 1\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "paths": "def g(x):\n  if x % 3 == 0: return x / 2\n  y = x\n  if x % 5 == 1: y = -y\n  elif x > 20: return True\n  return y\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "nothing returned": "def g(x): x + 1\ndef f(n):\n  for i in range(n): t = g(i)\n  return t, i\n",
    "calls within": "def h(x, y): return x - y\ndef g(x): return h(x, 2) * h(3, x)\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i) + h(i, t)\n  return t\n",
    "recursion": "def g(x): return 1 if x < 2 else x * g(x - 1)\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i % 9)\n  return t\n",
    "globals": "K = 3\ndef g(x): return x * K\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "globals of the loop": "K = 3\ndef g(x): return x * K\nt = 0\nfor i in range(60):\n  K = i\n  t += g(i)\n",
    "changed global": "K = 3\ndef g(x): return x * K\ndef f(n):\n  global K\n  t = 0\n  for i in range(n):\n    t += g(i)\n    if i == 30: K = 2.5\n  return t\n",
    "undefined global": "def g(x): return x + nowhere\ndef f(n):\n  t = 0\n  for i in range(n):\n    t += i\n    if i > 30: t += g(i)\n  return t\n",
    "raises": "def h(x): return 10 // (x - 30)\ndef g(x): return h(x) + 1\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "raises and is caught": "def g(x): return 10 // (x % 30)\ndef f(n):\n  t = 0\n  for i in range(n):\n    try: t += g(i)\n    except ZeroDivisionError: t -= 1\n  return t\n",
    "unbound": "def g(x):\n  if x > 30: y = 1\n  return y if x != 10 else 5\ndef f(n):\n  t = 0\n  for i in range(10, n): t += g(i)\n  return t\n",
    "overflow": "def g(x): return x * x * x\ndef f(n):\n  t = 3\n  for i in range(n): t = g(t) % 10007 if i % 7 else g(t)\n  return t\n",
    "redefined": "def g(x): return x\ndef f(n):\n  global g\n  t = 0\n  for i in range(n):\n    t += g(i)\n    if i == 30: g = lambda x: 1000\n  return t\n",
    "other code": "def g(x): return x\ndef h(x): return x * 100\ndef f(n):\n  t = 0\n  for i in range(n):\n    t += g(i)\n    if i == 30: g.__code__ = h.__code__\n  return t\n",
    "defaults": "def g(x, y=5): return x * y\ndef f(n):\n  t = 0\n  for i in range(n):\n    t += g(i) + g(i, 2)\n    if i == 30: g.__defaults__ = (7,)\n  return t\n",
    "too few": "def g(x, y): return x * y\ndef f(n):\n  t = 0\n  for i in range(n):\n    t += i\n    if i > 30: t += g(i)\n  return t\n",
    "keywords": "def g(x, y): return x - y\ndef f(n):\n  t = 0\n  for i in range(n): t += g(y=i, x=3)\n  return t\n",
    "effects": "log = []\ndef g(x):\n  log.append(x)\n  return x\ndef f(n):\n  t = 0\n  for i in range(n):\n    for j in range(9): t += j\n    t += g(i)\n  return t, log\n",
    "stores": "import numpy as np\na = np.zeros(60)\ndef g(x):\n  a[x] = x\n  return x\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t, a.tolist()\n",
    "reads arrays": "import numpy as np\na = np.arange(60.0)\ndef g(x): return a[x] * 2\ndef h(b, x): return b[x] + len(b)\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i) + h(a, i)\n  return t\n",
    "past the end": "import numpy as np\na = np.arange(40.0)\ndef g(x):\n  y = x + 1\n  return a[x] * 2\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "extrema within": "def g(x): return max(x, 7.5)\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "loops within": "def g(x):\n  t = 0\n  for i in range(x): t += i\n  return t\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "closure": "def make(k):\n  def g(x): return x * k\n  return g\ng = make(3)\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\n",
    "passed on": "def g(x): return x + 1\ndef f(n, h=g):\n  t = 0\n  for i in range(n):\n    t += h(i)\n    k = h\n  return t, k is g\n",
    "shadowed": "def abs(x): return 5\ndef f(n):\n  t = 0\n  for i in range(n): t += abs(i - 30)\n  return t\n",
    "module level": "def g(x): return x * x\nt = 0\nfor i in range(60): t += g(i)\n",
    "class": "def g(x): return x * x\nclass C:\n  t = 0\n  for i in range(60): t += g(i)\n",
    "while": "def even(x): return x % 2 == 0\ndef f(n):\n  s = 0\n  for i in range(1, n):\n    while i != 1:\n      i = i // 2 if even(i) else 3 * i + 1\n      s += 1\n  return s\n",
    "deep": "import sys\ndef g(x): return x + 1\ndef f(n):\n  t = 0\n  for i in range(n): t += g(i)\n  return t\ndef d(k): return f(60) if k == 0 else d(k - 1)\ndef deepest():\n  k = 0\n  while True:\n    try: d(k)\n    except RecursionError: return k\n    k += 1\nold = sys.getrecursionlimit()\nsys.setrecursionlimit(120)\nr = deepest()\nsys.setrecursionlimit(old)\n",
    "mathematics": "import math\ndef f(n):\n  r = 0\n  for i in range(1, n):\n    x = i / 7\n    r = (math.exp2(x), math.expm1(x), math.log1p(x), math.asinh(x), math.acosh(x + 1), math.atanh(1 / (x + 1)), math.cbrt(x), math.erf(x), math.erfc(x), math.gamma(x), math.lgamma(x), math.hypot(x, i), math.remainder(x, 3), math.pow(x, 1.5), math.nextafter(x, 9), math.log(x, 3), math.gcd(i, 12), math.copysign(x, -i), math.fmod(x, 2), math.degrees(x))\n  return r\n",
    "math errors": "import math\ndef f(n):\n  t = []\n  for i in range(-n, n):\n    try:\n      x = math.gamma(i)\n      x = math.acosh(i) + math.log(i, 2)\n      x = math.pow(i, 900)\n    except (ValueError, OverflowError) as e:\n      t.append(str(e))\n  return t\n",
    "rounding": "def f(n):\n  t = 0\n  for i in range(n):\n    t += round(i / 7, 2) + round(i / 7) + round(i, 1) + round(2.5 * i, 0)\n  return t, round(t, 3)\n",
    "rounding left": "def f(n):\n  t = 0\n  for i in range(n): t += round(i * 12.345, -2) + round(i, -1)\n  return t\n",
    "conversions": "def f(n):\n  for i in range(n):\n    r = (int(i * 0.7), float(i), bool(i), int(i > 3), abs(-i), abs(-0.5 * i), pow(i, 2), pow(i, 0.5), divmod(i, 7), divmod(-i, 2.5), min(i, 3), max(i, 2.5), min(i, 4, 7))\n  return r\n",
    "division by zero in divmod": "def f(n):\n  t = 0\n  for i in range(n): t += divmod(100, 30 - i)[0]\n  return t\n",
}

wrong = 0
for name, source in PROGRAMS.items():
    call = (lambda names: names["f"](60)) if "def f(" in source else None
    if found := differ(source, call):
        wrong += 1
        print(name, *(part[:700] for part in found), sep="\n  ")
print(len(PROGRAMS), "programs,", wrong, "wrong")
# A silent loss of compilation must show here.
print("entered often:", _taipan.loop_entries() > 60)
