# What NumPy answers, one expression a line: value, dtype, shape, strides, flags, or exception, and warnings.
# Lines with `;;` are statements that leave their answer in `r`. The expected text is NumPy 2.4.6's own.
import copy
import json
import math
import operator
import warnings
import numpy as np

from _probes import answer_all, define_typed

define_typed(globals())

answer_all("""
+s_bool
format(s_bool)
s_bool.item()
s_bool.real,s_bool.imag
s_bool[...]
s_bool.byteswap()
type(s_bool).__mro__[1:3]
s_bool.conjugate()
s_bool.__array_interface__['typestr']
+z_bool
~z_bool
z_bool.T
z_bool.conj()
z_bool[...]
z_bool.clip(0,1)
z_bool.byteswap()
{z_bool:1}
z_bool.take(0)
np.bool_("x")
np.bool_([1,2])
np.bool_(2**64)
np.bool_(np.zeros(3))
np.bool_(np.zeros(()))
np.bool_(np.int8(-1))
np.bool_(1, 2)
np.bool_(x=1)
np.bool_(np.array([5]))
np.bool_("inf")
np.bool_("1+2j")
-s_int8
'%s %r' % (s_int8,s_int8)
list(s_int8)
range(s_int8)
s_int8.conjugate()
s_int8.__index__()
'%d' % z_int8
z_int8.conj()
list(z_int8)
z_int8.cumsum()
z_int8.sort()
z_int8.base
z_int8*[1]
pow(z_int8,2,3)
z_int8.__array_interface__['typestr']
np.int8(True)
np.int8(b"7")
np.int8(object())
format(s_uint8,'x')
s_uint8.sum(),s_uint8.prod(),s_uint8.min(),s_uint8.max(),s_uint8.mean(),s_uint8.any(),s_uint8.all(),s_uint8.argmax()
s_uint8[()]
s_uint8.view(np.uint8)
s_uint8.repeat(2)
'a'*s_uint8
type(s_uint8).__mro__[1:3]
s_uint8.swapaxes(0,1)
s_uint8<'a'
abs(z_uint8)
int(z_uint8)
z_uint8.tobytes()
z_uint8[()]
z_uint8.repeat(2)
range(z_uint8)
divmod(7,z_uint8)
z_uint8.as_integer_ratio()
np.uint8(None)
'%.3f' % s_int16
s_int16.item()
s_int16.conj()
s_int16.view(np.uint8)
s_int16.sort()
z_int16[...]
np.int16(1e300)
np.int16((1,))
s_uint16.tobytes()
math.trunc(s_uint16)
{s_uint16:1}
s_uint16.as_integer_ratio()
s_uint16.__array_interface__['typestr']
z_uint16.transpose()
z_uint16.device
np.uint16(np.complex128(1j))
np.uint16(" 12 ")
pow(s_int32,2,3)
type(s_int32).__mro__[1:3]
format(z_int32,'x')
z_int32.astype(np.float32)
z_int32.sum(),z_int32.prod(),z_int32.min(),z_int32.max(),z_int32.mean(),z_int32.any(),z_int32.all(),z_int32.argmax()
z_int32.tobytes()
math.ceil(z_int32)
z_int32.denominator
z_int32.__array__()
z_int32.ptp()
json.dumps(z_int32)
z_int32<'a'
s_uint32.cumsum()
s_uint32.bit_count()
s_uint32.numerator
s_uint32.__array__()
divmod(z_uint32,2)
np.uint32()
s_int64*[1]
math.floor(s_int64)
s_int64.item(0)
json.dumps(s_int64)
repr(z_int64),str(z_int64)
z_int64.T
z_int64.flatten()
np.int64(2**64)
np.int64(np.array([5]))
np.int64("1e5")
s_uint64.tobytes()
operator.index(s_uint64)
s_uint64.is_integer()
s_uint64.hex()
-z_uint64
'%.3f' % z_uint64
z_uint64.reshape(1,1)
z_uint64.tobytes()
z_uint64[None]
operator.index(z_uint64)
z_uint64.conjugate()
z_uint64.item(1)
z_uint64.flat[0]
np.uint64(np.zeros(3))
np.uint64(np.array([5]))
+s_float16
abs(s_float16)
format(s_float16,'x')
'%d' % s_float16
s_float16.astype(np.float32)
s_float16.bit_count()
s_float16<'a'
hash(z_float16)==hash(2)
format(z_float16,'10')
z_float16.ravel()
np.float16(1j)
np.float16("nan")
np.float16("1e5")
int(s_float32)
s_float32.tolist()
s_float32.flatten()
divmod(7,s_float32)
z_float32.item()
z_float32.flatten()
iter(z_float32)
np.float32(2**64)
np.float32(object())
np.float32("1+2j")
format(s_float64,'e')
s_float64.copy()
s_float64.tobytes()
s_float64[...]
s_float64.squeeze()
s_float64.clip(0,1)
math.trunc(s_float64)
s_float64 in [1,2]
max(s_float64,1),min(s_float64,3)
format(z_float64,'e')
format(z_float64,'x')
z_float64.tobytes()
z_float64[...]
z_float64.transpose()
z_float64.conjugate()
z_float64.__array__()
z_float64.__array_interface__['typestr']
z_float64.__index__()
z_float64<'a'
np.float64([1,2])
np.float64(np.zeros(3))
np.float64((1,))
np.float64(x=1)
format(s_complex64,'x')
s_complex64.T
s_complex64.astype(np.float32)
s_complex64[()]
s_complex64[...]
s_complex64.squeeze()
s_complex64.transpose()
s_complex64.repeat(2)
range(s_complex64)
s_complex64.__array__()
z_complex64.T
z_complex64.sum(),z_complex64.prod(),z_complex64.min(),z_complex64.max(),z_complex64.mean(),z_complex64.any(),z_complex64.all(),z_complex64.argmax()
z_complex64.reshape(1,1)
z_complex64.ravel()
z_complex64.copy()
z_complex64[...]
z_complex64[0]
z_complex64.clip(0,1)
z_complex64.cumsum()
divmod(z_complex64,2)
z_complex64 in [1,2]
max(z_complex64,1),min(z_complex64,3)
z_complex64.hex()
z_complex64.__array__()
z_complex64<'a'
np.complex64("3")
np.complex64([1,2])
np.complex64(2**64)
np.complex64(float("nan"))
np.complex64((1,))
np.complex64(object())
np.complex64("inf")
round(s_complex128)
hash(s_complex128)==hash(2)
repr(s_complex128),str(s_complex128)
'%s %r' % (s_complex128,s_complex128)
'%.3f' % s_complex128
s_complex128.astype(int)
s_complex128.tobytes()
s_complex128*[1]
divmod(7,s_complex128)
isinstance(s_complex128,(int,float,complex,bool))
s_complex128.resize(3)
+z_complex128
'%s %r' % (z_complex128,z_complex128)
z_complex128.real,z_complex128.imag
z_complex128.astype(np.float32)
z_complex128.reshape(1,1)
z_complex128.ravel()
z_complex128.flatten()
z_complex128.copy()
z_complex128[()]
z_complex128.round(1)
z_complex128.repeat(2)
range(z_complex128)
[1]*z_complex128
operator.index(z_complex128)
z_complex128.conjugate()
z_complex128.__array__()
z_complex128.__array_interface__['typestr']
z_complex128.take(0)
np.complex128(1.7)
np.complex128(None)
np.complex128(1j)
np.complex128(np.zeros(3))
np.complex128(np.complex128(1j))
np.complex128(b"7")
np.complex128(1, 2)
np.complex128(np.array([5]))
np.complex128(complex("nan")), str(np.complex128(complex("nan")))
np.complex128(complex(0,-1)), str(np.complex128(complex(0,-1)))
np.generic()
np.floating(3)
np.inexact(1)
np.int64.from_bytes(b'a','big')
np.True_-np.True_
-np.True_
np.True_&1
np.int8(127)+np.int8(1)
np.uint8(0)-np.uint8(1)
np.float64(-8)**(1/3)
np.int64(0)/0
np.int64(5)//0
np.float64(5)//0
np.complex128(1)/0
divmod(np.int64(5),0)
np.int64(1)<<-1
np.int64(-1)>>70
1<<np.float64(1)
""", globals())
