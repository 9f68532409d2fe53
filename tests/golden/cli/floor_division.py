"""Floor divisions of constants, in scripts, imports and code from text."""
import os
import sys
import tempfile

from numba import njit

print(4.0 // 2.0, 6 // 2.0, -4.0 // 2, 2**62 // 2.0, 7.0 // 2, 8.0 // 2.0 // 2.0, 0.0 // 2, 4 // 2, (4.0 //
    2.0))
exec("x = 9.0 // 3")
print(x, eval(" 1e9 // 1."), eval(compile("6.0//3", "<text>", "eval")), f"{4.0 // 2.0}", "4.0//2.0")
print(njit(lambda: 8.0 // 2.0)())
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "divided.py"), "w") as file:
        file.write("# -*- a comment with // -*-\nvalue = 1e3 // 10\n")
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    import divided
print(divided.value)
