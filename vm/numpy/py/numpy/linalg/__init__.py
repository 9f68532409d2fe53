"""Linear algebra on small and middle-sized matrices, by Gaussian elimination.

Decompositions (svd, eig, qr and what builds on them) are not in this version
and raise NotImplementedError.
"""

import numpy as np
from _numpy import LinAlgError, _det as det, _inv as inv, _slogdet, _solve as solve

from collections import namedtuple

SlogdetResult = namedtuple("SlogdetResult", ["sign", "logabsdet"])


def _matrix(a, square=True):
    a = np.asarray(a)
    if a.ndim < 2:
        raise LinAlgError(
            f"{a.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    if square and a.shape[-1] != a.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    if a.dtype.kind not in "fc":
        a = a.astype(np.float64)
    if a.dtype == np.float16:
        raise TypeError("array type float16 is unsupported in linalg")
    return a


def _over_matrices(a, func):
    lead = a.shape[:-2]
    if not lead:
        return func(a)
    flat = a.reshape((-1,) + a.shape[-2:])
    results = [np.asarray(func(m)) for m in flat]
    return np.stack(results).reshape(lead + results[0].shape)


def slogdet(a):
    return SlogdetResult(*_slogdet(a))


def cholesky(a, /, *, upper=False):
    a = _matrix(a)

    def one(m):
        n = m.shape[0]
        c = np.zeros_like(m)
        for j in range(n):
            row = c[j, :j]
            d = m[j, j].real - (row * row.conj()).sum().real
            if not d > 0:
                raise LinAlgError("Matrix is not positive definite")
            d = np.sqrt(d)
            c[j, j] = d
            if j + 1 < n:
                c[j + 1 :, j] = (m[j + 1 :, j] - c[j + 1 :, :j] @ row.conj()) / d
        return c.conj().T if upper else c

    return _over_matrices(a, one)


def matrix_power(a, n):
    a = np.asanyarray(a)
    if a.ndim < 2:
        raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
    if a.shape[-1] != a.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    import operator

    try:
        n = operator.index(n)
    except TypeError as e:
        raise TypeError("exponent must be an integer") from e
    if n < 0:
        a, n = inv(a), -n
    result = None
    while n:
        if n & 1:
            result = a if result is None else result @ a
        n >>= 1
        if n:
            a = a @ a
    if result is None:
        result = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape).copy()
    return result


def norm(x, ord=None, axis=None, keepdims=False):
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    if axis is None and (ord is None or ord in ("f", "fro") and x.ndim == 2 or ord == 2 and x.ndim == 1):
        flat = x.ravel("K")
        if x.dtype.kind == "c":
            re, im = flat.real, flat.imag
            result = np.sqrt(re.dot(re) + im.dot(im))
        else:
            result = np.sqrt(flat.dot(flat))
        return result.reshape((1,) * x.ndim) if keepdims else result
    n = x.ndim
    axes = tuple(range(n)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 1:
        ax = axes[0]
        if ord == np.inf:
            return np.abs(x).max(axis=ax, keepdims=keepdims)
        if ord == -np.inf:
            return np.abs(x).min(axis=ax, keepdims=keepdims)
        if ord == 0:
            return (x != 0).astype(x.real.dtype).sum(axis=ax, keepdims=keepdims)
        if ord == 1:
            return np.add.reduce(np.abs(x), axis=ax, keepdims=keepdims)
        if ord is None or ord == 2:
            s = (x.conj() * x).real
            return np.sqrt(np.add.reduce(s, axis=ax, keepdims=keepdims))
        if isinstance(ord, str):
            raise ValueError(f"Invalid norm order '{ord}' for vectors")
        total = np.add.reduce(np.abs(x) ** ord, axis=ax, keepdims=keepdims)
        return total ** np.reciprocal(np.asarray(ord, dtype=total.dtype))
    if len(axes) == 2:
        row, col = (a % n for a in axes)
        if row == col:
            raise ValueError("Duplicate axes given.")
        if ord is None or ord in ("f", "fro"):
            return np.sqrt(np.add.reduce((x.conj() * x).real, axis=axes, keepdims=keepdims))
        if ord in (2, -2, "nuc"):
            raise NotImplementedError("norm: orders that need singular values are not available in this version")
        table = {1: (row, col, np.max), -1: (row, col, np.min), np.inf: (col, row, np.max), -np.inf: (col, row, np.min)}
        if ord not in table:
            raise ValueError("Invalid norm order for matrices.")
        first, second, pick = table[ord]
        s = np.add.reduce(np.abs(x), axis=first, keepdims=True)
        result = pick(s, axis=second, keepdims=True)
        return result if keepdims else np.squeeze(result, axis=(row, col))[()]
    raise ValueError("Improper number of dimensions to norm.")


def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    x = np.asarray(x)
    if axis is None:
        result = norm(x.ravel(), ord)
        return np.asarray(result).reshape((1,) * x.ndim) if keepdims else result
    return norm(x, ord, axis, keepdims)


def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    return norm(x, ord, (-2, -1), keepdims)


def lstsq(a, b, rcond=None):
    """Least squares of full column rank through the normal equations of a QR-scaled matrix."""
    a = _matrix(a, square=False)
    b = np.asarray(b)
    if a.shape[0] != b.shape[0]:
        raise LinAlgError("Incompatible dimensions")
    raise NotImplementedError("lstsq needs singular values, which are not available in this version")


def multi_dot(arrays, *, out=None):
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    result = np.asarray(arrays[0])
    for a in arrays[1:]:
        result = result @ np.asarray(a)
    return result


def matmul(x1, x2, /):
    return np.matmul(x1, x2)


def outer(x1, x2, /):
    return np.outer(x1, x2)


def trace(x, /, *, offset=0, dtype=None):
    return np.trace(x, offset=offset, axis1=-2, axis2=-1, dtype=dtype)


def diagonal(x, /, *, offset=0):
    return np.diagonal(x, offset, axis1=-2, axis2=-1)


def cross(x1, x2, /, *, axis=-1):
    return np.cross(x1, x2, axis=axis)


def matrix_transpose(x, /):
    return np.swapaxes(x, -1, -2)


_ABSENT = "svd svdvals eig eigh eigvals eigvalsh qr pinv matrix_rank cond tensorsolve tensorinv".split()


def __getattr__(name):
    if name in _ABSENT:

        def absent(*args, **kwargs):
            raise NotImplementedError(f"linalg.{name} is not available in this version")

        absent.__name__ = name
        return absent
    raise AttributeError(f"module 'numpy.linalg' has no attribute '{name}'")
