"""The options of ``@jit``: one table, read when a function is first compiled.

Each row: name, and the function that turns the user's value into the form the
compiler takes (or raises what Numba raises). ``None`` = accepted, no effect.
"""

# Bit order of the relaxations, as the compiler's FastMath has them.
_FAST_FLAGS = ("nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc")
_FAST_ALL = (1 << len(_FAST_FLAGS)) - 1

_PARALLEL_KEYS = frozenset([
    "comprehension", "reduction", "inplace_binop", "setitem", "numpy",
    "stencil", "fusion", "prange",
])


def _fastmath(value):
    if isinstance(value, bool):
        return _FAST_ALL if value else 0
    if isinstance(value, dict):
        flags = {flag for flag, on in value.items() if on}
        known = set(value)
    elif isinstance(value, set):
        flags = known = value
    else:
        raise ValueError("Expected fastmath option(s) to be either a bool, dict or set")
    unknown = known - {"fast", *_FAST_FLAGS}
    if unknown:
        raise ValueError(f"Unrecognized fastmath flags: {unknown}")
    if "fast" in flags:
        return _FAST_ALL
    return sum(1 << i for i, flag in enumerate(_FAST_FLAGS) if flag in flags)


def _parallel(value):
    if isinstance(value, bool):
        return value
    if isinstance(value, dict):
        unknown = [key for key in value if key not in _PARALLEL_KEYS]
        if unknown:
            raise NameError(
                f"Unrecognized parallel options: {dict.fromkeys(unknown).keys()}"
            )
        return value.get("prange", True) or value.get("numpy", True)
    raise ValueError("Expect parallel option to be either a bool or a dict")


def _error_model(value):
    return {"python": 0, "numpy": 1}[value]


def _boundscheck(value):
    from numba.core import config

    if config.BOUNDSCHECK >= 0:
        return config.BOUNDSCHECK > 0
    return None if value is None else bool(value)


OPTIONS = {
    "_dbg_extend_lifetimes": None,
    "_dbg_optnone": None,
    "_nrt": None,
    "boundscheck": _boundscheck,
    "debug": bool,
    "error_model": _error_model,
    "fastmath": _fastmath,
    "forceinline": None,
    "forceobj": bool,
    "inline": None,
    "looplift": None,
    "no_cfunc_wrapper": None,
    "no_cpython_wrapper": None,
    "no_rewrites": None,
    "nogil": bool,
    "nopython": bool,
    "parallel": _parallel,
}


def parse(given):
    """The values of ``given`` (a dispatcher's ``targetoptions``) by name, in
    the form the compiler takes."""
    unknown = given.keys() - OPTIONS.keys()
    if unknown:
        raise KeyError(
            f"Unrecognized options: {unknown}. Known options are {OPTIONS.keys()}"
        )
    # The environment may ask for bounds checks without the program saying so.
    named = {"boundscheck": None, **given}
    return {
        name: convert(named[name])
        for name, convert in OPTIONS.items()
        if convert is not None and name in named
    }
