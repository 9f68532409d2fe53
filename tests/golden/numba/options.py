# stderr: *
# Options of the decorators and how wrong ones are reported.
import warnings

from numba import jit, njit


def attempt(make):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            function = make()
            print("->", function(1))
        except (AssertionError, Exception) as e:
            text = str(e)
            print("->", type(e).__name__, text.split(" at 0x")[0] if "0x" in text else text)
    for w in caught:
        if w.category is RuntimeWarning:
            print("warns", w.category.__name__, w.message)


def one(x):
    return x + 1


attempt(lambda: njit(foo=1)(one))
attempt(lambda: njit(nopython=True)(one))
attempt(lambda: njit(forceobj=True)(one))
attempt(lambda: jit(nopython=True, forceobj=True)(one))
attempt(lambda: njit(fastmath="foo")(one))
attempt(lambda: njit(fastmath={"foo"})(one))
attempt(lambda: njit(fastmath={"nnan", "contract"})(one))
attempt(lambda: njit(fastmath={"nnan": True, "reassoc": False})(one))
attempt(lambda: njit(parallel=3)(one))
attempt(lambda: njit(parallel={"foo": 1})(one))
attempt(lambda: njit(error_model="x")(one))
attempt(lambda: njit(error_model="numpy")(one))
attempt(lambda: jit(nopython=1)(one))
attempt(lambda: njit(locals={"x": 1})(one))
attempt(lambda: jit(argtypes=[1])(one))
attempt(lambda: jit(restype=1)(one))
attempt(lambda: njit(int))
attempt(lambda: njit(3.5))
attempt(lambda: njit(njit(one)))
attempt(lambda: njit("foo")(one))
attempt(lambda: njit(boundscheck=True, nogil=True, inline="never", cache=False)(one))
attempt(lambda: jit(nopython=True)(one))
