"""Elementary functions in compiled loops over a million doubles: the least of many runs."""
import math
import time

import numpy as np
from numba import njit

x = np.random.random(1_000_000)
out = np.empty_like(x)


def best(func, *args):
    func(*args)
    time.sleep(0.12)  # lets a background compilation finish
    times = []
    for _ in range(20):
        start = time.perf_counter()
        func(*args)
        times.append(time.perf_counter() - start)
    return min(times)


def each(module, name):
    function = getattr(module, name)

    @njit
    def loop(x, out):
        for i in range(len(x)):
            out[i] = function(x[i])

    return loop


def total(name):
    function = getattr(np, name)

    @njit
    def loop(x):
        t = 0.0
        for i in range(len(x)):
            t += function(x[i])
        return t

    return loop


NAMES = "exp exp2 expm1 log log1p log2 log10 sin cos tan arcsin arccos arctan sinh cosh tanh sqrt"
for name in NAMES.split():
    print(f"np.{name}\t{best(each(np, name), x, out)}", flush=True)
for name in "exp log log1p sin cos tanh sqrt".split():
    print(f"math.{name}\t{best(each(math, name), x, out)}", flush=True)
for name in "exp sin tanh".split():
    print(f"sum of np.{name}\t{best(total(name), x)}", flush=True)
