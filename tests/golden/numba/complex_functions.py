"""Complex functions in jitted code have the interpreter's digits, also on branch cuts and at the ends of the range."""
import cmath

from numba import njit

for name in "sqrt exp log log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split():
    names = {}
    exec(f"import cmath\ndef f(z): return cmath.{name}(z)", names)
    f = njit(names["f"])
    for z in (1e8+1j,2+0j,complex(-2,-0.0),complex('inf+1j'),1e-300+1e-300j,-1e8+0j,1e200+1e200j,1+1j,0.5-2j,710+1j,3-4j):
        a = f(z)
        try:
            b = getattr(cmath, name)(z)
        except (ValueError, OverflowError):
            continue
        if repr(a) != repr(b):
            print(name, z, a, b)

print("done")
