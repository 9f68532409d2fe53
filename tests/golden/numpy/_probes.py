"""Shows what an expression answers, for the probes."""
import warnings

import numpy as np


TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32",
         "float64", "complex64", "complex128"]


def elements(name):
    if name == "bool":
        return [True, False, True, False]
    if name.startswith("u"):
        return [0, 1, 7, 200]
    if name == "int8":
        return [0, -1, 7, -128]
    if name.startswith("i"):
        return [0, -1, 7, -100]
    if name.startswith("f"):
        return [0.0, -1.5, 3.25, -0.0]
    return [0, 1 + 2j, -1.5 - 0.5j, 2j]


def define_typed(names):
    """Puts arrays and scalars of every type into `names`: `a_int8`, `b_int8`, `s_int8`, `z_int8` …"""
    for name in TYPES:
        names["a_" + name] = np.array(elements(name), dtype=name)
        names["b_" + name] = np.array([1, 1, 0, 0] if name == "bool" else [1, 2, 0, 3], dtype=name)
        names["s_" + name] = names["b_" + name][1]
        names["z_" + name] = np.array(1 if name == "bool" else 2, dtype=name)


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
