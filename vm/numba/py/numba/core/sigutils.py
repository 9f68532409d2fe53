"""Signatures as users write them: strings, tuples of types, Signature objects."""

from _numba import Signature, Type, type_namespace


def is_signature(value):
    """Is this something a decorator takes for one signature?"""
    return isinstance(value, (str, tuple, Signature))


def _checked_types(args):
    for arg in args:
        if not isinstance(arg, Type):
            raise TypeError(
                f"invalid type in signature: expected a type instance, got {arg!r}"
            )
    return args


def normalize_signature(sig):
    """The pair ``(argument types, return type or None)`` of a signature."""
    parsed = sig
    if isinstance(sig, str):
        # The text is an expression over the type names, as Numba defines it.
        parsed = eval(sig, {}, type_namespace())
    if isinstance(parsed, tuple):
        args, return_type = parsed, None
    elif isinstance(parsed, Signature):
        args, return_type = parsed.args, parsed.return_type
    else:
        raise TypeError(
            f"invalid signature: {sig!r} (type: {type(sig).__name__!r}) evaluates to "
            f"{type(parsed).__name__!r} instead of tuple or Signature"
        )
    if return_type is not None and not isinstance(return_type, Type):
        raise TypeError(
            "invalid return type: expected a type instance, "
            f"got {return_type!r}"
        )
    return _checked_types(args), return_type
