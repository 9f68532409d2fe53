"""Arrays in files: the .npy and .npz formats."""

import ast
import os
import struct

import numpy as np

_MAGIC = b"\x93NUMPY"


def _header(a):
    order = a.flags.fnc
    shape = repr(a.shape)
    text = f"{{'descr': '{a.dtype.str}', 'fortran_order': {order}, 'shape': {shape}, }}"
    pad = -(len(_MAGIC) + 4 + len(text) + 1) % 64
    body = (text + " " * pad + "\n").encode("latin1")
    return _MAGIC + b"\x01\x00" + struct.pack("<H", len(body)) + body


def _write(f, a):
    a = np.asanyarray(a)
    f.write(_header(a))
    f.write(a.tobytes("F" if a.flags.fnc else "C"))


def _read(f):
    magic = f.read(8)
    if magic[:6] != _MAGIC:
        raise ValueError("the magic string is not correct; expected b'\\x93NUMPY', got " + repr(magic[:6]))
    if magic[6] == 1:
        (n,) = struct.unpack("<H", f.read(2))
    else:
        (n,) = struct.unpack("<I", f.read(4))
    head = ast.literal_eval(f.read(n).decode("latin1"))
    dtype = np.dtype(head["descr"])
    count = 1
    for d in head["shape"]:
        count *= d
    data = f.read(count * dtype.itemsize)
    a = np.frombuffer(bytearray(data), dtype=dtype, count=count)
    if head["fortran_order"]:
        return a.reshape(head["shape"][::-1]).transpose()
    return a.reshape(head["shape"])


def save(file, arr, allow_pickle=True):
    if hasattr(file, "write"):
        return _write(file, arr)
    file = os.fspath(file)
    if not file.endswith(".npy"):
        file += ".npy"
    with open(file, "wb") as f:
        _write(f, arr)


def _savez(file, args, kwds, compression):
    import io
    import zipfile

    if not hasattr(file, "write"):
        file = os.fspath(file)
        if not file.endswith(".npz"):
            file += ".npz"
    arrays = dict(kwds)
    for i, a in enumerate(args):
        arrays[f"arr_{i}"] = a
    with zipfile.ZipFile(file, "w", compression) as z:
        for name, a in arrays.items():
            buffer = io.BytesIO()
            _write(buffer, a)
            z.writestr(name + ".npy", buffer.getvalue())


def savez(file, *args, **kwds):
    import zipfile

    _savez(file, args, kwds, zipfile.ZIP_STORED)


def savez_compressed(file, *args, **kwds):
    import zipfile

    _savez(file, args, kwds, zipfile.ZIP_DEFLATED)


class NpzFile:
    def __init__(self, file):
        import zipfile

        self.zip = zipfile.ZipFile(file)
        self.files = [n[:-4] if n.endswith(".npy") else n for n in self.zip.namelist()]

    def __getitem__(self, key):
        import io

        if key not in self.files:
            raise KeyError(f"{key} is not a file in the archive")
        return _read(io.BytesIO(self.zip.read(key + ".npy")))

    def __iter__(self):
        return iter(self.files)

    def __len__(self):
        return len(self.files)

    def __contains__(self, key):
        return key in self.files

    def keys(self):
        return list(self.files)

    def close(self):
        self.zip.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII"):
    if hasattr(file, "read"):
        start = file.tell()
        magic = file.read(6)
        file.seek(start)
        return NpzFile(file) if magic[:2] == b"PK" else _read(file)
    with open(file, "rb") as f:
        if f.read(2) == b"PK":
            return NpzFile(file)
        f.seek(0)
        return _read(f)


def fromfile(file, dtype=float, count=-1, sep="", offset=0):
    if hasattr(file, "read"):
        data = file.read()
    else:
        with open(file, "rb") as f:
            f.seek(offset)
            data = f.read()
    if sep:
        return np.fromstring(data.decode(), dtype=dtype, count=count, sep=sep)
    dtype = np.dtype(dtype)
    usable = len(data) // dtype.itemsize * dtype.itemsize
    a = np.frombuffer(bytearray(data[:usable]), dtype=dtype)
    return a if count < 0 else a[:count]


def genfromtxt(fname, dtype=float, comments="#", delimiter=None, skip_header=0, **kwargs):
    if kwargs:
        raise NotImplementedError(f"genfromtxt: {sorted(kwargs)} are not available in this version")
    return np.loadtxt(fname, dtype=dtype, comments=comments, delimiter=delimiter, skiprows=skip_header)
