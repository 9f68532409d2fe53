"""Comparisons, parts of numbers, elementwise helpers and polynomials."""

import numpy as np
from builtins import range, len, int, float, max, min, bool, all, abs, sum, zip
import operator


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


def _objects(x):
    """Shape and elements of nested sequences of objects that arrays cannot hold here."""
    if isinstance(x, np.ndarray):
        return x.shape, x.ravel().tolist()
    if not isinstance(x, (list, tuple)):
        return (), [x]
    parts = [_objects(item) for item in x]
    shapes = {shape for shape, _ in parts}
    if len(shapes) > 1:
        raise ValueError("setting an array element with a sequence.")
    return (len(x), *(shapes.pop() if shapes else ())), [item for _, items in parts for item in items]


def _equal_objects(a1, a2, same_shape):
    try:
        (shape1, items1), (shape2, items2) = _objects(a1), _objects(a2)
    except ValueError:
        return False
    if shape1 != shape2:
        if same_shape or np._broadcast_shapes((shape1, shape2)) is None:
            return False
        if len(items1) != 1 and len(items2) != 1:
            raise NotImplementedError("broadcasting arrays of Python objects is not available in this version")
        items1, items2 = items1 * max(1, len(items2)), items2 * max(1, len(items1))
    return all(bool(x == y) for x, y in zip(items1, items2))


def array_equal(a1, a2, equal_nan=False):
    given = a1, a2
    try:
        a1, a2 = np.asarray(a1), np.asarray(a2)
    except NotImplementedError:
        return _equal_objects(*given, same_shape=True)
    except Exception:
        return False
    if a1.shape != a2.shape:
        return False
    if not equal_nan:
        return bool(np.all(a1 == a2))
    n1, n2 = np.isnan(a1), np.isnan(a2)
    return bool(np.all(n1 == n2)) and bool(np.all(a1[~n1] == a2[~n1]))


def array_equiv(a1, a2):
    given = a1, a2
    try:
        a1, a2 = np.broadcast_arrays(a1, a2)
    except NotImplementedError:
        return _equal_objects(*given, same_shape=False)
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
    if num == 0:
        return "0" * (width or 1)
    if width is None:
        return f"{num:b}"
    # Negative numbers, as two's complement, need one bit more for their sign.
    needed = num.bit_length() if num > 0 else (~num).bit_length() + 1
    if width < needed:
        raise ValueError(f"Insufficient bit width={width} provided for binwidth={needed}")
    return f"{num % (1 << width):b}".zfill(width)


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


def _bit_weights(bitorder):
    """What each bit of a byte stands for, in the order in which they are listed."""
    if bitorder not in ("big", "little"):
        raise ValueError("'order' must be either 'little' or 'big'")
    return np.uint8(1) << np.arange(8, dtype=np.uint8)[:: -1 if bitorder == "big" else 1]


def _bit_axis(a, axis):
    """`a` with the axis along which bits are counted at its end, and that axis."""
    if axis is None:
        return a.ravel(), 0
    if a.ndim == 0:
        a = a.reshape(1)
    if not -a.ndim <= operator.index(axis) < a.ndim:
        raise np.exceptions.AxisError(axis, a.ndim)
    return np.moveaxis(a, axis, -1), axis


def packbits(a, /, axis=None, bitorder="big"):
    a = np.asarray(a)
    if a.dtype.kind not in "biu":
        raise TypeError("Expected an input array of integer or boolean data type")
    weights = _bit_weights(bitorder)
    a, axis = _bit_axis(a, axis)
    n = a.shape[-1]
    bits = np.zeros(a.shape[:-1] + (-(-n // 8) * 8,), np.uint8)
    bits[..., :n] = a != 0
    packed = np.sum(bits.reshape(a.shape[:-1] + (-(-n // 8), 8)) * weights, axis=-1, dtype=np.uint8)
    return np.moveaxis(packed, -1, axis).copy()


def unpackbits(a, /, axis=None, count=None, bitorder="big"):
    a = np.asarray(a)
    if a.dtype != np.uint8:
        raise TypeError("Expected an input array of unsigned byte data type")
    weights = _bit_weights(bitorder)
    a, axis = _bit_axis(a, axis)
    n = a.shape[-1] * 8
    bits = ((a[..., None] & weights) != 0).reshape(a.shape[:-1] + (n,)).astype(np.uint8)
    if count is not None:
        count = operator.index(count)
        if count < -n:
            raise ValueError("-count larger than number of elements")
        if count > n:
            bits = np.concatenate((bits, np.zeros(a.shape[:-1] + (count - n,), np.uint8)), axis=-1)
        else:
            bits = bits[..., :count]
    return np.moveaxis(bits, -1, axis).copy()
