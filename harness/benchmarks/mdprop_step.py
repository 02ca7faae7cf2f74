"""One training step of MDProp in PyTorch for Python, written as in TrainingSpeedTest: ResNet-20,
64 images of 32 x 32, 64 dimensions, epsilon 4/255, one attack step, 1 and 5 targets of other
classes, multi-similarity with miner, Adam. Prints the median of the time of a step in ms."""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

THREADS, WARM_UP, REPETITIONS, N = int(sys.argv[1]), 5, 30, 64
torch.set_num_threads(THREADS)
torch.manual_seed(0)


class MixNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(3))

    def forward(self, x):
        route = MixNorm.route
        if isinstance(route, int):
            return self.norms[route](x)
        parts = x.split(route)
        return torch.cat([norm(part) for norm, part in zip(self.norms, parts)])


class Block(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.bn1 = MixNorm(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.bn2 = MixNorm(outer)
        self.stride, self.pad = stride, (outer - inner) // 2

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.stride == 2:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = MixNorm(16)
        widths = [16] * 3 + [32] * 3 + [64] * 3
        self.blocks = nn.Sequential(
            *[Block(([16] + widths)[i], w, 2 if i in (3, 6) else 1) for i, w in enumerate(widths)])
        self.fc = nn.Linear(64, 64)

    def forward(self, x):
        x = self.blocks(F.relu(self.bn1(self.conv1(x))))
        return F.normalize(self.fc(x.mean((2, 3))))


def multi_similarity(z, y):
    s = z @ z.t()
    same = y[:, None] == y[None, :]
    pos = same & ~torch.eye(len(y), dtype=torch.bool)
    neg = ~same
    fixed = s.detach()
    least = fixed.masked_fill(~pos, 1e30).min(1, keepdim=True)[0]
    most = fixed.masked_fill(~neg, -1e30).max(1, keepdim=True)[0]
    pos = pos & (fixed - 0.1 < most)
    neg = neg & (fixed + 0.1 > least)

    def soft(x, mask):
        x = x.masked_fill(~mask, -1e30)
        return torch.logsumexp(torch.cat([x, torch.zeros(len(x), 1)], 1), 1)

    return (soft(-2 * (s - 0.5), pos) / 2 + soft(40 * (s - 0.5), neg) / 40).mean()


net = ResNet20()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-5, weight_decay=4e-4)
pixels = torch.rand(N, 3, 32, 32)
labels = torch.arange(N) // 4
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
epsilon = 4 / 255


def twins(x, y, branch, count):
    MixNorm.route = branch
    with torch.no_grad():
        e = net((x - mean) / std)
    others = (y[:, None] != y[None, :]).float()
    targets = [e[torch.multinomial(others, 1).squeeze(1)] for _ in range(count)]
    adv = (x + (torch.rand_like(x) - 0.5) * 1e-3).requires_grad_(True)
    f = net((adv - mean) / std)
    loss = sum((f - t).pow(2).sum(1).add(1e-20).sqrt() for t in targets).sum() / count
    gradient = torch.autograd.grad(loss, adv)[0]
    moved = adv.detach() - epsilon * gradient.sign()
    return torch.min(torch.max(moved, (x - epsilon).clamp(0, 1)), (x + epsilon).clamp(0, 1))


def step():
    net.eval()
    h = N // 2
    # The attack needs no gradients of the weights.
    for p in net.parameters():
        p.requires_grad_(False)
    a1 = twins(pixels[:h], labels[:h], 1, 1)
    a2 = twins(pixels[h:], labels[h:], 2, 5)
    for p in net.parameters():
        p.requires_grad_(True)
    net.train()
    MixNorm.route = [N, h, h]
    batch = (torch.cat([pixels, a1, a2]) - mean) / std
    loss = multi_similarity(net(batch), torch.cat([labels, labels]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


times = []
for i in range(WARM_UP + REPETITIONS):
    start = time.perf_counter()
    step()
    if i >= WARM_UP:
        times.append(1000 * (time.perf_counter() - start))
print("PyTorch %s, %d threads: mdprop step %.0f ms" % (
    torch.__version__, THREADS, sorted(times)[len(times) // 2]))
