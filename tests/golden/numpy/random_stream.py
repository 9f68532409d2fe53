# The legacy random stream, bit for bit.
import numpy as np

np.random.seed(42)
print(np.random.rand(), np.random.rand(2, 2).tolist())
print(np.random.randn(3).tolist(), np.random.randint(10), np.random.randint(5, 10, size=(2, 3)).tolist())
print(np.random.random(2).tolist(), np.random.uniform(1, 2, 3).tolist(), np.random.normal(10, 2, 2).tolist())
print(np.random.choice(5, 3).tolist(), np.random.choice([10, 20, 30], 2, replace=False).tolist(), np.random.choice(3, 4, p=[0.1, 0.2, 0.7]).tolist())
x = np.arange(10)
np.random.shuffle(x)
print(x.tolist(), np.random.permutation(5).tolist(), np.random.permutation([1, 2, 3]).tolist())
print(np.random.exponential(2.0, 2).tolist(), np.random.poisson(3, 5).tolist(), np.random.poisson(100, 3).tolist(), np.random.standard_normal(2).tolist())
print(np.random.binomial(10, 0.5, 3).tolist(), np.random.binomial(1000, 0.5, 3).tolist(), np.random.gamma(2.0, 1.0, 2).tolist(), np.random.beta(1, 2), np.random.geometric(0.3, 3).tolist())
print(np.random.randint(0, 256, 5, dtype=np.uint8).tolist(), np.random.randint(0, 2**40, 2).tolist(), np.random.randint(2, size=4, dtype=bool).tolist())
r = np.random.RandomState(7)
print(r.rand(2).tolist(), r.randint(100, size=3).tolist(), r.lognormal(), r.laplace(), r.triangular(0, 1, 2), r.weibull(2), r.multinomial(10, [0.2, 0.8]).tolist(), r.dirichlet([1, 2]).tolist())
state = r.get_state()
first = r.rand(3)
r.set_state(state)
print((first == r.rand(3)).all(), state[0], state[2])
r = np.random.RandomState([1, 2, 3])
print(r.normal([0, 10], 1).tolist(), r.uniform(size=2).tolist())
print(type(np.random.rand()), type(np.random.randint(5)), type(np.random.normal()), np.random.randint(5, dtype="i4").dtype)
items = [1, 2, 3, 4]
np.random.seed(0)
np.random.shuffle(items)
print(items, np.random.bytes(4))
for text in ["np.random.seed(1.5)", "np.random.seed(-1)", "np.random.randint(0)", "np.random.randint(5, 3)", "np.random.randint(0,300,dtype='u1')", "np.random.choice([1,2],p=[.5,.6])", "np.random.poisson(-1)", "np.random.normal(0,-1)", "np.random.choice(3, 5, replace=False)", "np.random.binomial(5, 1.5)", "np.random.rand(-1)", "np.random.choice(0)"]:
    try:
        print(text, eval(text))
    except Exception as e:
        print(text, type(e).__name__, e)

# Parameters that contradict each other are refused: draws would never end.
for text in (
    "hypergeometric(5, 5, 11)",
    "hypergeometric([5, 5], [5, 1], 7)",
    "hypergeometric(2**62, 2**62, 5)",
    "hypergeometric(5, 5, 0)",
    "hypergeometric(5, 5, 10)",
    "triangular(3, 2, 1)",
    "triangular(1, 3, 2)",
    "triangular(1, 1, 1)",
    "poisson(1e20)",
    "poisson([-1, 1e19])",
    "uniform(-1e308, 1e308)",
):
    for name, source in (("RandomState", np.random.RandomState(3)), ("Generator", np.random.default_rng(3))):
        if hasattr(source, text.partition("(")[0]):
            try:
                print(name, text, eval("source." + text))
            except Exception as e:
                print(name, text, type(e).__name__, e)
