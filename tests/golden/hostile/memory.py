# What cannot fit in memory raises MemoryError.
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
):
    try:
        action()
    except MemoryError:
        print("MemoryError")
