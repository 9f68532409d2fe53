"""Joining, splitting, flipping and padding arrays; sets."""

import numpy as np
import _numpy
from _numpy import _hstack, _stack, _vstack
from builtins import range, len, int, max, min, bool, all, any, abs, sum, zip
import math
import operator


def shape(a):
    try:
        return a.shape
    except AttributeError:
        return np.asarray(a).shape


def ndim(a):
    try:
        return a.ndim
    except AttributeError:
        return np.asarray(a).ndim


def size(a, axis=None):
    if axis is None:
        try:
            return a.size
        except AttributeError:
            return np.asarray(a).size
    axes = axis if isinstance(axis, tuple) else (axis,)
    s = shape(a)
    n = 1
    for ax in axes:
        n *= s[ax]
    return n


def _axis(axis, ndim, name=None):
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        text = f"axis {axis} is out of bounds for array of dimension {ndim}"
        raise np.exceptions.AxisError(f"{name}: {text}" if name else text)
    return axis % ndim


def _axes(axis, ndim):
    """One axis or several as a tuple of different numbers from 0 on."""
    if type(axis) is int and -ndim <= axis < ndim:
        return (axis % ndim,)
    try:
        axis = (operator.index(axis),)
    except TypeError:
        axis = tuple(axis)
    axes = tuple(_axis(ax, ndim) for ax in axis)
    if len(set(axes)) != len(axes):
        raise ValueError("repeated axis")
    return axes


def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    return _stack(arrays if type(arrays) in (list, tuple) else _need_sequence(arrays), axis, out, dtype, casting)


def unstack(x, /, *, axis=0):
    return tuple(moveaxis(x, axis, 0))


def _need_sequence(tup):
    # An iterator may have no end.
    if not hasattr(tup, "__getitem__"):
        raise TypeError('arrays to stack must be passed as a "sequence" type such as list or tuple.')
    return tup


def vstack(tup, *, dtype=None, casting="same_kind"):
    return _vstack(tup if type(tup) in (list, tuple) else _need_sequence(tup), dtype, casting)


row_stack = vstack


def hstack(tup, *, dtype=None, casting="same_kind"):
    return _hstack(tup if type(tup) in (list, tuple) else _need_sequence(tup), dtype, casting)


def dstack(tup):
    return np.concatenate([atleast_3d(a) for a in _need_sequence(tup)], 2)


def column_stack(tup):
    arrays = []
    for v in _need_sequence(tup):
        a = np.asarray(v)
        arrays.append(a.reshape(a.size, 1) if a.ndim < 2 else a)
    return np.concatenate(arrays, 1)


concat = np.concatenate


def block(arrays):
    def join(item, depth):
        if isinstance(item, list):
            if not item:
                raise ValueError("List at arrays cannot be empty")
            parts = [join(i, depth + 1) for i in item]
            n = max(p[1] for p in parts)
            level = n - depth
            arrs = [p[0] for p in parts]
            dims = max(max(a.ndim for a in arrs), level)
            arrs = [a.reshape((1,) * (dims - a.ndim) + a.shape) for a in arrs]
            return np.concatenate(arrs, axis=-level), n
        a = np.asarray(item)
        return (a.reshape(1) if a.ndim == 0 else a), depth

    return join(arrays, 0)[0] if isinstance(arrays, list) else np.array(arrays)


def array_split(ary, indices_or_sections, axis=0):
    ary = np.asarray(ary)
    n = ary.shape[axis]
    try:
        points = [0] + list(indices_or_sections) + [n]
    except TypeError:
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.") from None
        each, extras = divmod(n, sections)
        points = [0]
        for i in range(sections):
            points.append(points[-1] + each + (1 if i < extras else 0))
    axis = _axis(axis, ary.ndim)
    pre = (slice(None),) * axis
    return [ary[pre + (slice(a, b),)] for a, b in zip(points[:-1], points[1:])]


def split(ary, indices_or_sections, axis=0):
    try:
        len(indices_or_sections)
    except TypeError:
        n = np.asarray(ary).shape[axis]
        if n % indices_or_sections:
            raise ValueError("array split does not result in an equal division") from None
    return array_split(ary, indices_or_sections, axis)


def hsplit(ary, indices_or_sections):
    ary = np.asarray(ary)
    if ary.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


def vsplit(ary, indices_or_sections):
    if np.ndim(ary) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


def dsplit(ary, indices_or_sections):
    if np.ndim(ary) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


def expand_dims(a, axis):
    a = np.asarray(a)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    n = a.ndim + len(axes)
    where = sorted(_axis(ax, n) for ax in axes)
    if len(set(where)) != len(where):
        raise ValueError("repeated axis")
    dims = iter(a.shape)
    return a.reshape(tuple(1 if i in where else next(dims) for i in range(n)))


def _atleast(arys, convert):
    result = tuple(convert(np.asarray(a)) for a in arys)
    return result[0] if len(result) == 1 else result


def atleast_1d(*arys):
    return _atleast(arys, lambda a: a.reshape(1) if a.ndim == 0 else a)


def atleast_2d(*arys):
    return _atleast(arys, lambda a: a.reshape(1, 1) if a.ndim == 0 else a[None, :] if a.ndim == 1 else a)


def atleast_3d(*arys):
    def convert(a):
        if a.ndim == 0:
            return a.reshape(1, 1, 1)
        if a.ndim == 1:
            return a[None, :, None]
        return a[:, :, None] if a.ndim == 2 else a

    return _atleast(arys, convert)


def broadcast_shapes(*args):
    shapes = [(s,) if not isinstance(s, (tuple, list)) else tuple(s) for s in args]
    result = np._broadcast_shapes(shapes)
    if result is None:
        first, arg = shapes[0], 0
        for i, s in enumerate(shapes[1:], 1):
            if np._broadcast_shapes([first, s]) is None:
                raise ValueError(
                    "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is "
                    f"between arg {arg} with shape {first} and arg {i} with shape {s}."
                )
            first = np._broadcast_shapes([first, s])
    return result


def broadcast_arrays(*args, subok=False):
    arrays = [np.asarray(a) for a in args]
    target = broadcast_shapes(*(a.shape for a in arrays))
    return tuple(a if a.shape == target else _stretched(a, target) for a in arrays)


def _stretched(a, shape):
    """`a` broadcast to `shape`; other than from `broadcast_to`, it may be written to if `a` may."""
    view = np.broadcast_to(a, shape)
    return _numpy._as_strided(a, shape, view.strides, True) if a.flags.writeable else view


def flip(m, axis=None):
    m = np.asarray(m)
    if axis is None:
        return m[(slice(None, None, -1),) * m.ndim]
    key = [slice(None)] * m.ndim
    for ax in _axes(axis, m.ndim):
        key[ax] = slice(None, None, -1)
    return m[tuple(key)]


def fliplr(m):
    m = np.asarray(m)
    if m.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return m[:, ::-1]


def flipud(m):
    m = np.asarray(m)
    if m.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return m[::-1, ...]


def rot90(m, k=1, axes=(0, 1)):
    axes = tuple(axes)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    m = np.asarray(m)
    if axes[0] == axes[1] or abs(axes[0] - axes[1]) == m.ndim:
        raise ValueError("Axes must be different.")
    k %= 4
    if k == 0:
        return m[:]
    if k == 2:
        return flip(flip(m, axes[0]), axes[1])
    if k == 1:
        return np.swapaxes(flip(m, axes[1]), *axes)
    return flip(np.swapaxes(m, *axes), axes[1])


def roll(a, shift, axis=None):
    a = np.asarray(a)
    if a.ndim == 1 and type(shift) is int and axis in (None, 0, -1):
        n = a.shape[0]
        at = n - shift % n if n else 0
        return np.concatenate((a[at:], a[:at]))
    if axis is None:
        return roll(a.ravel(), shift, 0).reshape(a.shape)
    shifts = shift if isinstance(shift, tuple) else (shift,)
    axes = axis if isinstance(axis, tuple) else (axis,)
    if len(shifts) == 1:
        shifts *= len(axes)
    if len(axes) == 1:
        axes *= len(shifts)
    result = a
    for s, ax in zip(shifts, axes):
        ax = _axis(ax, a.ndim)
        n = a.shape[ax]
        s = s % n if n else 0
        if s:
            pre = (slice(None),) * ax
            result = np.concatenate([result[pre + (slice(n - s, None),)], result[pre + (slice(None, n - s),)]], ax)
    return result.copy() if result is a else result


def rollaxis(a, axis, start=0):
    a = np.asarray(a)
    n = a.ndim
    axis = _axis(axis, n)
    if start < 0:
        start += n
    if not 0 <= start < n + 1:
        raise np.exceptions.AxisError(f"'start' arg requires {-n} <= start < {n + 1}, but {start} was passed in")
    if axis < start:
        start -= 1
    if axis == start:
        return a[...]
    axes = list(range(n))
    axes.remove(axis)
    axes.insert(start, axis)
    return a.transpose(axes)


def moveaxis(a, source, destination):
    a = np.asarray(a)
    source = [source] if not isinstance(source, (tuple, list)) else source
    destination = [destination] if not isinstance(destination, (tuple, list)) else destination
    source = [_axis(ax, a.ndim, "source") for ax in source]
    destination = [_axis(ax, a.ndim, "destination") for ax in destination]
    for name, axes in (("source", source), ("destination", destination)):
        if len(set(axes)) != len(axes):
            raise ValueError(f"repeated axis in `{name}` argument")
    if len(source) != len(destination):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [n for n in range(a.ndim) if n not in source]
    for dest, src in sorted(zip(destination, source)):
        order.insert(dest, src)
    return a.transpose(order)


def matrix_transpose(x, /):
    return np.swapaxes(x, -1, -2)


permute_dims = np.transpose


def tile(A, reps):
    reps = tuple(reps) if isinstance(reps, (tuple, list)) or hasattr(reps, "__len__") else (reps,)
    A = np.asarray(A)
    d = max(len(reps), A.ndim)
    reps = (1,) * (d - len(reps)) + reps
    dims = (1,) * (d - A.ndim) + A.shape
    if all(r == 1 for r in reps):
        return np.array(A, ndmin=d)
    # Reshaping a broadcast view could give a view again: the result is written into memory of its own.
    out = np.empty(tuple(r * n for r, n in zip(reps, dims)), A.dtype)
    wide = out.reshape(tuple(x for r, n in zip(reps, dims) for x in (r, n)))
    wide[...] = A.reshape(tuple(x for n in dims for x in (1, n)))
    return out


# What may be said to each mode beside the widths.
_PAD_OPTIONS = {
    "constant": {"constant_values"},
    "edge": set(),
    "empty": set(),
    "wrap": set(),
    "reflect": {"reflect_type"},
    "symmetric": {"reflect_type"},
    "linear_ramp": {"end_values"},
    "maximum": {"stat_length"},
    "minimum": {"stat_length"},
    "mean": {"stat_length"},
}


def pad(array, pad_width, mode="constant", **kwargs):
    array = np.asarray(array)
    width = np.asarray(pad_width)
    if width.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    width = np.broadcast_to(width, (array.ndim, 2)).tolist()
    if any(w < 0 for pair in width for w in pair):
        raise ValueError("index can't contain negative values")
    if callable(mode):
        raise NotImplementedError("pad: a function as mode is not available in this version")
    if mode not in _PAD_OPTIONS:
        raise ValueError(f"mode '{mode}' is not supported")
    unknown = set(kwargs) - _PAD_OPTIONS[mode]
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    if mode == "linear_ramp":
        raise NotImplementedError("pad: mode 'linear_ramp' is not available in this version")
    if mode in ("constant", "empty"):
        new = tuple(n + b + a for n, (b, a) in zip(array.shape, width))
        out = np.zeros(new, array.dtype)
        out[tuple(slice(b, b + n) for n, (b, a) in zip(array.shape, width))] = array
        values = np.broadcast_to(np.asarray(kwargs.get("constant_values", 0)), (array.ndim, 2)).tolist()
        for ax, (b, a) in enumerate(width):
            pre = (slice(None),) * ax
            out[pre + (slice(0, b),)] = values[ax][0]
            out[pre + (slice(new[ax] - a, None),)] = values[ax][1]
        return out
    out = array
    for ax, (b, a) in enumerate(width):
        n = out.shape[ax]
        if n == 0 and (a or b):
            raise ValueError(f"can't extend empty axis {ax} using modes other than 'constant' or 'empty'")
        if mode in ("maximum", "minimum", "mean"):
            reducer = {"maximum": np.max, "minimum": np.min, "mean": np.mean}[mode]
            value = reducer(out, axis=ax, keepdims=True)
            if mode == "mean" and out.dtype.kind in "iu":
                value = np.round(value)
            value = value.astype(out.dtype)
            out = np.concatenate([np.repeat(value, b, ax), out, np.repeat(value, a, ax)], ax)
            continue
        i = np.arange(-b, n + a)
        if mode == "edge":
            i = np.clip(i, 0, n - 1)
        elif mode == "wrap":
            i = i % n
        elif mode == "symmetric":
            i = i % (2 * n)
            i = np.where(i < n, i, 2 * n - 1 - i)
        elif n == 1:
            i = i * 0
        else:
            i = i % (2 * n - 2)
            i = np.where(i < n, i, 2 * n - 2 - i)
        out = np.take(out, i, axis=ax)
    return out


def append(arr, values, axis=None):
    arr = np.asarray(arr)
    if axis is None:
        arr = arr.ravel()
        values = np.ravel(values)
        axis = arr.ndim - 1
    return np.concatenate((arr, values), axis=axis)


def insert(arr, obj, values, axis=None):
    arr = np.asarray(arr)
    if axis is None:
        arr = arr.ravel()
        axis = 0
    axis = _axis(axis, arr.ndim)
    n = arr.shape[axis]
    if isinstance(obj, slice):
        obj = np.arange(*obj.indices(n))
    indices = np.asarray(obj)
    if indices.dtype == np.bool:
        indices = np.flatnonzero(indices)
    scalar = indices.ndim == 0
    indices = indices.astype(np.intp).ravel()
    if np.any(indices < -n) or np.any(indices > n):
        bad = indices[(indices < -n) | (indices > n)][0]
        raise IndexError(f"index {bad} is out of bounds for axis {axis} with size {n}")
    indices = np.where(indices < 0, indices + n, indices)
    values = np.asarray(values, dtype=arr.dtype)
    pre = (slice(None),) * axis
    if scalar or indices.size == 1:
        at = int(indices[0])
        if scalar and values.ndim:
            values = np.moveaxis(values[(None,) * (arr.ndim - values.ndim) + (...,)], 0, axis)
        count = values.shape[axis] if values.ndim == arr.ndim else 1
        new = list(arr.shape)
        new[axis] += count
        out = np.empty(new, arr.dtype)
        out[pre + (slice(None, at),)] = arr[pre + (slice(None, at),)]
        out[pre + (slice(at, at + count),)] = values
        out[pre + (slice(at + count, None),)] = arr[pre + (slice(at, None),)]
        return out
    order = np.argsort(indices)
    indices[order] += np.arange(indices.size)
    new = list(arr.shape)
    new[axis] += indices.size
    old = np.ones(new[axis], np.bool)
    old[indices] = False
    out = np.empty(new, arr.dtype)
    out[pre + (indices,)] = values
    out[pre + (old,)] = arr
    return out


def delete(arr, obj, axis=None):
    arr = np.asarray(arr)
    if axis is None:
        arr = arr.ravel()
        axis = 0
    axis = _axis(axis, arr.ndim)
    n = arr.shape[axis]
    keep = np.ones(n, np.bool)
    if isinstance(obj, slice):
        keep[obj] = False
    else:
        given, obj = obj, np.asarray(obj)
        if obj.dtype.kind not in "biu" and (obj.size or isinstance(given, np.ndarray)):
            raise IndexError("arrays used as indices must be of integer (or boolean) type")
        if obj.dtype == np.bool:
            if obj.shape != (n,):
                raise ValueError("boolean array argument obj to delete must be one dimensional and match the axis length of {}".format(n))
            keep[obj] = False
        else:
            flat = obj.ravel().astype(np.intp)
            bad = (flat < -n) | (flat >= n)
            if np.any(bad):
                raise IndexError(f"index {flat[bad][0]} is out of bounds for axis {axis} with size {n}")
            keep[flat] = False
    return arr[(slice(None),) * axis + (keep,)]


def resize(a, new_shape):
    new_shape = (new_shape,) if not isinstance(new_shape, (tuple, list)) else tuple(new_shape)
    a = np.ravel(a)
    n = 1
    for d in new_shape:
        if d < 0:
            raise ValueError("all elements of `new_shape` must be non-negative")
        n *= d
    if a.size == 0 or n == 0:
        return np.zeros(new_shape, a.dtype)
    return np.concatenate([a] * -(-n // a.size))[:n].reshape(new_shape)


def trim_zeros(filt, trim="fb", axis=None):
    first, last = 0, len(filt)
    if "f" in trim.lower():
        while first < last and filt[first] == 0:
            first += 1
    if "b" in trim.lower():
        while last > first and filt[last - 1] == 0:
            last -= 1
    return filt[first:last]


class _Result(tuple):
    pass


def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *,
           equal_nan=True, sorted=True):
    ar = np.asarray(ar)
    if axis is not None:
        return _unique_rows(ar, axis, return_index, return_inverse, return_counts)
    flat = ar.ravel()
    order = np.argsort(flat)
    s = flat[order]
    mask = np.ones(s.size, np.bool)
    if s.size:
        mask[1:] = s[1:] != s[:-1]
        if equal_nan and s.dtype.kind in "fc":
            isnan = np.isnan(s)
            mask[1:] &= ~(isnan[1:] & isnan[:-1])
    out = [s[mask]]
    if return_index:
        out.append(order[mask])
    if return_inverse:
        inverse = np.empty(s.size, np.intp)
        inverse[order] = np.cumsum(mask) - 1
        out.append(inverse.reshape(ar.shape))
    if return_counts:
        starts = np.concatenate((np.nonzero(mask)[0], [s.size]))
        out.append(np.diff(starts))
    return out[0] if len(out) == 1 else tuple(out)


def _unique_rows(ar, axis, return_index, return_inverse, return_counts):
    axis = _axis(axis, ar.ndim)
    moved = np.moveaxis(ar, axis, 0)
    rows = moved.reshape(moved.shape[0], moved[:1].size)
    if rows.dtype.kind == "c":
        # Complex numbers are ordered by their real, then their imaginary parts.
        rows = np.stack((rows.real, rows.imag), axis=-1).reshape(len(rows), 2 * rows.shape[1])
    keys = [tuple(r) for r in rows.tolist()]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    first, inverse, counts = [], [0] * len(keys), []
    for i in order:
        if first and keys[first[-1]] == keys[i]:
            counts[-1] += 1
        else:
            first.append(i)
            counts.append(1)
        inverse[i] = len(first) - 1
    index = np.array(first, dtype=np.intp)
    out = [np.moveaxis(moved[index], 0, axis)]
    if return_index:
        out.append(index)
    if return_inverse:
        out.append(np.array(inverse, dtype=np.intp))
    if return_counts:
        out.append(np.array(counts, dtype=np.intp))
    return out[0] if len(out) == 1 else tuple(out)


def unique_values(x):
    return unique(x, equal_nan=False)


def unique_counts(x):
    from collections import namedtuple

    return namedtuple("UniqueCountsResult", "values counts")(*unique(x, return_counts=True, equal_nan=False))


def unique_inverse(x):
    from collections import namedtuple

    return namedtuple("UniqueInverseResult", "values inverse_indices")(*unique(x, return_inverse=True, equal_nan=False))


def unique_all(x):
    from collections import namedtuple

    return namedtuple("UniqueAllResult", "values indices inverse_indices counts")(
        *unique(x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False)
    )


def take_along_axis(arr, indices, axis=-1):
    arr = np.asarray(arr)
    if axis is None:
        return arr.ravel()[indices]
    return arr[_along(arr, indices, axis)]


def put_along_axis(arr, indices, values, axis):
    if axis is None:
        arr.flat[indices] = values
    else:
        arr[_along(arr, indices, axis)] = values


def _along(arr, indices, axis):
    indices = np.asarray(indices)
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if indices.ndim != arr.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    axis = _axis(axis, arr.ndim)
    key = []
    for i, n in enumerate(arr.shape):
        if i == axis:
            key.append(indices)
        else:
            key.append(np.arange(n).reshape((1,) * i + (-1,) + (1,) * (arr.ndim - i - 1)))
    return tuple(key)


def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    arr = np.asarray(arr)
    axis = _axis(axis, arr.ndim)
    moved = np.moveaxis(arr, axis, -1)
    lead = moved.shape[:-1]
    if 0 in lead:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [np.asarray(func1d(row, *args, **kwargs)) for row in moved.reshape(math.prod(lead), moved.shape[-1])]
    out = np.stack(results).reshape(lead + results[0].shape)
    for k in range(results[0].ndim):
        out = np.moveaxis(out, len(lead) + k, axis + k)
    return out


def apply_over_axes(func, a, axes):
    val = np.asarray(a)
    for axis in np.atleast_1d(axes).tolist():
        res = func(val, axis)
        val = res if res.ndim == val.ndim else np.expand_dims(res, axis)
    return val


def extract(condition, arr):
    return np.take(np.ravel(arr), np.nonzero(np.ravel(condition))[0])


def _array_argument(function, a, article=""):
    if not isinstance(a, np.ndarray):
        kind = type(a)
        name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        raise TypeError(f"{function}() argument 1 must be {article}numpy.ndarray, not {name}")


def place(arr, mask, vals):
    _array_argument("place", arr)
    vals = np.ravel(np.asarray(vals, dtype=arr.dtype))
    where = np.nonzero(np.ravel(mask))[0]
    if where.size and vals.size == 0:
        raise ValueError("Cannot insert from an empty array!")
    arr.flat[where] = np.resize(vals, where.size)


def putmask(a, mask, values):
    if not isinstance(a, np.ndarray):
        raise TypeError("putmask: first argument must be an array")
    mask = np.ravel(mask)
    if mask.size != a.size:
        raise ValueError("putmask: mask and data must be the same size")
    if isinstance(values, np.ndarray) and not np.can_cast(values.dtype, a.dtype):
        raise TypeError(f"Cannot cast array data from {values.dtype!r} to {a.dtype!r} according to the rule 'safe'")
    values = np.ravel(np.asarray(values, dtype=a.dtype))
    where = np.nonzero(mask)[0]
    if values.size:
        a.flat[where] = values[where % values.size]


def copyto(dst, src, casting="same_kind", where=True):
    _array_argument("copyto", dst, "a ")
    weak = isinstance(src, (int, float, complex)) and not isinstance(src, np.generic)
    found = np.result_type(dst, src) if weak else np.asarray(src).dtype
    if not np.can_cast(found, dst.dtype, casting):
        what = "scalar" if np.ndim(src) == 0 else "array data"
        raise TypeError(
            f"Cannot cast {what} from {found!r} to {dst.dtype!r} according to the rule '{casting}'"
        )
    if weak and casting == "unsafe":
        src = np.asarray(src)
    if where is True:
        dst[...] = src
    else:
        mask = np.broadcast_to(np.asarray(where), dst.shape)
        dst[mask] = np.broadcast_to(np.asarray(src), dst.shape)[mask]


def put(a, ind, v, mode="raise"):
    return a.put(ind, v, mode=mode)


def choose(a, choices, out=None, mode="raise"):
    a = np.asarray(a)
    choices = [np.asarray(c) for c in choices]
    n = len(choices)
    if mode == "raise":
        if np.any(a < 0) or np.any(a >= n):
            raise ValueError("invalid entry in choice array")
    else:
        a = a % n if mode == "wrap" else np.clip(a, 0, n - 1)
    target = np.broadcast_shapes(*(c.shape for c in choices), a.shape)
    result = np.zeros(target, np.result_type(*choices))
    for i, c in enumerate(choices):
        mask = np.broadcast_to(a == i, target)
        result[mask] = np.broadcast_to(c, target)[mask]
    if out is not None:
        out[...] = result
        return out
    return result[()]


def select(condlist, choicelist, default=0):
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    choices = [c if isinstance(c, (int, float, complex)) else np.asarray(c) for c in choicelist]
    for i, cond in enumerate(condlist):
        if np.asarray(cond).dtype != np.bool:
            raise TypeError(f"invalid entry {i} in condlist: should be boolean ndarray")
    dtype = np.result_type(*choices, default if isinstance(default, (int, float, complex)) else np.asarray(default))
    target = np.broadcast_shapes(*(np.shape(c) for c in choices), *(np.shape(c) for c in condlist))
    result = np.full(target, default, dtype)
    for cond, choice in zip(reversed(condlist), reversed(choices)):
        mask = np.broadcast_to(np.asarray(cond), target)
        result[mask] = np.broadcast_to(np.asarray(choice), target)[mask]
    return result


def compress(condition, a, axis=None, out=None):
    return np.asarray(a).compress(condition, axis=axis, out=out)


def nonzero(a):
    return np.asarray(a).nonzero()


def argwhere(a):
    a = np.asarray(a)
    if a.ndim == 0:
        return np.empty((1 if a else 0, 0), np.intp)
    return np.stack(a.nonzero(), axis=1)


def flatnonzero(a):
    return np.nonzero(np.ravel(a))[0]


def partition(a, kth, axis=-1, kind="introselect", order=None):
    a = np.array(a).ravel() if axis is None else np.array(a)
    a.partition(kth, axis=-1 if axis is None else axis)
    return a


def lexsort(keys, axis=-1):
    if not hasattr(keys, "__getitem__") or len(keys) == 0:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    keys = [np.asarray(k) for k in keys]
    if keys[0].ndim == 0:
        # One number is in order; what counts as an axis of it is 0 and -1.
        if not -1 <= operator.index(axis) <= 0:
            raise np.exceptions.AxisError(axis, 0)
        return np.intp(0)
    order = None
    for key in keys:
        if key.shape != keys[0].shape:
            raise ValueError("all keys need to be the same shape")
        if order is None:
            order = np.argsort(key, axis=axis, kind="stable")
        else:
            sub = take_along_axis(key, order, axis)
            order = take_along_axis(order, np.argsort(sub, axis=axis, kind="stable"), axis)
    return order
