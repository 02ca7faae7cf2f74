"""Makes the JPEG files of this folder and what Pillow 9.4.0 (libjpeg-turbo 2.1.5) decodes them to."""
import sys

import numpy as np
from PIL import Image

folder = sys.argv[1] + "/"
y, x = np.mgrid[0:21, 0:33]
levels = np.stack(
    [128 + 110 * np.sin(x / 4 + y / 9), 128 + 110 * np.cos(x * y / 60), (x * 7 + y * 5) % 256], -1
)
image = Image.fromarray(levels.clip(0, 255).astype("u1"))
image.save(folder + "color.jpg", quality=75, subsampling=2)
image.save(folder + "progressive.jpg", quality=75, subsampling=1, progressive=True)
image.convert("L").save(folder + "gray.jpg", quality=75)
image.crop((0, 0, 12, 10)).convert("CMYK").save(folder + "cmyk.jpg", quality=80)

# Pillow writes no YCCK: the same samples, declared as YCCK in the Adobe marker.
cmyk = open(folder + "cmyk.jpg", "rb").read()
transform = cmyk.find(b"Adobe") + 11
open(folder + "ycck.jpg", "wb").write(cmyk[:transform] + b"\2" + cmyk[transform + 1 :])

for name in ("color", "progressive", "gray", "cmyk", "ycck"):
    decoded = Image.open(folder + name + ".jpg").convert("RGB")
    decoded.save(folder + name + "-levels.png", optimize=True)
