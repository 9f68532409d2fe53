"""Time of `import numpy, numba` in a fresh process."""
import time

start = time.perf_counter()
import numpy, numba

print(f"import numpy, numba\t{time.perf_counter() - start}")
