"""Compiled functions by decorator: Taipan's own numba."""

from _numba import VERSION as __version__
