# A child process goes on finding hot loops, and fork gives no warning.
import os
import sys
import warnings

warnings.simplefilter("error")


def loop(n):
    t = 0
    for i in range(n):
        t += i & 7
    return t


print(loop(2_000_000))
sys.stdout.flush()
child = os.fork()
if child == 0:
    print("child", loop(2_000_000))
    sys.stdout.flush()
    os._exit(0)
print("status", os.waitpid(child, 0)[1])
print("parent", loop(2_000_000))
