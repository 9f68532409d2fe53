"""Random numbers: the legacy generator with numpy's stream."""

import _numpy

RandomState = _numpy.RandomState
Generator = _numpy.Generator
default_rng = _numpy._default_rng
_rand = _numpy._global_random_state

for _name in dir(_rand):
    if not _name.startswith("_"):
        globals()[_name] = getattr(_rand, _name)
del _name


def random_integers(low, high=None, size=None):
    import warnings

    if high is None:
        low, high = 1, low
    warnings.warn(
        f"This function is deprecated. Please call randint({low}, {high} + 1) instead",
        DeprecationWarning,
        stacklevel=2,
    )
    return _rand.randint(low, int(high) + 1, size=size, dtype="l")


def get_bit_generator():
    return _rand


_ABSENT = {"BitGenerator", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "SeedSequence"}


def __getattr__(name):
    if name in _ABSENT:

        def absent(*args, **kwargs):
            raise NotImplementedError(f"numpy.random.{name} is not available in this version")

        absent.__name__ = name
        return absent
    raise AttributeError(f"module 'numpy.random' has no attribute '{name}'")
