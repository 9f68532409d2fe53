# What NumPy answers, one expression a line: value, dtype, shape, strides, flags, or exception, and warnings.
# Lines with `;;` are statements that leave their answer in `r`. The expected text is NumPy 2.4.6's own.
import copy
import json
import math
import operator
import warnings
import numpy as np

from _probes import answer_all

v = np.arange(10)
m = np.arange(12).reshape(3,4)
t = np.arange(24.).reshape(2,3,4)
z = np.array(5)
e = np.zeros((0,3))
f = np.asfortranarray(np.arange(12).reshape(3,4))
mask = np.arange(10)%3==0
mm = np.arange(12).reshape(3,4)%2==0
c = np.arange(6)*(1+1j)
b = np.array([True,False,True])
u = np.arange(5,dtype=np.uint8)

answer_all("""
v[-3:]
v[[10]]
v[[[0,1],[2,3]]]
v[mm]
v[[0],[1]]
v[slice(None)]
v[[[1,2],[3]]]
v[:,[9]]
m[mm]
m[np.array([],int)]
m[:,-1]
m[...,None]
m[[0,1],:,[0,1]]
m[object()]
m[np.int64(20)]
t[0,...]
t[...,...]
t[0,:,[0,1]]
t[range(2)]
t[[[1,2],[3]]]
t[mm[0]]
t[[[True,False,True,True]]*3]
t[[0], True]
z[None]
z[np.True_]
z[[]]
z[[True]*10]
z[[0,1],:]
z[[0,1],[0,1],:]
z[np.array([0,1],np.uint8)]
z[mm[0]]
e[None]
e[False]
e[:,-1]
e[slice(1,3)]
e[slice(1.5,2)]
e[[True,False,True],[True,False,True,False]]
e[mm[0]]
e[:,mm[0]]
e[[0], True]
f[()]
f[[]]
f[np.array(2)]
f[None,:,None]
f[0,:,[0,1]]
f[[0,1],[0,1],:]
c[...,0]
c[slice(None)]
c[[True,False,True],[0,1]]
c[object()]
u[-1]
u[range(2)]
u[9,0]
r=v.copy() ;; r[10]=np.arange(3)
r=v.copy() ;; r[-11]=float("nan")
r=v.copy() ;; r[1:100]=[7,8]
r=v.copy() ;; r[100:]=np.arange(3)
r=v.copy() ;; r[100:]=True
r=v.copy() ;; r[np.True_]=7
r=v.copy() ;; r[np.uint64(3)]=[7,8]
r=v.copy() ;; r[...,...]=7
r=v.copy() ;; r[[]]="a"
r=v.copy() ;; r[[]]=np.arange(4)[:,None]
r=v.copy() ;; r[[10]]=True
r=v.copy() ;; r[[[0,1],[2,3]]]=[]
r=v.copy() ;; r[[True,False,True]]=np.array([[7]])
r=v.copy() ;; r[mm]=[7,8]
r=v.copy() ;; r[mask,0]=[7,8]
r=v.copy() ;; r[np.array([],float)]=np.arange(3)
r=v.copy() ;; r[[0],[1]]=float("nan")
r=v.copy() ;; r[1:,1:]=np.arange(3)
r=v.copy() ;; r[1:,1:]=np.ones((3,4))
r=v.copy() ;; r[1:,1:]=[]
r=v.copy() ;; r[::2,::-1]=300
r=v.copy() ;; r[::2,::-1]=np.float32(2.5)
r=v.copy() ;; r[0,None]=7
r=v.copy() ;; r[None,[0,1]]=[7,8]
r=v.copy() ;; r[[[0],[1]],[0,1]]=7
r=v.copy() ;; r[0,:,[0,1]]=np.arange(3)
r=v.copy() ;; r[0,:,[0,1]]=-1
r=v.copy() ;; r[:,0,[0,1]]=[]
r=v.copy() ;; r[[0,1],:,[0,1]]=np.ones((3,4))
r=v.copy() ;; r[[0,1],[0,1],:]=[]
r=v.copy() ;; r[:,[0,1],[0,1]]=np.array([[7]])
r=v.copy() ;; r[[2,1,0],::2]=7
r=v.copy() ;; r[[2,1,0],::2]=np.arange(3)
r=v.copy() ;; r[slice(1,3)]="a"
r=v.copy() ;; r[slice(None)]=float("nan")
r=v.copy() ;; r[range(2)]=300
r=v.copy() ;; r[{1}]=None
r=v.copy() ;; r[2**70]=np.array([[7]])
r=v.copy() ;; r[-2**70]=7
r=v.copy() ;; r[slice(2**70)]=np.arange(12).reshape(3,4)
r=v.copy() ;; r[[1.5]]=-1
r=v.copy() ;; r[np.array([0,1],np.uint8)]=np.float32(2.5)
r=v.copy() ;; r[np.array([0,1],np.uint64)]=np.ones((3,4))
r=v.copy() ;; r[[True,False,True],[0,1]]=7
r=v.copy() ;; r[[True,False,True],[0,1]]=1j
r=v.copy() ;; r[[True,False,True],0]=2**70
r=v.copy() ;; r[[True,False,True],:2]=np.float32(2.5)
r=v.copy() ;; r[np.zeros((0,),int)]=np.arange(3)
r=v.copy() ;; r[object()]=np.arange(12).reshape(3,4)
r=v.copy() ;; r[1:2,[0,1],...]=np.zeros((2,3,4))
r=v.copy() ;; r[np.array(False)]=[7,8]
r=v.copy() ;; r[[[True,False,True,True]]*3]=[7,8]
r=v.copy() ;; r[(slice(None),)*5]=7
r=v.copy() ;; r[(slice(None),)*5]=True
r=v.copy() ;; r[[0,1],[9,9]]=1j
r=v.copy() ;; r[9,0]=float("nan")
r=v.copy() ;; r[9,0]=(1,2,3,4)
r=v.copy() ;; r[[-20]]=np.array([[7]])
r=m.copy() ;; r[9]=np.ones((3,4))
r=m.copy() ;; r[9]=[]
r=m.copy() ;; r[::-1]=np.arange(12).reshape(3,4)
r=m.copy() ;; r[::-1]=np.float32(2.5)
r=m.copy() ;; r[None]=np.arange(12).reshape(3,4)
r=m.copy() ;; r[()]=7
r=m.copy() ;; r[True]=True
r=m.copy() ;; r[np.True_]=[7,8]
r=m.copy() ;; r[np.int8(2)]=7
r=m.copy() ;; r["a"]=(1,2,3,4)
r=m.copy() ;; r[[True,False,True]]=7
r=m.copy() ;; r[[True,False,True]]=np.ones((3,4))
r=m.copy() ;; r[mask,0]=7
r=m.copy() ;; r[mask,0]=[[1,2],[3]]
r=m.copy() ;; r[np.array([1.5])]=None
r=m.copy() ;; r[[0],[1]]=2**70
r=m.copy() ;; r[0,[0,1]]=np.arange(3)
r=m.copy() ;; r[:,[0,1]]=(1,2,3,4)
r=m.copy() ;; r[:,1:3]=-1
r=m.copy() ;; r[1:,1:]=[7,8]
r=m.copy() ;; r[...,None]=np.arange(3)
r=m.copy() ;; r[[[0],[1]],[0,1]]=[7,8]
r=m.copy() ;; r[[0,1],0]=1j
r=m.copy() ;; r[0,:,[0,1]]=-1
r=m.copy() ;; r[:,0,[0,1]]=np.arange(3)
r=m.copy() ;; r[:,0,[0,1]]=[]
r=m.copy() ;; r[[0,1],:,[0,1]]=[]
r=m.copy() ;; r[mask,None]=[7,8]
r=m.copy() ;; r[np.ix_([0,2],[1,3])]=2**70
r=m.copy() ;; r[slice(1.5,2)]=np.float32(2.5)
r=m.copy() ;; r[range(2)]=1.5
r=m.copy() ;; r[{1}]=None
r=m.copy() ;; r[{1}]=(1,2,3,4)
r=m.copy() ;; r[2**70]=np.zeros((2,3,4))
r=m.copy() ;; r[slice(2**70)]=np.arange(3)
r=m.copy() ;; r[[True,False,True],[0,1]]=None
r=m.copy() ;; r[[True,False,True],0]=2**70
r=m.copy() ;; r[[True,False,True],:2]=np.arange(12).reshape(3,4)
r=m.copy() ;; r[np.zeros((0,),int)]=np.arange(4)[:,None]
r=m.copy() ;; r[1:2,[0,1],...]=np.arange(3)
r=m.copy() ;; r[1:2,[0,1],...]=[]
r=m.copy() ;; r[np.array(True)]=np.array([7])
r=m.copy() ;; r[np.s_[1:2]]=[7,8]
r=m.copy() ;; r[0, True]=[7,8]
r=m.copy() ;; r[[0,1],[9,9]]=[7,8]
r=m.copy() ;; r[0,9]=(1,2,3,4)
r=t.copy() ;; r[0]=np.zeros((2,3,4))
r=t.copy() ;; r[::0]=7
r=t.copy() ;; r[...]=(1,2,3,4)
r=t.copy() ;; r[()]=np.arange(3)
r=t.copy() ;; r[True]=[7,8]
r=t.copy() ;; r[False]=7
r=t.copy() ;; r[False]=[]
r=t.copy() ;; r[np.int8(2)]=np.array([7])
r=t.copy() ;; r[np.float64(1)]=[7,8]
r=t.copy() ;; r[None,0]=[7,8]
r=t.copy() ;; r[...,...]=np.arange(3)
r=t.copy() ;; r[[]]=np.array([7])
r=t.copy() ;; r[[0,2]]=-1
r=t.copy() ;; r[[[0,1],[2,3]]]=7
r=t.copy() ;; r[[True,False]]=True
r=t.copy() ;; r[[True,False]]=np.arange(12).reshape(3,4)
r=t.copy() ;; r[[True,False]]=np.float32(2.5)
r=t.copy() ;; r[np.array([True,False,True])]=(1,2,3,4)
r=t.copy() ;; r[mask]=np.arange(3)
r=t.copy() ;; r[mask,0]=[7,8]
r=t.copy() ;; r[np.array(2)]=7
r=t.copy() ;; r[np.array(2)]=2**70
r=t.copy() ;; r[np.array([],float)]=7
r=t.copy() ;; r[np.array([1.5])]=1j
r=t.copy() ;; r[[0,1],[1,2]]=np.arange(3)
r=t.copy() ;; r[[0,1],[1,2]]=2**70
r=t.copy() ;; r[::2,::-1]=1.5
r=t.copy() ;; r[None,:,None]=7
r=t.copy() ;; r[...,None]=[7,8]
r=t.copy() ;; r[:,0,[0,1]]=np.arange(3)
r=t.copy() ;; r[[0,1],[0,1],:]=np.arange(3)
r=t.copy() ;; r[:,[0,1],[0,1]]=np.zeros((2,3,4))
r=t.copy() ;; r[mask,None]=[7,8]
r=t.copy() ;; r[slice(1,3)]=np.arange(3)
r=t.copy() ;; r[range(2)]=True
r=t.copy() ;; r[[1.5]]=np.array([[7]])
r=t.copy() ;; r[b]=np.arange(3)
r=t.copy() ;; r[[True,False,True],[0,1]]=2**70
r=t.copy() ;; r[[True,False,True],:2]=np.arange(3)
r=t.copy() ;; r[[True,False,True],[True,False,True,False]]=[7,8]
r=t.copy() ;; r[mm.T]=True
r=t.copy() ;; r[1:2,[0,1],...]=np.zeros((2,3,4))
r=t.copy() ;; r[[[True,False,True,True]]*3]=[[1,2],[3]]
r=t.copy() ;; r[(slice(None),)*5]=True
r=t.copy() ;; r[[0], True]=np.ones((3,4))
r=t.copy() ;; r[np.int64(20)]=np.arange(3)
r=t.copy() ;; r[...,9]=[7,8]
r=z.copy() ;; r[0]=[]
r=z.copy() ;; r[-1]=np.arange(4)[:,None]
r=z.copy() ;; r[1:100]=np.ones((3,4))
r=z.copy() ;; r[100:]=7
r=z.copy() ;; r[np.float64(1)]=np.arange(3)
r=z.copy() ;; r[1.0]=7
r=z.copy() ;; r[0,...]=np.ones((3,4))
r=z.copy() ;; r[0,...]=np.array([[7]])
r=z.copy() ;; r[[0,2]]=[7,8]
r=z.copy() ;; r[[-1,-2]]=1j
r=z.copy() ;; r[[10]]=300
r=z.copy() ;; r[[10]]=np.float32(2.5)
r=z.copy() ;; r[(0,1)]=np.ones((3,4))
r=z.copy() ;; r[0,[0,1]]=None
r=z.copy() ;; r[:,-1]=True
r=z.copy() ;; r[0,None]=7
r=z.copy() ;; r[[0,1],None]=np.arange(3)
r=z.copy() ;; r[[0,1],None]=[[1,2],[3]]
r=z.copy() ;; r[None,[0,1]]="a"
r=z.copy() ;; r[[0,1],0]=2**70
r=z.copy() ;; r[[2,1,0],::2]=float("nan")
r=z.copy() ;; r[np.ix_([0,2],[1,3])]=float("nan")
r=z.copy() ;; r[slice(None)]=[7,8]
r=z.copy() ;; r[range(2)]=7
r=z.copy() ;; r[[1.5]]=np.array([[7]])
r=z.copy() ;; r[[[1,2],[3]]]=2**70
r=z.copy() ;; r[np.array([0,1],np.uint64)]=np.ones((3,4))
r=z.copy() ;; r[np.array([0,1],np.uint64)]=np.zeros((2,3,4))
r=z.copy() ;; r[np.array([0,1],np.uint64)]=np.array([[7]])
r=z.copy() ;; r[True,0]=[7,8]
r=z.copy() ;; r[[True,False,True],[0,1]]=[7,8]
r=z.copy() ;; r[[True,False,True],:2]=[7,8]
r=z.copy() ;; r[np.zeros((0,),int)]="a"
r=z.copy() ;; r[np.zeros((2,0),int)]=2**70
r=z.copy() ;; r[object()]=[7,8]
r=z.copy() ;; r[object()]=True
r=z.copy() ;; r[object()]=np.arange(12).reshape(3,4)
r=z.copy() ;; r[mm[0]]=np.zeros((2,3,4))
r=z.copy() ;; r[mm[0]]=np.array([[7]])
r=z.copy() ;; r[1:2,[0,1],...]=np.zeros((2,3,4))
r=z.copy() ;; r[..., [0,1]]=[[1,2],[3]]
r=z.copy() ;; r[np.array(False)]=float("nan")
r=z.copy() ;; r[[0], True]=[7,8]
r=z.copy() ;; r[9,0]=np.arange(3)
r=z.copy() ;; r[9,0]=1j
r=e.copy() ;; r[9]=np.array([[7]])
r=e.copy() ;; r[::-1]=np.float32(2.5)
r=e.copy() ;; r[...]=2**70
r=e.copy() ;; r[False]=np.array([[7]])
r=e.copy() ;; r[1.0]=1j
r=e.copy() ;; r[None,0]="a"
r=e.copy() ;; r[[]]="a"
r=e.copy() ;; r[[-1,-2]]=np.arange(3)
r=e.copy() ;; r[[-1,-2]]=2**70
r=e.copy() ;; r[[10]]=True
r=e.copy() ;; r[mask]=np.arange(3)
r=e.copy() ;; r[mm]="a"
r=e.copy() ;; r[mask,0]=np.arange(4)[:,None]
r=e.copy() ;; r[np.array(2)]=float("nan")
r=e.copy() ;; r[[0,1],[1,2,3]]=[]
r=e.copy() ;; r[:,0]=float("nan")
r=e.copy() ;; r[::2,::-1]=True
r=e.copy() ;; r[0,:,[0,1]]=np.ones((3,4))
r=e.copy() ;; r[mask,None]=np.ones((3,4))
r=e.copy() ;; r[mask,None]=np.zeros((2,3,4))
r=e.copy() ;; r[np.ix_([0,2],[1,3])]=7
r=e.copy() ;; r[slice(1,3)]=np.arange(4)[:,None]
r=e.copy() ;; r[slice("a",2)]=np.float32(2.5)
r=e.copy() ;; r[[[1,2],[3]]]=(1,2,3,4)
r=e.copy() ;; r[np.array([0,1],np.uint64)]=np.array([[7]])
r=e.copy() ;; r[True,0]=[[1,2],[3]]
r=e.copy() ;; r[[True,False,True],:2]=np.float32(2.5)
r=e.copy() ;; r[1:2,[0,1],...]=np.ones((3,4))
r=e.copy() ;; r[np.array(False)]=1j
r=e.copy() ;; r[np.s_[1:2]]=np.array([7])
r=e.copy() ;; r[0, True]=None
r=e.copy() ;; r[[0], True]=np.arange(3)
r=e.copy() ;; r[(np.array([0,50]),)]=np.arange(3)
r=e.copy() ;; r[...,9]=[7,8]
r=e.copy() ;; r[np.arange(3)[:,None],np.arange(2)]=7
r=u.copy() ;; r[-11]=1j
r=u.copy() ;; r[-3:]=2**70
r=u.copy() ;; r[100:]=np.arange(12).reshape(3,4)
r=u.copy() ;; r[::0]=2**70
r=u.copy() ;; r[()]=7
r=u.copy() ;; r[np.True_]=np.arange(3)
r=u.copy() ;; r[np.int8(2)]=np.array([7])
r=u.copy() ;; r[np.float64(1)]=np.zeros((2,3,4))
r=u.copy() ;; r[np.float64(1)]=np.array([[7]])
r=u.copy() ;; r["a"]=None
r=u.copy() ;; r["a"]=float("nan")
r=u.copy() ;; r[[-1,-2]]=(1,2,3,4)
r=u.copy() ;; r[[True]*10]=np.zeros((2,3,4))
r=u.copy() ;; r[[True,False,True]]=np.ones((3,4))
r=u.copy() ;; r[mask]=np.float32(2.5)
r=u.copy() ;; r[mask,0]=7
r=u.copy() ;; r[np.array([],int)]=True
r=u.copy() ;; r[np.array([],float)]=7
r=u.copy() ;; r[np.array([],float)]=[[1,2],[3]]
r=u.copy() ;; r[[0,1],[1,2]]=2**70
r=u.copy() ;; r[0,[0,1]]=[7,8]
r=u.copy() ;; r[:,0]=None
r=u.copy() ;; r[:,1:3]=7
r=u.copy() ;; r[:,1:3]=[7,8]
r=u.copy() ;; r[1:,1:]=np.arange(3)
r=u.copy() ;; r[1:,1:]=np.ones((3,4))
r=u.copy() ;; r[1:,1:]=np.zeros((2,3,4))
r=u.copy() ;; r[...,None]=300
r=u.copy() ;; r[...,None]=np.arange(12).reshape(3,4)
r=u.copy() ;; r[0,None]=np.array([7])
r=u.copy() ;; r[None,[0,1]]=7
r=u.copy() ;; r[[0,1],:,[0,1]]=np.array([[7]])
r=u.copy() ;; r[mask,None]=7
r=u.copy() ;; r[[2,1,0],::2]=7
r=u.copy() ;; r[slice("a",2)]=np.float32(2.5)
r=u.copy() ;; r[range(2)]=1.5
r=u.copy() ;; r[range(2)]=True
r=u.copy() ;; r[{1}]=[7,8]
r=u.copy() ;; r[{1}]=float("nan")
r=u.copy() ;; r[{1}]=(1,2,3,4)
r=u.copy() ;; r[slice(2**70)]=300
r=u.copy() ;; r[slice(2**70)]=True
r=u.copy() ;; r[[1.5]]=-1
r=u.copy() ;; r[[[1,2],[3]]]=None
r=u.copy() ;; r[np.array([0,1],np.uint64)]=np.zeros((2,3,4))
r=u.copy() ;; r[b]=np.arange(3)
r=u.copy() ;; r[[True,False,True],[0,1]]=7
r=u.copy() ;; r[[True,False,True],[0,1]]=np.arange(3)
r=u.copy() ;; r[object()]=np.float32(2.5)
r=u.copy() ;; r[mm.T]=[7,8]
r=u.copy() ;; r[..., [0,1]]=np.arange(3)
r=u.copy() ;; r[np.array(True)]="a"
r=u.copy() ;; r[np.array(False)]=(1,2,3,4)
r=u.copy() ;; r[[[True,False,True,True]]*3]=np.array([7])
r=u.copy() ;; r[0, True]=2**70
r=u.copy() ;; r[[0], True]=7
r=u.copy() ;; r[[0], True]=np.zeros((2,3,4))
r=u.copy() ;; r[[0], True]=np.array([[7]])
r=u.copy() ;; r[(np.array([0,50]),)]=[7,8]
r=u.copy() ;; r[:,[9]]=7
r=u.copy() ;; r[...,9]=np.zeros((2,3,4))
r=c.copy() ;; r[100:]=300
r=c.copy() ;; r[True]=np.arange(12).reshape(3,4)
r=c.copy() ;; r[np.float64(1)]=np.arange(3)
r=c.copy() ;; r[1.0]=(1,2,3,4)
r=c.copy() ;; r[...,0]=7
r=c.copy() ;; r[...,...]=2**70
r=c.copy() ;; r[[]]=np.array([7])
r=c.copy() ;; r[[-1,-2]]=None
r=c.copy() ;; r[[-1,-2]]=(1,2,3,4)
r=c.copy() ;; r[[True]*10]=[]
r=c.copy() ;; r[np.array([True,False,True])]=7
r=c.copy() ;; r[np.array([True,False,True])]=float("nan")
r=c.copy() ;; r[mm]=[[1,2],[3]]
r=c.copy() ;; r[np.array([],float)]="a"
r=c.copy() ;; r[:,[0,1]]=np.arange(3)
r=c.copy() ;; r[:,[0,1]]=(1,2,3,4)
r=c.copy() ;; r[::2,::-1]=True
r=c.copy() ;; r[None,:,None]=[7,8]
r=c.copy() ;; r[...,None]=np.arange(3)
r=c.copy() ;; r[[0,1],None]=np.arange(4)[:,None]
r=c.copy() ;; r[0,:,[0,1]]=np.ones((3,4))
r=c.copy() ;; r[[0,1],:,[0,1]]=np.ones((3,4))
r=c.copy() ;; r[:,[0,1],[0,1]]=[]
r=c.copy() ;; r[[2,1,0],::2]=np.arange(3)
r=c.copy() ;; r[np.ix_([0,2],[1,3])]=1j
r=c.copy() ;; r[slice(1,3)]=np.array([7])
r=c.copy() ;; r[slice(None)]=np.arange(3)
r=c.copy() ;; r[slice("a",2)]=np.arange(12).reshape(3,4)
r=c.copy() ;; r[range(2)]=np.arange(12).reshape(3,4)
r=c.copy() ;; r[-2**70]=np.arange(3)
r=c.copy() ;; r[np.array([0,1],np.uint8)]=np.arange(12).reshape(3,4)
r=c.copy() ;; r[[True,False,True],:2]=np.arange(3)
r=c.copy() ;; r[[True,False,True],:2]=True
r=c.copy() ;; r[np.zeros((2,0),int)]=2**70
r=c.copy() ;; r[1:2,[0,1],...]=np.ones((3,4))
r=c.copy() ;; r[..., [0,1]]=[7,8]
r=c.copy() ;; r[[0], True]=np.zeros((2,3,4))
r=c.copy() ;; r[...,9]=[]
r=c.copy() ;; r[0,9]=float("nan")
r=v.copy() ;; r[...]=1.5
r=v.copy() ;; r[mask]="a"
r=v.copy() ;; r[1:3]=-1
r=v.copy() ;; r[[0,1]]=300
r=v.copy() ;; r[()]=[]
r=v.copy() ;; r[::-1]=np.zeros((2,3,4))
r=v.copy() ;; r[()]=np.arange(12).reshape(3,4)
r=m.copy() ;; r[0]=1.5
r=m.copy() ;; r[...]=np.zeros((2,3,4))
r=m.copy() ;; r[m>3]=np.float32(2.5)
r=t.copy() ;; r[::-1]=np.ones((3,4))
r=t.copy() ;; r[()]=1j
r=t.copy() ;; r[...]=True
r=t.copy() ;; r[[0,1]]=True
r=t.copy() ;; r[()]=np.arange(12).reshape(3,4)
r=t.copy() ;; r[::-1]=2**70
r=t.copy() ;; r[:]=np.array([[7]])
r=u.copy() ;; r[[0,1]]="a"
r=u.copy() ;; r[()]=[]
r=u.copy() ;; r[0]=float("nan")
r=u.copy() ;; r[:]=np.arange(12).reshape(3,4)
r=u.copy() ;; r[1:3]=np.array([7])
r=u.copy() ;; r[()]=np.array([[7]])
r=u.copy() ;; r[...]=np.float32(2.5)
iter(z)
m.take([0,1],axis=1)
np.take([],[0])
np.delete(v,2)
np.fliplr(m)
np.repeat([1,2],[1,2,3])
np.split(v,[2,5])
np.hsplit(m,2)
np.vdot([1j,2],[3,4])
r=np.array([3,1,2]) ;; r.sort()
r=np.array([[3,1],[0,2]]) ;; r.sort(axis=0)
np.sort([3,1,2],kind='quicksort')
""", globals())
