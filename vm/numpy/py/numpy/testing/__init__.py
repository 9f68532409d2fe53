"""Assertions about arrays, with numpy's messages."""

import contextlib
import warnings

import numpy as np

__all__ = [
    "assert_", "assert_allclose", "assert_almost_equal", "assert_approx_equal", "assert_array_almost_equal",
    "assert_array_almost_equal_nulp", "assert_array_equal", "assert_array_less", "assert_array_max_ulp",
    "assert_equal", "assert_no_warnings", "assert_raises", "assert_raises_regex", "assert_string_equal",
    "assert_warns", "suppress_warnings", "IS_PYPY", "HAS_REFCOUNT",
]

verbose = 0
IS_PYPY = False
HAS_REFCOUNT = False


def assert_(val, msg=""):
    __tracebackhide__ = True
    if not val:
        raise AssertionError(msg() if callable(msg) else msg)


def build_err_msg(arrays, err_msg, header="Items are not equal:", verbose=True,
                  names=("ACTUAL", "DESIRED"), precision=8):
    msg = ["\n" + header]
    err_msg = str(err_msg)
    if err_msg:
        if err_msg.find("\n") == -1 and len(err_msg) < 79 - len(header):
            msg = [msg[0] + " " + err_msg]
        else:
            msg.append(err_msg)
    if verbose:
        for i, a in enumerate(arrays):
            if isinstance(a, np.ndarray):
                text = np.array_repr(a, precision=precision)
            else:
                text = repr(a)
            if text.count("\n") > 3:
                text = "\n".join(text.splitlines()[:3]) + "..."
            msg.append(f" {names[i]}: {text}")
    return "\n".join(msg)


def _is_nan_item(x):
    try:
        return bool(np.isnan(x))
    except (TypeError, ValueError, NotImplementedError):
        return False


def assert_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    __tracebackhide__ = True
    if isinstance(desired, dict):
        if not isinstance(actual, dict):
            raise AssertionError(repr(type(actual)))
        assert_equal(len(actual), len(desired), err_msg, verbose)
        for k in desired:
            if k not in actual:
                raise AssertionError(repr(k))
            assert_equal(actual[k], desired[k], f"key={k!r}\n{err_msg}", verbose)
        return
    if isinstance(desired, (list, tuple)) and isinstance(actual, (list, tuple)):
        assert_equal(len(actual), len(desired), err_msg, verbose)
        for k in range(len(desired)):
            assert_equal(actual[k], desired[k], f"item={k!r}\n{err_msg}", verbose)
        return
    if isinstance(actual, np.ndarray) or isinstance(desired, np.ndarray):
        return assert_array_equal(actual, desired, err_msg, verbose, strict=strict)
    msg = build_err_msg([actual, desired], err_msg, verbose=verbose)
    if _is_nan_item(actual) and _is_nan_item(desired):
        return
    numbers = (int, float, complex, np.generic)
    if isinstance(actual, numbers) and isinstance(desired, numbers) and actual == 0 and desired == 0:
        if np.signbit(np.float64(np.real(actual))) != np.signbit(np.float64(np.real(desired))):
            raise AssertionError(msg)
    if not (desired == actual):
        raise AssertionError(msg)


def assert_array_compare(comparison, x, y, err_msg="", verbose=True, header="", precision=6,
                         equal_nan=True, equal_inf=True, *, strict=False, names=("ACTUAL", "DESIRED")):
    __tracebackhide__ = True
    x, y = np.asanyarray(x), np.asanyarray(y)
    ox, oy = x, y

    def fail(extra, shown=(ox, oy)):
        raise AssertionError(build_err_msg(shown, err_msg + extra, verbose=verbose, header=header,
                                           names=names, precision=precision))

    same = x.shape == y.shape if strict else (x.shape == () or y.shape == ()) or x.shape == y.shape
    if strict:
        same = same and x.dtype == y.dtype
    if not same:
        if x.shape != y.shape:
            reason = f"\n(shapes {x.shape}, {y.shape} mismatch)"
        else:
            reason = f"\n(dtypes {x.dtype}, {y.dtype} mismatch)"
        fail(reason)
    shape = np.broadcast_shapes(x.shape, y.shape)
    flagged = np.zeros(shape, np.bool)

    def position(func, text):
        px, py = np.broadcast_to(func(x), shape), np.broadcast_to(func(y), shape)
        if np.any(px != py):
            fail(f"\n{text} location mismatch:")
        return px

    if x.dtype.kind in "fc" and y.dtype.kind in "fc" or x.dtype.kind in "fc" and y.dtype.kind in "biu" or y.dtype.kind in "fc":
        if equal_nan:
            flagged = flagged | position(lambda v: np.isnan(v), "nan")
        if equal_inf:
            inf = position(np.isinf, "inf")
            bx, by = np.broadcast_to(x, shape), np.broadcast_to(y, shape)
            if np.any(bx[inf] != by[inf]):
                fail("\ninf values mismatch:", (bx[inf], by[inf]) if shape else (ox, oy))
            flagged = flagged | inf
    if flagged.size and flagged.all():
        return
    places = None
    if flagged.any():
        keep = ~flagged
        places = np.argwhere(keep)
        x = np.broadcast_to(x, shape)[keep]
        y = np.broadcast_to(y, shape)[keep]
    val = np.asarray(comparison(x, y))
    if val.all():
        return
    val = np.broadcast_to(val, np.broadcast_shapes(x.shape, y.shape))
    n_mismatch = int(val.size - np.count_nonzero(val))
    n_elements = flagged.size if flagged.ndim else 1
    percent = 100 * n_mismatch / n_elements
    remarks = [f"Mismatched elements: {n_mismatch} / {n_elements} ({percent:.3g}%)"]
    if shape != ():
        picked = np.argwhere(~val)
        bad = picked if places is None else places[picked[:, 0]]
        if len(bad) == 1:
            remarks.append("Mismatch at index:")
        else:
            remarks.append(f"First {min(5, len(bad))} mismatches are at indices:" if len(bad) > 5 else "Mismatch at indices:")
        fx, fy = np.broadcast_to(x, val.shape), np.broadcast_to(y, val.shape)
        for at, index in zip(picked[:5].tolist(), bad[:5].tolist()):
            a, b = fx[tuple(at)], fy[tuple(at)]
            remarks.append(f" {index}: {a} ({names[0]}), {b} ({names[1]})")
    with contextlib.suppress(TypeError, ValueError):
        with np.errstate(all="ignore"):
            if x.dtype.kind == "b" or y.dtype.kind == "b":
                raise TypeError
            if x.dtype.kind == "u" and y.dtype.kind == "u":
                error = np.where(x > y, x - y, y - x)
            else:
                error = np.abs(x - y)
            error = np.atleast_1d(error)
            bad_mask = ~np.broadcast_to(val, error.shape)
            max_abs = error[bad_mask].max()
            remarks.append("Max absolute difference among violations: " + np.array2string(np.asarray(max_abs)))
            ya = np.broadcast_to(np.atleast_1d(y), error.shape)
            nonzero = (ya != 0) & bad_mask
            if not nonzero.any():
                rel = np.asarray(np.inf)
            else:
                rel = (error[nonzero] / np.abs(ya[nonzero])).max()
            remarks.append("Max relative difference among violations: " + np.array2string(np.asarray(rel)))
    fail("\n" + "\n".join(remarks))


def assert_array_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    __tracebackhide__ = True
    assert_array_compare(lambda a, b: a == b, actual, desired, err_msg=err_msg, verbose=verbose,
                         header="Arrays are not equal", strict=strict)


def assert_allclose(actual, desired, rtol=1e-07, atol=0, equal_nan=True, err_msg="", verbose=True, *, strict=False):
    __tracebackhide__ = True

    def compare(x, y):
        return np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)

    header = f"Not equal to tolerance rtol={rtol:g}, atol={atol:g}"
    assert_array_compare(compare, actual, desired, err_msg=str(err_msg), verbose=verbose, header=header,
                         equal_nan=equal_nan, strict=strict)


def assert_almost_equal(actual, desired, decimal=7, err_msg="", verbose=True):
    __tracebackhide__ = True
    if isinstance(actual, (np.ndarray, tuple, list)) or isinstance(desired, (np.ndarray, tuple, list)):
        return assert_array_almost_equal(actual, desired, decimal, err_msg)
    header = f"Arrays are not almost equal to {decimal} decimals"
    msg = build_err_msg([actual, desired], err_msg, verbose=verbose, header=header)
    if not (np.isfinite(desired) and np.isfinite(actual)):
        if np.isnan(desired) or np.isnan(actual):
            if not (np.isnan(desired) and np.isnan(actual)):
                raise AssertionError(msg)
        elif not desired == actual:
            raise AssertionError(msg)
        return
    if abs(desired - actual) >= np.float64(1.5 * 10.0 ** (-decimal)):
        raise AssertionError(msg)


def assert_approx_equal(actual, desired, significant=7, err_msg="", verbose=True):
    __tracebackhide__ = True
    actual, desired = float(actual), float(desired)
    if desired == actual:
        return
    msg = build_err_msg([actual, desired], err_msg,
                        header=f"Items are not equal to {significant} significant digits:", verbose=verbose)
    if not (np.isfinite(desired) and np.isfinite(actual)):
        if not (np.isnan(desired) and np.isnan(actual)):
            raise AssertionError(msg)
        return
    scale = 0.5 * (np.abs(desired) + np.abs(actual))
    scale = 10.0 ** np.floor(np.log10(scale))
    if np.abs(desired / scale - actual / scale) >= 10.0 ** -(significant - 1):
        raise AssertionError(msg)


def assert_array_almost_equal(actual, desired, decimal=6, err_msg="", verbose=True):
    __tracebackhide__ = True

    def compare(x, y):
        z = np.abs(x - y)
        if z.dtype.kind not in "fc":
            z = z.astype(np.float64)
        return z < 1.5 * 10.0 ** (-decimal)

    assert_array_compare(compare, actual, desired, err_msg=err_msg, verbose=verbose,
                         header=f"Arrays are not almost equal to {decimal} decimals", precision=decimal)


def assert_array_less(x, y, err_msg="", verbose=True, *, strict=False):
    __tracebackhide__ = True
    assert_array_compare(lambda a, b: a < b, x, y, err_msg=err_msg, verbose=verbose,
                         header="Arrays are not strictly ordered `x < y`", equal_inf=False, strict=strict,
                         names=("x", "y"))


def assert_string_equal(actual, desired):
    __tracebackhide__ = True
    if actual != desired:
        import difflib

        lines = difflib.Differ().compare(actual.splitlines(True), desired.splitlines(True))
        text = "".join(line for line in lines if not line.startswith("  "))
        raise AssertionError("Differences in strings:\n" + text.rstrip())


def _ulps(x):
    kind = {2: np.int16, 4: np.int32, 8: np.int64}[x.dtype.itemsize]
    i = x.view(kind)
    return np.where(i < 0, np.array(np.iinfo(kind).min, kind) - i, i)


def nulp_diff(x, y, dtype=None):
    x, y = (np.asarray(v, dtype=dtype) if dtype else np.asarray(v) for v in (x, y))
    t = np.promote_types(np.promote_types(x.dtype, y.dtype), np.float16)
    x, y = np.atleast_1d(x.astype(t)), np.atleast_1d(y.astype(t))
    return np.abs(_ulps(x) - _ulps(y)).astype(np.float64)


def assert_array_almost_equal_nulp(x, y, nulp=1):
    __tracebackhide__ = True
    ax, ay = np.abs(x), np.abs(y)
    ref = nulp * np.spacing(np.where(ax > ay, ax, ay))
    if not np.all(np.abs(np.asarray(x) - np.asarray(y)) <= ref):
        raise AssertionError(f"Arrays are not equal to {nulp} ULP (max is {np.max(nulp_diff(x, y)):g})")


def assert_array_max_ulp(a, b, maxulp=1, dtype=None):
    __tracebackhide__ = True
    ret = nulp_diff(a, b, dtype)
    if not np.all(ret <= maxulp):
        raise AssertionError(f"Arrays are not almost equal up to {maxulp:g} ULP (max difference is {np.max(ret):g} ULP)")
    return ret


class _Raises:
    def __init__(self, expected, regex=None, by=None):
        self.expected, self.regex, self.by = expected, regex, by
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, tb):
        __tracebackhide__ = True
        if kind is None:
            names = getattr(self.expected, "__name__", str(self.expected))
            by = "" if self.by is None else f" by {getattr(self.by, '__name__', self.by)}"
            raise AssertionError(f"{names} not raised{by}")
        if not issubclass(kind, self.expected):
            return False
        self.exception = value
        if self.regex is not None:
            import re

            if not re.search(self.regex, str(value)):
                raise AssertionError(f'"{self.regex}" does not match "{value}"')
        return True


def assert_raises(exception_class, *args, **kwargs):
    context = _Raises(exception_class, by=args[0] if args else None)
    if not args:
        return context
    with context:
        args[0](*args[1:], **kwargs)


def assert_raises_regex(exception_class, expected_regexp, *args, **kwargs):
    context = _Raises(exception_class, expected_regexp, args[0] if args else None)
    if not args:
        return context
    with context:
        args[0](*args[1:], **kwargs)


@contextlib.contextmanager
def _expect_warning(warning_class, name=None):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        if not any(issubclass(w.category, warning_class) for w in caught):
            raise AssertionError("No warning raised" + (f" when calling {name}" if name else ""))


def assert_warns(warning_class, *args, **kwargs):
    if not args:
        return _expect_warning(warning_class)
    with _expect_warning(warning_class, args[0].__name__):
        return args[0](*args[1:], **kwargs)


@contextlib.contextmanager
def _expect_no_warning(name=None):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        if caught:
            raise AssertionError(f"Got warnings{f' when calling {name}' if name else ''}: {caught}")


def assert_no_warnings(*args, **kwargs):
    if not args:
        return _expect_no_warning()
    with _expect_no_warning(args[0].__name__):
        return args[0](*args[1:], **kwargs)


class suppress_warnings:
    def __init__(self, forwarding_rule="always"):
        self._filters = []

    def filter(self, category=Warning, message="", module=None):
        self._filters.append((category, message))
        if getattr(self, "_context", None) is not None:
            warnings.filterwarnings("ignore", category=category, message=message)

    def record(self, category=Warning, message="", module=None):
        self.filter(category, message, module)
        return []

    def __enter__(self):
        self._context = warnings.catch_warnings()
        self._context.__enter__()
        for category, message in self._filters:
            warnings.filterwarnings("ignore", category=category, message=message)
        return self

    def __exit__(self, *exc):
        self._context.__exit__(*exc)
        self._context = None

    def __call__(self, func):
        import functools

        @functools.wraps(func)
        def inner(*args, **kwargs):
            with self:
                return func(*args, **kwargs)

        return inner
