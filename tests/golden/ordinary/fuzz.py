# args: 2 100
# Generated programs with loops see the same values armed as interpreted.
# `taipan fuzz.py SEED COUNT` tries others; a seed that differs is printed.
import random
import sys
import warnings

from _compare import differ

NAMES = ["a", "b", "c", "d"]
OPERATORS = ["+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>", "/"]
WEIGHTS = [9, 9, 5, 3, 4, 4, 3, 4, 1, 2, 1]
DTYPES = ["bool", "int8", "int32", "int64", "int64", "uint8", "uint32", "uint64", "float32", "float64", "float64", "float64"]
COMPARISONS = ["<", "<=", "==", "!=", ">", ">="]


class Program:
    """Random statements over a few variables, with loops in loops."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.loops = 0
        self.constants = [0, 1, 2, 3, 7, -1, 10, 255, 1 << 31, 3 << 61]
        if self.random.random() < 0.2:
            self.constants += [0.5, 2.0]
        # Some programs work on arrays too.
        self.arrays = ["p", "q", "r", "m", "s"] if self.random.random() < 0.5 else []
        self.dtypes = [self.random.choice(DTYPES) for _ in self.arrays]

    def value(self, depth=0):
        pick = self.random.random()
        if self.arrays and pick < 0.15:
            return self.element()
        if depth > 2 or pick < 0.35:
            return self.random.choice(NAMES + [f"i{n}" for n in range(self.loops)])
        if pick < 0.55:
            return str(self.random.choice(self.constants))
        operator = self.random.choices(OPERATORS, WEIGHTS)[0]
        right = self.value(depth + 1)
        if self.random.random() < 0.95:
            if operator in ("<<", ">>"):
                right = f"{right} % 9"
            elif operator in ("//", "%", "/"):
                right = f"({right} or 3)"
        return f"({self.value(depth + 1)} {operator} {right})"

    def element(self):
        array = self.random.choice(self.arrays)
        names = NAMES + [f"i{n}" for n in range(self.loops)]
        index = self.random.choice(names + ["0", "-1", "3"])
        if self.random.random() < 0.9:
            index = f"int({index}) % 12"
        if array == "m":
            return f"m[int({self.random.choice(names)}) % 4][{index}]"
        return f"{array}[{index}, 0]" if array == "q" else f"{array}[{index}]"

    def condition(self):
        test = f"{self.value(1)} {self.random.choice(COMPARISONS)} {self.value(1)}"
        return f"not {test}" if self.random.random() < 0.2 else test

    def block(self, indent, depth, in_loop):
        for _ in range(self.random.randint(1, 4)):
            self.statement(" " * indent, indent, depth, in_loop)

    def statement(self, margin, indent, depth, in_loop):
        pick = self.random.random()
        add = self.lines.append
        if pick < 0.45 or depth > 3:
            target = self.random.choice(NAMES)
            if self.arrays and self.random.random() < 0.4:
                target = self.element()
            if self.random.random() < 0.4:
                add(f"{margin}{target} {self.random.choice('+-^&')}= {self.value(1)}")
            else:
                # Bounded, yet beyond 64 bits now and then.
                bound = self.random.choice(["1000003", "101", "(1 << 62)", "(1 << 70)"][: 2 if self.arrays else 4])
                add(f"{margin}{target} = {self.value()} % {bound}")
        elif pick < 0.55:
            add(f"{margin}if {self.condition()}:")
            self.block(indent + 1, depth + 1, in_loop)
            if self.random.random() < 0.4:
                add(f"{margin}else:")
                self.block(indent + 1, depth + 1, in_loop)
        elif pick < 0.75:
            name = f"i{self.loops}"
            self.loops += 1
            bounds = self.random.choice(["9", "a % 13", "2, 25", "20, -3, -2", "b % 7, 30, 3"])
            if self.arrays:
                bounds = bounds.replace("a %", "int(a) %").replace("b %", "int(b) %")
            over = f"range({bounds})"
            if self.arrays and self.random.random() < 0.3:
                over = self.random.choice(["p", "r", "s", "zip(p, r)", "zip(r, s, range(9))", "enumerate(r, 3)", "enumerate(p)"])
                if over[0] in "ze":
                    name = ", ".join([name, *NAMES[1:]][: 3 if "range" in over else 2])
            add(f"{margin}for {name} in {over}:")
            self.block(indent + 1, depth + 1, True)
            if self.random.random() < 0.2:
                add(f"{margin}else:")
                self.block(indent + 1, depth + 1, in_loop)
        elif pick < 0.83:
            name = f"i{self.loops}"
            self.loops += 1
            add(f"{margin}{name} = 0")
            add(f"{margin}while {name} < {self.random.randint(3, 20)}:")
            add(f"{margin} {name} += 1")
            self.block(indent + 1, depth + 1, True)
        elif pick < 0.90 and in_loop:
            add(f"{margin}if {self.condition()}: {self.random.choice(['break', 'continue'])}")
        elif pick < 0.95:
            add(f"{margin}try:")
            self.block(indent + 1, depth + 1, False)
            add(f"{margin}except (ArithmeticError, NameError, TypeError, ValueError, LookupError) as e: d = 1")
            add(f"{margin}a = a % 100003 if type(a) is int else 5")
        elif pick < 0.97:
            add(f"{margin}log.append(({', '.join(NAMES)}))")
        elif self.arrays and pick < 0.98:
            add(f"{margin}p = p * 2")
        elif self.arrays and pick < 0.99:
            add(f"{margin}if len(r) < 60: r.append({self.value(1)})")
        else:
            add(f"{margin}a, b = b, a")

    def source(self):
        at_module_level = self.random.random() < 0.3
        bound = self.random.random() < 0.8
        indent = 0 if at_module_level else 1
        self.block(indent, 0, False)
        self.block(indent, 0, False)
        zeros = [f"i{n} = 0" for n in range(self.loops)] if bound else []
        arrays = []
        if self.arrays:
            first, second = self.dtypes[:2]
            step = self.random.choice(["", "[::2]", "[::-1]"])
            size = 24 if step == "[::2]" else 12
            arrays = [f"p = np.arange({size}).astype('{first}'){step}", f"q = np.ones((12, 2), '{second}')"]
            arrays += ["r = list(range(12))", "s = tuple(range(12, 0, -1))", "m = [[i * 0.5 + j for j in range(12)] for i in range(4)]"]
        zeros = arrays + zeros
        if at_module_level:
            start = ["import numpy as np", "log = []", "a, b, c, d = 1, 2, 3, 4"]
            return "\n".join(start + zeros + self.lines) + "\n"
        head = ["import numpy as np", "log = []", "def f(a, b, c, d):"] + [" " + zero for zero in zeros]
        return "\n".join(head + self.lines + [f" return a, b, c, d, log{', p, q, r, m, s' if self.arrays else ''}"]) + "\nresult = f(1, 2, 3, 4)\n"


warnings.simplefilter("ignore")
sys.set_int_max_str_digits(0)
first, count = int(sys.argv[1]), int(sys.argv[2])
wrong = 0
for seed in range(first, first + count):
    source = Program(seed).source()
    if found := differ(source):
        wrong += 1
        print("seed", seed, source, *(text[:400] for text in found), sep="\n")
print(count, "programs,", wrong, "wrong")
