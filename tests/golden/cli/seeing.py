# What --dump, --jit-stats and -X perf show, and that nothing is lost by a
# closed reader, a full disk, or an end that comes before LLVM's code.
import os
import re
import subprocess
import sys
import tempfile

PROGRAM = """
from numba import njit

@njit
def kernel(n):
    t = 0
    for i in range(n):
        t += i & 7
    return t

class K:
    def kernel(self, n):
        s = 0.0
        for i in range(n):
            s += i * 0.5
        return s

def never(n):
    return n

print(kernel(10), K().kernel(3000000))
"""
LOOP = PROGRAM[: PROGRAM.index("s += ")].count("\n")


def run(*flags, environment={}, **streams):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "program.py")
        with open(script, "w") as file:
            file.write(PROGRAM)
        return subprocess.run([sys.executable, *flags, script], text=True, env={**os.environ, **environment}, **streams)


def heads(text):
    # Imports may have hot loops too, on a busy machine.
    return sorted(set(re.findall(r"^(?:; [\w.:]*kernel[\w.:]*, .*|(?:code|func|loop) \S*kernel\S*|--dump: .*)", text, re.M)))


for flag in [
    "bytecode", "hir:kernel", "hir:K.kernel", f"hir:kernel:{LOOP}", "llvm:kernel", "asm:K.kernel",
    "hir:never", "lir,hir:nothing",
]:
    done = run("--dump=" + flag)
    print(flag, done.returncode, done.stdout.strip(), *heads(done.stderr), sep="\n   ")
for mode, flag in [("off", "hir"), ("baseline", "llvm"), ("baseline", "llvm,hir")]:
    done = run("-X", "jit=" + mode, "--dump=" + flag)
    print(mode, flag, *heads(done.stderr), sep="\n   ")

print("full disk")
for flag in ["--dump=bytecode,hir,lir,asm,llvm", "--jit-stats"]:
    with open("/dev/full", "w") as full:
        done = run(flag, stderr=full)
    print("  ", done.returncode, done.stdout.strip())

print("perf map")
program = """
import os
exec(open({script!r}).read())
path = f"/tmp/perf-{{os.getpid()}}.map"
lines = open(path).read().splitlines() if os.path.exists(path) else []
names = [line.split(" ", 2)[2] for line in lines]
print([name for name in names if "kernel" in name and "baseline" in name], len(names) == len(set(lines)))
if lines: os.remove(path)
"""
with tempfile.TemporaryDirectory() as folder:
    script = os.path.join(folder, "program.py")
    with open(script, "w") as file:
        file.write(PROGRAM)
    for flags, variable in [(["-X", "perf"], "0"), ([], "1"), ([], "0")]:
        command = [sys.executable, *flags, "-c", program.format(script=script)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "TAIPAN_PERF_MAP": variable})
        print("  ", *flags, variable, done.stdout.splitlines()[-1])
