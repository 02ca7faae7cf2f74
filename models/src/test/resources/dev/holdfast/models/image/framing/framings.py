"""Writes framings.csv and plain.csv beside it: what Pillow and torchvision make of drawn images, as the input section of a card says it.

python3 framings.py (Pillow 9.4, torch 1.13, torchvision 0.14; Debian 12 has them).
"""
import csv
import hashlib
import os

import numpy
import torch
from PIL import Image, ImageOps
from torchvision import transforms
from torchvision.transforms import functional

FILTERS = {
    "nearest": Image.NEAREST, "box": Image.BOX, "bilinear": Image.BILINEAR,
    "hamming": Image.HAMMING, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS,
}
MODES = {
    "nearest": functional.InterpolationMode.NEAREST, "box": functional.InterpolationMode.BOX,
    "bilinear": functional.InterpolationMode.BILINEAR, "hamming": functional.InterpolationMode.HAMMING,
    "bicubic": functional.InterpolationMode.BICUBIC, "lanczos": functional.InterpolationMode.LANCZOS,
}


def drawn(width, height):
    i = numpy.arange(3 * width * height, dtype=numpy.int64)
    levels = (i * 7919 * (i % 13 + 1) >> 3) & 255
    return Image.fromarray(levels.astype(numpy.uint8).reshape(height, width, 3))


rows = []
plain = []


def keep(image, text, out):
    if isinstance(out, torch.Tensor):
        levels = out.permute(1, 2, 0).contiguous().numpy()
    else:
        levels = numpy.asarray(out)
    assert levels.dtype == numpy.uint8
    rows.append((image.width, image.height, text, hashlib.sha256(levels.tobytes()).hexdigest()[:16]))


for size in ((48, 80), (80, 48), (31, 33), (5, 90), (90, 5), (64, 32), (640, 427)):
    image = drawn(*size)
    for name in FILTERS:
        sides = transforms.Resize((64, 32), MODES[name])
        keep(image, f"height: 64, width: 32, resize: {{height: 64, width: 32}}, interpolation: {name}", sides(image))
        larger = transforms.Compose([transforms.Resize((29, 40), MODES[name]), transforms.CenterCrop((24, 21))])
        keep(image, f"height: 24, width: 21, resize: {{height: 29, width: 40}}, interpolation: {name}, crop: center",
             larger(image))
        # The crop is larger than the short side: it fits some images, and others get black borders.
        outside = transforms.Compose([transforms.Resize(32, MODES[name]), transforms.CenterCrop((65, 32))])
        keep(image, f"height: 65, width: 32, resize: {name}, resize_short_side: 32", outside(image))
        if min(size) > 5:
            box = ImageOps.pad(image, (45, 60), FILTERS[name], (114, 3, 250))
            keep(image, f"height: 60, width: 45, interpolation: {name}, letterbox: [114, 3, 250]", box)
    levels = torch.from_numpy(numpy.array(image)).permute(2, 0, 1)
    for name in ("bilinear", "bicubic"):
        # 128ths of levels rather than a hash: halves are rounded to either side, by how the engine adds up.
        for height, width in ((12, 10), (20, 7)):
            out = functional.resize(levels.double(), [height, width], MODES[name], antialias=False).clamp(0, 255)
            plain.append((*size, f"height: {height}, width: {width}, resize: {{height: {height}, width: {width}}}, "
                                 f"interpolation: {name}, antialias: false",
                          (out * 128).round().permute(1, 2, 0).contiguous().numpy().astype(">u2").tobytes().hex()))

here = os.path.dirname(os.path.abspath(__file__))
for name, last, lines in (("framings.csv", "sha256", rows), ("plain.csv", "levels", plain)):
    with open(os.path.join(here, name), "w", newline="") as file:
        table = csv.writer(file, delimiter="|", lineterminator="\n")
        table.writerow(("width", "height", "input", last))
        table.writerows(lines)
