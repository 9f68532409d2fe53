# What a dispatcher shows of its compiled code.
import io

import numpy as np
from numba import njit


@njit
def total(a, n):
    s = 0.0
    for i in range(n):
        s += a[i] * 2.0
    return s


print(total(np.ones(4), 4))
text = io.StringIO()
total.inspect_types(text)
for line in text.getvalue().splitlines():
    if line.startswith("# File: "):
        line = "# File: " + line.rpartition("/")[2]
    if not line.lstrip().startswith("#   ") or "getitem" in line or "return" in line:
        print(line)
(signature,) = total.signatures
print("@total" in total.inspect_llvm(signature), list(total.inspect_llvm()) == [signature])
print("ret" in total.inspect_asm(signature))


@njit
def one(x):
    return x


one(1)
text = io.StringIO()
one.inspect_types(file=text, signature=one.signatures[0])
print(text.getvalue().splitlines()[0])
print(one.inspect_llvm(signature=one.nopython_signatures[0]) == one.inspect_llvm()[one.signatures[0]])
for inspect in one.inspect_types, one.inspect_llvm, one.inspect_asm:
    for bad in "x", (), (1.0,), 5:
        try:
            inspect(signature=bad)
        except KeyError as error:
            print(repr(error))
try:
    one.inspect_types(file=text, pretty=True)
except ValueError as error:
    print(error)
