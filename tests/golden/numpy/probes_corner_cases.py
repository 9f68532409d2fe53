# Answers that once differed from NumPy's: types of reductions with `out`, empty and narrow operands, printing options,
# conversions that lose something. Layout and meaning as in the other probes; the expected text is NumPy 2.4.6's own.
import numpy as np

from _probes import answer_all

z = np.zeros((0, 2))
y = np.zeros((3, 0, 2))
nn = np.array([[np.nan, np.nan], [1, np.nan]])
c = np.array([1 + 2j, 3 - 1j, 2 + 2j])
f = np.array([1.5, 2.5, -3.7])
i = np.array([3, -4, 100])
C = np.complex128(1 + 2j)
D = np.complex64(1)
a5 = np.arange(5.0) / 3
a2 = np.arange(12.0).reshape(3, 4) / 7


def po(a, **k):
    with np.printoptions(**k):
        return repr(a) + "|" + str(a)


def ba(f):
    a, b = np.broadcast_arrays([1, 2, 3], [[1], [2]])
    return f(a, b)


def setit(a, b):
    a[0] = 5
    return a


answer_all(r"""
np.nanmax(nn,0)
np.nanmax(nn,1)
np.nanmin(nn,axis=1,keepdims=True)
np.nanmax(z)
np.nanmax(z,0)
np.nanargmin(z)
np.nanargmin(z,0)
np.argmax(np.zeros((0,0)),0)
np.argmax(np.zeros((0,0)),1)
np.max(np.zeros((0,0)),0)
np.max(np.zeros((0,0,3)),0)
np.mean(np.array(3.),axis=0)
np.nanprod(nn,where=nn>0)
np.add.reduce(np.ones((2,3)),axis=None,initial=None)
np.bincount(np.array([1.,2.]))
np.bincount(np.array([],float))
np.ptp(np.zeros((0,0)),0)
np.round(np.array([True]),1)
np.round(np.array([True]))
np.array([True]).round(-1)
np.argsort(np.array(3),kind='stable')
np.argsort(np.array(3))
np.array_equal('a','a')
np.array_equal(['a','b'],['a','b'])
np.array_equal(None,None)
np.array_equiv('a','a')
np.array_equal(b'a',b'a')
np.array_equal({},{})
np.arange(2**63,2**63+3)
np.arange(2**63,2**63+3,dtype=float)
np.arange(2**63,2**63+3,1.0)
np.arange(2**63+3,2**63,-1)
np.arange(np.float32(.1),np.float32(2),np.float32(.3))
np.arange(np.array([1]),3)
np.arange([1],[3])
np.arange(None,3)
np.arange(0,3,np.float32(0))
np.arange(0.,3,np.int8(0))
np.arange(0,5e-324,10)
np.arange(0,1e-323,1e300)
np.arange(0,-np.inf)
np.arange(-2**70)
y.reshape(2,0)
y.reshape(0)
y.T.reshape(0,4)
y.ravel()
y.T.ravel()
np.nonzero(z)
np.where(z)
np.where([[1,0,1]])
np.nonzero(np.eye(3))
np.zeros((3,3))[[[]]]
np.prod(c,out=np.zeros(()))
np.cumsum(f,out=np.zeros(3,int))
np.add.reduce(f,dtype=float,out=np.zeros((),int))
np.max(i,out=np.zeros((),'u8'))
np.logical_or.reduce(i,dtype=int)
np.equal.reduce(i)
np.std(i,out=np.zeros((),int))
np.var(i,out=np.zeros((),'i1'))
np.divide.reduce(i,dtype=int)
np.divide.reduce(i,out=np.zeros((),int))
np.bitwise_and.reduce(i,dtype=float)
np.sum(c,out=np.zeros((),'f8'))
np.sum(c,dtype=float)
np.sum(c,dtype='i4')
np.cumsum(c,dtype='i4')
np.max(c,out=np.zeros(()))
np.format_float_positional(1.5,unique=False,precision=5,trim='0')
np.format_float_positional(1.5,unique=False,precision=5,trim='-')
np.format_float_positional(1.5,unique=False,precision=5,trim='.')
np.format_float_positional(2.,unique=False,precision=5,trim='0')
np.format_float_positional(2.,unique=False,precision=5,trim='.')
np.format_float_positional(2.,unique=False,precision=5,trim='-')
np.format_float_positional(1e-10,unique=False,precision=3,trim='-')
np.format_float_positional(123456.789,precision=2,fractional=False,unique=False)
np.format_float_positional(-np.inf,pad_left=6)
np.format_float_scientific(1.5,unique=False,precision=3,trim='0')
np.format_float_scientific(1.5,unique=False,precision=3,trim='-')
np.format_float_scientific(1.5,unique=False,precision=3,trim='.')
np.format_float_scientific(1.5,exp_digits=0)
np.format_float_scientific(1.5,exp_digits=-1)
np.format_float_scientific(1e-300,exp_digits=10)
po(a5,edgeitems=0,threshold=2)
po(a2,edgeitems=0,threshold=2)
po(a2,edgeitems=-1,threshold=2)
po(a5,legacy='x')
po(a5,legacy=1.13)
po(a5,legacy=True)
np.array2string(a2,edgeitems=0,threshold=1)
C|1
1|C
C|D
np.float32(1)|C
C<<1
1<<C
C<<D
np.float32(1)<<C
divmod(np.int64(1),1j)
divmod(1j,np.int64(2))
divmod(C,np.bool(1))
np.array([1.5, np.nan, np.inf, -np.inf, 1e30, 2.0**63, -3.0]).astype('uint64')
np.float16(28.875)
np.float16(0.046875)
np.nansum(np.arange(6).reshape(2, 3))
np.nanprod(np.arange(1, 7).reshape(2, 3), keepdims=True)
np.add.reduce(np.ones((2, 3, 2)), axis=(0, 2), initial=None)
np.matmul(np.zeros(0), np.zeros(0))
np.matmul(np.ones((2, 2)), np.ones((2, 2)), out=np.zeros((2, 2), int))
np.tensordot([[1.0]], [[-0.0, 1.0]], axes=([1], [0]))
np.ones((2, 3, 3)) @ np.ones((3, 3, 3))
np.equal([1, 2], [1, 3], dtype=bool)
np.isnan([1.0, np.nan], dtype='bool')
np.less(1, [1j], dtype=bool)
r=np.arange(3) ;; np.add.at(r, [0, 0, 2], 1.5)
r=np.arange(3) ;; np.add.at(r, [0, 0, 2], 1j)
r=np.arange(3, dtype='u1') ;; np.subtract.at(r, [0, 0, 2], -1.0)
r=np.arange(3.0) ;; np.add.at(r, [0, 1], [1, 2, 3])
r=np.arange(3) ;; np.divmod.at(r, [0], 1)
r=np.arange(3) ;; np.add.at(r, [0], 1, 2)
np.zeros((3, 3))[2:2:-2].strides
np.zeros((4, 3))[:, 3:0:2].strides
np.broadcast_to([[1.0]], (1, 1)).strides
np.broadcast_to([1.0], (2, 1)).strides
np.zeros((3, 4))[[[]]].shape
r=np.broadcast_to(np.arange(3), (2, 3)) ;; r[0] = 2**70
r=np.zeros((2, 2)) ;; r[0] = np.ones(3) * 1j
r=np.zeros(2) ;; r[:] = np.ones((1, 3))
np.array(3).astype('int8', casting='safe')
np.array([300]).astype('uint8', casting='same_value')
np.array([1.5]).astype('int32', casting='same_value')
np.random.RandomState(42).tomaxint()
np.random.RandomState(42).tomaxint((2, 2))
np.random.RandomState(7).random_integers(5)
np.random.RandomState(7).random_integers(2, 5, (3,))
np.random.permutation(-1)
np.array([0, 1, 1]).choose([[10, 20, 30], [1, 2, 3]])
np.choose(np.array([[0, 1]]), [np.zeros((1, 2)), np.ones((3,))])
np.arange(3, dtype='i4').getfield('u1', 1)
np.arange(3).getfield('i8', 1)
np.arange(3).getfield('c16')
r=np.arange(3, dtype='i4') ;; r.setfield(1, 'i1', 1)
np.int32(5).to_device('cpu')
np.float64(5).item(0, 0)
np.std([1.0, 2.0], where=[True, False], ddof=2)
np.var([[1.0, 2.0], [3.0, 5.0]], axis=1, where=[[True, False], [True, True]], ddof=2)
np.std(np.zeros(0, 'f4'))
np.var(np.array([1e200, -1e200]))
np.argmax([3, 1], out=np.zeros((), 'u1'))
np.sum(np.ones(3), initial=10**30)
np.sum(np.ones((1, 2)), where=np.ones((2, 1), bool))
r=(np.random.seed(5), np.random.randint(0, [5, 100, 120], size=(4, 3), dtype='i1')) ;; r=r[1]
r=(np.random.seed(5), np.random.randint([0, 0], [5, 100], dtype='u2')) ;; r=r[1]
r=(np.random.seed(5), np.random.randint(0, [1, 2, 2], size=(4, 3), dtype=bool)) ;; r=r[1]
np.random.default_rng(5).integers([0, 1], [[5], [100]], dtype='i1')
np.random.default_rng(5).integers(0, [5, 100], size=(3, 2), dtype='u4', endpoint=True)
np.random.default_rng(5).integers([5], [5])
r=(np.random.seed(1), np.random.bytes(0), np.random.bytes(-1), np.random.rand()) ;; r=r[1:]
np.random.permutation(2.5)
np.random.permutation(np.array(3))
r=(np.random.seed(1), np.random.choice([1, 2, 3], size=())) ;; r=r[1]
np.random.choice([], size=0)
np.random.choice(0, size=(0, 2))
np.random.randint(3, dtype=None)
np.random.randint(5, 2, size=0)
np.random.randint(None)
np.random.normal([0, 1], [[2], [3]], size=())
r=(np.random.seed(1), np.random.noncentral_chisquare(0.5, np.nan)) ;; r=r[1]
r=(np.random.seed(1), np.random.negative_binomial(np.nan, 0.5)) ;; r=r[1]
np.ldexp(np.float32([1.5]), 3)
np.ldexp(np.float16([1.5]), -1)
np.ldexp(np.float32(1.5), 3)
np.max(np.array([-4, 3]), out=np.zeros((), 'u1'))
divmod(np.bool(1), np.bool(0))
np.frexp([3.0], dtype='f4')
np.array([5, 0]).astype(bool, casting='same_value')
r=np.zeros(2, bool) ;; r[0] = np.array([3])
np.einsum('ii', np.eye(2, dtype=bool))
np.einsum('ij->j', np.array([[True, False]]))
np.round(np.array([1.26 + 1j * np.inf, 2.54 - 1j]), 1)
np.convolve([True, False], [True, True])
np.gradient(np.array([True, False, True]))
np.ediff1d([True, False])
np.unique(np.array([[2j, 1], [1, 2j]]), axis=1)
np.intersect1d(np.float16([1]), np.complex64([2]))
np.apply_along_axis(sum, 1, np.zeros((3, 0), int))
np.min_scalar_type(1j)
np.cross([1, 2, 3], 1)
np.putmask(3, True, 1)
r=np.zeros(2, 'i1') ;; np.copyto(r, np.nan, casting='unsafe')
r=np.broadcast_to(np.arange(3), (2, 3)) ;; r += 1
str(np.exceptions.AxisError(2, 1, 'pre'))
np.not_equal.reduceat([1, 2], [2])
np.digitize([1j], [1, 2])
""", globals())
