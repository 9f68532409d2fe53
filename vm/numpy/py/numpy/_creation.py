"""Arrays from ranges, grids and functions."""

import numpy as np
from _numpy import _eye, _linspace
from builtins import range, len, int, float, max, min, bool, all, any, abs, sum
import operator


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    fast = _linspace(start, stop, num, endpoint, retstep, dtype, axis)
    if fast is not None:
        return fast
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    div = num - 1 if endpoint else num
    start = np.asarray(start) * 1.0
    stop = np.asarray(stop) * 1.0
    wide = np.result_type(start, stop, float(num))
    if dtype is None:
        dtype = wide
        whole = False
    else:
        dtype = np.dtype(dtype)
        whole = np.issubdtype(dtype, np.integer)
    delta = np.subtract(stop, start, dtype=wide)
    y = np.arange(0, num, dtype=np.result_type(wide, np.float32) if wide.kind == "f" else np.float64)
    y = y.reshape((-1,) + (1,) * np.ndim(delta)).astype(wide if wide.kind == "f" else np.float64)
    step = np.nan
    if div > 0:
        step = delta / div
        if np.any(np.asarray(step) == 0):
            y = y / div
            y = y * delta
        else:
            y = y * step
    else:
        y = y * delta
    y = y + start
    if endpoint and num > 1:
        y[-1, ...] = stop
    if axis != 0:
        y = np.moveaxis(y, 0, axis)
    if whole:
        y = np.floor(y)
    y = y.astype(dtype, copy=False)
    return (y, step) if retstep else y


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    if np.ndim(base) > 0:
        # Bases of their own broadcast with the ends, whose axis `axis` is new.
        ndim = np.broadcast(start, stop, base).ndim
        start, stop, base = (np.array(a, copy=None, ndmin=ndim) for a in (start, stop, base))
        base = np.expand_dims(base, axis)
    y = linspace(start, stop, num=num, endpoint=endpoint, axis=axis)
    y = np.power(base, y)
    return y if dtype is None else y.astype(dtype, copy=False)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    start = np.asarray(start)
    stop = np.asarray(stop)
    if np.any(start == 0) or np.any(stop == 0):
        raise ValueError("Geometric sequence cannot include zero")
    dt = np.result_type(start, stop, float(num))
    result_dtype = dt if dtype is None else np.dtype(dtype)
    start = start.astype(dt)
    stop = stop.astype(dt)
    sign = np.sign(start)
    start = start / sign
    stop = stop / sign
    log_start = np.log10(start)
    log_stop = np.log10(stop)
    result = logspace(log_start, log_stop, num=num, endpoint=endpoint, base=10.0, dtype=dt)
    if num > 0:
        result[0] = start
        if num > 1 and endpoint:
            result[-1] = stop
    result = result * sign
    if axis != 0:
        result = np.moveaxis(result, 0, axis)
    return result.astype(result_dtype, copy=False)


def eye(N, M=None, k=0, dtype=float, order="C", *, device=None, like=None):
    N = operator.index(N)
    M = N if M is None else operator.index(M)
    k = operator.index(k)
    return _eye((N, M), k, dtype, order)


def identity(n, dtype=None, *, like=None):
    return eye(n, dtype=float if dtype is None else dtype)


def diag(v, k=0):
    v = np.asarray(v)
    if v.ndim == 1:
        n = v.shape[0] + abs(k)
        res = np.zeros((n, n), v.dtype)
        i = np.arange(v.shape[0])
        if k >= 0:
            res[i, i + k] = v
        else:
            res[i - k, i] = v
        return res
    if v.ndim == 2:
        return np.diagonal(v, k)
    raise ValueError("Input must be 1- or 2-d.")


def diagflat(v, k=0):
    return diag(np.asarray(v).ravel(), k)


def tri(N, M=None, k=0, dtype=float, *, like=None):
    M = N if M is None else M
    return (np.arange(N).reshape(-1, 1) >= np.arange(-k, M - k).reshape(1, -1)).astype(dtype)


def tril(m, k=0):
    m = np.asarray(m)
    mask = tri(*m.shape[-2:], k=k, dtype=np.bool)
    return np.where(mask, m, np.zeros(1, m.dtype))


def triu(m, k=0):
    m = np.asarray(m)
    mask = tri(*m.shape[-2:], k=k - 1, dtype=np.bool)
    return np.where(mask, np.zeros(1, m.dtype), m)


def vander(x, N=None, increasing=False):
    x = np.asarray(x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    N = len(x) if N is None else N
    v = np.empty((len(x), N), dtype=np.promote_types(x.dtype, int))
    tmp = v[:, ::-1] if not increasing else v
    if N > 0:
        tmp[:, 0] = 1
    for i in range(1, N):
        tmp[:, i] = tmp[:, i - 1] * x
    return v


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    ndim = len(xi)
    one = (1,) * ndim
    output = [np.asarray(x).reshape(one[:i] + (-1,) + one[i + 1 :]) for i, x in enumerate(xi)]
    if indexing == "xy" and ndim > 1:
        output[0] = output[0].reshape((1, -1) + one[2:])
        output[1] = output[1].reshape((-1, 1) + one[2:])
    if not sparse:
        output = list(np.broadcast_arrays(*output))
    if copy:
        output = [x.copy() for x in output]
    return tuple(output)


def indices(dimensions, dtype=int, sparse=False):
    dimensions = tuple(dimensions)
    n = len(dimensions)
    shape = (1,) * n
    if sparse:
        return tuple(
            np.arange(d, dtype=dtype).reshape(shape[:i] + (d,) + shape[i + 1 :])
            for i, d in enumerate(dimensions)
        )
    res = np.empty((n,) + dimensions, dtype=dtype)
    for i, d in enumerate(dimensions):
        res[i] = np.arange(d, dtype=dtype).reshape(shape[:i] + (d,) + shape[i + 1 :])
    return res


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    return function(*indices(shape, dtype=dtype), **kwargs)


def fromstring(string, dtype=float, count=-1, *, sep="", like=None):
    if not sep:
        raise ValueError("The binary mode of fromstring is removed, use frombuffer instead")
    parts = string.split() if not sep.strip() else string.split(sep)
    values = [p.strip() for p in parts if p.strip()]
    if count >= 0:
        values = values[:count]
    return np.array([np.dtype(dtype).type(v) for v in values], dtype=dtype)


def loadtxt(fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0,
            usecols=None, unpack=False, ndmin=0, encoding=None, max_rows=None, *,
            quotechar=None, like=None):
    if isinstance(fname, str) or hasattr(fname, "__fspath__"):
        with open(fname, encoding=encoding) as f:
            lines = f.read().splitlines()
    else:
        lines = [l.decode() if isinstance(l, bytes) else l for l in fname]
    rows = []
    for line in lines[skiprows:]:
        if comments:
            line = line.split(comments, 1)[0]
        line = line.strip()
        if not line:
            continue
        fields = line.split(delimiter)
        if usecols is not None:
            cols = [usecols] if isinstance(usecols, int) else usecols
            fields = [fields[c] for c in cols]
        if rows and len(rows[0]) != len(fields):
            raise ValueError(
                f"the number of columns changed from {len(rows[0])} to {len(fields)} at row "
                f"{len(rows) + 1}; use `usecols` to select a subset and avoid this error"
            )
        if converters:
            fields = [converters[i](v) if callable(converters.get(i)) else v for i, v in enumerate(fields)]
        row = []
        for column, v in enumerate(fields, 1):
            try:
                row.append(np.dtype(dtype).type(v))
            except ValueError:
                raise ValueError(
                    f"could not convert string {v!r} to {np.dtype(dtype)} at row {len(rows)}, column {column}."
                ) from None
        rows.append(row)
        if max_rows is not None and len(rows) >= max_rows:
            break
    a = np.array(rows, dtype=dtype)
    if a.ndim == 2 and a.shape[0] == 1 and ndmin < 2:
        a = a[0]
    elif a.ndim == 2 and a.shape[1] == 1 and ndmin < 2:
        a = a[:, 0]
    if a.size == 1 and ndmin == 0:
        a = a.reshape(())
    return a.T if unpack else a


def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="",
            comments="# ", encoding=None):
    X = np.asarray(X)
    if X.ndim == 0 or X.ndim > 2:
        raise ValueError(f"Expected 1D or 2D array, got {X.ndim}D array instead")
    rows = X.reshape(-1, 1) if X.ndim == 1 else X
    lines = []
    if header:
        lines.append(comments + header.replace("\n", "\n" + comments))
    for row in rows.tolist():
        if isinstance(fmt, str) and fmt.count("%") == len(row) > 1:
            lines.append(fmt % tuple(row))
        else:
            formats = [fmt] * len(row) if isinstance(fmt, str) else fmt
            lines.append(delimiter.join(f % v for f, v in zip(formats, row)))
    if footer:
        lines.append(comments + footer.replace("\n", "\n" + comments))
    text = "".join(line + newline for line in lines)
    if hasattr(fname, "write"):
        try:
            fname.write(text)
        except TypeError:
            fname.write(text.encode(encoding or "latin1"))
    else:
        with open(fname, "w", encoding=encoding or "latin1") as f:
            f.write(text)


class _Grid:
    def __init__(self, sparse):
        self.sparse = sparse

    def __getitem__(self, key):
        single = not isinstance(key, tuple)
        keys = (key,) if single else key
        axes = []
        for k in keys:
            start = 0 if k.start is None else k.start
            step = 1 if k.step is None else k.step
            if isinstance(step, complex):
                axes.append(linspace(start, k.stop, int(abs(step))))
            else:
                axes.append(np.arange(start, k.stop, step))
        if single:
            return axes[0]
        dtype = np.result_type(*axes)
        n = len(axes)
        shaped = [a.astype(dtype).reshape((1,) * i + (-1,) + (1,) * (n - i - 1)) for i, a in enumerate(axes)]
        if self.sparse:
            return tuple(shaped)
        shape = tuple(len(a) for a in axes)
        res = np.empty((n,) + shape, dtype=dtype)
        for i, a in enumerate(shaped):
            res[i] = a
        return res


mgrid = _Grid(False)
ogrid = _Grid(True)


class _Concatenator:
    def __init__(self, axis, ndmin, trans1d):
        self.axis = axis
        self.ndmin = ndmin
        self.trans1d = trans1d

    def __getitem__(self, key):
        keys = key if isinstance(key, tuple) else (key,)
        axis, ndmin, trans1d = self.axis, self.ndmin, self.trans1d
        parts = []
        for k in keys:
            if isinstance(k, str):
                values = [int(v) for v in k.split(",")]
                axis = values[0]
                ndmin = values[1] if len(values) > 1 else ndmin
                trans1d = values[2] if len(values) > 2 else trans1d
                continue
            if isinstance(k, slice):
                start = 0 if k.start is None else k.start
                step = 1 if k.step is None else k.step
                if isinstance(step, complex):
                    k = linspace(start, k.stop, int(abs(step)))
                else:
                    k = np.arange(start, k.stop, step)
            a = np.asarray(k)
            if a.ndim == 0:
                a = a.reshape(1)
            if a.ndim < ndmin:
                if trans1d != -1 and a.ndim == 1:
                    shape = [1] * ndmin
                    shape[trans1d] = -1
                    a = a.reshape(shape)
                else:
                    a = a.reshape((1,) * (ndmin - a.ndim) + a.shape)
            parts.append(a)
        return np.concatenate(parts, axis=axis)

    def __len__(self):
        return 0


r_ = _Concatenator(0, 1, -1)
c_ = _Concatenator(-1, 2, 0)


class _IndexExpression:
    def __init__(self, maketuple):
        self.maketuple = maketuple

    def __getitem__(self, item):
        if self.maketuple and not isinstance(item, tuple):
            return (item,)
        return item


index_exp = _IndexExpression(True)
s_ = _IndexExpression(False)


def ix_(*args):
    out = []
    n = len(args)
    for i, new in enumerate(args):
        new = np.asarray(new)
        if new.size == 0:
            new = new.astype(np.intp)
        if new.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if new.dtype == np.bool:
            (new,) = new.nonzero()
        out.append(new.reshape((1,) * i + (new.size,) + (1,) * (n - i - 1)))
    return tuple(out)


def diag_indices(n, ndim=2):
    return (np.arange(n),) * ndim


def tril_indices(n, k=0, m=None):
    return tuple(i.copy() for i in np.nonzero(tri(n, m, k=k, dtype=np.bool)))


def triu_indices(n, k=0, m=None):
    return tuple(i.copy() for i in np.nonzero(~tri(n, m, k=k - 1, dtype=np.bool)))


def diag_indices_from(arr):
    if arr.ndim < 2:
        raise ValueError("input array must be at least 2-d")
    if len(set(arr.shape)) != 1:
        raise ValueError("All dimensions of input must be of equal length")
    return diag_indices(arr.shape[0], arr.ndim)


def tril_indices_from(arr, k=0):
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return tril_indices(arr.shape[0], k, arr.shape[1])


def triu_indices_from(arr, k=0):
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return triu_indices(arr.shape[0], k, arr.shape[1])


def fill_diagonal(a, val, wrap=False):
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    end = None
    if a.ndim == 2:
        step = a.shape[1] + 1
        if not wrap:
            end = a.shape[1] * a.shape[1]
    else:
        if len(set(a.shape)) != 1:
            raise ValueError("All dimensions of input must be of equal length")
        step = 1 + sum(int(np.prod(a.shape[i + 1 :])) for i in range(a.ndim - 1))
    a.flat[:end:step] = val


def unravel_index(indices, shape, order="C"):
    if isinstance(shape, np.ndarray):
        shape = shape.tolist()
    shape = (shape,) if not isinstance(shape, (tuple, list)) else tuple(shape)
    idx = np.asarray(indices)
    if idx.dtype.kind not in "iu":
        if idx.size == 0 and not isinstance(indices, np.ndarray):
            raise TypeError(
                "indices must be integral: the provided empty sequence was inferred as float. "
                "Wrap it with 'np.array(indices, dtype=np.intp)'"
            )
        raise TypeError("only int indices permitted")
    idx = idx.astype(np.intp, copy=False)
    if not shape and idx.ndim:
        raise ValueError("multiple indices are not supported for 0d arrays")
    total = 1
    for n in shape:
        total *= n
    # A product of lengths that all fit is compared once; zeros could hide one that does not.
    if total >= 2**63 or total == 0:
        _check_size(shape)
    if idx.size and (np.any(idx < 0) or np.any(idx >= total)):
        bad = idx.ravel()[np.nonzero((idx.ravel() < 0) | (idx.ravel() >= total))[0][0]]
        raise ValueError(f"index {bad} is out of bounds for array with size {total}")
    out = []
    dims = shape if order == "F" else shape[::-1]
    for n in dims:
        out.append(idx % n)
        idx = idx // n
    return tuple(out if order == "F" else out[::-1])


def _check_size(shape):
    if any(n >= 2**63 for n in shape):
        raise ValueError("Maximum allowed dimension exceeded")
    total = 1
    for n in shape:
        total *= n
        if total >= 2**63:
            raise ValueError(
                "dimensions are too large; arrays and shapes with a total size greater than 'intp' are not supported."
            )


def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    dims = (dims,) if not isinstance(dims, (tuple, list)) else tuple(dims)
    total = 0
    pairs = list(zip(multi_index, dims))
    for i, n in pairs if order == "C" else pairs[::-1]:
        i = np.asarray(i)
        if mode == "wrap":
            i = i % n
        elif mode == "clip":
            i = np.clip(i, 0, n - 1)
        elif np.any(i < 0) or np.any(i >= n):
            raise ValueError("invalid entry in coordinates array")
        total = total * n + i
    return total


def _positions(shape):
    if not all(shape):
        return
    at = [0] * len(shape)
    while True:
        yield tuple(at)
        for axis in range(len(shape) - 1, -1, -1):
            at[axis] += 1
            if at[axis] < shape[axis]:
                break
            at[axis] = 0
        else:
            return


class ndindex:
    __module__ = "numpy"

    def __init__(self, *shape):
        if len(shape) == 1 and isinstance(shape[0], tuple):
            shape = shape[0]
        if any(n < 0 for n in shape):
            raise ValueError("negative dimensions are not allowed")
        import itertools

        self._shape = tuple(operator.index(n) for n in shape)
        if any(n >= 2**63 for n in self._shape):
            raise ValueError("Maximum allowed dimension exceeded")
        # `product` holds every number of every axis.
        small = max(self._shape, default=0) <= 2**20
        self._it = itertools.product(*map(range, self._shape)) if small else _positions(self._shape)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._it)


class ndenumerate:
    __module__ = "numpy"

    def __init__(self, arr):
        arr = np.asarray(arr)
        self._flat = iter(arr.flat)
        self._index = ndindex(arr.shape)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._index), next(self._flat)


class broadcast:
    __module__ = "numpy"

    def __init__(self, *args):
        arrays = [np.asarray(a) for a in args]
        self.shape = np.broadcast_shapes(*(a.shape for a in arrays))
        self.nd = self.ndim = len(self.shape)
        self.size = int(np.prod(self.shape)) if self.shape else 1
        self.numiter = len(arrays)
        self._views = [np.broadcast_to(a, self.shape) for a in arrays]
        self._it = zip(*(v.flat for v in self._views))
        self.iters = tuple(v.flat for v in self._views)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._it)


class nditer:
    """Iteration over one or several operands in memory or given order; the
    elements are zero-dimensional views, as with the default flags of NumPy."""

    __module__ = "numpy"

    def __init__(self, op, flags=None, op_flags=None, op_dtypes=None, order="K", casting="safe",
                 op_axes=None, itershape=None, buffersize=0):
        if op_axes is not None or op_dtypes is not None or itershape is not None:
            raise NotImplementedError("nditer: op_axes, op_dtypes and itershape are not available in this version")
        self._flags = set(flags or ())
        unknown = self._flags - {"multi_index", "c_index", "f_index", "refs_ok", "zerosize_ok"}
        if unknown:
            raise NotImplementedError(f"nditer: flags {sorted(unknown)} are not available in this version")
        many = isinstance(op, (tuple, list))
        ops = [np.asarray(o) for o in (op if many else [op])]
        shape = np.broadcast_shapes(*(o.shape for o in ops))
        self.operands = tuple(ops)
        self._views = [np.broadcast_to(o, shape) if o.shape != shape else o for o in ops]
        self.shape = shape
        self.ndim = len(shape)
        self._single = not many
        strides = self._views[0].strides
        if order == "K":
            axes = sorted(range(len(shape)), key=lambda i: -abs(strides[i]))
        elif order == "F" or (order == "A" and self._views[0].flags.fnc):
            axes = list(range(len(shape)))[::-1]
        else:
            axes = list(range(len(shape)))
        self._axes = axes
        self._order = ndindex(tuple(shape[a] for a in axes))
        self.itersize = 1
        for n in shape:
            self.itersize *= n
        self.finished = self.itersize == 0
        self.multi_index = None
        if not self.finished:
            self._advance()

    def _advance(self):
        try:
            permuted = next(self._order)
        except StopIteration:
            self.finished = True
            return False
        index = [0] * len(self.shape)
        for axis, i in zip(self._axes, permuted):
            index[axis] = i
        self.multi_index = tuple(index)
        return True

    @property
    def index(self):
        return int(ravel_multi_index(self.multi_index, self.shape)) if self.shape else 0

    @property
    def value(self):
        items = tuple(v[self.multi_index + (...,)] for v in self._views)
        return items[0] if self._single else items

    def __getitem__(self, i):
        items = tuple(v[self.multi_index + (...,)] for v in self._views)
        return items[i]

    def __setitem__(self, i, value):
        self._views[i][self.multi_index] = value

    def iternext(self):
        return self._advance()

    def __iter__(self):
        while not self.finished:
            yield self.value
            self._advance()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None
