"""Compiled functions by decorator: Taipan's own numba.

Only what nearly every program uses is made at import; the rest (error classes,
``config``, sub-packages) arrives on first use through ``__getattr__``.
"""

from _numba import (
    VERSION as __version__,
    b1, bool, bool_, boolean, byte, c8, c16, char, complex64, complex128,
    double, f4, f8, float32, float64, get_num_threads, get_thread_id, i1, i2,
    i4, i8, int8, int16, int32, int64, int_, intc, intp, long_, longlong,
    none, set_num_threads, short, size_t, ssize_t, threading_layer, typeof,
    u1, u2, u4, u8, uchar, uint, uint8, uint16, uint32, uint64, uintc, uintp,
    ulong, ulonglong, ushort, void,
)
from _numba import Optional as optional
from numba.core.decorators import jit, jit_module, njit, prange

_API = (
    "jit", "njit", "jit_module", "typeof", "prange", "get_num_threads",
    "set_num_threads", "get_thread_id", "threading_layer",
)

_TYPES = (
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "intp", "uintp", "intc", "uintc", "ssize_t", "size_t", "boolean",
    "float32", "float64", "complex64", "complex128", "bool_", "byte", "char",
    "uchar", "short", "ushort", "int_", "uint", "long_", "ulong", "longlong",
    "ulonglong", "double", "void", "none", "b1", "i1", "i2", "i4", "i8", "u1",
    "u2", "u4", "u8", "f4", "f8", "c8", "c16", "optional", "bool",
)

# Sub-modules that a plain `import numba` makes reachable as attributes.
_MODULES = {
    "core": "numba.core",
    "types": "numba.core.types",
    "errors": "numba.core.errors",
    "config": "numba.core.config",
    "extending": "numba.extending",
}


def _version_info():
    from collections import namedtuple

    fields = "major minor patch short full string tuple git_revision"
    parts = tuple(__version__.split("."))
    numbers = tuple(int(part) for part in parts)
    return namedtuple("version_info", fields)(
        *numbers, numbers[:2], numbers, __version__, parts, None
    )


def __getattr__(name):
    target = _MODULES.get(name)
    if target is not None:
        import importlib

        value = importlib.import_module(target)
    elif name == "version_info":
        value = _version_info()
    elif name == "__all__":
        from numba.core import errors

        value = [*_API, *_TYPES, *errors.__all__]
    else:
        # Error classes are re-exported; nothing else has such names.
        value = None
        if name.endswith(("Error", "Warning", "Value", "Construct", "Arg")):
            from numba.core import errors

            if name in errors.__all__:
                value = getattr(errors, name)
        if value is None:
            raise AttributeError(f"module 'numba' has no attribute '{name}'")
    globals()[name] = value
    return value
