# What cannot fit in memory raises MemoryError.
import os

BIG = 10**15
for action in (
    lambda: bytes(BIG),
    lambda: bytearray(BIG),
    lambda: [0] * BIG,
    lambda: (0,) * BIG,
    lambda: "a" * BIG,
    lambda: list(range(BIG)),
    lambda: "x".ljust(BIG),
    lambda: 1 << BIG,
    lambda: bytes(2**62),
    # More than this machine has, less than it can address.
    lambda: [None] * 10**12,
    lambda: list(range(10**12)),
    lambda: bytearray(10**13),
    lambda: "%10000000000000d" % 1,
    lambda: b"%.10000000000000f" % 1.0,
    lambda: os.urandom(BIG),
):
    try:
        action()
    except MemoryError:
        print("MemoryError")
