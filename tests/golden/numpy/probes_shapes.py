# What NumPy answers, one expression a line: value, dtype, shape, strides, flags, or exception, and warnings.
# Lines with `;;` are statements that leave their answer in `r`. The expected text is NumPy 2.4.6's own.
import copy
import json
import math
import operator
import warnings
import numpy as np

v = np.arange(6)
m = np.arange(6).reshape(2,3)
t = np.arange(24).reshape(2,3,4)
f = np.asfortranarray(np.arange(6).reshape(2,3))
z = np.array(5)
e = np.zeros((0,3))
s = np.arange(24).reshape(4,6)[::2,::3]
one = np.zeros((1,3,1))
n = np.arange(6)[::-1]
bc = np.broadcast_to(np.arange(3),(2,3))
if_ = bool


def show(value, depth=0):
    if isinstance(value, np.ndarray):
        f = value.flags
        order = ("C" if f.c_contiguous else "-") + ("F" if f.f_contiguous else "-") + ("W" if f.writeable else "-")
        return "%r|%s|%s|%s|%s" % (value, value.dtype, value.shape, value.strides, order)
    if isinstance(value, (tuple, list)) and depth < 3:
        return type(value).__name__ + "(" + ", ".join(show(x, depth + 1) for x in value) + ")"
    return "%s:%r" % ("dtype" if isinstance(value, np.dtype) else type(value).__name__, value)


def outcome(text):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if ";;" in text:
                space = dict(globals())
                exec(text.replace(" ;; ", "\n"), space)
                answer = show(space.get("r"))
            else:
                answer = show(eval(text))
        except Exception as e:
            answer = "!! %s: %s" % (type(e).__name__, e)
    answer += "".join("  [%s: %s]" % (w.category.__name__, w.message) for w in caught)
    return answer.replace("\n", "\\n")


for line in """
v.reshape((3,2))
v.reshape(-1)
np.reshape(v,(-1,))
np.reshape(v,-1,order="F")
v.reshape((6,),order="A")
v.reshape(1,1)
np.reshape(v,shape=(2,3))
v.mT
v.squeeze(0)
np.expand_dims(v,0)
v.copy(order='A')
v.copy('X')
v.astype('f4',order='F')
v.view(dtype=np.int64)
v.item()
np.atleast_1d(v)
np.broadcast_to(v,(2,3))
np.array(v,order='K')
np.copy(v)
np.hstack([v])
np.concatenate(v)
np.stack(v)
np.array_split(v,2)
bool(v)
hash(v)
v.tolist().__class__
v.sort()
v.newbyteorder()
v.ptp()
m.reshape((4,2))
np.reshape(m,(2.0,3))
m.reshape((3,2),copy=False)
np.reshape(m,[2,3])
m.mT
np.transpose(m,(1,0))
m.swapaxes(0,1)
m.swapaxes(0,5)
np.expand_dims(m,0)
np.expand_dims(m,-1)
m.copy('F')
m.copy('X')
m.view(np.int32)
m.flags.forc
m.tobytes()
m.byteswap()
m.__array_interface__['shape']
np.hstack([m])
np.concatenate(m)
np.ndim(m)
np.array_split(m,2)
np.permute_dims(m)
bool(m)
m == None
if_(m)
m.shape.__class__
np.isfortran(m)
m.sort()
m.newbyteorder()
m.itemset(0,1)
t.reshape(6)
np.reshape(t,(-1,))
np.reshape(t,(-1,-1))
t.reshape((1,6,1))
t.reshape((2.0,3))
np.reshape(t,(3,2),"F")
t.reshape(order="F")
np.reshape(t,(2**40,2**40))
t.reshape(np.int64(6))
t.transpose((1,0))
t.transpose(0)
t.swapaxes(0,1)
t.ravel('X')
t.flatten('F')
t.flatten('K')
t.squeeze(0)
np.expand_dims(t,7)
t.astype(float)
t.astype(np.int8)
t.view(float)
t.repeat(2)
np.broadcast_to(t,(2,2,3))
np.stack(t)
np.vstack(t)
np.size(t,0)
np.resize(t,0)
int(t)
t.partition(1)
t.dump('/nonexistent/x')
f.reshape(())
f.reshape((2.0,3))
f.reshape("a")
f.reshape(None)
np.reshape(f,-1,order="F")
f.reshape((-2,3))
np.reshape(f,(-2,3))
f.mT
f.transpose(None)
f.flatten()
f.squeeze(axis=1)
np.squeeze(f,axis=5)
f.copy('X')
f.astype('f4',order='F')
f.astype(complex).real
f.astype(dtype=float)
f.size
f.strides
f.flags['C']
f.flags.fnc
f.base is None
np.broadcast_to(f,(2,3))
np.broadcast_to(f,(4,))
np.column_stack([f])
np.shape(f)
np.resize(f,0)
hash(f)
if_(f)
f and 1
f.tolist().__class__
np.reshape(z,(-1,-1))
np.reshape(z,(0,))
z.reshape((3,2),"F")
np.reshape(z,(2**40,2**40))
z.reshape(np.int64(6))
z.reshape(newshape=(2,3))
np.reshape(z,newshape=(2,3))
z.transpose()
z.transpose((1,0))
z.transpose(None)
z.astype('x')
z.astype()
z.astype(int, 'C', 'same_kind')
z.view(dtype=np.int64)
z.nbytes
z.flags.num
z.flags.behaved
z.flags.fnc
z.tobytes('F')
(z+1).strides
np.vstack([z])
np.dstack([z])
np.hstack(z)
np.resize(z,0)
np.roll(z,1,axis=1)
int(z)
float(z)
not z
np.reshape(e,6)
e.reshape((2.0,3))
np.reshape(e,None)
e.reshape((2,3),order="F")
e.reshape((3,2),copy=False)
np.reshape(e,(2**40,2**40))
e.transpose(0)
e.flatten('K')
np.expand_dims(e,7)
e.view(dtype=np.int64)
e.tobytes('F')
e.dtype.name
np.atleast_1d(e)
np.broadcast_to(e,(2,3))
np.asarray(e,order='F')
np.stack(e)
np.ndim(e)
np.rot90(e)
np.array_split(e,2)
np.matrix_transpose(e)
np.unstack(e)
int(e)
format(e)
s.reshape((0,-1))
np.reshape(s,(6,),order="A")
s.transpose(0)
np.transpose(s,(1,0))
np.transpose(s,axes=(0,2,1))
s.ravel()
np.expand_dims(s,0)
s.copy(order='A')
s.astype(complex).real
s.astype(bool)
s.nbytes
s.shape
s.tobytes('F')
np.stack([s])
np.column_stack([s])
np.hstack(s)
np.ndim(s)
np.flip(s)
np.matrix_transpose(s)
s == None
np.reshape(one,())
one.reshape((1,6,1))
np.reshape(one,"a")
np.reshape(one,-1,order="F")
np.reshape(one,2,3)
one.reshape((3,2),copy=True)
np.reshape(one,(3,2),copy=False)
one.transpose((1,0))
one.transpose(2,0,1)
np.moveaxis(one,0,5)
np.rollaxis(one,1)
one.copy('F')
one.view()
one.view(float)
one.view(np.complex128)
one.flags['C']
one.tobytes()
one.repeat(2)
np.broadcast_to(one,(4,))
np.asarray(one,order='F')
np.zeros_like(one).strides
np.stack([one])
np.size(one)
np.flip(one,axis=1)
hash(one)
format(one,'.2f')
one == None
one.__len__()
one.device
one.nope
np.isfortran(one)
one.newbyteorder()
one.ptp()
n.reshape(6)
n.reshape((-1,4))
np.reshape(n,())
np.reshape(n,(1,6,1))
n.reshape((0,))
n.reshape(order="F")
np.reshape(n,(3,2),copy=False)
n.reshape([2,3])
n.reshape(np.int64(6))
np.transpose(n)
n.swapaxes(0,-1)
n.astype('x')
n.astype(int, 'C', 'same_kind')
n.view(np.ndarray)
n.nbytes
n.flags['C']
n.tobytes('F')
n.real
np.stack([n])
np.hstack([n])
np.column_stack([n])
np.hstack(n)
np.flip(n,axis=1)
int(n)
len(n)
repr(n)
n.__len__()
not n
n.sort()
np.reshape(bc,(2.0,3))
bc.reshape((3,2),"F")
bc.reshape((3,2),copy=False)
np.reshape(bc,(3,2),copy=False)
bc.reshape((3,2),order="X")
bc.reshape((2**40,2**40))
bc.reshape([2,3])
np.reshape(bc,newshape=(2,3))
bc.transpose((1,0))
bc.transpose(None)
bc.transpose(5,0)
np.transpose(bc,axes=(0,2,1))
bc.swapaxes(0,5)
bc.ravel()
bc.ravel(order='K')
bc.copy('F')
bc.astype(float)
bc.astype('f4',order='F')
bc.view(dtype=np.int64)
bc.flags
bc.base is None
bc.imag
np.flip(bc)
bc.__len__()
not bc
bc.shape.__class__
bc.ptp()
r=v.copy() ;; r.shape=-1
r=m.T ;; r.shape=6
r=v.copy() ;; r.resize(3)
np.concatenate([m,m],axis=None)
np.concatenate([v,v],out=np.zeros(12))
np.concatenate([np.float32([1]),[2]])
np.stack([m,m])
np.stack([m,m],axis=1)
np.block([1,2])
np.hsplit(v,2)
np.broadcast_shapes()
np.array_equal(1,[1])
np.allclose([1,2],[1,2+1e-9])
np.allclose([1,2],[1,2.1])
np.allclose(1,1.1,atol=.2,rtol=0)
np.isclose(1j,1j)
np.isclose(10**10,10**10+1)
np.isscalar(np.zeros(()))
np.isposinf([np.inf])
np.lib.stride_tricks.sliding_window_view(v,3)
bytes(v[:1])
memoryview(f).f_contiguous
""".strip().splitlines():
    print(line, " -> ", outcome(line))
