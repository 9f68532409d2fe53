# Loops of every shape see the same values armed as interpreted, in the same
# order, down to the locals of each frame of a traceback.
import textwrap

import _taipan
from _compare import differ

# name: (body of f(n, k), values of (n, k))
SHAPES = {
    "count": ("t = 0\nfor i in range(n):\n  t += i & 7\nreturn t, i", [(1, 0), (2, 0), (999, 0)]),
    "empty": ("t = 0\nfor i in range(n):\n  t += i\n  z = t\nreturn t, i, z", [(0, 0), (5, 0)]),
    "while": ("t = i = 0\nwhile i < n:\n  t += i & 7\n  i += 1\nreturn t, i", [(0, 0), (99, 0)]),
    "forever": ("t = i = 0\nwhile True:\n  i += 1\n  if i > n: break\n  t += i\nreturn t, i", [(99, 0)]),
    "while else": ("t = i = 0\nwhile i < n:\n  i += 1\n  t += i\nelse:\n  t = -t\nreturn t, i", [(99, 0)]),
    "break": ("t = 0\nfor i in range(n):\n  if i == k: break\n  t += i\nelse:\n  t = -t\nreturn t, i", [(99, 50), (99, 200), (3, 0)]),
    "continue": ("t = 0\nfor i in range(n):\n  if i % 3 == 0: continue\n  if i % 7 == 1:\n    t -= 1\n    continue\n  t += i\nreturn t", [(99, 0)]),
    "nested": ("t = 0\nfor i in range(n):\n  for j in range(i, k, 2):\n    t += i ^ j\n    if t > 9000: break\n  else:\n    t -= 1\nreturn t, i, j", [(50, 60), (5, 9)]),
    "nested thrice": ("t = 0\nfor i in range(n):\n  for j in range(n):\n    for m in range(n):\n      t += i * j - m\n      if t == 77: t += 1000\nreturn t, i, j, m", [(12, 0)]),
    "return inside": ("t = 0\nfor i in range(n):\n  for j in range(n):\n    t += 1\n    if t == k: return t, i, j\nreturn None", [(99, 777), (3, 777)]),
    "zero division": ("t = 0\nfor i in range(n):\n  t += 1\n  t += 100 // (k - i)\n  t += 2\nreturn t", [(99, 50), (10, 50)]),
    "zero division within": ("t = 0\nfor i in range(n):\n  for j in range(n):\n    t += 1\n    t += 100 % (k - i * j)\n  t += 2\nreturn t", [(99, 51), (10, 49), (10, 999)]),
    "handled": ("t = 0\nfor i in range(n):\n  try:\n    t += 100 // (i % 10)\n  except ZeroDivisionError as e:\n    t += 1000\n  finally:\n    t += 1\nreturn t", [(99, 0)]),
    "in a handler": ("t = 0\ntry:\n  1 // 0\nexcept ZeroDivisionError as e:\n  for i in range(n):\n    t += i\n    t += 5 // (20 - i)\nreturn t", [(10, 0), (99, 0)]),
    "big integers": ("t = 1\nfor i in range(n):\n  t = t * 3 + i\nreturn t", [(99, 0)]),
    "big at the end": ("t = (1 << 62) - n * 5\nfor i in range(n):\n  t += i\nreturn t", [(99, 0)]),
    "floats": ("t = 1.5\nfor i in range(n):\n  t = t * 1.01 + i\nreturn t", [(99, 0)]),
    "int then float": ("t = 0\nfor i in range(n):\n  t = t + i\n  if i == k: t = t + 0.5\nreturn t", [(99, 50)]),
    "true division": ("t = 0.0\nfor i in range(n):\n  t += i / (k - i)\nreturn t", [(40, 50), (99, 50)]),
    "powers": ("t = 0\nfor i in range(n):\n  t += i ** 2 - 2 ** (i & 15)\nreturn t", [(99, 0)]),
    "shifts": ("t = 1\nfor i in range(n):\n  t = (t << (i & 7)) ^ (t >> 3)\n  t &= (1 << 40) - 1\nreturn t", [(99, 0)]),
    "signs": ("t = 0\nfor i in range(-n, n):\n  t += i // 7 - i % -5 + -i // 3 + ~i\nreturn t", [(99, 0)]),
    "unbound": ("t = 0\nfor i in range(n):\n  t += i\n  if i == 60: t += zz\n  if i == 1000: zz = 1\nreturn t", [(99, 0)]),
    "undefined": ("t = 0\nfor i in range(n):\n  t += i\n  if i == 60: t += nowhere\nreturn t", [(99, 0)]),
    "deleted": ("t = 0\nfor i in range(n):\n  z = i\n  t += z\n  if i == 33: del z\nreturn t, z", [(99, 0), (34, 0)]),
    "closure": ("t = 0\ndef g(): return t, i\nfor i in range(n):\n  t += i & 3\n  if i == 60: t += g()[0]\nreturn t, g()", [(99, 0)]),
    "nonlocal": ("t = 0\ndef g():\n  nonlocal t\n  for i in range(n):\n    t += i & 3\n  return i\nr = g()\nreturn t, r", [(99, 0)]),
    "generator": ("def g():\n  t = 0\n  for i in range(n):\n    for j in range(20): t += i * j\n    yield t\nreturn list(g())", [(50, 0)]),
    "coroutine": ("import asyncio\nasync def main():\n  t = 0\n  for i in range(n):\n    t += i\n    if i % 30 == 0: await asyncio.sleep(0)\n  return t\nreturn asyncio.run(main())", [(99, 0)]),
    "walrus": ("t = i = 0\nwhile (i := i + 1) < n:\n  t += (u := i * 2) + u\nreturn t, i, u", [(99, 0)]),
    "swap": ("a, b = 0, 1\nfor i in range(n):\n  a, b = b, (a + b) % 1000007\nreturn a, b", [(99, 0)]),
    "logic": ("t = 0\nfor i in range(n):\n  if i % 2 == 0 and i % 3 == 0 or i % 5 == 1: t += i\n  x = i and t\n  t += (x or 3) & 1\nreturn t, x", [(99, 0)]),
    "chained": ("t = 0\nfor i in range(n):\n  if 10 < i <= 50 != t: t += i\nreturn t", [(99, 0)]),
    "calls": ("t = 0\ndef h(x): return x + 1\nfor i in range(n):\n  for j in range(10): t += j\n  t = h(t)\nreturn t", [(99, 0)]),
    "builtins": ("t = 0\nfor i in range(n):\n  t += abs(i - k) + min(i, 7) - max(i, k) + int(i > 3)\nreturn t", [(99, 50)]),
    "mathematics": ("import math\nt = 0.0\nfor i in range(n):\n  t += math.sqrt(i) + math.floor(i / 3)\nreturn t", [(99, 0)]),
    "step": ("t = 0\nfor i in range(n, -n, -3):\n  t = t * 2 % 1001 + i\n  i = 5\nreturn t, i", [(99, 0)]),
    "types alternate": ("b = 2.5\na = t = 0\nfor i in range(n):\n  for j in range(k):\n    t += 1\n    if t > 9999: return 'endless'\n    a, b = b, a\nreturn t, i, j, a, b", [(9, 29), (9, 30)]),
    "wide range": ("t = 0\nfor i in range(2**70, 2**70 + n):\n  t += i & 7\nreturn t, i", [(99, 0)]),
    "range at the edge": ("t = 0\nfor i in range(2**63 - n, 2**63 - 1):\n  t ^= i\nreturn t, i", [(99, 0)]),
    "list": ("t = 0\nfor i in list(range(n)):\n  t += i & 7\nreturn t, i", [(99, 0)]),
    "own iterator": ("t = 0\nit = iter(range(n))\nfor i in it:\n  t += i\n  if i == 20: t += next(it)\n  if i == 40: break\nreturn t, i, list(it)", [(99, 0)]),
    "shared iterator": ("t = 0\nit = iter(range(n))\nfor i in it:\n  for j in it:\n    t += i * j\n    if j % 10 == 3: break\nreturn t, i, j", [(99, 0)]),
    "with": ("import contextlib\nt = 0\nwith contextlib.suppress(ZeroDivisionError):\n  for i in range(n):\n    t += 10 // (30 - i)\nreturn t, i", [(99, 0)]),
    "booleans": ("t = 0\nflag = False\nfor i in range(n):\n  if flag: t += i\n  flag = i % 3 == 0\nreturn t, flag, not flag", [(99, 0)]),
    "none": ("t = None\nfor i in range(n):\n  if t is None: t = 0\n  t += i\nreturn t", [(99, 0)]),
    "shadowed": ("def range(m): return [9] * m\nt = 0\nfor i in range(n):\n  for j in range(2): t += i * j\nreturn t", [(99, 0)]),
    "subclass": ("class I(int):\n  def __add__(self, other): return I(int(self) + other + 1)\nt = I(0)\nfor i in range(n):\n  t = t + i\nreturn int(t), type(t).__name__", [(99, 0)]),
    "long body": ("t = 0\nfor i in range(n):\n" + "".join(f"  t += (i + {j}) & {j % 9}\n" for j in range(90)) + "return t", [(99, 0)]),
    "comprehension": ("t = 0\nfor i in range(n):\n  t += sum([j & i for j in range(5)])\nreturn t", [(99, 0)]),
    "recorded": ("t = 0\nout = []\nfor i in range(n):\n  t += i\n  if i % 25 == 0: out.append((i, t, sorted(locals())))\nreturn t, out", [(99, 0)]),
}

MODULES = {
    "module": "t = 0\nfor i in range(99):\n  t += i\nelse:\n  q = 1\n",
    "module nested": "t = 0\nfor i in range(99):\n  for j in range(i):\n    t += i * j\n    if t == 4998: zz = 1\n  w = t\n",
    "module while": "t = i = 0\nwhile i < 99:\n  t += 100 // (50 - i)\n  i += 1\n",
    "module del": "t = 0\nfor i in range(99):\n  t += i\n  if i == 50: del t\n",
    "module globals": "l = []\nt = 0\nfor i in range(99):\n  t += i\n  if i % 10 == 0: l.append((t, i, globals()['t']))\n",
    "class": "class C:\n  t = 0\n  for i in range(99):\n    t += i\n    for j in range(3): t += j\n  u = t\n",
    "class global": "x = 5\nclass C:\n  t = 0\n  for i in range(99):\n    t += i + x\n    if i == 50: x = 7\n",
    "global": "G = 5\ndef f(n):\n  global G, H\n  H = 0\n  for i in range(n):\n    G += i\n    H = G - i\nf(99)\n",
}

wrong = 0
for name, (body, values) in SHAPES.items():
    source = "def f(n, k):\n" + textwrap.indent(body, " ") + "\n"
    for n, k in values:
        if found := differ(source, lambda names: names["f"](n, k)):
            wrong += 1
            print(name, (n, k), *found, sep="\n  ")
for name, source in MODULES.items():
    if found := differ(source):
        wrong += 1
        print(name, *found, sep="\n  ")
print(len(SHAPES) + len(MODULES), "shapes,", wrong, "wrong")
# A silent loss of compilation must show here.
print("entered often:", _taipan.loop_entries() > 150)
