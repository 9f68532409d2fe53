# The outermost hot loop is the one to compile, also where the inner one ends
# its body and so lies behind the outer one's jump back.
import time

import _taipan


def digits(n):
    t = 0
    for i in range(n):
        k = i
        while k:
            t += k % 10
            k //= 10
    return t


def entered(line):
    start = f"outermost.py:{line} in digits: entered"
    return any(start in text for text in _taipan.loop_report().splitlines())


first = digits.__code__.co_firstlineno
end = time.monotonic() + 20
while time.monotonic() < end and not entered(first + 2):
    digits(20_000)
print(digits(100_000), entered(first + 2))
