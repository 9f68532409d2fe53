# Code that the program has lost is let go, also if its loops were hot.
import weakref

import _taipan

references = []
for n in range(3000):
    code = compile(f"t = {n}\nfor i in range(50):\n    t += i\nresult = t", "made", "exec")
    armed = _taipan.arm(code)
    names = {}
    exec(code, names)
    assert armed == 1 and names["result"] == n + 1225, (armed, names["result"])
    references.append(weakref.ref(code))
del code
alive = sum(reference() is not None for reference in references)
print(alive < 1500)


def kept(n):
    t = 0
    for i in range(n):
        t += i * 2
    return t


# Addresses are used again: no code is taken for another.
print(_taipan.arm(kept), [kept(n) for n in (0, 1, 10, 1000)])
