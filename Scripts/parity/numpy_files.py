#!/usr/bin/env python3
"""Writes the files that the NPY and NPZ readers are tested with, as NumPy writes them.

Run with NumPy: python Scripts/parity/numpy_files.py. The version that wrote them is in versions.npz.
"""
import io
import pathlib
import zipfile

import numpy

folder = pathlib.Path(__file__).parents[2] / "Tests/KalsaeFilesTests/Vectors"
folder.mkdir(exist_ok=True)
TYPES = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split()


def array(code, shape=(2, 3)):
    """Element k, row-major: k % 2 for bools, 7 k for unsigned, 7 k - 9 for signed, that / 4 for floats."""
    k = numpy.arange(numpy.prod(shape, dtype=int)).reshape(shape)
    if code == "b1":
        return k % 2 == 1
    return {"u": 7 * k, "i": 7 * k - 9, "f": (7 * k - 9) / 4}[code[0]].astype(code)


arrays = {code: array(code) for code in TYPES}
for code in TYPES[2:5] + TYPES[6:]:
    arrays[f"big-{code}"] = array(code).astype(f">{code}")
arrays["fortran"] = numpy.asfortranarray(array("i4", (2, 3, 4)))
arrays["big-fortran"] = numpy.asfortranarray(array("f8", (5, 1, 3))).astype(">f8")
arrays["scalar"] = array("f4", ())
arrays["empty"] = array("i8", (0, 5))
arrays["row"] = array("i8", (7,))
numpy.savez(folder / "types.npz", **arrays)
numpy.savez_compressed(folder / "deflated.npz", **arrays, zeros=numpy.zeros(20_000))

for version in [(1, 0), (2, 0), (3, 0)]:
    with open(folder / f"version{version[0]}.npy", "wb") as file:
        numpy.lib.format.write_array(file, array("f4"), version=version)
numpy.save(folder / "objects.npy", numpy.array([{"a": 1}, None]), allow_pickle=True)
numpy.save(folder / "fields.npy", numpy.zeros(2, [("a", "f4"), ("b", "i4")]))
numpy.save(folder / "text.npy", numpy.array(["a", "bc"]))
numpy.save(folder / "complex.npy", numpy.zeros(2, "c8"))

# Sizes and offsets in fields of 64 bits, in a file small enough to keep.
zipfile.ZIP64_LIMIT = 100
with zipfile.ZipFile(folder / "zip64.npz", "w") as archive:
    for code in ["f4", "i8"]:
        content = io.BytesIO()
        numpy.save(content, array(code))
        archive.writestr(zipfile.ZipInfo(f"{code}.npy"), content.getvalue())
zipfile.ZIP64_LIMIT = (1 << 31) - 1

# Without pickles there are no strings of any length: the version as its numbers.
version = [int(part) for part in numpy.__version__.split(".")[:3]]
numpy.savez(folder / "versions.npz", numpy=numpy.array(version))
