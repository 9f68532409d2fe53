"""Settings, each from its environment variable ``NUMBA_<NAME>``."""

import os as _os

from _numba import processor_count as _processor_count


def _setting(name, default):
    text = _os.environ.get("NUMBA_" + name)
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
