"""``numba.types`` is the same module object as ``numba.core.types``."""

import sys

from numba.core import types

sys.modules[__name__] = types
