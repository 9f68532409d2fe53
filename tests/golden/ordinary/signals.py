# A signal handler that runs in the middle of a hot loop sees its variables as
# they are after some whole iteration, and can end it.
import signal
import sys
import time


class Stop(Exception):
    pass


seen = []


def handler(number, frame):
    frame = sys._getframe(1)
    seen.append((frame.f_locals["i"], frame.f_locals["t"]))
    if len(seen) >= 3:
        raise Stop


def counted(n):
    t = 0
    for i in range(n):
        t += i & 7
    return t


def conditional(n):
    t = 0
    i = 0
    while i < n:
        t += i & 7
        i += 1
    return t


def expected(i):
    full, rest = divmod(i + 1, 8)
    return full * 28 + sum(range(rest))


signal.signal(signal.SIGALRM, handler)
for loop in (counted, conditional):
    seen.clear()
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        loop(10**15)
    except Stop:
        print(loop.__name__, "stopped")
    signal.setitimer(signal.ITIMER_REAL, 0)
    late = time.perf_counter() - start - 0.3
    print("in time", late < 0.2)
    print([t in (expected(i), expected(i - 1)) for i, t in seen])
