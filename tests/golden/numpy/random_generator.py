# default_rng: PCG64 streams bit for bit.
import numpy as np

r = np.random.default_rng(42)
print(r.random(), r.random(3).tolist(), r.integers(10), r.integers(0, 100, 5).tolist(), r.integers(5, 10, (2, 2), endpoint=True).tolist())
print(r.standard_normal(), r.standard_normal(3).tolist(), r.normal(10, 2, 2).tolist(), r.uniform(1, 2, 2).tolist(), r.exponential(2.0, 2).tolist())
x = np.arange(8)
r.shuffle(x)
print(x.tolist(), r.permutation(5).tolist(), r.permutation([[1, 2], [3, 4]]).tolist())
print(r.choice(10, 3).tolist(), r.choice(10, 3, replace=False).tolist(), r.choice([1.5, 2.5], 2, p=[0.3, 0.7]).tolist(), r.choice(5, 2, replace=False, p=[0.1, 0.2, 0.3, 0.2, 0.2]).tolist())
print(r.poisson(3, 4).tolist(), r.binomial(10, 0.5, 3).tolist(), r.gamma(2.0, 1.0, 2).tolist(), r.beta(1, 2), r.geometric(0.3, 3).tolist())
print(r.random(2, dtype=np.float32).tolist(), r.standard_normal(2, dtype="f4").tolist(), r.integers(0, 256, 4, dtype=np.uint8).tolist(), r.integers(2**40, size=2).tolist(), r.bytes(5))
print(type(r.random()), type(r.integers(5)), str(r), np.random.default_rng([1, 2, 3]).random(), np.random.default_rng(2**70).random(), np.random.default_rng(r) is r)
for text in ["r.integers(5, 5)", "r.choice(3, 5, replace=False)", "np.random.default_rng(-1)", "r.normal(0, -1)"]:
    try:
        print(text, eval(text))
    except Exception as e:
        print(text, type(e).__name__, e)
