"""Exception and warning classes, with Numba's hierarchy."""


class NumbaWarning(Warning):
    """Base of all warnings. ``loc`` is where in the program."""

    def __init__(self, msg, loc=None, highlighting=True):
        self.msg = msg
        self.loc = loc
        super().__init__(f"{msg}\n{loc.strformat()}" if loc is not None else f"{msg}")


class NumbaError(Exception):
    """Base of all compilation errors: a message, a location and the chain of
    contexts in which it happened."""

    def __init__(self, msg, loc=None, highlighting=True):
        self.msg = msg
        self.loc = loc
        text = f"{msg}\n{loc.strformat()}\n" if loc is not None else f"{msg}"
        super().__init__(text)

    @property
    def contexts(self):
        try:
            return self._contexts
        except AttributeError:
            self._contexts = contexts = []
            return contexts

    def add_context(self, msg):
        """Add a context, outermost last, and return self."""
        self.contexts.append(msg)
        lines = [str(self.msg)]
        for number, context in enumerate(self.contexts):
            lines.append(f"[{number + 1}] During: {context}")
        self.args = ("\n".join(lines),)
        return self

    def patch_message(self, new_message):
        """Replace the message."""
        self.args = (new_message,) + self.args[1:]


# name -> bases; the order is the order of definition.
_CLASSES = {
    "NumbaPerformanceWarning": (NumbaWarning,),
    "NumbaDeprecationWarning": (NumbaWarning, DeprecationWarning),
    "NumbaPendingDeprecationWarning": (NumbaWarning, PendingDeprecationWarning),
    "NumbaParallelSafetyWarning": (NumbaWarning,),
    "NumbaTypeSafetyWarning": (NumbaWarning,),
    "NumbaExperimentalFeatureWarning": (NumbaWarning,),
    "NumbaInvalidConfigWarning": (NumbaWarning,),
    "NumbaPedanticWarning": (NumbaWarning,),
    "NumbaIRAssumptionWarning": ("NumbaPedanticWarning",),
    "NumbaDebugInfoWarning": (NumbaWarning,),
    "NumbaSystemWarning": (NumbaWarning,),
    "UnsupportedError": (NumbaError,),
    "UnsupportedBytecodeError": (Exception,),
    "UnsupportedRewriteError": ("UnsupportedError",),
    "IRError": (NumbaError,),
    "RedefinedError": ("IRError",),
    "NotDefinedError": ("IRError",),
    "VerificationError": ("IRError",),
    "DeprecationError": (NumbaError,),
    "LoweringError": (NumbaError,),
    "UnsupportedParforsError": (NumbaError,),
    "ForbiddenConstruct": ("LoweringError",),
    "TypingError": (NumbaError,),
    "UntypedAttributeError": ("TypingError",),
    "ByteCodeSupportError": (NumbaError,),
    "CompilerError": (NumbaError,),
    "ConstantInferenceError": (NumbaError,),
    "InternalError": (NumbaError,),
    "InternalTargetMismatchError": ("InternalError",),
    "NonexistentTargetError": ("InternalError",),
    "RequireLiteralValue": ("TypingError",),
    "ForceLiteralArg": (NumbaError,),
    "LiteralTypingError": ("TypingError",),
    "NumbaValueError": ("TypingError",),
    "NumbaTypeError": ("TypingError",),
    "NumbaAttributeError": ("TypingError",),
    "NumbaAssertionError": ("TypingError",),
    "NumbaNotImplementedError": ("TypingError",),
    "NumbaKeyError": ("TypingError",),
    "NumbaIndexError": ("TypingError",),
    "NumbaRuntimeError": (NumbaError,),
}

for _name, _bases in _CLASSES.items():
    globals()[_name] = type(
        _name,
        tuple(globals()[base] if isinstance(base, str) else base for base in _bases),
        {"__module__": __name__},
    )

__all__ = ["NumbaWarning", "NumbaError", *_CLASSES]
