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


def entries(line):
    start = f"outermost.py:{line} in digits: entered "
    found = [text for text in _taipan.loop_report().splitlines() if start in text]
    return sum(int(text.split(start)[1].split()[0]) for text in found)


outer = digits.__code__.co_firstlineno + 2
inner = outer + 2
end = time.monotonic() + 20
while time.monotonic() < end and not entries(outer):
    digits(20_000)
# Not by luck, after thousands of entries into the inner one.
print(digits(100_000), entries(outer) > 0, entries(inner) < 3000)
