"""Runs a program twice, interpreted and with all its loops armed, and compares
everything a program could see of itself."""

import sys
import warnings

import _taipan


def _codes(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from _codes(constant)


def _plain(values):
    kinds = (int, float, str, tuple, list, type(None))
    numpy = sys.modules.get("numpy")
    if numpy:
        kinds += (numpy.generic,)
    plain = [(name, value) for name, value in values.items() if isinstance(value, kinds)]
    if numpy:
        arrays = [(name, value) for name, value in values.items() if isinstance(value, numpy.ndarray)]
        plain += [(name, value.dtype.str, value.tolist(), id_of(value, arrays)) for name, value in arrays]
    return plain


def id_of(value, arrays):
    """The first name of an array: which names mean the same object."""
    return next(name for name, other in arrays if other is value)


def run(source, call, armed):
    """Outcome of executing `source` and then `call(namespace)`."""
    code = compile(source, "<program>", "exec")
    if armed:
        for each in _codes(code):
            _taipan.arm(each)
    namespace = {"__name__": "program"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        outcome = _outcome(code, namespace, call)
    said = [(w.category.__name__, str(w.message), w.lineno) for w in caught]
    classes = [_plain(vars(value)) for value in namespace.values() if type(value) is type]
    return repr((outcome, said, _plain(namespace), classes))


def _outcome(code, namespace, call):
    try:
        exec(code, namespace)
        return ("value", call(namespace) if call else None)
    except Exception as error:
        steps = []
        step = error.__traceback__.tb_next
        while step:
            frame = step.tb_frame
            if frame.f_code.co_filename == "<program>":
                steps.append((frame.f_code.co_name, step.tb_lineno, step.tb_lasti, _plain(frame.f_locals)))
            step = step.tb_next
        return ("error", repr(error), steps, repr(error.__context__))


def differ(source, call=None):
    """What differs, or None."""
    interpreted = run(source, call, False)
    armed = run(source, call, True)
    return None if interpreted == armed else (interpreted, armed)
