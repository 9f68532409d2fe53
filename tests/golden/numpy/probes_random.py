# What NumPy answers, one expression a line: value, dtype, shape, strides, flags, or exception, and warnings.
# Lines with `;;` are statements that leave their answer in `r`. The expected text is NumPy 2.4.6's own.
import numpy as np

from _probes import answer_all

answer_all("""
np.random.seed(0) ;; r = np.random.randint(0, 2**64, 4, dtype=np.uint64)
np.random.seed(0) ;; r = np.random.randint([3,5],[4,300],dtype='u1')
np.random.seed(0) ;; r = np.random.randint([-3,5],[4,30],dtype='u1')
np.random.seed(0) ;; r = np.random.randint(0, 2**70)
np.random.seed(0) ;; r = np.random.randint(-2**70, 5)
np.random.seed(0) ;; r = np.random.randint(0, 2**64+1, dtype='u8')
np.random.seed(0) ;; r = np.random.randint([1,2],[3,4,5])
np.random.seed(0) ;; r = np.random.randint([1,2],5,(3,3))
np.random.seed(0) ;; r = np.random.randint([1,2],5,(3,))
np.random.seed(0) ;; r = np.random.randint([1,2],[50,2**40],(3,2))
np.random.seed(0) ;; r = np.random.randint()
np.random.normal([1.,2],[.5,.2,.1])
np.random.normal([1.,2],.5,(3,3))
np.random.uniform([1.,2],[.5,.3],(3,))
np.random.normal(0, -0.0)
np.random.normal(0, [-0.0, 1])
np.random.exponential(-0.0)
np.random.gamma(-0.0)
np.random.poisson(-0.0)
np.random.set_state(5)
np.random.set_state((1,))
np.random.set_state(None)
str(np.random.RandomState(5))
np.random.seed(3) ;; r = np.random.poisson(4, 3), np.random.uniform(size=(1,2)), np.random.binomial(9, 0.4, (2,2))
""", globals())
