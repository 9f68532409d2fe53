"""Order statistics, averages, differences, binning and their NaN-ignoring relatives."""

import numpy as np
from _numpy import _bincount, _interp
from builtins import range, range as _range, len, int, max, min, bool, all, any, abs, sum, zip
import operator
import warnings


def _axes(axis, ndim):
    if type(axis) is int and -ndim <= axis < ndim:
        return (axis % ndim,)
    # The module is loaded only for what is not said that simply.
    from numpy._shape import _axes

    return _axes(axis, ndim)


def _lerp(a, b, t):
    diff = b - a
    return np.where(t >= 0.5, b - diff * (1 - t), a + diff * t)


def _closest_observation(n, q):
    at = n * q - 1.5
    below = np.floor(at)
    # Halfway between two, the one whose number is even counting from 1.
    return below + 1 - ((at == below) & (below % 2 == 1))


_METHODS = {
    "inverted_cdf": lambda n, q: np.ceil(n * q - 1),
    "averaged_inverted_cdf": lambda n, q: n * q - 1,
    "closest_observation": _closest_observation,
    "interpolated_inverted_cdf": lambda n, q: n * q - 1,
    "hazen": lambda n, q: n * q - 0.5,
    "weibull": lambda n, q: n * q + q - 1,
    "linear": lambda n, q: (n - 1) * q,
    "median_unbiased": lambda n, q: n * q + (1 + q) / 3 - 1,
    "normal_unbiased": lambda n, q: n * q + 0.375 + 0.25 * q - 1,
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
    "nearest": lambda n, q: np.rint((n - 1) * q),
}
# The methods that answer with one of the numbers given.
_PICKING = ("lower", "higher", "nearest", "inverted_cdf", "closest_observation")


def _quantile(a, q, axis, out, method, keepdims):
    a = np.asarray(a)
    q = np.asarray(q)
    if method not in _METHODS:
        raise ValueError(f"'{method}' is not a valid method. Use one of: {_METHODS.keys()}")
    if a.dtype.kind == "c":
        raise TypeError("a must be an array of real numbers")
    original = a.ndim
    if axis is None:
        axes = tuple(range(a.ndim))
        moved = a.ravel()
    else:
        axes = _axes(axis, a.ndim)
        rest = [i for i in range(a.ndim) if i not in axes]
        moved = a.transpose(list(axes) + rest)
        moved = moved.reshape((-1,) + tuple(a.shape[i] for i in rest))
    n = moved.shape[0]
    if n == 0:
        raise IndexError("index -1 is out of bounds for axis 0 with size 0")
    s = np.sort(moved, axis=0)
    exact = _METHODS[method](n, q.astype(np.float64))
    virtual = np.clip(exact, 0, n - 1)
    lo = np.floor(virtual).astype(np.intp)
    hi = np.minimum(lo + 1, n - 1)
    if method in _PICKING:
        result = s[virtual.astype(np.intp)]
    else:
        t = virtual - lo
        if method == "averaged_inverted_cdf":
            # Halfway where a number is met exactly, otherwise the next one; below all, the first.
            t = np.where(exact < 0, 0.0, np.where(t == 0, 0.5, 1.0))
        t = t.reshape(q.shape + (1,) * (s.ndim - 1))
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
    else:
        axes = _axes(axis, a.ndim)
        if len(axes) == 1:
            moved = np.moveaxis(a, axes[0], -1)
        else:
            rest = [i for i in range(a.ndim) if i not in axes]
            moved = a.transpose(rest + list(axes)).reshape(tuple(a.shape[i] for i in rest) + (-1,))
    n = moved.shape[-1]
    if n == 0:
        result = np.mean(moved, axis=-1)
    else:
        half = n // 2
        if n < 64:
            s = np.sort(moved, axis=-1)
        else:
            # The middle and, because NaN goes last, the end.
            s = np.partition(moved, sorted({half - 1, half, n - 1}), axis=-1)
        pair = s[..., half : half + 1] if n % 2 else s[..., half - 1 : half + 1]
        result = np.mean(pair, axis=-1)
        if s.dtype.kind in "fc":
            bad = np.isnan(s[..., -1])
            if np.any(bad):
                result = np.where(bad, np.nan, result)
    if keepdims:
        axes = range(a.ndim) if axis is None else axes
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
    if n == 1 and prepend is None and append is None and axis == -1:
        a = np.asarray(a)
        if a.ndim == 1:
            return (np.not_equal if a.dtype == np.bool else np.subtract)(a[1:], a[:-1])
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    a = np.asarray(a)
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = operator.index(axis)
    if not -a.ndim <= axis < a.ndim:
        raise np.exceptions.AxisError(axis, a.ndim)
    axis %= a.ndim
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
    ary = np.ravel(ary)
    parts = [np.subtract(ary[1:], ary[:-1])]
    if to_begin is not None:
        parts.insert(0, np.ravel(to_begin))
    if to_end is not None:
        parts.append(np.ravel(to_end))
    return np.concatenate(parts)


def gradient(f, *varargs, axis=None, edge_order=1):
    f = np.asarray(f)
    axes = tuple(range(f.ndim)) if axis is None else _axes(axis, f.ndim)
    if len(varargs) == 0:
        dx = [1.0] * len(axes)
    elif len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        dx = [varargs[0]] * len(axes)
    elif len(varargs) == len(axes):
        dx = list(varargs)
    else:
        raise TypeError("invalid number of arguments")
    if f.dtype.kind == "b":
        # Differences of truth values have no meaning: this says so.
        np.subtract(f, f)
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
    later = [slice(None)] * y.ndim
    earlier = later.copy()
    later[axis] = slice(1, None)
    earlier[axis] = slice(None, -1)
    return np.sum(d * (y[tuple(later)] + y[tuple(earlier)]) / 2.0, axis)


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
    if fp.dtype.kind != "c":
        return _interp(x, xp, fp, left, right)
    fp = fp.astype(np.complex128)
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
    x = np.asarray(x)
    bins = np.asarray(bins)
    if x.dtype.kind == "c":
        raise TypeError("x may not be complex")
    if bins.ndim == 0:
        raise ValueError("object of too small depth for desired array")
    d = np.diff(bins)
    side = "left" if right else "right"
    if np.all(d >= 0):
        return np.searchsorted(bins, x, side=side)
    if np.all(d <= 0):
        return len(bins) - np.searchsorted(bins[::-1], x, side=side)
    raise ValueError("bins must be monotonically increasing or decreasing")


def bincount(x, /, weights=None, minlength=0):
    given, x = x, np.asarray(x)
    if x.dtype.kind in "fc" and isinstance(given, np.ndarray):
        raise TypeError(
            f"Cannot cast array data from dtype('{x.dtype}') to dtype('int64') according to the rule 'safe'"
        )
    if x.dtype.kind == "c":
        raise TypeError("int() argument must be a string, a bytes-like object or a real number, not 'complex'")
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
    return _bincount(x, weights, minlength)


def _numbers_of(a):
    a = np.ravel(a)
    if a.dtype == np.bool:
        warnings.warn(f"Converting input from bool to {np.uint8} for compatibility.", RuntimeWarning, stacklevel=3)
        a = a.astype(np.uint8)
    return a


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    a = _numbers_of(a)
    if isinstance(bins, str):
        if bins not in _ESTIMATORS:
            raise ValueError(f"{bins!r} is not a valid estimator for `bins`")
        if weights is not None:
            raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
        lo, hi = _outer_edges(a, range)
        if range is not None:
            a = a[(a >= lo) & (a <= hi)]
        return np.linspace(lo, hi, _estimated_bins(bins, a, lo, hi, range) + 1)
    if np.ndim(bins) == 1:
        edges = np.asarray(bins)
        if np.any(edges[:-1] > edges[1:]):
            raise ValueError("`bins` must increase monotonically, when an array")
        return edges
    n = operator.index(bins)
    if n < 1:
        raise ValueError("`bins` must be positive, when an integer")
    lo, hi = _outer_edges(a, range)
    return np.linspace(lo, hi, n + 1)


def _outer_edges(a, range):
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
    return lo, hi


def _estimated_bins(name, a, lo, hi, range):
    width = _ESTIMATORS[name](a, range) if a.size else 0
    if not width:
        return 1
    if a.dtype.kind in "iu" and width < 1:
        width = 1
    whole = _spread(a) if a.dtype.kind in "iu" and range is None else hi - lo
    return int(np.ceil(whole / width))


def _spread(a):
    # The difference of two integers may be too large for their type.
    return int(a.max()) - int(a.min()) if a.dtype.kind in "iu" else a.max() - a.min()


def _width_sqrt(a, range):
    return _spread(a) / np.sqrt(a.size)


def _width_sturges(a, range):
    return _spread(a) / (np.log2(a.size) + 1.0)


def _width_rice(a, range):
    return _spread(a) / (2.0 * a.size ** (1.0 / 3))


def _width_scott(a, range):
    return (24.0 * np.pi**0.5 / a.size) ** (1.0 / 3.0) * np.std(a)


def _width_doane(a, range):
    n = a.size
    sigma = np.std(a) if n > 2 else 0.0
    if not sigma > 0:
        return 0.0
    skew = np.mean(((a - np.mean(a)) / sigma) ** 3)
    spread = np.sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)))
    return _spread(a) / (1.0 + np.log2(n) + np.log2(1.0 + np.absolute(skew) / spread))


def _width_fd(a, range):
    upper, lower = percentile(a, [75, 25])
    return 2.0 * (upper - lower) * a.size ** (-1.0 / 3.0)


def _width_auto(a, range):
    # Data that is mostly one value has no distance between its quartiles: the bins stay at most twice those of `sqrt`.
    return min(max(_width_fd(a, range), _width_sqrt(a, range) / 2), _width_sturges(a, range))


def _width_stone(a, range):
    n = a.size
    ptp = _spread(a)
    if n <= 1 or ptp == 0:
        return 0

    def loss(bins):
        share = histogram(a, bins, range)[0] / n
        return (2 - (n + 1) * share.dot(share)) / (ptp / bins)

    most = max(100, int(np.sqrt(n)))
    best = min(_range(1, most + 1), key=loss)
    if best == most:
        warnings.warn("The number of bins estimated may be suboptimal.", RuntimeWarning, stacklevel=5)
    return ptp / best


# The width of the bins that each named estimator finds right for the data.
_ESTIMATORS = {
    "stone": _width_stone,
    "auto": _width_auto,
    "doane": _width_doane,
    "fd": _width_fd,
    "rice": _width_rice,
    "scott": _width_scott,
    "sqrt": _width_sqrt,
    "sturges": _width_sturges,
}


def histogram(a, bins=10, range=None, density=None, weights=None):
    a = _numbers_of(a)
    edges = histogram_bin_edges(a, bins, range, weights)
    w = None if weights is None else np.ravel(weights)
    if w is not None and w.shape != a.shape:
        raise ValueError("weights should have the same shape as a.")
    n = len(edges) - 1
    inside = (a >= edges[0]) & (a <= edges[-1])
    if not inside.all():
        a = a[inside]
        w = None if w is None else w[inside]
    if (isinstance(bins, str) or np.ndim(bins) == 0) and a.dtype.kind in "fiu" and a.size:
        # Equal bins: the place follows from the value; rounding is put right at the edges.
        index = ((a - edges[0]) * (n / (edges[-1] - edges[0]))).astype(np.intp)
        np.minimum(index, n - 1, out=index)
        index -= a < edges[index]
        index += (a >= edges[index + 1]) & (index != n - 1)
    else:
        index = np.minimum(np.searchsorted(edges, a, side="right") - 1, n - 1)
    counts = bincount(index, w, n)
    if w is not None and w.dtype.kind in "iu":
        counts = counts.astype(w.dtype)
    if density:
        return counts / np.diff(edges) / counts.sum(), edges
    return counts, edges

def _without_nan(a, value):
    a = np.asarray(a)
    if a.dtype.kind not in "fc":
        return a, None
    mask = np.isnan(a)
    return np.where(mask, np.asarray(value, a.dtype), a), mask


def _given(**options):
    """The options of a reduction that were given at all."""
    return {name: value for name, value in options.items() if value is not np._NoValue}


def nansum(a, axis=None, dtype=None, out=None, keepdims=np._NoValue, initial=np._NoValue, where=np._NoValue):
    a, _ = _without_nan(a, 0)
    return np.sum(a, axis=axis, dtype=dtype, out=out, **_given(keepdims=keepdims, initial=initial, where=where))


def nanprod(a, axis=None, dtype=None, out=None, keepdims=np._NoValue, initial=np._NoValue, where=np._NoValue):
    a, _ = _without_nan(a, 1)
    return np.prod(a, axis=axis, dtype=dtype, out=out, **_given(keepdims=keepdims, initial=initial, where=where))


def nancumsum(a, axis=None, dtype=None, out=None):
    return np.cumsum(_without_nan(a, 0)[0], axis=axis, dtype=dtype, out=out)


def nancumprod(a, axis=None, dtype=None, out=None):
    return np.cumprod(_without_nan(a, 1)[0], axis=axis, dtype=dtype, out=out)


def _nan_extremum(ufunc, a, axis, out, keepdims, initial, where):
    res = ufunc.reduce(np.asarray(a), axis=axis, out=out, **_given(keepdims=keepdims, initial=initial, where=where))
    if np.any(np.isnan(res)):
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=3)
    return res


def nanmin(a, axis=None, out=None, keepdims=np._NoValue, initial=np._NoValue, where=np._NoValue):
    return _nan_extremum(np.fmin, a, axis, out, keepdims, initial, where)


def nanmax(a, axis=None, out=None, keepdims=np._NoValue, initial=np._NoValue, where=np._NoValue):
    return _nan_extremum(np.fmax, a, axis, out, keepdims, initial, where)


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
    return _nanvar(a, axis, dtype, out, ddof, keepdims, 3)


def _nanvar(a, axis, dtype, out, ddof, keepdims, warned):
    arr, mask = _without_nan(a, 0)
    if mask is None:
        return np.var(arr, axis=axis, dtype=dtype, out=out, ddof=ddof, keepdims=keepdims)
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise TypeError("If a is inexact, then dtype must be inexact")
    count = np.sum(~mask, axis=axis, dtype=np.intp, keepdims=True)
    avg = _per_count(np.sum(arr, axis=axis, dtype=dtype, keepdims=True), count)
    # Differences and squares stay numbers of the array's own type.
    d = np.where(mask, np.zeros((), arr.dtype), np.subtract(arr, avg).astype(arr.dtype, copy=False))
    sqr = np.multiply(d, d.conj()).real if d.dtype.kind == "c" else np.multiply(d, d)
    var = np.sum(sqr, axis=axis, dtype=dtype, keepdims=keepdims)
    dof = count.reshape(var.shape) - ddof
    var = _per_count(var, dof)
    if np.any(dof <= 0):
        warnings.warn("Degrees of freedom <= 0 for slice.", RuntimeWarning, stacklevel=warned)
        var = np.where(dof <= 0, var.dtype.type(np.nan), var)[()]
    if out is not None:
        out[...] = var
        return out
    return var


def _per_count(total, count):
    """`total / count` in the type of `total`."""
    if np.all(count):
        return np.true_divide(total, count).astype(total.dtype, copy=False)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.true_divide(total, count).astype(total.dtype, copy=False)


def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None):
    std = np.sqrt(_nanvar(a, axis, dtype, None, ddof, keepdims, 4))
    if out is not None:
        out[...] = std
        return out
    return std


def _nan_lines(func, a, axis, out, keepdims, *args):
    """`func` of each line of `a` along `axis` without its NaNs; what it gives for several `q` comes first."""
    a = np.asarray(a)
    if a.size == 0:
        return nanmean(a, axis, out=out, keepdims=keepdims)
    q = np.shape(args[0]) if args else ()

    def one(line):
        line = line[~np.isnan(line)] if line.dtype.kind in "fc" else line
        if line.size == 0:
            warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=4)
            return np.full(q, np.nan, line.dtype)[()]
        return func(line, *args)

    if axis is None:
        axes = range(a.ndim)
        res = one(a.ravel())
    else:
        axes = _axes(axis, a.ndim)
        rest = [i for i in range(a.ndim) if i not in axes]
        lines = a.transpose(rest + list(axes)).reshape(tuple(a.shape[i] for i in rest) + (-1,))
        res = np.apply_along_axis(one, -1, lines)
        if q and rest:
            res = np.moveaxis(res, tuple(range(len(rest), res.ndim)), tuple(range(len(q))))
        res = res[()]
    if keepdims:
        res = np.asarray(res).reshape(q + tuple(1 if i in axes else n for i, n in enumerate(a.shape)))
    if out is not None:
        out[...] = res
        return out
    return res


def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return _nan_lines(median, a, axis, out, keepdims)


def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    return _nan_lines(percentile, a, axis, out, keepdims, q, None, None, False, method)


def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    return _nan_lines(quantile, a, axis, out, keepdims, q, None, None, False, method)


def nanargmin(a, axis=None, out=None, *, keepdims=False):
    return _nan_arg(a, np.inf, np.argmin, axis, keepdims)


def nanargmax(a, axis=None, out=None, *, keepdims=False):
    return _nan_arg(a, -np.inf, np.argmax, axis, keepdims)


def _nan_arg(a, fill, func, axis, keepdims):
    arr, mask = _without_nan(a, fill)
    if arr.size == 0 or arr.ndim == 0:
        return func(arr, axis=axis, keepdims=keepdims)
    if mask is not None and np.any(np.all(mask, axis=axis)):
        raise ValueError("All-NaN slice encountered")
    return func(arr, axis=axis, keepdims=keepdims)
