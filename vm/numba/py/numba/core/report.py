"""Texts of compilation errors: message, place, the user's source line.

Called from the native side when a compilation fails, so nothing here costs a
program that compiles.
"""

import warnings

from numba.core import errors


def excerpt(path, line, first_line):
    """The source line with its function's first line above it and a caret."""
    import linecache
    import os

    text = linecache.getline(path, line).rstrip()
    try:
        shown = os.path.relpath(path)
    except ValueError:
        shown = path
    lines = [f'File "{shown}", line {line}:']
    if not text:
        return lines[0] + "\n<source missing, REPL/exec in use?>"
    # The decorator lines come before the `def`.
    start = first_line
    while 0 < start < line and not linecache.getline(path, start).lstrip().startswith(("def ", "async def ")):
        start += 1
    if 0 < start < line:
        lines.append(linecache.getline(path, start).rstrip())
        if line - start == 2:
            lines.append(linecache.getline(path, start + 1).rstrip())
        elif line - start > 2:
            lines.append("    <source elided>")
    lines.append(text)
    lines.append(" " * (len(text) - len(text.lstrip())) + "^")
    return "\n".join(lines)


class Loc:
    """A place in the program, as errors and warnings carry it."""

    def __init__(self, filename, line, first_line=0):
        self.filename = filename
        self.line = line
        self.first_line = first_line

    def strformat(self):
        return "\n" + excerpt(self.filename, self.line, self.first_line)

    def __repr__(self):
        return f"Loc(filename={self.filename}, line={self.line}, col=None)"

    def __str__(self):
        return f"{self.filename} ({self.line})"


_STEPS = {
    "TypingError": "nopython frontend",
    "UnsupportedError": "analyzing bytecode",
    "LoweringError": "native lowering",
    "InternalError": "native lowering",
}


def compile_error(class_name, message, path, function, line, first_line):
    """The exception instance for a compilation that failed."""
    loc = Loc(path, line, first_line) if line else None
    text = f"Failed in nopython mode pipeline (step: {_STEPS[class_name]})\n{message}"
    return getattr(errors, class_name)(text, loc=loc)


def warn_fallback(class_name, message, path, function, line, first_line):
    """Say that a function will run in object mode, and why."""
    text = (
        "Compilation is falling back to object mode because function "
        f'"{function}" failed in nopython mode due to: {message}'
    )
    loc = Loc(path, line, first_line) if line else None
    warnings.warn(errors.NumbaWarning(text, loc), stacklevel=2)


def warn(class_name, text):
    """A warning without a location of its own."""
    warnings.warn(getattr(errors, class_name)(text), stacklevel=2)
