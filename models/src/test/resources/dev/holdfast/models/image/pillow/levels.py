"""Makes the images beside this file, and levels.csv: what Pillow decodes each of them to.

python3 levels.py (with numpy and Pillow; made with Pillow 9.4.0)
"""

import hashlib
import io
import struct
import zlib

import numpy as np
from PIL import Image

rng = np.random.default_rng(7)
W, H = 11, 13
y, x = np.mgrid[0:H, 0:W]
rgb = np.stack([x * 23, y * 19, (x * y * 5) % 256], -1).astype(np.uint8)
gray = ((x * 17 + y * 3) % 256).astype(np.uint8)
noise = rng.integers(0, 65536, (H, W, 4)).astype(np.uint16)
color = Image.fromarray(rgb)
names = []


def keep(name, data):
    with open(name, "wb") as file:
        file.write(data)
    names.append(name)


def save(name, image, **options):
    out = io.BytesIO()
    image.save(out, name.rsplit(".", 1)[1].upper(), **options)
    keep(name, out.getvalue())


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, depth, kind, rows, interlace=0, extra=b"", width=W, height=H):
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)
    keep(
        name,
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + extra
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b""),
    )


def rows(array):
    return b"".join(b"\0" + row.tobytes() for row in array)


def adam7(array):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    parts = [array[b::d, a::c] for a, b, c, d in passes + [(0, 1, 1, 2)]]
    return b"".join(rows(part) for part in parts if part.size)


save("rgb.png", color)
save("gray.png", Image.fromarray(gray))
save("alpha.png", Image.fromarray(np.dstack([rgb, gray])))
save("gray-alpha.png", Image.fromarray(np.dstack([gray, rgb[..., 0]])))
save("bits-1.png", Image.fromarray(gray).convert("1"))
png("bits-2.png", 2, 0, rows(noise[:, :3, 0].astype(np.uint8)))
png("bits-4.png", 4, 0, rows(noise[:, :6, 0].astype(np.uint8)))
for colors in (2, 4, 16, 200):
    save(f"palette-{colors}.png", color.quantize(colors))
save("palette-transparent.png", color.quantize(16), transparency=3)
save("rgb-transparent.png", color, transparency=(23, 19, 5))
png("rgb-16.png", 16, 2, rows(noise[..., :3].astype(">u2")))
png("alpha-16.png", 16, 6, rows(noise.astype(">u2")))
png("interlaced.png", 8, 2, adam7(rgb), interlace=1)
png("interlaced-gray.png", 8, 0, adam7(gray), interlace=1)
png("interlaced-tiny.png", 8, 2, adam7(rgb[:2, :3]), interlace=1, width=3, height=2)
png("gamma.png", 8, 2, rows(rgb), extra=chunk(b"gAMA", struct.pack(">I", 100000)))
png("gamma-gray.png", 8, 0, rows(gray), extra=chunk(b"gAMA", struct.pack(">I", 45455)))
png(
    "chromaticities.png",
    8,
    2,
    rows(rgb),
    extra=chunk(b"sRGB", b"\0")
    + chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
)
save("rgb.bmp", color)
save("gray.bmp", Image.fromarray(gray))
save("bits-1.bmp", Image.fromarray(gray).convert("1"))
save("palette.bmp", color.quantize(20))


def bmp(name, height, bits, compression, data, masks=b"", palette=b""):
    offset = 54 + len(masks) + len(palette)
    head = struct.pack(
        "<IiiHHIIiiII", 40, W, height, 1, bits, compression, len(data), 2835, 2835,
        len(palette) // 4, 0)
    keep(name, b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset)
         + head + masks + palette + data)


def padded(array):
    return b"".join(row.tobytes() + b"\0" * (-len(row.tobytes()) % 4) for row in array)


words = noise[..., 0].astype("<u2")
bmp("bits-555.bmp", H, 16, 0, padded(words))
bmp("bits-565.bmp", H, 16, 3, padded(words), struct.pack("<III", 0xF800, 0x7E0, 0x1F))
bmp("top-down.bmp", -H, 24, 0, padded(rgb))
bmp("bits-32.bmp", H, 32, 0, padded(np.dstack([rgb, gray])))
runs = b"".join(bytes([5, row, 3, 9, 0, 3, 1, 2, 3, 0]) + b"\0\0" for row in range(H)) + b"\0\1"
ramp = b"".join(bytes([i * 10, i * 15, 255 - i * 12, 0]) for i in range(16))
bmp("runs.bmp", H, 8, 1, runs, palette=ramp)
save("palette.gif", color.quantize(64))
save("gray.gif", Image.fromarray(gray))
save("transparent.gif", color.quantize(16), transparency=2)
save("interlaced.gif", color.quantize(64), interlace=1)
frames = [Image.fromarray(np.roll(rgb, i, 0)).quantize(32) for i in range(3)]
save("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=50)


def placed(name, extension=b""):
    """A frame of 6 x 5 at (2, 4) on a canvas of 9 x 8."""
    out = io.BytesIO()
    color.quantize(16).crop((0, 0, 6, 5)).save(out, "GIF")
    data = bytearray(out.getvalue())
    data[6:10] = struct.pack("<HH", 9, 8)
    at = 13 + (3 << ((data[10] & 7) + 1))
    assert data[at] == 0x2C
    data[at + 1 : at + 5] = struct.pack("<HH", 2, 4)
    keep(name, bytes(data[:at]) + extension + bytes(data[at:]))


placed("placed.gif")
placed("placed-transparent.gif", b"!\xf9\x04\x01\0\0\x02\0")

with open("levels.csv", "w", newline="\n") as table:
    table.write("file,width,height,sha256\n")
    for name in names:
        image = Image.open(name).convert("RGB")
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        table.write(f"{name},{image.width},{image.height},{digest}\n")
