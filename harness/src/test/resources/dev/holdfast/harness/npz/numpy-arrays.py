"""Writes the .npz files beside it: python3 numpy-arrays.py"""

import numpy as np

f = np.array([[0, 0.5, 1], [1.5, 2, -2.5]])
i = np.array([-3, 0, 100])
u = np.array([0, 1, 200])
arrays = {
    "f4": f.astype("<f4"),
    "f4-big": f.astype(">f4"),
    "f8": f.astype("<f8"),
    "i1": i.astype("i1"),
    "i2": i.astype("<i2"),
    "i4": i.astype("<i4"),
    "i4-big": i.astype(">i4"),
    "i8": i.astype("<i8"),
    "u1": u.astype("u1"),
    "u2": u.astype("<u2"),
    "u4": u.astype("<u4"),
    "u8": u.astype("<u8"),
    "empty": np.zeros((0, 4), "<f4"),
    "scalar": np.float32(4.5),
    "words": np.array(["a", "bc"]),
    "complex": np.array([1j]),
    "flags": np.array([True]),
}
np.savez("plain.npz", **arrays)
np.savez_compressed("packed.npz", **arrays)
np.savez("fortran.npz", x=np.asfortranarray(f))
