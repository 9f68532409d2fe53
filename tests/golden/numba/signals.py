# Ctrl-C in compiled code, with the default handler and with ones of the program.
import os
import signal
import threading
import time

from numba import njit, prange


@njit
def spin(n):
    total = 0
    for i in range(n):
        total += i % 7
    return total


@njit(parallel=True)
def spin_parallel(n):
    total = 0
    for i in prange(n):
        for j in range(n):
            total += (i + j) % 7
    return total


sent = 0.0


def send(delay):
    def run():
        global sent
        time.sleep(delay)
        sent = time.perf_counter()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=run).start()


def attempt(name, function, n, error):
    start = time.perf_counter()
    send(0.2)
    try:
        function(n)
        print(name, "returned")
    except error:
        end = time.perf_counter()
        print(name, error.__name__, 0.15 < end - start, end - sent < 1.0)


spin(10)
spin_parallel(10)
attempt("sequential", spin, 10**12, KeyboardInterrupt)
attempt("parallel", spin_parallel, 10**6, KeyboardInterrupt)
attempt("again", spin, 10**12, KeyboardInterrupt)


class Stop(Exception):
    pass


def stop(signum, frame):
    raise Stop


count = 0


def counting(signum, frame):
    global count
    count += 1


signal.signal(signal.SIGINT, stop)
attempt("own handler", spin, 10**12, Stop)
signal.signal(signal.SIGINT, counting)
send(0.1)
result = spin(3 * 10**8)
print("handler that returns:", result == spin(3 * 10**8), count)
signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    spin(10**12)
except Stop:
    print("alarm")
