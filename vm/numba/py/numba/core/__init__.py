"""Pieces behind the top-level names: types, errors, options, decorators."""


def __getattr__(name):
    if name in ("types", "errors", "config", "decorators", "options", "sigutils"):
        import importlib

        return importlib.import_module("numba.core." + name)
    raise AttributeError(f"module 'numba.core' has no attribute '{name}'")
