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


def present(form, texts, *args, signature=None, file=None, pretty=False, style="default"):
    """The result of ``inspect_types`` (printed), ``inspect_llvm``, ``inspect_asm``."""
    if form == "types":
        if args:
            file = args[0]
            signature = args[1] if len(args) > 1 else signature
        for types, text in texts.items():
            if signature is None or types == signature:
                print(text, file=file or sys.stdout)
        return None
    signature = args[0] if args else signature
    if signature is None:
        return texts
    return texts[getattr(signature, "args", signature)]
