"""Runs a program twice, interpreted and with all its loops armed, and compares
everything a program could see of itself."""

import _taipan


def _codes(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from _codes(constant)


def _plain(values):
    kinds = (int, float, str, tuple, list, type(None))
    return [(name, value) for name, value in values.items() if isinstance(value, kinds)]


def run(source, call, armed):
    """Outcome of executing `source` and then `call(namespace)`."""
    code = compile(source, "<program>", "exec")
    if armed:
        for each in _codes(code):
            _taipan.arm(each)
    namespace = {"__name__": "program"}
    try:
        exec(code, namespace)
        outcome = ("value", call(namespace) if call else None)
    except Exception as error:
        steps = []
        step = error.__traceback__.tb_next
        while step:
            frame = step.tb_frame
            if frame.f_code.co_filename == "<program>":
                steps.append((frame.f_code.co_name, step.tb_lineno, step.tb_lasti, _plain(frame.f_locals)))
            step = step.tb_next
        outcome = ("error", repr(error), steps, repr(error.__context__))
    classes = [_plain(vars(value)) for value in namespace.values() if type(value) is type]
    return repr((outcome, _plain(namespace), classes))


def differ(source, call=None):
    """What differs, or None."""
    interpreted = run(source, call, False)
    armed = run(source, call, True)
    return None if interpreted == armed else (interpreted, armed)
