"""Runs benchmark kernels under Taipan and under CPython with Numba, in turn,
and prints medians and their ratio.

    taipan benches/compare/compare.py --python VENV/bin/python [-n RUNS] [KERNEL ...]

Each kernel is a script that prints `name<TAB>seconds` lines; a script without
such lines is timed as a whole process. The two programs alternate (A B A B …),
so that a machine that changes speed changes it for both.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.join(HERE, "kernels")


def measure(command, script):
    """One run: {name: seconds} from the script's lines, plus the whole process."""
    start = time.perf_counter()
    done = subprocess.run([*command, script], capture_output=True, text=True)
    whole = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} {script} failed:\n{done.stderr}")
    figures = {}
    for line in done.stdout.splitlines():
        name, tab, seconds = line.partition("\t")
        if tab:
            figures[name] = float(seconds)
    return figures or {"whole script": whole}


def unit(seconds):
    for scale, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {name}"
    return f"{seconds:.3g} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help="CPython with numba (and icc-rt for SVML) installed")
    parser.add_argument("--taipan", default=sys.executable, help="the taipan to measure (default: the one running this)")
    parser.add_argument("-n", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("kernel", nargs="*", help="names of kernels, or paths of scripts (default: all kernels)")
    options = parser.parse_args()

    names = options.kernel or sorted(os.path.splitext(f)[0] for f in os.listdir(KERNELS) if f.endswith(".py"))
    print("| kernel | figure | taipan | CPython + Numba | ratio |")
    print("|---|---|---|---|---|")
    for name in names:
        script = name if os.path.exists(name) else os.path.join(KERNELS, name + ".py")
        ours, theirs = {}, {}
        for _ in range(options.n):
            for command, table in (([options.taipan], ours), ([options.python], theirs)):
                for figure, seconds in measure(command, script).items():
                    table.setdefault(figure, []).append(seconds)
        for figure in ours:
            a = statistics.median(ours[figure])
            b = statistics.median(theirs[figure]) if figure in theirs else float("nan")
            label = os.path.splitext(os.path.basename(script))[0]
            print(f"| {label} | {figure} | {unit(a)} | {unit(b)} | {a / b:.3g} |", flush=True)


if __name__ == "__main__":
    main()
