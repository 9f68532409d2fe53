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
