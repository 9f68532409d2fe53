"""The part of the extension interface that needs no compiler internals."""

from _numba import CPUDispatcher


def is_jitted(function):
    """Is this a function compiled by ``@jit`` or ``@njit``?"""
    return isinstance(function, CPUDispatcher)
