"""Products and contractions of arrays, convolution."""

import numpy as np
from builtins import range, len, int, max, all, any, sum, zip
import warnings


def outer(a, b, out=None):
    return np.multiply(np.ravel(a)[:, None], np.ravel(b)[None, :], out=out)


def vecdot(x1, x2, /, *, axis=-1):
    return np.sum(np.conj(np.moveaxis(np.asarray(x1), axis, -1)) * np.moveaxis(np.asarray(x2), axis, -1), axis=-1)


def matvec(x1, x2, /):
    return np.matmul(x1, np.asarray(x2)[..., None])[..., 0]


def vecmat(x1, x2, /):
    return np.matmul(np.conj(np.asarray(x1))[..., None, :], x2)[..., 0, :]


def tensordot(a, b, axes=2):
    a, b = np.asarray(a), np.asarray(b)
    try:
        iter(axes)
    except Exception:
        axes_a = list(range(-axes, 0))
        axes_b = list(range(axes))
    else:
        axes_a, axes_b = axes
    axes_a = [axes_a] if not isinstance(axes_a, (list, tuple)) else list(axes_a)
    axes_b = [axes_b] if not isinstance(axes_b, (list, tuple)) else list(axes_b)
    if len(axes_a) != len(axes_b) or any(a.shape[i] != b.shape[j] for i, j in zip(axes_a, axes_b)):
        raise ValueError("shape-mismatch for sum")
    axes_a = [i % a.ndim for i in axes_a]
    axes_b = [i % b.ndim for i in axes_b]
    rest_a = [i for i in range(a.ndim) if i not in axes_a]
    rest_b = [i for i in range(b.ndim) if i not in axes_b]
    n = 1
    for i in axes_a:
        n *= a.shape[i]
    left = a.transpose(rest_a + axes_a).reshape(-1 if a.size else int(np.prod([a.shape[i] for i in rest_a])), n)
    right = b.transpose(axes_b + rest_b).reshape(n, -1 if b.size else int(np.prod([b.shape[i] for i in rest_b])))
    shape = [a.shape[i] for i in rest_a] + [b.shape[i] for i in rest_b]
    return np.asarray(np.dot(left, right)).reshape(shape)


def kron(a, b):
    a, b = np.asarray(a), np.asarray(b)
    n = max(a.ndim, b.ndim)
    a_shape = (1,) * (n - a.ndim) + a.shape
    b_shape = (1,) * (n - b.ndim) + b.shape
    left = a.reshape(tuple(x for s in a_shape for x in (s, 1)))
    right = b.reshape(tuple(x for s in b_shape for x in (1, s)))
    return (left * right).reshape(tuple(x * y for x, y in zip(a_shape, b_shape)))


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.asarray(a), np.asarray(b)
    if a.ndim < 1 or b.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        if a.shape[-1] == 2 and b.shape[-1] == 2:
            warnings.warn(
                "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional vectors "
                "instead. (deprecated in NumPy 2.0)",
                DeprecationWarning,
                stacklevel=2,
            )
            return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    a, b = np.broadcast_arrays(a, b)
    out = np.stack(
        [
            a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1],
            a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2],
            a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0],
        ],
        axis=-1,
    )
    return np.moveaxis(out, -1, axisc)


def einsum(subscripts, *operands, out=None, dtype=None, order="K", casting="safe", optimize=False):
    if not isinstance(subscripts, str):
        raise NotImplementedError("einsum: the sublist format is not available in this version")
    ops = [np.asarray(o) for o in operands]
    text = subscripts.replace(" ", "")
    lhs, arrow, rhs = text.partition("->")
    terms = lhs.split(",")
    if len(terms) > len(ops):
        raise ValueError("fewer operands provided to einstein sum function than specified in the subscripts string")
    if len(terms) < len(ops):
        raise ValueError("more operands provided to einstein sum function than specified in the subscripts string")
    letters = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in text]
    ellipsis_dims = 0
    for t, o in zip(terms, ops):
        if "..." in t:
            ellipsis_dims = max(ellipsis_dims, o.ndim - len(t.replace("...", "")))
    dots = "".join(letters[:ellipsis_dims])
    full = []
    for t, o in zip(terms, ops):
        if "..." in t:
            k = o.ndim - len(t.replace("...", ""))
            t = t.replace("...", dots[len(dots) - k :] if k else "")
        if len(t) != o.ndim:
            if len(t) > o.ndim:
                raise ValueError("einstein sum subscripts string contains too many subscripts for operand 0")
            raise ValueError("operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provided to broadcast the extra dimensions.")
        full.append(t)
    if arrow:
        rhs = rhs.replace("...", dots)
    else:
        joined = "".join(full)
        rhs = dots + "".join(sorted(c for c in set(joined) if joined.count(c) == 1 and c not in dots))
    sizes = {}
    for t, o in zip(full, ops):
        for c, n in zip(t, o.shape):
            if sizes.get(c, 1) == 1:
                sizes[c] = n
            elif n != 1 and n != sizes[c]:
                if t.count(c) > 1:
                    raise ValueError(
                        f"dimensions in single operand for collapsing index '{c}' don't match ({sizes[c]} != {n})"
                    )
                raise ValueError(
                    "operands could not be broadcast together with remapped shapes "
                    "[original->remapped]: "
                    + " ".join(f"{o.shape}" for o in ops)
                )
    # Repeated letters of one operand mean its diagonal.
    for i, t in enumerate(full):
        o = ops[i]
        for c in dict.fromkeys(t):
            while t.count(c) > 1:
                first = t.index(c)
                second = t.index(c, first + 1)
                if o.shape[first] != o.shape[second]:
                    raise ValueError(
                        f"dimensions in single operand for collapsing index '{c}' don't match "
                        f"({o.shape[first]} != {o.shape[second]})"
                    )
                o = np.diagonal(o, 0, first, second)
                t = t[:first] + t[first + 1 : second] + t[second + 1 :] + c
        ops[i], full[i] = o, t
    if dtype is not None:
        ops = [o.astype(dtype) for o in ops]
    acc, acc_t = ops[0], full[0]
    for k in range(1, len(ops)):
        later = set(rhs).union(*full[k + 1 :])
        acc, acc_t = _contract(acc, acc_t, ops[k], full[k], later)
    gone = tuple(i for i, c in enumerate(acc_t) if c not in rhs)
    if gone:
        acc = np.sum(acc, axis=gone, dtype=acc.dtype if acc.dtype.kind in "iub" else None)
        acc_t = "".join(c for c in acc_t if c in rhs)
    result = np.asarray(acc).transpose([acc_t.index(c) for c in rhs])
    if out is not None:
        out[...] = result
        return out
    return result[()]


def _contract(a, ta, b, tb, later):
    """One pairwise product-sum; letters found nowhere later are summed now."""
    common = [c for c in ta if c in tb]
    if len(ta) == len(set(ta)) and len(tb) == len(set(tb)):
        summed = [c for c in common if c not in later]
        batch = [c for c in common if c in later]
        if summed and not batch and all(a.shape[ta.index(c)] == b.shape[tb.index(c)] for c in summed):
            r = np.tensordot(a, b, ([ta.index(c) for c in summed], [tb.index(c) for c in summed]))
            return np.asarray(r), "".join(c for c in ta if c not in summed) + "".join(c for c in tb if c not in summed)
    letters = ta + "".join(c for c in tb if c not in ta)
    left = a.reshape(a.shape + (1,) * (len(letters) - len(ta)))
    order = [tb.index(c) for c in letters if c in tb]
    right = b.transpose(order)
    shape = iter(right.shape)
    right = right.reshape(tuple(next(shape) if c in tb else 1 for c in letters))
    product = left * right
    gone = tuple(i for i, c in enumerate(letters) if c in tb and c not in later and c in ta)
    if gone:
        product = np.sum(product, axis=gone, dtype=product.dtype)
        letters = "".join(c for i, c in enumerate(letters) if i not in gone)
    return np.asarray(product), letters


def convolve(a, v, mode="full"):
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    if len(v) > len(a):
        a, v = v, a
    if len(a) == 0:
        raise ValueError("a cannot be empty")
    if len(v) == 0:
        raise ValueError("v cannot be empty")
    return correlate(a, v[::-1].conj() if v.dtype.kind == "c" else v[::-1], mode)


def correlate(a, v, mode="valid"):
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got '{mode}')")
    dtype = np.result_type(a, v)
    a, v = a.astype(dtype), v.astype(dtype)
    if dtype.kind == "c":
        v = np.conj(v)
    swapped = len(v) > len(a)
    if swapped:
        a, v = v, a
    n, m = len(a), len(v)
    padded = np.concatenate([np.zeros(m - 1, dtype), a, np.zeros(m - 1, dtype)])
    windows = np._as_strided(padded, (n + m - 1, m), padded.strides * 2)
    full = np.dot(windows, v)
    if mode == "full":
        result = full
    elif mode == "same":
        start = (m - 1) // 2
        result = full[start : start + n]
    else:
        result = full[m - 1 : n]
    if swapped:
        result = np.conj(result[::-1]) if dtype.kind == "c" else result[::-1]
    return result
