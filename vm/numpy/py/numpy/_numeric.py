"""Comparisons, statistics, products and set operations."""

import numpy as np
from builtins import range, len, int, float, max, min, bool, all, any, abs, sum, complex, zip
import operator
import warnings


def isscalar(element):
    import numbers

    return isinstance(element, (np.generic, str, bytes, numbers.Number))


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    x = np.asarray(a)
    y = np.asarray(b)
    if y.dtype.kind not in "fc":
        y = y.astype(np.result_type(y, 1.0))
    with np.errstate(invalid="ignore"):
        result = (np.less_equal(np.abs(x - y), atol + rtol * np.abs(y)) & np.isfinite(y)) | (x == y)
        if equal_nan:
            result |= np.isnan(x) & np.isnan(y)
    return result


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return bool(np.all(isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)))


def array_equal(a1, a2, equal_nan=False):
    try:
        a1, a2 = np.asarray(a1), np.asarray(a2)
    except Exception:
        return False
    if a1.shape != a2.shape:
        return False
    if not equal_nan:
        return bool(np.all(a1 == a2))
    n1, n2 = np.isnan(a1), np.isnan(a2)
    return bool(np.all(n1 == n2)) and bool(np.all(a1[~n1] == a2[~n1]))


def array_equiv(a1, a2):
    try:
        a1, a2 = np.broadcast_arrays(a1, a2)
    except Exception:
        return False
    return bool(np.all(a1 == a2))


def _dtype(x):
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def iscomplexobj(x):
    return _dtype(x).kind == "c"


def isrealobj(x):
    return _dtype(x).kind != "c"


def iscomplex(x):
    ax = np.asarray(x)
    if ax.dtype.kind == "c":
        return ax.imag != 0
    res = np.zeros(ax.shape, np.bool)
    return res[()]


def isreal(x):
    return np.imag(x) == 0


def isposinf(x, out=None):
    return np.logical_and(np.isinf(x), ~np.signbit(x), out=out)


def isneginf(x, out=None):
    return np.logical_and(np.isinf(x), np.signbit(x), out=out)


def real(val):
    try:
        return val.real
    except AttributeError:
        return np.asarray(val).real


def imag(val):
    try:
        return val.imag
    except AttributeError:
        return np.asarray(val).imag


def angle(z, deg=False):
    z = np.asarray(z)
    a = np.arctan2(z.imag, z.real) if z.dtype.kind == "c" else np.arctan2(0, z)
    return a * (180 / np.pi) if deg else a


def real_if_close(a, tol=100):
    a = np.asarray(a)
    if a.dtype.kind != "c":
        return a
    if tol > 1:
        tol = np.finfo(a.dtype).eps * tol
    return a.real if np.all(np.absolute(a.imag) < tol) else a


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    x = np.array(x, copy=True) if copy else np.asarray(x)
    if x.dtype.kind not in "fc":
        return x[()] if x.ndim == 0 else x
    parts = [x] if x.dtype.kind == "f" else [x.real, x.imag]
    info = np.finfo(x.dtype)
    for d in parts:
        isnan, ispos, isneg = np.isnan(d), isposinf(d), isneginf(d)
        d[isnan] = nan
        d[ispos] = info.max if posinf is None else posinf
        d[isneg] = info.min if neginf is None else neginf
    return x[()] if x.ndim == 0 else x


def fix(x, out=None):
    return np.trunc(x, out=out)


def ptp(a, axis=None, out=None, keepdims=False):
    return np.subtract(np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims), out=out)


# ----- order statistics ---------------------------------------------------------------


def _lerp(a, b, t):
    diff = b - a
    return np.where(t >= 0.5, b - diff * (1 - t), a + diff * t)


_METHODS = {
    "linear": lambda n, q: (n - 1) * q,
    "weibull": lambda n, q: n * q + q - 1,
    "hazen": lambda n, q: n * q - 0.5,
    "median_unbiased": lambda n, q: n * q + (1 + q) / 3 - 1,
    "normal_unbiased": lambda n, q: n * q + 0.375 + 0.25 * q - 1,
    "interpolated_inverted_cdf": lambda n, q: n * q - 1,
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
    "nearest": lambda n, q: np.rint((n - 1) * q),
}


def _quantile(a, q, axis, out, method, keepdims):
    a = np.asarray(a)
    q = np.asarray(q)
    if method not in _METHODS:
        raise ValueError(f"'{method}' is not a valid method. Use one of: {list(_METHODS)}")
    if a.dtype.kind == "c":
        raise TypeError("a must be an array of real numbers")
    original = a.ndim
    if axis is None:
        axes = tuple(range(a.ndim))
        moved = a.ravel()
    else:
        axes = tuple(ax % a.ndim for ax in (axis if isinstance(axis, tuple) else (axis,)))
        rest = [i for i in range(a.ndim) if i not in axes]
        moved = a.transpose(list(axes) + rest)
        moved = moved.reshape((-1,) + tuple(a.shape[i] for i in rest))
    n = moved.shape[0]
    if n == 0:
        raise IndexError("index -1 is out of bounds for axis 0 with size 0")
    s = np.sort(moved, axis=0)
    virtual = np.clip(_METHODS[method](n, q.astype(np.float64)), 0, n - 1)
    lo = np.floor(virtual).astype(np.intp)
    hi = np.minimum(lo + 1, n - 1)
    if method in ("lower", "higher", "nearest"):
        result = s[virtual.astype(np.intp)]
    else:
        t = (virtual - lo).reshape(q.shape + (1,) * (s.ndim - 1))
        result = _lerp(s[lo], s[hi], t)
        if s.dtype.kind == "f":
            result = result.astype(np.result_type(s.dtype, q.dtype if q.ndim else s.dtype))
    if a.dtype.kind == "f":
        bad = np.isnan(s[-1])
        if np.any(bad):
            result = np.where(bad, np.nan, result).astype(result.dtype)
    if keepdims:
        shape = tuple(1 if i in axes else a.shape[i] for i in range(original))
        result = np.asarray(result).reshape(q.shape + shape)
    if out is not None:
        out[...] = result
        return out
    return result[()] if isinstance(result, np.ndarray) else result


def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    if weights is not None:
        raise NotImplementedError("quantile: weights are not available in this version")
    qa = np.asarray(q)
    if np.any(qa < 0) or np.any(qa > 1):
        raise ValueError("Quantiles must be in the range [0, 1]")
    return _quantile(a, qa, axis, out, method, keepdims)


def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    if weights is not None:
        raise NotImplementedError("percentile: weights are not available in this version")
    qa = np.asarray(q) / 100
    if np.any(qa < 0) or np.any(qa > 1):
        raise ValueError("Percentiles must be in the range [0, 100]")
    return _quantile(a, qa, axis, out, method, keepdims)


def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    a = np.asarray(a)
    if axis is None:
        moved = a.ravel()
    elif isinstance(axis, tuple):
        axes = tuple(ax % a.ndim for ax in axis)
        rest = [i for i in range(a.ndim) if i not in axes]
        moved = a.transpose(rest + list(axes)).reshape(tuple(a.shape[i] for i in rest) + (-1,))
    else:
        moved = np.moveaxis(a, axis, -1)
    n = moved.shape[-1]
    if n == 0:
        result = np.mean(moved, axis=-1)
    else:
        s = np.sort(moved, axis=-1)
        half = n // 2
        pair = s[..., half : half + 1] if n % 2 else s[..., half - 1 : half + 1]
        result = np.mean(pair, axis=-1)
        if s.dtype.kind in "fc":
            bad = np.isnan(s[..., -1])
            if np.any(bad):
                result = np.where(bad, np.nan, result)
    if keepdims:
        axes = range(a.ndim) if axis is None else [ax % a.ndim for ax in (axis if isinstance(axis, tuple) else (axis,))]
        result = np.asarray(result).reshape(tuple(1 if i in axes else m for i, m in enumerate(a.shape)))
    if out is not None:
        out[...] = result
        return out
    return result[()] if isinstance(result, np.ndarray) else result


def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    a = np.asarray(a)
    if weights is None:
        avg = np.mean(a, axis, keepdims=keepdims)
        scl = np.asarray(avg).dtype.type(a.size / np.asarray(avg).size)
    else:
        wgt = np.asarray(weights)
        if a.shape != wgt.shape:
            if axis is None:
                raise TypeError("Axis must be specified when shapes of a and weights differ.")
            if wgt.ndim != 1:
                raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
            if wgt.shape[0] != a.shape[axis]:
                raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
            wgt = np.broadcast_to(wgt, (a.ndim - 1) * (1,) + wgt.shape).swapaxes(-1, axis)
        dtype = np.result_type(a.dtype, wgt.dtype)
        if a.dtype.kind in "iub":
            dtype = np.result_type(a.dtype, wgt.dtype, np.float64)
        scl = np.sum(np.broadcast_to(wgt, a.shape), axis=axis, dtype=dtype, keepdims=keepdims)
        if np.any(scl == 0.0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        avg = np.sum(np.multiply(a, wgt, dtype=dtype), axis=axis, keepdims=keepdims) / scl
    if returned:
        return avg, np.broadcast_to(np.asarray(scl), np.shape(avg)).copy()[()]
    return avg


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    if fweights is not None or aweights is not None:
        raise NotImplementedError("cov: weights are not available in this version")
    m = np.asarray(m)
    if m.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    X = np.array(m, ndmin=2, dtype=dtype or np.result_type(m, np.float64))
    if not rowvar and m.ndim != 1:
        X = X.T
    if y is not None:
        y = np.array(y, ndmin=2, dtype=X.dtype)
        X = np.concatenate((X, y.T if not rowvar and y.shape[0] != 1 else y), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    fact = X.shape[1] - ddof
    if fact <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
        fact = 0.0
    X = X - np.mean(X, axis=1, keepdims=True)
    c = np.dot(X, X.T.conj())
    c = c * np.true_divide(1, fact)
    return np.squeeze(c)


def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    stddev = np.sqrt(np.diag(c).real)
    c = c / stddev[:, None]
    c = c / stddev[None, :]
    return np.clip(c.real, -1, 1) if c.dtype.kind != "c" else c


def diff(a, n=1, axis=-1, prepend=None, append=None):
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    a = np.asarray(a)
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = axis % a.ndim
    parts = []
    for part, at in ((prepend, 0), (a, 1), (append, 2)):
        if part is None:
            continue
        part = np.asarray(part)
        if part.ndim == 0:
            shape = list(a.shape)
            shape[axis] = 1
            part = np.broadcast_to(part, tuple(shape))
        parts.append(part)
    if len(parts) > 1:
        a = np.concatenate(parts, axis)
    op = np.not_equal if a.dtype == np.bool else np.subtract
    pre = (slice(None),) * axis
    for _ in range(n):
        a = op(a[pre + (slice(1, None),)], a[pre + (slice(None, -1),)])
    return a


def ediff1d(ary, to_end=None, to_begin=None):
    parts = [np.diff(np.ravel(ary))]
    if to_begin is not None:
        parts.insert(0, np.ravel(to_begin))
    if to_end is not None:
        parts.append(np.ravel(to_end))
    return np.concatenate(parts)


def gradient(f, *varargs, axis=None, edge_order=1):
    f = np.asarray(f)
    axes = tuple(range(f.ndim)) if axis is None else tuple(a % f.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))
    if len(varargs) == 0:
        dx = [1.0] * len(axes)
    elif len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        dx = [varargs[0]] * len(axes)
    elif len(varargs) == len(axes):
        dx = list(varargs)
    else:
        raise TypeError("invalid number of arguments")
    if f.dtype.kind not in "fc":
        f = f.astype(np.float64)
    out = []
    for ax, h in zip(axes, dx):
        n = f.shape[ax]
        if n < edge_order + 1:
            raise ValueError("Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are required.")
        g = np.moveaxis(f, ax, 0)
        r = np.empty(g.shape, g.dtype)
        tail = (1,) * (g.ndim - 1)
        if np.ndim(h) == 0:
            r[1:-1] = (g[2:] - g[:-2]) / (2.0 * h)
            if edge_order == 1:
                r[0] = (g[1] - g[0]) / h
                r[-1] = (g[-1] - g[-2]) / h
            else:
                r[0] = (-1.5 * g[0] + 2.0 * g[1] - 0.5 * g[2]) / h
                r[-1] = (0.5 * g[-3] - 2.0 * g[-2] + 1.5 * g[-1]) / h
        else:
            d = np.diff(np.asarray(h, dtype=np.float64))
            d1 = d[:-1].reshape((-1,) + tail)
            d2 = d[1:].reshape((-1,) + tail)
            a = -d2 / (d1 * (d1 + d2))
            b = (d2 - d1) / (d1 * d2)
            c = d1 / (d2 * (d1 + d2))
            r[1:-1] = a * g[:-2] + b * g[1:-1] + c * g[2:]
            r[0] = (g[1] - g[0]) / d[0]
            r[-1] = (g[-1] - g[-2]) / d[-1]
        out.append(np.moveaxis(r, 0, ax))
    return out[0] if len(out) == 1 else tuple(out)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = np.asarray(y)
    if x is None:
        d = dx
    else:
        x = np.asarray(x)
        d = np.diff(x, axis=-1 if x.ndim == 1 else axis)
        if x.ndim == 1:
            shape = [1] * y.ndim
            shape[axis] = d.shape[0]
            d = d.reshape(shape)
    axis = axis % y.ndim
    pre = (slice(None),) * axis
    return np.sum(d * (y[pre + (slice(1, None),)] + y[pre + (slice(None, -1),)]) / 2.0, axis)


def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    return _cumulative(np.cumsum, 0, x, axis, dtype, include_initial)


def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    return _cumulative(np.cumprod, 1, x, axis, dtype, include_initial)


def _cumulative(func, start, x, axis, dtype, include_initial):
    x = np.atleast_1d(x)
    if axis is None:
        if x.ndim != 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    r = func(x, axis=axis, dtype=dtype)
    if include_initial:
        shape = list(r.shape)
        shape[axis] = 1
        r = np.concatenate([np.full(shape, start, r.dtype), r], axis)
    return r


# ----- products -----------------------------------------------------------------------


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
    a = np.moveaxis(np.asarray(a), axisa, -1)
    b = np.moveaxis(np.asarray(b), axisb, -1)
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
        acc = np.sum(acc, axis=gone, dtype=acc.dtype if acc.dtype.kind in "iu" else None)
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
    a, v = a.astype(dtype), np.conj(v.astype(dtype))
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
    return np.conj(result[::-1]) if swapped else result


# ----- binning ------------------------------------------------------------------------


def interp(x, xp, fp, left=None, right=None, period=None):
    x = np.asarray(x, dtype=np.float64)
    xp = np.asarray(xp, dtype=np.float64)
    fp = np.asarray(fp)
    if len(xp) == 0:
        raise ValueError("array of sample points is empty")
    if len(xp) != len(fp):
        raise ValueError("fp and xp are not of the same length.")
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period = abs(period)
        x = x % period
        xp = xp % period
        order = np.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = np.concatenate((xp[-1:] - period, xp, xp[0:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[0:1]))
    fp = fp.astype(np.complex128 if fp.dtype.kind == "c" else np.float64)
    if len(xp) == 1:
        result = np.where(x < xp[0], fp[0] if left is None else left, np.where(x > xp[0], fp[0] if right is None else right, fp[0]))
        return result[()]
    j = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)
    slope = (fp[1:] - fp[:-1]) / (xp[1:] - xp[:-1])
    result = slope[j] * (x - xp[j]) + fp[j]
    result = np.where(x == xp[-1], fp[-1], result)
    result = np.where(x < xp[0], fp[0] if left is None else left, result)
    result = np.where(x > xp[-1], fp[-1] if right is None else right, result)
    result = np.where(np.isnan(x), x, result)
    return result[()]


def digitize(x, bins, right=False):
    bins = np.asarray(bins)
    d = np.diff(bins)
    side = "left" if right else "right"
    if np.all(d >= 0):
        return np.searchsorted(bins, x, side=side)
    if np.all(d <= 0):
        return len(bins) - np.searchsorted(bins[::-1], x, side="right" if right else "left")
    raise ValueError("bins must be monotonically increasing or decreasing")


def bincount(x, /, weights=None, minlength=0):
    x = np.asarray(x)
    if x.ndim != 1:
        raise ValueError("object too deep for desired array" if x.ndim > 1 else "object of too small depth for desired array")
    if x.dtype.kind == "f":
        if x.size:
            warnings.warn(
                "Non-integer input passed to bincount. In a future version of NumPy, this will be an "
                "error. (Deprecated NumPy 2.1)",
                DeprecationWarning,
                stacklevel=2,
            )
        x = x.astype(np.intp)
    if minlength < 0:
        raise ValueError("'minlength' must not be negative")
    if x.size and np.min(x) < 0:
        raise ValueError("'list' argument must have no negative elements")
    n = max(int(np.max(x)) + 1 if x.size else 0, minlength)
    if weights is None:
        out = np.zeros(n, np.intp)
        np.add.at(out, x, 1)
    else:
        weights = np.asarray(weights, dtype=np.float64)
        if weights.shape != x.shape:
            raise ValueError("The weights and list don't have the same length.")
        out = np.zeros(n, np.float64)
        np.add.at(out, x, weights)
    return out


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    a = np.ravel(a)
    if isinstance(bins, str):
        raise NotImplementedError("histogram: named bin estimators are not available in this version")
    if np.ndim(bins) == 1:
        edges = np.asarray(bins)
        if np.any(edges[:-1] > edges[1:]):
            raise ValueError("`bins` must increase monotonically, when an array")
        return edges
    n = operator.index(bins)
    if n < 1:
        raise ValueError("`bins` must be positive, when an integer")
    if range is not None:
        lo, hi = range
        if lo > hi:
            raise ValueError("max must be larger than min in range parameter.")
    elif a.size == 0:
        lo, hi = 0, 1
    else:
        lo, hi = a.min(), a.max()
    if not (np.isfinite(lo) and np.isfinite(hi)):
        what = "autodetected" if range is None else "supplied"
        raise ValueError(f"{what} range of [{lo}, {hi}] is not finite")
    if lo == hi:
        lo, hi = lo - 0.5, hi + 0.5
    return np.linspace(lo, hi, n + 1)


def histogram(a, bins=10, range=None, density=None, weights=None):
    a = np.ravel(a)
    edges = histogram_bin_edges(a, bins, range)
    w = None if weights is None else np.ravel(weights)
    if w is not None and w.shape != a.shape:
        raise ValueError("weights should have the same shape as a.")
    inside = (a >= edges[0]) & (a <= edges[-1])
    index = np.searchsorted(edges, a[inside], side="right") - 1
    index = np.minimum(index, len(edges) - 2)
    counts = bincount(index, None if w is None else w[inside], len(edges) - 1)
    if w is not None and w.dtype.kind in "iu":
        counts = counts.astype(w.dtype)
    if density:
        return counts / np.diff(edges) / counts.sum(), edges
    return counts, edges


# ----- ignoring NaN -------------------------------------------------------------------


def _without_nan(a, value):
    a = np.asarray(a)
    if a.dtype.kind not in "fc":
        return a, None
    mask = np.isnan(a)
    return np.where(mask, np.asarray(value, a.dtype), a), mask


def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    a, _ = _without_nan(a, 0)
    return np.sum(a, axis=axis, dtype=dtype, out=out, keepdims=keepdims, initial=initial, where=where)


def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    a, _ = _without_nan(a, 1)
    return np.prod(a, axis=axis, dtype=dtype, out=out, keepdims=keepdims, initial=initial, where=where)


def nancumsum(a, axis=None, dtype=None, out=None):
    return np.cumsum(_without_nan(a, 0)[0], axis=axis, dtype=dtype, out=out)


def nancumprod(a, axis=None, dtype=None, out=None):
    return np.cumprod(_without_nan(a, 1)[0], axis=axis, dtype=dtype, out=out)


def _nan_extremum(a, axis, out, keepdims, ufunc, name):
    a = np.asarray(a)
    if a.size == 0:
        return getattr(np, name)(a, axis=axis)
    res = ufunc.reduce(a, axis=axis, out=out, keepdims=keepdims)
    if np.any(np.isnan(res)):
        warnings.warn("All-NaN axis encountered", RuntimeWarning, stacklevel=3)
    return res


def nanmin(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    return _nan_extremum(a, axis, out, keepdims, np.fmin, "min")


def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    return _nan_extremum(a, axis, out, keepdims, np.fmax, "max")


def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    arr, mask = _without_nan(a, 0)
    if mask is None:
        return np.mean(arr, axis=axis, dtype=dtype, out=out, keepdims=keepdims)
    count = np.sum(~mask, axis=axis, dtype=np.intp, keepdims=keepdims)
    total = np.sum(arr, axis=axis, dtype=dtype, keepdims=keepdims)
    with np.errstate(invalid="ignore", divide="ignore"):
        avg = np.true_divide(total, count).astype(total.dtype) if isinstance(total, np.ndarray) else total.dtype.type(total / count)
    if np.any(count == 0):
        warnings.warn("Mean of empty slice", RuntimeWarning, stacklevel=2)
    if out is not None:
        out[...] = avg
        return out
    return avg


def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None):
    arr, mask = _without_nan(a, 0)
    if mask is None:
        return np.var(arr, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims)
    count = np.sum(~mask, axis=axis, dtype=np.intp, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        avg = np.sum(arr, axis=axis, dtype=dtype, keepdims=True) / count
        d = np.where(mask, np.zeros((), arr.dtype), arr - avg)
        sqr = np.multiply(d, d.conj()).real
        dof = np.sum(~mask, axis=axis, dtype=np.intp, keepdims=keepdims) - ddof
        var = np.sum(sqr, axis=axis, dtype=dtype, keepdims=keepdims) / dof
    if np.any(dof <= 0):
        warnings.warn("Degrees of freedom <= 0 for slice.", RuntimeWarning, stacklevel=2)
        var = np.where(dof <= 0, np.nan, var)[()]
    return var


def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None):
    return np.sqrt(nanvar(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims))


def _nan_lines(func, a, axis, keepdims, *args):
    a = np.asarray(a)

    def one(line):
        line = line[~np.isnan(line)] if line.dtype.kind in "fc" else line
        if line.size == 0:
            warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=4)
            return np.full(np.shape(args[0]) if args else (), np.nan)
        return func(line, *args)

    if axis is None:
        res = one(a.ravel())
        return np.asarray(res).reshape((1,) * a.ndim) if keepdims else res
    res = np.apply_along_axis(one, axis, a)
    return np.expand_dims(res, axis) if keepdims else res


def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return _nan_lines(median, a, axis, keepdims)


def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    return _nan_lines(percentile, a, axis, keepdims, q)


def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    return _nan_lines(quantile, a, axis, keepdims, q)


def nanargmin(a, axis=None, out=None, *, keepdims=False):
    return _nan_arg(a, np.inf, np.argmin, axis, keepdims)


def nanargmax(a, axis=None, out=None, *, keepdims=False):
    return _nan_arg(a, -np.inf, np.argmax, axis, keepdims)


def _nan_arg(a, fill, func, axis, keepdims):
    arr, mask = _without_nan(a, fill)
    if mask is not None and np.any(np.all(mask, axis=axis)):
        raise ValueError("All-NaN slice encountered")
    return func(arr, axis=axis, keepdims=keepdims)


# ----- sets ---------------------------------------------------------------------------


def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    element = np.asarray(element)
    test = np.unique(np.ravel(test_elements))
    if test.size == 0:
        return np.full(element.shape, bool(invert))
    at = np.minimum(np.searchsorted(test, element), test.size - 1)
    found = test[at] == element
    return ~found if invert else found


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    a, ia = np.unique(ar1, return_index=True)
    b, ib = np.unique(ar2, return_index=True)
    mask = isin(a, b)
    common = a[mask]
    if return_indices:
        return common, ia[mask], ib[np.searchsorted(b, common)]
    return common


def union1d(ar1, ar2):
    return np.unique(np.concatenate((np.ravel(ar1), np.ravel(ar2))))


def setdiff1d(ar1, ar2, assume_unique=False):
    a = np.ravel(ar1) if assume_unique else np.unique(ar1)
    return a[isin(a, ar2, invert=True)]


def setxor1d(ar1, ar2, assume_unique=False):
    a, b = np.unique(ar1), np.unique(ar2)
    return np.sort(np.concatenate((a[isin(a, b, invert=True)], b[isin(b, a, invert=True)])))


# ----- functions ----------------------------------------------------------------------


class vectorize:
    """A function of scalars applied elementwise."""

    def __init__(self, pyfunc=None, otypes=None, doc=None, excluded=None, cache=False, signature=None):
        if signature is not None:
            raise NotImplementedError("vectorize: signature is not available in this version")
        self.pyfunc = pyfunc
        self.otypes = otypes
        self.excluded = set(excluded or ())
        self.signature = None
        self.__doc__ = doc if doc is not None else getattr(pyfunc, "__doc__", None)
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")

    def __call__(self, *args, **kwargs):
        if self.pyfunc is None:
            self.pyfunc = args[0]
            return self
        fixed = {i: a for i, a in enumerate(args) if i in self.excluded}
        arrays = [np.asarray(a) for i, a in enumerate(args) if i not in self.excluded]
        names = [k for k in kwargs if k not in self.excluded]
        arrays += [np.asarray(kwargs[k]) for k in names]
        npos = len(arrays) - len(names)
        rest = {k: v for k, v in kwargs.items() if k in self.excluded}
        target = np.broadcast_shapes(*(a.shape for a in arrays))
        views = [np.broadcast_to(a, target) for a in arrays]
        results = []
        for values in zip(*(v.flat for v in views)):
            pos = list(values[:npos])
            for i in sorted(fixed):
                pos.insert(i, fixed[i])
            results.append(self.pyfunc(*pos, **dict(zip(names, values[npos:])), **rest))
        if not results:
            if self.otypes is None:
                raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
            return np.empty(target, self.otypes[0])
        if isinstance(results[0], tuple):
            columns = list(zip(*results))
            types = self.otypes or [np.asarray(c[0]).dtype for c in columns]
            return tuple(np.array(list(c), dtype=t).reshape(target) for c, t in zip(columns, types))
        dtype = self.otypes[0] if self.otypes else np.asarray(results[0]).dtype
        return np.array(results, dtype=dtype).reshape(target)


def frompyfunc(func, /, nin, nout, *, identity=None):
    raise NotImplementedError("frompyfunc makes arrays of Python objects, which are not available in this version")


def piecewise(x, condlist, funclist, *args, **kw):
    x = np.asarray(x)
    if isinstance(condlist, np.ndarray) and condlist.ndim == 1 or not isinstance(condlist[0], (list, np.ndarray)):
        condlist = [condlist]
    conds = [np.broadcast_to(np.asarray(c, dtype=np.bool), x.shape) for c in condlist]
    if len(funclist) == len(conds) + 1:
        rest = ~conds[0]
        for c in conds[1:]:
            rest = rest & ~c
        conds.append(rest)
    elif len(funclist) != len(conds):
        n = len(conds)
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    y = np.zeros(x.shape, x.dtype)
    for c, f in zip(conds, funclist):
        if callable(f):
            v = x[c]
            if v.size:
                y[c] = f(v, *args, **kw)
        else:
            y[c] = f
    return y


def sinc(x):
    x = np.asanyarray(x)
    y = np.pi * np.where(x == 0, 1.0e-20, x)
    return (np.sin(y) / y)[()]


def unwrap(p, discont=None, axis=-1, *, period=6.283185307179586):
    p = np.asarray(p)
    d = np.diff(p, axis=axis)
    if discont is None:
        discont = period / 2
    half = period / 2
    m = np.mod(d + half, period) - half
    m = np.where((m == -half) & (d > 0), half, m)
    correct = np.where(np.abs(d) < discont, 0, m - d)
    up = np.array(p, dtype=np.result_type(d, period))
    pre = (slice(None),) * (axis % p.ndim)
    up[pre + (slice(1, None),)] = p[pre + (slice(1, None),)] + correct.cumsum(axis)
    return up


def i0(x):
    x = np.abs(np.asarray(x, dtype=np.float64))
    # Power series up to 8, asymptotic continuation by the same series in scaled form.
    q = x * x / 4
    term = np.ones_like(x)
    total = np.ones_like(x)
    for k in range(1, 500):
        term = term * q / (k * k)
        total = total + term
        if np.all(term <= 1e-17 * total):
            break
    return total[()]


def _window(M, f):
    if M < 1:
        return np.array([], dtype=np.float64)
    if M == 1:
        return np.ones(1, dtype=np.float64)
    return f(np.arange(1 - M, M, 2))


def hanning(M):
    return _window(M, lambda n: 0.5 + 0.5 * np.cos(np.pi * n / (M - 1)))


def hamming(M):
    return _window(M, lambda n: 0.54 + 0.46 * np.cos(np.pi * n / (M - 1)))


def blackman(M):
    return _window(M, lambda n: 0.42 + 0.5 * np.cos(np.pi * n / (M - 1)) + 0.08 * np.cos(2.0 * np.pi * n / (M - 1)))


def bartlett(M):
    return _window(M, lambda n: np.where(n <= 0, 1 + n / (M - 1), 1 - n / (M - 1)))


def kaiser(M, beta):
    if M == 1:
        return np.ones(1)
    n = np.arange(0, M)
    alpha = (M - 1) / 2.0
    return i0(beta * np.sqrt(1 - ((n - alpha) / alpha) ** 2.0)) / i0(float(beta))


def polyval(p, x):
    p = np.asarray(p)
    y = np.zeros_like(np.asarray(x))
    for c in p:
        y = y * x + c
    return y


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    if full or cov:
        raise NotImplementedError("polyfit: full and cov are not available in this version")
    x = np.asarray(x) + 0.0
    y = np.asarray(y) + 0.0
    A = np.vander(x, deg + 1)
    if w is not None:
        w = np.asarray(w) + 0.0
        A = A * w[:, None]
        y = y * (w if y.ndim == 1 else w[:, None])
    scale = np.sqrt((A * A).sum(axis=0))
    c = np.linalg.lstsq(A / scale, y, rcond)[0]
    return (c.T / scale).T


def roots(p):
    raise NotImplementedError("roots needs eigenvalues, which are not available in this version")


def poly1d(*args, **kwargs):
    raise NotImplementedError("poly1d is not available in this version")


def iterable(y):
    try:
        iter(y)
    except TypeError:
        return False
    return True


def require(a, dtype=None, requirements=None, *, like=None):
    wanted = {r.upper() for r in (requirements or [])}
    order = "F" if wanted & {"F", "F_CONTIGUOUS", "FORTRAN"} else "C" if wanted & {"C", "C_CONTIGUOUS", "CONTIGUOUS"} else "A"
    arr = np.array(a, dtype=dtype, order=order, copy=None)
    if wanted & {"O", "OWNDATA"} and arr.base is not None or wanted & {"W", "WRITEABLE"} and not arr.flags.writeable:
        arr = arr.copy(order)
    return arr


def binary_repr(num, width=None):
    num = operator.index(num)
    if num >= 0:
        text = f"{num:b}"
        return text.zfill(width or 0)
    if width is None:
        return f"-{-num:b}"
    return f"{(1 << width) + num:b}".rjust(width, "1")


def base_repr(number, base=2, padding=0):
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if base > len(digits):
        raise ValueError("Bases greater than 36 not handled in base_repr.")
    if base < 2:
        raise ValueError("Bases less than 2 not handled in base_repr.")
    num = abs(int(number))
    res = []
    while num:
        res.append(digits[num % base])
        num //= base
    if padding:
        res.append("0" * padding)
    if number < 0:
        res.append("-")
    return "".join(reversed(res or "0"))
