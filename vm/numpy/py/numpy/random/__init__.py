"""Random numbers: the legacy generator with numpy's stream."""

import _numpy

RandomState = _numpy.RandomState
Generator = _numpy.Generator
default_rng = _numpy._default_rng
_rand = _numpy._global_random_state

for _name in dir(_rand):
    # `tomaxint` is a method only.
    if not _name.startswith("_") and _name != "tomaxint":
        globals()[_name] = getattr(_rand, _name)
del _name


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
