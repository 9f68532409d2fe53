"""Views by strides."""

import numpy as np
import _numpy


def as_strided(x, shape=None, strides=None, subok=False, writeable=True):
    """A view with other shape and strides; it cannot leave the array's memory."""
    return _numpy._as_strided(x, shape, strides, writeable)


def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    x = np.asarray(x)
    window = tuple(window_shape) if isinstance(window_shape, (tuple, list)) else (window_shape,)
    if any(w < 0 for w in window):
        raise ValueError("`window_shape` cannot contain negative values")
    if axis is None:
        axis = tuple(range(x.ndim))
        if len(window) != len(axis):
            raise ValueError(
                "Since axis is None, must provide window_shape for all dimensions of `x`; got "
                f"{len(window)} window_shape elements and `x.ndim` is {x.ndim}."
            )
    else:
        axis = tuple(a % x.ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    shape = list(x.shape)
    for a, w in zip(axis, window):
        if shape[a] < w:
            raise ValueError("window shape cannot be larger than input array shape")
        shape[a] -= w - 1
    strides = x.strides + tuple(x.strides[a] for a in axis)
    return as_strided(x, tuple(shape) + window, strides, writeable=writeable)


broadcast_to = np.broadcast_to
