def add(a, b): return a + b
def sub(a, b): return a - b
def mul(a, b): return a * b
def div(a, b): return a / b
def floordiv(a, b): return a // b
def mod(a, b): return a % b
def power(a, b): return a ** b
def and_(a, b): return a & b
def xor(a, b): return a ^ b
def shl(a, b): return a << b
def shr(a, b): return a >> b
def lt(a, b): return a < b
def le(a, b): return a <= b
def eq(a, b): return a == b
def ne(a, b): return a != b
def smaller(a, b): return min(a, b)
def larger(a, b): return max(a, b)
def neg(a): return -a
def pos(a): return +a
def inv(a): return ~a
def not_(a): return not a
def absolute(a): return abs(a)
def cube(a): return a ** 3
def inverse(a): return a ** -1
def as_int(a): return int(a)
def as_float(a): return float(a)
def as_bool(a): return bool(a)
