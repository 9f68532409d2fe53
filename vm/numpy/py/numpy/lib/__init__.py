"""numpy.lib: only what is public there."""

from . import stride_tricks


class NumpyVersion:
    def __init__(self, vstring):
        self.vstring = vstring
        self._key = tuple(int(p) for p in vstring.split("rc")[0].split(".")[:3])

    def _other(self, other):
        return other._key if isinstance(other, NumpyVersion) else NumpyVersion(other)._key

    def __lt__(self, other):
        return self._key < self._other(other)

    def __le__(self, other):
        return self._key <= self._other(other)

    def __gt__(self, other):
        return self._key > self._other(other)

    def __ge__(self, other):
        return self._key >= self._other(other)

    def __eq__(self, other):
        return self._key == self._other(other)

    def __repr__(self):
        return f"NumpyVersion({self.vstring})"
