#!/usr/bin/env python3
"""Writes the images that the PNG and JPEG readers are tested with, and what Pillow decodes them to.

Run with NumPy and Pillow: python Scripts/parity/image_files.py. The versions that wrote them are in
images.npz, which has for each image its pixels as they are to be decoded, and some resized.
"""
import io
import pathlib
import struct
import zlib

import numpy
import PIL
from PIL import Image, ImageOps

folder = pathlib.Path(__file__).parents[2] / "Tests/KalsaeFilesTests/Vectors/images"
folder.mkdir(exist_ok=True)
expected = {}
rng = numpy.random.default_rng(7)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rows(values, bits):
    """The scan lines of values [height, width, channels], without a filter."""
    lines = []
    for row in values:
        flat = row.reshape(-1)
        if bits == 16:
            data = flat.astype(">u2").tobytes()
        else:
            digits = numpy.unpackbits(flat.astype("u1")[:, None], axis=1)[:, 8 - bits:]
            data = numpy.packbits(digits.reshape(-1)).tobytes()
        lines.append(b"\0" + data)
    return b"".join(lines)


def png(name, values, color, bits, palette=None, alpha=None, interlaced=False):
    """A PNG file by its specification (ISO 15948), Adam7 where it is interlaced."""
    height, width = values.shape[:2]
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [
            (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1),
        ]
    lines = b"".join(
        rows(part, bits) for y, x, down, across in passes
        if (part := values[y::down, x::across]).size)
    data = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, int(interlaced)))
    if palette is not None:
        data += chunk(b"PLTE", palette.astype("u1").tobytes())
    if alpha is not None:
        data += chunk(b"tRNS", alpha.astype("u1").tobytes())
    data += chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    (folder / f"{name}.png").write_bytes(data)


def noise(height, width, channels, bits=8):
    return rng.integers(0, 1 << bits, (height, width, channels))


for bits in [1, 2, 4, 8, 16]:
    gray = noise(5, 7, 1, bits)
    png(f"gray{bits}", gray, 0, bits)
    top = (1 << bits) - 1
    expected[f"gray{bits}.png"] = numpy.floor(gray * 255 / top + 0.5).astype("u1")
rgb = noise(9, 11, 3)
png("rgb", rgb, 2, 8)
png("interlaced", rgb, 2, 8, interlaced=True)
expected["rgb.png"] = expected["interlaced.png"] = rgb.astype("u1")
wide = noise(4, 6, 4, 16)
png("rgba16", wide, 6, 16)
expected["rgba16.png"] = numpy.floor(wide * 255 / 65535 + 0.5).astype("u1")
both = noise(6, 5, 2)
png("grayalpha", both, 4, 8)
expected["grayalpha.png"] = both.astype("u1")
palette = noise(16, 1, 3).reshape(16, 3)
indices = noise(8, 9, 1, 4)
png("palette", indices, 3, 4, palette)
expected["palette.png"] = palette[indices[..., 0]].astype("u1")
alpha = rng.integers(0, 256, 16)
png("clear", indices, 3, 4, palette, alpha)
expected["clear.png"] = numpy.concatenate([palette, alpha[:, None]], axis=1)[indices[..., 0]].astype("u1")

y, x = numpy.mgrid[0:37, 0:53]
smooth = numpy.stack([x * 4, y * 6, (x + y) * 2], axis=-1).astype("u1")
picture = Image.fromarray(smooth)
exif = Image.Exif()
exif[0x0112] = 6


def jpeg(name, image, **options):
    image.save(folder / f"{name}.jpg", "JPEG", **options)
    decoded = Image.open(folder / f"{name}.jpg")
    if decoded.mode == "CMYK":
        decoded = decoded.convert("RGB")
    pixels = numpy.asarray(ImageOps.exif_transpose(decoded))
    expected[f"{name}.jpg"] = pixels[..., None] if pixels.ndim == 2 else pixels


jpeg("full", picture, quality=90, subsampling=0)
jpeg("half", picture, quality=75, subsampling=2)
jpeg("progressive", picture, quality=80, progressive=True)
jpeg("gray", picture.convert("L"), quality=85)
jpeg("upright", picture, quality=85, exif=exif)
jpeg("cmyk", picture.convert("CMYK"), quality=95)

photo = Image.fromarray(numpy.clip(smooth.astype(int) + rng.integers(-40, 40, smooth.shape), 0, 255).astype("u1"))
photo.save(folder / "photo.png")
expected["photo.png"] = numpy.asarray(photo)
for name, size in {"down": (16, 16), "up": (80, 60), "wide": (40, 10), "one": (1, 1)}.items():
    fitted = ImageOps.fit(photo, size, Image.Resampling.BILINEAR)
    expected[f"fitted-{name}"] = numpy.asarray(fitted)
expected["luma"] = numpy.asarray(photo.convert("L"))[..., None]
expected["versions"] = numpy.frombuffer(f"Pillow {PIL.__version__}, NumPy {numpy.__version__}".encode(), "u1")
numpy.savez(folder / "images.npz", **expected)
