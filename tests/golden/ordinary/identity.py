# A number that a loop could assign but does not stays the object it was, and a
# name that it could bind but does not stays unbound.
import sys

import _taipan

NOTHING = float("inf")
START = 10**6


def least(values):
    best, at, limit = NOTHING, START, NOTHING
    for i in range(len(values)):
        if values[i] < best and i < 0:
            best, at = values[i], i
        if i > limit:
            limit = 2.0
    return best is NOTHING, at is START, limit is NOTHING


def nested(values):
    best = NOTHING

    def inner():
        nonlocal best
        for i in range(len(values)):
            if values[i] < best and i < 0:
                best = values[i]

    _taipan.arm(inner)
    inner()
    return best is NOTHING


MODULE = """
best, at = NOTHING, START
for i in range(len(values)):
    if values[i] < best and i < 0:
        best, at = values[i], i
print(best is NOTHING, at is START)
class Body:
    for i in range(len(values)):
        if i == 50:
            at = START + 0
        if i > 10**9:
            best = 2.5
    for i in range(len(values)):
        total = total + i
        if i > 10**9:
            max = total
print(Body.at == START, "best" in vars(Body), Body.total, total, "max" in vars(Body))
for i in range(len(values)):
    total = max(total, i)
    if i > 10**9:
        min = total
print(total, "min" in globals())
"""

values = [i * 0.5 for i in range(100)]
_taipan.arm(least)
before = _taipan.loop_entries()
print(least(values), nested(values))
code = compile(MODULE, "<module>", "exec")
_taipan.arm(code)
for constant in code.co_consts:
    if hasattr(constant, "co_code"):
        _taipan.arm(constant)
exec(code, {"NOTHING": NOTHING, "START": START, "values": values, "total": 5})
print(_taipan.loop_entries() - before >= 4)
