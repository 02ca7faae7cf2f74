"""Times PGD in PyTorch for Python, see compare-pgd: the loop that attack libraries for PyTorch share
(a fresh leaf, the loss, the gradient of the images, a step along its sign, the projection), every
step taken for every image. The first broken iterate of a query is kept, as PgdTimes.java does."""

import pathlib
import sys
import time

import numpy as np


def make(data, prefix, count, height, width):
    """Stores every n-th image of a folder per class as float32 in [0,1], and its class."""
    from PIL import Image

    files = sorted(f for f in pathlib.Path(data).glob("*/*") if f.suffix.lower() in (".png", ".jpg"))
    files = [files[i * len(files) // count] for i in np.random.default_rng(0).permutation(count)]
    names = sorted({f.parent.name for f in files})
    images = [Image.open(f).convert("RGB").resize((width, height), Image.BILINEAR) for f in files]
    pixels = np.stack([np.asarray(i, np.float32).transpose(2, 0, 1) / np.float32(255) for i in images])
    np.ascontiguousarray(pixels).tofile(prefix + ".pixels")
    np.array([names.index(f.parent.name) for f in files], np.int64).tofile(prefix + ".labels")


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:7]))
    sys.exit()

import torch
import yaml

folder, prefix, epsilon = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]) / 255
count, batch, threads = map(int, sys.argv[4:7])
torch.set_num_threads(threads)
card = yaml.safe_load((folder / "model.yaml").read_text())
net = torch.jit.load(str(folder / card["weights"])).eval()
for p in net.parameters():
    p.requires_grad_(False)
mean, std = (torch.tensor(card["normalization"][k]).view(1, 3, 1, 1) for k in ("mean", "std"))
labels = torch.from_numpy(np.fromfile(prefix + ".labels", np.int64))
shape = (len(labels), 3, card["input"]["height"], card["input"]["width"])
pixels = torch.from_numpy(np.fromfile(prefix + ".pixels", np.float32)).view(shape)


def embed(x):
    return torch.nn.functional.normalize(net((x - mean) / std))


with torch.no_grad():
    gallery = torch.cat([embed(x) for x in pixels.split(batch)])
far = 1e30
same = labels[:count, None] == labels[None, :]
itself = torch.arange(count)[:, None] == torch.arange(len(labels))[None, :]
draw = torch.Generator().manual_seed(0)
targets = gallery[torch.multinomial((~same).float(), 1, generator=draw).squeeze(1)]


def distance(a, b):
    return (a - b).pow(2).sum(1).add(1e-20).sqrt()


def margin(e, rows):
    squares = 2 - 2 * (e.detach() @ gallery.t())
    relevant = squares.masked_fill(~same[rows] | itself[rows], far).argmin(1)
    other = squares.masked_fill(same[rows], far).argmin(1)
    return distance(e, gallery[relevant]) - distance(e, gallery[other])


def single_target(e, rows):
    return -distance(e, targets[rows])


def pgd(objective, steps, keep_broken):
    adversarial = []
    for first in range(0, count, batch):
        rows = slice(first, min(count, first + batch))
        images = pixels[rows]
        adv = images.clone()
        kept, broken = images.clone(), torch.zeros(len(images), dtype=torch.bool)
        for _ in range(steps):
            adv.requires_grad_(True)
            loss = objective(embed(adv), rows)
            gradient = torch.autograd.grad(loss.sum(), adv)[0]
            adv = adv.detach()
            if keep_broken:
                now = (loss.detach() > 1e-6) & ~broken
                kept[now] = adv[now]
                broken |= now
            adv = adv + epsilon / 4 * gradient.sign()
            delta = torch.clamp(adv - images, min=-epsilon, max=epsilon)
            adv = torch.clamp(images + delta, min=0, max=1)
        adversarial.append(torch.where(broken.view(-1, 1, 1, 1), kept, adv))
    return torch.cat(adversarial)


def recall(adversarial):
    with torch.no_grad():
        e = torch.cat([embed(x) for x in adversarial.split(batch)])
    hits = 0
    for q in range(count):
        squares = (e[q].double() - gallery.double()).pow(2).sum(1)
        relevant = squares[same[q] & ~itself[q]]
        hits += bool(len(relevant) and relevant.min() < squares[~same[q]].min())
    return hits / count


WARM_UP, REPETITIONS = 8, 9
seconds = []
for i in range(WARM_UP + REPETITIONS):
    start = time.perf_counter()
    pgd(single_target, 10, False)
    seconds.append(time.perf_counter() - start)
print(f"python pgd-10 {sorted(seconds[WARM_UP:])[REPETITIONS // 2]:.3f} s")
start = time.perf_counter()
value = recall(pgd(margin, 32, True))
print(f"python every-step {time.perf_counter() - start:.3f} s recall {value:.4f} torch {torch.__version__}")
