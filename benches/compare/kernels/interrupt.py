"""From SIGINT to KeyboardInterrupt, the longest of three, while compiled code
runs that would need seconds. Taipan: also in baseline code. Numba notices when
the call is over; the sizes keep that below a few seconds.
"""
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
from numba import njit, prange


@njit(nogil=True)
def loop(n):
    total = 0
    for i in range(n):
        total += (total ^ i) % 7
    return total


@njit(parallel=True, nogil=True)
def parallel_loop(n):
    total = 0
    for i in prange(1000):
        for j in range(n // 1000):
            total += (i ^ j) % 7
    return total


@njit(nogil=True)
def recursion(n):
    if n < 2:
        return n
    return recursion(n - 1) + recursion(n - 2)


@njit(nogil=True)
def array_expression(a, n):
    total = 0.0
    for _ in range(n):
        total += np.sum(np.exp(np.sin(a)) ** a)
    return total


def ordinary(n):
    total = 0
    for i in range(n):
        total += i & 7
    return total


a = np.linspace(0.0, 1.0, 2_000_000)
CASES = [
    ("loop", loop, (600_000_000,), (10,)),
    ("prange", parallel_loop, (1_000_000_000,), (1000,)),
    ("recursion", recursion, (40,), (3,)),
    ("array expression", array_expression, (a, 20), (a[:10], 2)),
    ("ordinary loop", ordinary, (20_000_000_000,), (10,)),
]


def delay(function, arguments):
    sent = []

    def send():
        time.sleep(0.15)
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    try:
        thread.start()
        function(*arguments)
        while True:  # the call was over before the signal came
            pass
    except KeyboardInterrupt:
        end = time.perf_counter()
    thread.join()
    return end - sent[0]


def figures(suffix):
    for name, function, arguments, small in CASES:
        function(*small)
        longest = max(delay(function, arguments) for _ in range(3))
        print(f"{name}{suffix}\t{longest}", flush=True)


if sys.argv[1:]:
    figures(sys.argv[1])
else:
    figures("")
    try:
        import _taipan
    except ImportError:
        pass
    else:
        subprocess.run([sys.executable, "-X", "jit=baseline", __file__, ", baseline"], check=True)
