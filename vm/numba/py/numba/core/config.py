"""Settings, each from its environment variable ``NUMBA_<NAME>``."""

import sys as _sys

from _numba import processor_count as _processor_count


def _variable(name):
    # Importing `os` would be most of the time of a first call. While nobody has
    # imported it, the environment is what it was when the process started.
    os = _sys.modules.get("os")
    if os is not None:
        return os.environ.get(name)
    import posix

    value = posix.environ.get(name.encode())
    return None if value is None else value.decode("utf-8", "surrogateescape")


def _setting(name, default):
    text = _variable("NUMBA_" + name)
    if text is None:
        return default
    try:
        return text if isinstance(default, str) else int(text)
    except ValueError:
        import warnings

        warnings.warn(
            f"Environment variable 'NUMBA_{name}' is defined but its associated "
            f"value '{text}' could not be parsed.",
            RuntimeWarning,
        )
        return default


NUMBA_DEFAULT_NUM_THREADS = _processor_count()

# name -> default; each becomes a variable of this module.
_SETTINGS = {
    "DISABLE_JIT": 0,
    "BOUNDSCHECK": -1,
    "OPT": 3,
    "DEBUG": 0,
    "DEVELOPER_MODE": 0,
    "FULL_TRACEBACKS": 0,
    "DISABLE_PERFORMANCE_WARNINGS": 0,
    "CACHE_DIR": "",
    "THREADING_LAYER": "default",
}

for _name, _default in _SETTINGS.items():
    globals()[_name] = _setting(_name, _default)

NUMBA_NUM_THREADS = _setting("NUM_THREADS", NUMBA_DEFAULT_NUM_THREADS)
if NUMBA_NUM_THREADS < 1:
    NUMBA_NUM_THREADS = NUMBA_DEFAULT_NUM_THREADS
IS_WIN32 = False
IS_OSX = False
IS_32BITS = False
MACHINE_BITS = 64
USING_SVML = False
