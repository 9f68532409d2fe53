"""The numpy package: the native module ``_numpy`` and, loaded on first use,
the parts of it that are written in Python."""

import sys as _sys

import _numpy

__version__ = "2.4.6"

# Everything native is public under its own name.
globals().update({n: v for n, v in vars(_numpy).items() if not n.startswith("__")})
# They live in numpy.random only.
del RandomState, Generator  # noqa: F821

bool = _numpy.bool
True_ = _numpy.True_
False_ = _numpy.False_
little_endian = True



class _NoValueType:
    """What optional arguments are while nobody gives them."""

    def __repr__(self):
        return "<no value>"


_NoValue = _NoValueType()

# Which Python module defines which lazily loaded name: one table for
# `__getattr__`, `dir()` and the start-up promise that nothing else is imported.
_LAZY = {
    "_creation": (
        "linspace logspace geomspace eye identity diag diagflat meshgrid indices fromfunction tri "
        "tril triu vander mgrid ogrid r_ c_ s_ index_exp ix_ diag_indices tril_indices "
        "triu_indices diag_indices_from tril_indices_from triu_indices_from fill_diagonal fromstring loadtxt savetxt "
        "unravel_index ravel_multi_index ndindex ndenumerate nditer broadcast"
    ),
    "_shape": (
        "stack vstack hstack dstack column_stack row_stack concat block split array_split hsplit "
        "vsplit dsplit expand_dims atleast_1d atleast_2d atleast_3d broadcast_arrays "
        "broadcast_shapes flip fliplr flipud rot90 roll rollaxis moveaxis tile pad append insert "
        "delete resize unique trim_zeros matrix_transpose permute_dims shape ndim size "
        "take_along_axis put_along_axis apply_along_axis apply_over_axes extract place putmask "
        "copyto put choose select compress nonzero argwhere flatnonzero partition lexsort "
        "unstack unique_values unique_counts unique_inverse unique_all"
    ),
    "_numeric": (
        "isscalar isclose allclose array_equal array_equiv iscomplexobj isrealobj iscomplex "
        "isreal isposinf isneginf real imag angle real_if_close nan_to_num fix ptp vectorize "
        "frompyfunc piecewise sinc unwrap i0 hanning hamming blackman bartlett kaiser polyval "
        "polyfit roots poly1d iterable require binary_repr base_repr packbits unpackbits"
    ),
    "_statistics": (
        "quantile percentile median average cov corrcoef diff ediff1d gradient trapezoid "
        "cumulative_sum cumulative_prod interp digitize bincount histogram_bin_edges histogram "
        "nansum nanprod nancumsum nancumprod nanmin nanmax nanmean nanvar nanstd nanmedian "
        "nanpercentile nanquantile nanargmin nanargmax"
    ),
    "_products": (
        "outer vecdot matvec vecmat tensordot kron cross einsum convolve correlate"
    ),
    "_sets": (
        "isin intersect1d union1d setdiff1d setxor1d"
    ),
    "_types": (
        "finfo iinfo errstate printoptions ScalarType sctypeDict typecodes isdtype issubclass_ "
        "common_type mintypecode typename min_scalar_type show_config show_runtime get_include "
        "setbufsize getbufsize info obj2sctype isfortran"
    ),
    "_text": "save load savez savez_compressed genfromtxt fromfile",
}
_OWNER = {name: module for module, names in _LAZY.items() for name in names.split()}
_SUBMODULES = {"random", "linalg", "testing", "exceptions", "lib", "typing"}

_REMOVED_ALIASES = {"float": "float", "int": "int", "object": "object", "complex": "complex", "str": "str"}
_REMOVED = {
    "NaN": "Use `np.nan` instead.",
    "Inf": "Use `np.inf` instead.",
    "Infinity": "Use `np.inf` instead.",
    "infty": "Use `np.inf` instead.",
    "PINF": "Use `np.inf` instead.",
    "NINF": "Use `-np.inf` instead.",
    "PZERO": "Use `0.0` instead.",
    "NZERO": "Use `-0.0` instead.",
    "float_": "Use `np.float64` instead.",
    "complex_": "Use `np.complex128` instead.",
    "cfloat": "Use `np.complex128` instead.",
    "singlecomplex": "Use `np.complex64` instead.",
    "longfloat": "Use `np.longdouble` instead.",
    "longcomplex": "Use `np.clongdouble` instead.",
    "clongfloat": "Use `np.clongdouble` instead.",
    "unicode_": "Use `np.str_` instead.",
    "string_": "Use `np.bytes_` instead.",
    "round_": "Use `np.round` instead.",
    "alltrue": "Use `np.all` instead.",
    "sometrue": "Use `np.any` instead.",
    "asfarray": "Use `np.asarray` with a proper dtype instead.",
    "find_common_type": "Use `numpy.promote_types` or `numpy.result_type` instead. To achieve semantics for the `scalar_types` argument, use `numpy.result_type` and pass the Python values `0`, `0.0`, or `0j`.",
    "sctypes": "Access dtypes explicitly instead.",
    "cast": "Use `np.asarray(arr, dtype=dtype)` instead.",
    "mat": "Use `np.asmatrix` instead.",
}


def __getattr__(name):
    owner = _OWNER.get(name)
    if owner is not None:
        module = __import__(f"numpy.{owner}", fromlist=[name])
        try:
            value = getattr(module, name)
        except AttributeError:
            pass
        else:
            globals()[name] = value
            return value
    if name in _SUBMODULES:
        import importlib

        try:
            return importlib.import_module(f"numpy.{name}")
        except ModuleNotFoundError:
            pass
    if name in _REMOVED_ALIASES:
        raise AttributeError(
            f"module 'numpy' has no attribute '{name}'.\n"
            f"`np.{name}` was a deprecated alias for the builtin `{name}`. "
            f"To avoid this error in existing code, use `{name}` by itself. "
            f"Doing this will not modify any behavior and is safe. "
            + (
                f"If you specifically wanted the numpy scalar type, use `np.{name}64` here.\n"
                if name == "float"
                else f"When replacing `np.{name}`, you may wish to use e.g. `np.int64` or `np.int32` to "
                "specify the precision. If you wish to review your current use, check the release note "
                "link for additional information.\n"
                if name == "int"
                else f"If you specifically wanted the numpy scalar type, use `np.complex128` here.\n"
                if name == "complex"
                else "\n"
            )
            + "The aliases was originally deprecated in NumPy 1.20; for more details and guidance see "
            "the original release note at:\n"
            "    https://numpy.org/devdocs/release/1.20.0-notes.html#deprecations"
        )
    if name in _REMOVED:
        raise AttributeError(f"`np.{name}` was removed in the NumPy 2.0 release. {_REMOVED[name]}")
    raise AttributeError(f"module 'numpy' has no attribute '{name}'")


def __dir__():
    return sorted({*globals(), *_OWNER, *_SUBMODULES})


def _register_numbers(numbers):
    """Makes the scalar types what the module `numbers` knows as numbers."""
    numbers.Integral.register(_numpy.integer)
    numbers.Complex.register(_numpy.inexact)
    numbers.Real.register(_numpy.floating)
    numbers.Number.register(_numpy.number)


class _NumbersFinder:
    """Waits in `sys.meta_path` for the first import of `numbers`, which would make start-up longer."""

    def find_spec(self, name, path=None, target=None):
        if name != "numbers":
            return None
        for finder in _sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _NumbersLoader(spec.loader, self)
                return spec
        return None


class _NumbersLoader:
    """Loads `numbers` as its own loader would, which then is the only one to be seen, and registers the types."""

    def __init__(self, loader, finder):
        self.loader = loader
        self.finder = finder

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        _register_numbers(module)
        if self.finder in _sys.meta_path:
            _sys.meta_path.remove(self.finder)


if "numbers" in _sys.modules:
    _register_numbers(_sys.modules["numbers"])
else:
    _sys.meta_path.insert(0, _NumbersFinder())
