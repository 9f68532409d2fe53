"""How long the tutorial's kernels wait for LLVM's code.

Taipan: from the first entry, in baseline code, to the optimised code being in
place, while the first call runs. Numba: the whole first call.
"""
import subprocess
import sys
import time

import numpy as np
from numba import njit, prange


@njit(fastmath=True)
def loop_sequential(arr):
    total = 0.0
    for x in range(len(arr)):
        total += np.sqrt(x)
    return 2 + total


@njit(fastmath=True, parallel=True)
def loop_parallel(arr):
    total = 0.0
    for x in prange(len(arr)):
        total += np.sqrt(x)
    return 2 + total


@njit(fastmath=True)
def array_sequential(arr):
    return 2 + np.sum(np.sqrt(arr))


@njit(fastmath=True, parallel=True)
def array_parallel(arr):
    return 2 + np.sum(np.sqrt(arr))


KERNELS = [loop_sequential, loop_parallel, array_sequential, array_parallel]


def first_calls():
    arr = np.arange(100_000)
    for kernel in KERNELS:
        start = time.perf_counter()
        kernel(arr)
        yield kernel.__name__, time.perf_counter() - start
        time.sleep(0.1)  # the next one is compiled alone


def in_place():
    """Names and seconds out of the report of a second process."""
    command = [sys.executable, "--jit-stats", __file__, "calls"]
    report = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr
    for line in report.splitlines():
        words = line.split()
        if len(words) > 5 and words[2] == "llvm":
            yield words[1], float(words[5]) / 1e3


if sys.argv[1:]:
    list(first_calls())
else:
    try:
        import _taipan
    except ImportError:
        figures = first_calls()
    else:
        figures = in_place()
    for name, seconds in figures:
        print(f"{name}\t{seconds}")
