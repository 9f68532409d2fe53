# Loops over lists of numbers see the same values and exceptions armed as
# interpreted, down to the locals of each frame of a traceback.
import textwrap

import _taipan
from _compare import differ

# name: (body of f(a, b, n), arguments as text)
SHAPES = {
    "items": ("t = 0\nfor x in a:\n  t += x\nreturn t, x", ["list(range(60)), 0, 0", "[0.5 * i for i in range(60)], 0, 0", "[i % 3 == 0 for i in range(60)], 0, 0", "[1 << 70] * 60, 0, 0", "[], 0, 0"]),
    "mixed items": ("t = 0\nfor x in a:\n  t += x\nreturn t, x", ["[1] * 30 + [2.5] * 30 + [1], 0, 0", "[1] * 30 + [True] + [1] * 30, 0, 0", "[1.5] * 30 + [1 << 70] + [1.5], 0, 0", "[1] * 30 + ['x'] + [1], 0, 0"]),
    "unfinished": ("t = 0\nit = iter(a)\nfor x in it:\n  t += x\n  if x > 20: break\nreturn t, x, list(it)", ["list(range(60)), 0, 0"]),
    "nested items": ("t = 0\nfor i in range(n):\n  for x in a:\n    if x > i: break\n    t += x * i\n  else:\n    t -= 1\nreturn t, i, x", ["list(range(12)), 0, 40"]),
    "leaves a nested iteration": ("t = 0\nl = []\nfor i in range(n):\n  for x in a:\n    t += x\n    if x == 7: l.append((i, t))\nreturn t, l", ["list(range(12)), 0, 40"]),
    "leaves a nested iteration at a string": ("t = 0\nfor i in range(n):\n  for x in a:\n    if i < 30 and type(x) is str: continue\n    t += x\nreturn t", ["[1, 2, 'x', 3], 0, 40"]),
    "element": ("t = 0\nfor i in range(n):\n  t += a[i] - a[-1]\nreturn t, i", ["list(range(60)), 0, 60", "[0.5] * 60, 0, 60", "list(range(30)), 0, 60", "[1] * 60, 0, 61"]),
    "before the start": ("t = 0\nfor i in range(1, n):\n  t += a[-i]\nreturn t, i", ["list(range(30)), 0, 60"]),
    "store": ("for i in range(n):\n  a[i] = i * b\nreturn a", ["[0] * 60, 2, 60", "[0] * 60, 0.5, 60", "[0.0] * 60, 0.5, 61", "[False] * 60, 1, 60"]),
    "update": ("for i in range(n):\n  a[i % 7] += i\n  a[i % 5] *= 2\nreturn a", ["[1] * 7, 0, 60", "[1.5] * 7, 0, 60"]),
    "grows big": ("for i in range(n):\n  a[i % 3] *= 3\nreturn a", ["[1, 2, 3], 0, 200"]),
    "sieve": ("a = [True] * (n + 1)\nfor i in range(2, n + 1):\n  if a[i]:\n    for j in range(i * i, n + 1, i): a[j] = False\nreturn a", ["0, 0, 200"]),
    "finalizers": ("class D:\n  def __del__(self): log.append(i)\nlog = []\na[40] = D()\nfor i in range(n):\n  a[i] = i\nreturn a, log", ["[0] * 60, 0, 60"]),
    "length": ("t = 0\nfor i in range(n):\n  t += len(a)\n  if i == 30: a.append(1)\nreturn t", ["[1] * 9, 0, 60"]),
    "grows meanwhile": ("t = 0\nfor x in a:\n  t += x\n  if len(a) < 60: a.append(x + 1)\nreturn t, a", ["[1, 2, 3], 0, 0"]),
    "shrinks meanwhile": ("t = 0\nfor x in a:\n  t += x\n  if x == 30: del a[40:]\nreturn t, x", ["list(range(60)), 0, 0"]),
    "swap": ("for i in range(n):\n  a[i], a[-i] = a[-i], a[i]\nreturn a", ["list(range(60)), 0, 60"]),
    "bubble sort": ("for i in range(n):\n  for j in range(n - 1 - i):\n    if a[j] > a[j + 1]: a[j], a[j + 1] = a[j + 1], a[j]\nreturn a", ["[i * 37 % 41 for i in range(41)], 0, 41", "[i * 37 % 41 / 2 for i in range(41)], 0, 41"]),
    "rebound": ("t = 0\nfor i in range(n):\n  t += a[i % 3]\n  a, b = b, a\nreturn t, a, b", ["[1, 2, 3], [4, 5, 6], 60", "[1, 2, 3], [4.5, 5.5, 6.5], 60"]),
    "same list twice": ("c = a\nfor i in range(n):\n  a[i] = i\n  c[i] += 1\n  d = c\nreturn a is d, c", ["[0] * 60, 0, 60"]),
    "lists of lists": ("t = 0\nfor i in range(n):\n  for j in range(n): t += a[i][j]\nreturn t", ["[[i * j for j in range(9)] for i in range(9)], 0, 9"]),
    "rows": ("t = 0\nfor i in range(n):\n  for j in range(len(a[i])): t += a[i][j] * a[j % n][-1]\nreturn t", ["[[i * j for j in range(9)] for i in range(9)], 0, 9", "[[0.5] * 3, [1.5] * 9, [2.5]], 0, 3", "[[1] * 5] * 5, 0, 6"]),
    "rows in variables": ("t = 0\nfor i in range(n):\n  r = a[i]\n  for j in range(n):\n    t += r[j]\n    r[j] = i + j\n  s = r\nreturn t, a, r is a[-1], s is r", ["[[i * j for j in range(9)] for i in range(9)], 0, 9", "[[i * j for j in range(8)] for i in range(9)], 0, 9"]),
    "product": ("c = [[0.0] * n for _ in range(n)]\nfor i in range(n):\n  for j in range(n):\n    for k in range(n): c[i][j] += a[i][k] * b[k][j]\nreturn c", ["[[i * j / 3 for j in range(9)] for i in range(9)], [[i + j for j in range(9)] for i in range(9)], 9"]),
    "replaced rows": ("t = 0\nfor i in range(n):\n  for j in range(9): t += a[i % 3][j]\n  if i == 20: a[1] = b\nreturn t", ["[[1] * 9, [2] * 9, [3] * 9], [0.5] * 9, 40", "[[1] * 9, [2] * 9, [3] * 9], 'xxxxxxxxx', 40", "[[1] * 9, [2] * 9, [3] * 9], [4] * 8, 40"]),
    "list inside itself": ("t = 0\na.append(a)\nfor i in range(n): a[i][0] = i\nreturn a[0]", ["[[1], [2], [3]], 0, 4"]),
    "exit in a row": ("t = 0\nfor i in range(n):\n  for j in range(n): t += a[i][100 // (j - 5)]\nreturn t", ["[[1] * 200] * 9, 0, 9"]),
    "subclass": ("class L(list):\n  def __getitem__(self, i): return 5\nc = L(a)\nt = 0\nfor i in range(n): t += c[i]\nreturn t", ["[1] * 60, 0, 60"]),
    "in a function": ("def g(i): return a[i] if i < 40 else 2\nt = 0\nfor i in range(n): t += g(i)\nreturn t", ["[3] * 60, 0, 60"]),
    "append": ("for i in range(n):\n  a.append(i * b)\nreturn a, len(a)", ["[1], 2, 60", "[1.5], 0.5, 60", "[1], 0.5, 60", "[], 1, 60", "[True], True, 61"]),
    "append a result": ("t = []\nfor i in range(n):\n  t.append(x := i if i % 3 else a[i])\n  if i > 40: t.append(100 // (i - 50))\nreturn t", ["[0.5] * 60, 0, 48", "[1 << 62] * 60, 0, 60"]),
    "append leaves in the argument": ("for i in range(n):\n  a.append(3 ** i if i % 7 else str(i))\n  a.append(100 // (i - 50))\nreturn a", ["[1], 2, 60"]),
    "append in rows": ("t = []\nfor i in range(n):\n  r = []\n  for j in range(n): r.append(i ^ j)\n  t.append(r)\nreturn t", ["0, 0, 12"]),
    "append while walking": ("t = 0\nfor x in a:\n  t += x\n  if len(a) < n: a.append(x + 1)\nfor i, x in enumerate(a):\n  if i < n: a.append(i)\nreturn t, a", ["[1, 2, 3], 0, 60"]),
    "append of others": ("class A(list):\n  def append(self, x): list.append(self, -x)\nc = A(a)\nd = (1, 2)\nfor i in range(n):\n  c.append(i)\n  if i == 30: d.append(1)\nreturn c", ["[1], 0, 30"]),
    "append to a tuple": ("for i in range(n):\n  if i > 30: a.append(i)\nreturn a", ["(1, 2), 0, 60", "(1, 2), 0, 30"]),
    "append by keyword, or not at all": ("for i in range(n):\n  a.append(i)\n  if i == 25: a.append()\nreturn a", ["[1], 0, 60"]),
    "append as a value": ("c = a.append\nfor i in range(n):\n  c(i)\n  d = a.append\n  d(-i)\nreturn a, d == c", ["[1], 0, 60"]),
    "tuple": ("t = 0\nfor i in range(n):\n  t += a[i % 5] - a[-1]\n  t ^= len(a)\nreturn t", ["(1, 2, 3, 4, 5), 0, 60", "(1.5, 2.5, 3, 4, 5), 0, 60", "(True, False) * 3, 0, 60", "(1, 2, 3), 0, 60", "(1, 1 << 70, 2, 3, 4), 0, 60"]),
    "tuples walked": ("t = 0\nfor x in a:\n  for y in a:\n    t += x * y\n    if t > 9999: t -= y\nreturn t, x, y", ["tuple(range(30)), 0, 0", "(1.5,) * 20, 0, 0", "(1, 2, 3, None), 0, 0"]),
    "tuples of tuples": ("t = 0\nfor i in range(n):\n  for j in range(len(a[i])): t += a[i][j] * b[i][j]\nreturn t", ["((1, 2), (3, 4), (5, 6)), [(1, 2), (3, 4), (5, 6)], 3", "tuple((i, i + .5, i * 2) for i in range(20)), ((1, 2, 3),) * 20, 20"]),
    "tuple changes": ("t = 0\nfor i in range(n):\n  t += a[0] + b[1]\n  if i % 20 == 9: a = (i, i + 1)\n  if i == 30: b[1] = 7\nreturn t", ["(1, 2), (3, 4), 28", "(1, 2), (3, 4), 60", "(1, 2), [3, 4], 60"]),
}

wrong = count = 0
for name, (body, arguments) in SHAPES.items():
    for text in arguments:
        source = "def f(a, b, n):\n" + textwrap.indent(body, " ") + f"\nresult = f({text})\n"
        module = f"a, b, n = {text}\n" + body.split("\nreturn")[0]
        for program in (source, module):
            count += 1
            if found := differ(program):
                wrong += 1
                print(name, text, *(part[:600] for part in found), sep="\n  ")
print(count, "loops,", wrong, "wrong")
# A silent loss of compilation must show here.
print("entered often:", _taipan.loop_entries() > 100)
