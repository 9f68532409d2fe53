"""Limits of types, error states and other switches."""

import numpy as np
import _numpy
from builtins import int, float, bool, complex, sorted, isinstance, issubclass, str


class _Cached(type):
    """Instances are shared per dtype."""

    def __call__(cls, dtype):
        if isinstance(dtype, (int, float, complex)) and not isinstance(dtype, (bool, type)):
            dtype = np.asarray(dtype).dtype
        elif isinstance(dtype, np.generic) or isinstance(dtype, np.ndarray):
            dtype = dtype.dtype
        dtype = np.dtype(dtype)
        cache = cls._cache
        if dtype not in cache:
            obj = cls.__new__(cls)
            obj._fill(dtype)
            cache[dtype] = obj
        return cache[dtype]


class finfo(metaclass=_Cached):
    """Limits of a floating-point type."""

    __module__ = "numpy"
    _cache = {}

    def _fill(self, dtype):
        if dtype.kind not in "fc":
            raise ValueError(f"data type {dtype.type!r} not inexact")
        (
            self.dtype, self.bits, self.nmant, self.minexp, self.maxexp, self.eps, self.epsneg,
            self.smallest_normal, self.smallest_subnormal, self.max, self.min, self.precision,
        ) = _numpy._machine_limits(dtype)
        self.tiny = self.smallest_normal
        self.machep = -self.nmant
        self.negep = -self.nmant - 1
        self.iexp = self.bits - self.nmant - 1
        self.nexp = self.iexp
        self.resolution = self.dtype.type(10.0 ** -self.precision)

    def __repr__(self):
        return (
            f"finfo(resolution={self.resolution!s}, min={self.min!s}, max={self.max!s}, dtype={self.dtype})"
        )

    def __str__(self):
        line = "-" * 67
        return (
            f"Machine parameters for {self.dtype}\n{line}\n"
            f"precision = {self.precision:3d}   resolution = {self.resolution!s}\n"
            f"machep = {self.machep:6d}   eps =        {self.eps!s}\n"
            f"negep =  {self.negep:6d}   epsneg =     {self.epsneg!s}\n"
            f"minexp = {self.minexp:6d}   tiny =       {self.tiny!s}\n"
            f"maxexp = {self.maxexp:6d}   max =        {self.max!s}\n"
            f"nexp =   {self.nexp:6d}   min =        -max\n"
            f"smallest_normal = {self.smallest_normal!s}   smallest_subnormal = {self.smallest_subnormal!s}\n{line}\n"
        )


class iinfo(metaclass=_Cached):
    """Limits of an integer type."""

    __module__ = "numpy"
    _cache = {}

    def _fill(self, dtype):
        if dtype.kind not in "iu":
            raise ValueError(f"Invalid integer data type {dtype.kind!r}.")
        self.dtype = dtype
        self.kind = dtype.kind
        self.bits = dtype.itemsize * 8
        self.key = f"{dtype.kind}{self.bits}"
        self.min, self.max = _numpy._machine_limits(dtype)

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"

    def __str__(self):
        line = "-" * 63
        return f"Machine parameters for {self.dtype}\n{line}\nmin = {self.min}\nmax = {self.max}\n{line}\n"


class errstate:
    """Changes the treatment of floating-point conditions for a block or function."""

    __module__ = "numpy"

    def __init__(self, *, call=None, all=None, divide=None, over=None, under=None, invalid=None):
        self._settings = dict(all=all, divide=divide, over=over, under=under, invalid=invalid)
        self._call = call

    def __enter__(self):
        self._old = np.seterr(**self._settings)
        if self._call is not None:
            self._old_call = np.seterrcall(self._call)

    def __exit__(self, *exc):
        np.seterr(**self._old)
        if self._call is not None:
            np.seterrcall(self._old_call)

    def __call__(self, func):
        import functools

        @functools.wraps(func)
        def inner(*args, **kwargs):
            with errstate(call=self._call, **self._settings):
                return func(*args, **kwargs)

        return inner


class printoptions:
    """Changes the print options for a block."""

    __module__ = "numpy"

    def __init__(self, *args, **kwargs):
        self._args, self._kwargs = args, kwargs

    def __enter__(self):
        self._old = np.get_printoptions()
        np.set_printoptions(*self._args, **self._kwargs)
        return np.get_printoptions()

    def __exit__(self, *exc):
        np.set_printoptions(**self._old)


_CONCRETE = [
    np.bool, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64,
    np.float16, np.float32, np.float64, np.complex64, np.complex128,
]
ScalarType = (int, float, complex, bool, bytes, str, memoryview, *_CONCRETE)
sctypeDict = {t.__name__: t for t in _CONCRETE} | {
    "int": np.int64, "float": np.float64, "complex": np.complex128, "bool_": np.bool,
    "double": np.float64, "single": np.float32, "half": np.float16, "intp": np.int64,
}
typecodes = {
    "Character": "c",
    "Integer": "bhilqnp",
    "UnsignedInteger": "BHILQNP",
    "Float": "efdg",
    "Complex": "FDG",
    "AllInteger": "bBhHiIlLqQnNpP",
    "AllFloat": "efdgFDG",
    "Datetime": "Mm",
    "All": "?bhilqnpBHILQNPefdgFDGSUVOMm",
}


def isdtype(dtype, kind):
    dtype = np.dtype(dtype)
    if isinstance(kind, tuple):
        return any(isdtype(dtype, k) for k in kind)
    names = {
        "bool": "b", "signed integer": "i", "unsigned integer": "u", "integral": "iu",
        "real floating": "f", "complex floating": "c", "numeric": "iufc",
    }
    if isinstance(kind, str):
        if kind not in names:
            raise ValueError(f"kind argument is a string, but {kind!r} is not a known kind name.")
        return dtype.kind in names[kind]
    return dtype == np.dtype(kind)


def issubclass_(arg1, arg2):
    try:
        return issubclass(arg1, arg2)
    except TypeError:
        return False


def common_type(*arrays):
    dtype = np.dtype(np.float16)
    for a in arrays:
        d = np.asarray(a).dtype
        if d.kind == "b":
            raise TypeError("can't get common type for non-numeric array")
        dtype = np.promote_types(dtype, np.float64 if d.kind in "iu" else d)
    return dtype.type


def min_scalar_type(a):
    a = np.asarray(a)
    if a.ndim:
        return a.dtype
    if a.dtype.kind in "iu":
        v = int(a)
        for t in ("u1", "u2", "u4", "u8") if v >= 0 else ("i1", "i2", "i4", "i8"):
            info = iinfo(t)
            if info.min <= v <= info.max:
                return np.dtype(t)
    if a.dtype.kind == "f":
        v = float(a)
        for t, top in (("f2", 65000.0), ("f4", 3.4e38)):
            if not abs(v) > top or v in (float("inf"), float("-inf")):
                return np.dtype(t)
    if a.dtype.kind == "c":
        parts = (abs(float(a.real)), abs(float(a.imag)))
        if not any(3.4e38 < part < float("inf") for part in parts):
            return np.dtype("c8")
    return a.dtype


def mintypecode(typechars, typeset="GDFgdf", default="d"):
    codes = [t if isinstance(t, str) else np.asarray(t).dtype.char for t in typechars]
    found = [t for t in codes if t in typeset]
    if not found:
        return default
    if "F" in found and "d" in found:
        return "D"
    return min(found, key="GDFgdf".index)


_TYPE_NAMES = {
    "S1": "character", "?": "bool", "B": "unsigned char", "D": "complex double precision",
    "F": "complex single precision", "H": "unsigned short", "I": "unsigned integer",
    "L": "unsigned long integer", "b": "signed char", "d": "double precision", "f": "single precision",
    "h": "short", "i": "integer", "l": "long integer",
}


def typename(char):
    return _TYPE_NAMES[char]


def obj2sctype(rep, default=None):
    try:
        return np.dtype(rep).type
    except TypeError:
        return default


def isfortran(a):
    return a.flags.fnc


def getbufsize():
    return 8192


def setbufsize(size):
    return 8192


def show_config(mode="stdout"):
    print("numpy of Taipan", np.__version__)


def show_runtime():
    show_config()


def get_include():
    raise NotImplementedError("there are no C headers: extension modules cannot be built against this numpy")


def info(object=None, maxwidth=76, output=None, toplevel="numpy"):
    print(getattr(object, "__doc__", None) or "no documentation", file=output)
