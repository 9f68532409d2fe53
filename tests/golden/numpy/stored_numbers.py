"""Numbers that do not fit, views that must be copies, halves rounded once: as NumPy has it."""
import warnings

import numpy as np

warnings.simplefilter("ignore")
def t(s):
    try: print(s, repr(eval(s)))
    except Exception as e: print(s, type(e).__name__, e)
for s in ["np.ones(2)*10**50","np.array([1e45])<10**50","np.add(1.0,10**50)","np.zeros(2)+10**400","np.float64(1)+10**400","np.float64(1)<10**400","np.where([True,False],1.0,10**50)","np.arange(2)+10**50","np.arange(2)<10**50","np.arange(2)==-10**50","np.maximum(np.ones(1),10**50)","1j*np.ones(1)*10**50","np.ones(1,'f4')*10**50","10**50/np.ones(1)","np.arange(8)[::2].ravel().strides","np.broadcast_to(5,(3,)).ravel().strides","np.arange(6).reshape(2,3).T.ravel('K')","np.arange(6).reshape(2,3)[:,0].ravel().flags.owndata","np.arange(6).reshape(2,3).ravel().base is not None","np.var([1,2,3],mean=2)","np.std([1,2,4],mean=2)","np.var([1,2,3],correction=1,ddof=1)","np.var([1,2,3],correction=1)","np.array([1+2**-11+2**-40]).astype('f2')","np.array([65519.999999999]).astype('f2')","np.array([2**-25*(1+2**-40)]).astype('f2')","np.full(1,1+2**-11+2**-40,'f2')","np.float16(1+2**-11+2**-40)","np.array([-1-2**-11-2**-40,np.nan,np.inf,-np.inf,1e300,-1e-300]).astype('f2')","np.random.RandomState(np.array([5])).rand()","np.random.RandomState([5]).rand()","np.random.RandomState(np.array([[5]])).rand()","np.var(np.array([1,2,3],'f2'))","np.var(np.array([1,2,3]))","np.var(np.array([True,False]))","np.var(np.array([1+1j,2]))"]: t(s)
a=np.arange(4); a.resize(); print(a); a.resize(2); print(a)
np.set_printoptions(linewidth=np.inf); print(np.arange(100))

np.set_printoptions(linewidth=75)
for dtype in ("i1", "i8", "u1"):
    for value in (np.float64("nan"), np.float32("inf"), np.float64(300.0), np.int64(300), np.float64(1e300), np.array(300)):
        for statement in ("a[0] = value", "a[:] = value", "a.fill(value)", "a = np.array([value], dtype=dtype)", "a[[0, 1]] = value"):
            if np.isfinite(value) or statement != "a[[0, 1]] = value" and dtype != "u1":
                a = np.zeros(2, dtype)
                t("(exec(%r), a)[1]" % statement)
t("np.broadcast_to(1.0, (2**61,))")
t("np.broadcast_to(1.0, (1,) * 65).ndim")
