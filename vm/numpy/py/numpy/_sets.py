"""Set operations on one-dimensional arrays."""

import numpy as np
from builtins import bool


def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    element = np.asarray(element)
    test = np.unique(np.ravel(test_elements))
    if test.size == 0:
        return np.full(element.shape, bool(invert))
    at = np.minimum(np.searchsorted(test, element), test.size - 1)
    found = test[at] == element
    return np.asarray(~found if invert else found)


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    a, ia = np.unique(ar1, return_index=True)
    b, ib = np.unique(ar2, return_index=True)
    mask = isin(a, b)
    common = a[mask].astype(np.result_type(a, b), copy=False)
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
