"""What a dispatcher shows of the signatures it compiled."""

import sys
from collections import Counter, OrderedDict, namedtuple

CompileStats = namedtuple("_CompileStats", "cache_path cache_hits cache_misses")
CompileResult = namedtuple("CompileResult", "signature objectmode")


def overloads(rows):
    """Compile results by argument types."""
    return OrderedDict(
        (types, CompileResult(signature, not native)) for types, signature, native in rows
    )


def stats(signatures):
    """Nothing is cached on disk: every signature was compiled in this process."""
    return CompileStats(None, Counter(), Counter(signatures))


def rebuild(module, qualname):
    """The dispatcher that was pickled, found again by name."""
    import importlib

    found = importlib.import_module(module)
    for name in qualname.split("."):
        found = getattr(found, name)
    return found


def inspect_types(texts, file=None, signature=None, pretty=False, style="default"):
    """Prints the source with types: of one signature, or of all."""
    if pretty:
        if file is not None:
            raise ValueError("`file` must be None if `pretty=True`")
        raise NotImplementedError("inspect_types: pages for browsers (pretty=True) are not made")
    chosen = texts.values() if signature is None else [_one(texts, signature)]
    for text in chosen:
        print(text, file=file or sys.stdout)


def inspect_llvm(texts, signature=None):
    """LLVM IR of one signature, or by signature."""
    return texts if signature is None else _one(texts, signature)


inspect_asm = inspect_llvm


def _one(texts, signature):
    # Signature objects are understood as well as their argument types.
    return texts[getattr(signature, "args", signature)]
