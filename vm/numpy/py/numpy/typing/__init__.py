"""Names for annotations."""

from typing import Any, Union
import numpy as _np


class _Alias:
    def __init__(self, name):
        self._name = name

    def __getitem__(self, item):
        return self

    def __repr__(self):
        return f"numpy.typing.{self._name}"

    def __or__(self, other):
        return Union[_np.ndarray, other]


NDArray = _Alias("NDArray")
ArrayLike = Any
DTypeLike = Any
NBitBase = object
