# Type objects: names, reprs, array specifications, signatures, identity.
from numba import *
from numba import types
from numba.core import sigutils

EXPRESSIONS = """
float64[:] | float64[::1] | float64[:, :] | float64[:, ::1] | float64[::1, :]
int32(int32, int32) | int32() | void(float64[:]) | float64[:](float64[:], int64)
types.UniTuple(int64, 2) | types.Tuple((int64, float64)) | types.Tuple((int64, int64)) | types.Tuple(())
optional(float64) | types.Array(float64, 2, 'C') | types.Array(float64, 1, 'A', readonly=True)
types.Omitted(3) | types.NoneType('none') | void | boolean | intp | uintc | c16 | f4 | u1
typeof(1) | typeof(True) | typeof(2.5) | typeof(1j) | typeof(None) | typeof('a')
typeof((1, 2)) | typeof((1, 2.0)) | typeof(()) | typeof(2**63) | typeof(2**64) | typeof(object())
float64[1] | float64[0:1] | float64['a'] | float64[:, 1]
int32(int32).args | int32(int32).return_type | int32.bitwidth | int32.signed | uint8.maxval | int64.minval
float64[:].dtype | float64[:].ndim | float64[:].layout | float64.name | complex128.underlying_float
float64[:] is float64[:] | float64[:] == float64[::1] | int32 is i4 | float64[:].copy(ndim=2)
int32(int32) == int32(int32) | hash(int32(i8)) == hash(int32(i8))
types.Tuple((int64, float64)).types | types.UniTuple(int64, 2).dtype | len(types.UniTuple(int64, 2))
isinstance(int32, types.Integer) | isinstance(float64, types.Integer) | isinstance(float64[:], types.Array)
"""
for line in EXPRESSIONS.strip().splitlines():
    for text in line.split(" | "):
        try:
            value = eval(text)
        except Exception as e:
            print(text, "->", type(e).__name__, e)
        else:
            print(text, "->", value, repr(value))

SIGNATURES = [
    "float64[:](float64[:], float64[:])", "int32(int32, int32)", "(int64,)", "void(int64)", "foo",
    "Tuple((i4,f8))(i4)", "f8(f8[:],i4[:,::1])", "f8(optional(f8))", "UniTuple(i4,3)(i4)", "int32", "3",
    int32(float64), (int64, float32), 7,
]
for signature in SIGNATURES:
    try:
        print(signature, "->", sigutils.normalize_signature(signature))
    except Exception as e:
        print(signature, "->", type(e).__name__, e)
