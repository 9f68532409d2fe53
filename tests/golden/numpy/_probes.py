"""Shows what an expression answers, for the probes."""
import warnings

import numpy as np


def show(value, depth=0):
    """Value, dtype, shape, strides and flags of arrays; type and value of anything else."""
    if isinstance(value, np.ndarray):
        f = value.flags
        order = ("C" if f.c_contiguous else "-") + ("F" if f.f_contiguous else "-") + ("W" if f.writeable else "-")
        return "%r|%s|%s|%s|%s" % (value, value.dtype, value.shape, value.strides, order)
    if isinstance(value, (tuple, list)) and depth < 3:
        return type(value).__name__ + "(" + ", ".join(show(x, depth + 1) for x in value) + ")"
    return "%s:%r" % ("dtype" if isinstance(value, np.dtype) else type(value).__name__, value)


def outcome(text, names):
    """The answer of one line, or its exception, with the warnings given on the way."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if ";;" in text:
                space = dict(names)
                exec(text.replace(" ;; ", "\n"), space)
                answer = show(space.get("r"))
            else:
                answer = show(eval(text, names))
        except Exception as e:
            answer = "!! %s: %s" % (type(e).__name__, e)
    answer += "".join("  [%s: %s]" % (w.category.__name__, w.message) for w in caught)
    return answer.replace("\n", "\\n")


def answer_all(lines, names):
    """Prints each line with its outcome; `names` is what the lines may use."""
    for line in lines.strip().splitlines():
        print(line, " -> ", outcome(line, names))
