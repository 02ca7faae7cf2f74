"""Makes the JPEG files beside this file, and levels.csv: what Pillow decodes each of them to.

python3 jpegs.py (with numpy, Pillow, cjpeg and jpegtran; made with Pillow 9.4.0 and libjpeg-turbo 2.1.5)
"""

import hashlib
import io
import os
import random
import subprocess

import numpy as np
from PIL import Image

rng = np.random.default_rng(3)
names = []


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 3.0), np.cos(y / 4.0 + x), np.sin((x + y) / 5.0)]
    levels = 128 + 90 * np.stack(waves, -1) + rng.normal(0, 25, (height, width, 3))
    return np.clip(levels, 0, 255).astype(np.uint8)


def keep(name, data):
    with open(name + ".jpg", "wb") as file:
        file.write(data)
    names.append(name + ".jpg")
    return data


def cjpeg(name, *options, size=(35, 27), quality=70, gray=False):
    levels = picture(*size)
    head = b"%s\n%d %d\n255\n" % (b"P5" if gray else b"P6", *size)
    source = head + (levels[..., 0] if gray else levels).tobytes()
    command = ["cjpeg", "-quality", str(quality), *options]
    return keep(name, subprocess.run(command, input=source, capture_output=True, check=True).stdout)


def rescanned(name, data, script, *options):
    with open("scans.tmp", "w") as file:
        file.write(script)
    command = ["jpegtran", "-scans", "scans.tmp", *options]
    keep(name, subprocess.run(command, input=data, capture_output=True, check=True).stdout)


def segments(data):
    """The segments up to the first scan, and the rest."""
    parts, at = [], 2
    while data[at + 1] != 0xDA:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        parts.append(data[at : at + length])
        at += length
    return parts, data[at:]


with open("scans.tmp", "w") as file:
    file.write("0;\n1;\n2;\n")
cjpeg("baseline-4x4", "-sample", "4x4,1x1,1x1", "-scans", "scans.tmp")
for sampling in (
    "1x1 2x1 1x2 2x2 4x1 4x2 1x4 2x4 3x1".split()
    + ["2x2,2x1,2x1", "2x2,1x2,1x2", "2x2,2x1,1x2", "1x1,2x2,1x1", "1x2,1x2,1x1", "2x1,2x1,2x1"]
):
    chroma = "" if "," in sampling else ",1x1,1x1"
    cjpeg("baseline-" + sampling.replace(",", "-"), "-sample", sampling + chroma)
for mode in (["-progressive"], ["-arithmetic"], ["-arithmetic", "-progressive"]):
    for sampling in ("2x2", "1x2", "1x1"):
        cjpeg("".join(mode)[1:] + "-" + sampling, *mode, "-sample", sampling)
    cjpeg("".join(mode)[1:] + "-restart", *mode, "-restart", "2B")
    cjpeg("".join(mode)[1:] + "-gray", *mode, gray=True)
cjpeg("restart", "-restart", "1")
cjpeg("restart-blocks", "-restart", "1B")
cjpeg("optimized", "-optimize")
cjpeg("rgb", "-rgb")
cjpeg("gray-2x2", "-sample", "2x2", gray=True)
cjpeg("steps-of-16-bits", quality=1)
cjpeg("finest", quality=100)
for size in ((1, 1), (2, 1), (1, 2), (3, 2), (4, 5), (5, 4), (8, 8), (16, 16), (17, 9), (3, 70), (70, 3)):
    cjpeg("size-%dx%d" % size, size=size)
    cjpeg("size-%dx%d-2x1" % size, "-sample", "2x1", size=size)
    cjpeg("size-%dx%d-1x2" % size, "-sample", "1x2", "-progressive", size=size)

plain = cjpeg("plain", size=(40, 33))
head, rest = segments(plain)
keep("no-jfif", plain[:2] + b"".join(s for s in head if s[1] != 0xE0) + rest)
keep("no-huffman-tables", plain[:2] + b"".join(s for s in head if s[1] != 0xC4) + rest)
keep("filled", plain[:2] + b"\xff\xff".join([b""] + head) + b"\xff" + rest)
keep("more-behind-the-end", plain + plain + b"more")
for kind, value in (("rgb", 0), ("ycc", 1)):
    adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\0\0\0\0" + bytes([value])
    keep("adobe-" + kind, plain[:2] + adobe + b"".join(s for s in head if s[1] != 0xE0) + rest)
for name, script in (
    ("apart", "0;\n1;\n2;\n"),
    ("chroma-first", "2;\n1;\n0;\n"),
    ("luma-apart", "0;\n1 2;\n"),
    ("bands", "0,1,2: 0-0, 0, 0;\n0: 1-63, 0, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n"),
    (
        "refined",
        "0: 0-0, 0, 1;\n1: 0-0, 0, 0;\n2: 0-0, 0, 2;\n2: 0-0, 2, 1;\n2: 0-0, 1, 0;\n0: 0-0, 1, 0;\n"
        "0: 1-9, 0, 2;\n0: 1-9, 2, 1;\n0: 10-63, 0, 0;\n0: 1-9, 1, 0;\n1: 1-63, 0, 1;\n1: 1-63, 1, 0;\n"
        "2: 1-12, 0, 0;\n2: 13-63, 0, 0;\n",
    ),
):
    rescanned("scans-" + name, plain, script)
    rescanned("scans-" + name + "-arithmetic", plain, script, "-arithmetic", "-restart", "1")

inks = Image.fromarray(np.dstack([picture(30, 21), picture(30, 21)[..., 0]]), "CMYK")
for sampling in (0, 1, 2):
    for progressive in (False, True):
        out = io.BytesIO()
        inks.save(out, "JPEG", quality=60, subsampling=sampling, progressive=progressive)
        name = "inks-%d%s" % (sampling, "-progressive" if progressive else "")
        data = bytearray(keep(name, out.getvalue()))
        data[data.index(b"Adobe") + 11] = 2
        keep(name + "-ycck", bytes(data))
        if sampling == 2:
            script = "0 1 2 3;\n" if not progressive else "0 1 2 3: 0-0, 0, 0;\n" + "".join(
                "%d: 1-63, 0, 0;\n" % i for i in range(4)
            )
            rescanned(name + "-ycck-arithmetic", data, script, "-arithmetic", "-copy", "all")

random.seed(1)
kinds = ("baseline", "progressive", "restart", "arithmetic", "inks", "scans")
whole = [name for name in names if name.split("-")[0] in kinds]
damaged = 0
while damaged < 40:
    data = bytearray(open(random.choice(whole), "rb").read())
    scan = data.index(b"\xff\xda") + 12
    at = random.randrange(scan, len(data) - 2)
    kind = damaged % 4
    if kind == 0:
        data[at] = random.randrange(256)
    elif kind == 1:
        del data[at : at + random.randrange(1, 40)]
        data[-2:] = b"\xff\xd9"
    elif kind == 2:
        data[at:at] = bytes(random.randrange(256) for _ in range(random.randrange(1, 12)))
    else:
        data[at : at + 2] = b"\xff" + bytes([0xD0 + random.randrange(8)])
    try:
        Image.open(io.BytesIO(data)).load()
    except (OSError, SyntaxError):
        continue
    keep("damaged-%02d" % damaged, bytes(data))
    damaged += 1

os.remove("scans.tmp")
with open("levels.csv", "w", newline="\n") as table:
    table.write("file,width,height,sha256\n")
    for name in names:
        image = Image.open(name).convert("RGB")
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        table.write(f"{name},{image.width},{image.height},{digest}\n")
