# stderr: *
# @jit without nopython=True runs what it cannot compile in the interpreter and
# says why; @njit raises and shows the line.
import warnings

from numba import jit, njit, errors


class Thing:
    value = 3


thing = Thing()


def uses_object(x):
    y = x + 1
    return y + thing.value


def attempt(function, *args):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            print(function.__name__, "->", function(*args))
        except errors.NumbaError as e:
            text = str(e)
            print(function.__name__, "->", type(e).__name__, issubclass(type(e), errors.NumbaError))
            print("  names the file:", "object_mode.py" in text, "shows the line:", "thing.value" in text)
    for w in caught:
        print("  warns", w.category.__name__, "falling back to object mode" in str(w.message),
              "uses_object" in str(w.message), "thing.value" in str(w.message))


attempt(jit(uses_object), 4)
attempt(njit(uses_object), 4)
attempt(jit(nopython=True)(uses_object), 4)
attempt(jit(forceobj=True)(uses_object), 4)

fallen = jit(uses_object)
attempt(fallen, 1)
attempt(fallen, 2)
attempt(fallen, 2.5)


@jit
def any_object(x):
    return [x]


attempt(any_object, range(3))


@njit
def undefined():
    return missing_name


try:
    undefined()
except errors.TypingError as e:
    print("NameError: name 'missing_name' is not defined" in str(e), "return missing_name" in str(e))
