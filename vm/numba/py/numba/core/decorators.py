"""``jit``, ``njit``, ``jit_module`` and ``prange``."""

from _numba import CPUDispatcher, Signature, environment_flag

_DISABLED = environment_flag("NUMBA_DISABLE_JIT")
_FUNCTION_TYPE = type(lambda: None)


def _disabled():
    # `numba.config.DISABLE_JIT` may be set by the program, but `config` is not
    # loaded just to look at its default.
    import sys

    config = sys.modules.get("numba.core.config")
    return _DISABLED if config is None else config.DISABLE_JIT


def _warn(message, category):
    import warnings

    warnings.warn(message, category, stacklevel=3)


def jit(signature_or_function=None, locals={}, cache=False, pipeline_class=None,
        boundscheck=None, **options):
    """Compile a function, lazily for each list of argument types or at once
    for the given signatures. Without ``nopython=True`` a function that cannot
    be compiled runs in object mode, with a warning."""
    for old in ("argtypes", "restype"):
        if old in options:
            from numba.core.errors import DeprecationError

            raise DeprecationError(
                f"Deprecated keyword argument `{old}`. Signatures should be passed "
                "as the first positional argument."
            )
    nopython = options.get("nopython")
    if nopython is not None:
        assert type(nopython) is bool, "nopython option must be a bool"
        if not nopython:
            from numba.core.errors import NumbaDeprecationWarning

            _warn(
                "The keyword argument 'nopython=False' was supplied. From Numba 0.59.0 the "
                "default is True and supplying this argument has no effect.",
                NumbaDeprecationWarning,
            )
        if options.get("forceobj") and nopython:
            raise ValueError("Only one of 'nopython' or 'forceobj' can be True.")
    inline = options.get("inline", "never")
    if inline not in ("always", "never") and not callable(inline):
        raise ValueError(
            "kwarg 'inline' must be one of the strings 'always' or 'never', or it can be "
            f"a callable that returns True/False. Found value {inline}"
        )
    for name, kind in locals.items():
        from _numba import Type

        assert isinstance(kind, Type), type(kind)
    target = options.pop("_target", "cpu")
    if target not in ("cpu", "npyufunc"):
        raise ValueError(f"unknown target {target!r}")

    options["boundscheck"] = boundscheck
    signatures = None
    function = None
    given = signature_or_function
    if given is not None:
        if isinstance(given, list):
            signatures = given
        elif isinstance(given, (str, tuple, Signature)):
            signatures = [given]
        else:
            function = given

    def decorate(function):
        if isinstance(function, CPUDispatcher):
            raise TypeError(
                "A jit decorator was called on an already jitted function "
                f"{function}.  If trying to access the original python function, "
                f"use the {function}.py_func attribute."
            )
        if not isinstance(function, _FUNCTION_TYPE):
            raise TypeError(
                f"The decorated object is not a function (got type {type(function)})."
            )
        if _disabled():
            return function
        dispatcher = CPUDispatcher(function, dict(options), dict(locals), cache)
        if signatures is not None:
            for signature in signatures:
                dispatcher.compile(signature)
            dispatcher.disable_compile()
        return dispatcher

    return decorate if function is None else decorate(function)


def njit(*args, **kws):
    """``jit`` with ``nopython=True``."""
    for name in ("nopython", "forceobj"):
        if name in kws:
            _warn(f"{name} is set for njit and is ignored", RuntimeWarning)
            del kws[name]
    return jit(*args, nopython=True, **kws)


def jit_module(**kws):
    """Wrap every plain function the calling module has defined so far."""
    import sys

    frame = sys._getframe(1)
    module = frame.f_globals
    for name, value in list(module.items()):
        if isinstance(value, _FUNCTION_TYPE) and value.__module__ == module["__name__"]:
            module[name] = jit(value, **kws)


class prange:
    """``range`` whose iterations a parallel function may run at the same time."""

    def __new__(cls, *args):
        return range(*args)
