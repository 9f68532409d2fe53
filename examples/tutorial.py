"""One minute with Taipan: the same sum, four ways.

A root of many numbers is summed by a Python loop, by array expressions, and by
both again as compiled, parallel functions. All four must agree.
"""

import time

import numpy as np
from numba import jit, prange


def python_loop(values):
    offset = 2
    total = 0.0
    for x in values:
        total += np.sqrt(x)
    return offset + total


def python_array(values):
    offset = 2
    return offset + np.sum(np.sqrt(values))


@jit(nopython=True, fastmath=True, parallel=True, nogil=True)
def compiled_loop(values):
    offset = 2
    total = 0.0
    for i in prange(len(values)):
        total += np.sqrt(values[i])
    return offset + total


@jit(nopython=True, fastmath=True, parallel=True, nogil=True)
def compiled_array(values):
    offset = 2
    return offset + np.sum(np.sqrt(values))


def timed(label, function, argument, repeat=1):
    start = time.perf_counter()
    for _ in range(repeat):
        result = function(argument)
    elapsed = (time.perf_counter() - start) / repeat
    print(f"{label:<34}{elapsed * 1000:12.3f} ms")
    return result


def main():
    count = 10_000_000
    few = np.arange(count // 20)
    values = np.arange(count)

    timed("first call of the compiled loop", compiled_loop, few)
    timed("first call of the compiled array", compiled_array, few)
    print()
    timed(f"Python loop, {len(few):,} numbers", python_loop, few)
    expected = timed(f"Python array, {count:,} numbers", python_array, values)
    loop = timed("compiled loop, the same", compiled_loop, values, repeat=100)
    array = timed("compiled array, the same", compiled_array, values, repeat=100)
    print()
    print("the compiled loop agrees: ", np.isclose(loop, expected))
    print("the compiled array agrees:", np.isclose(array, expected))


if __name__ == "__main__":
    main()
