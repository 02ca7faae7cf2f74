"""Writes the networks of DepthwiseNetworkTest beside it: python3 depthwise.py (PyTorch 1.9 or later)."""
import os

import torch


class Depthwise(torch.nn.Module):

    def __init__(self, flatten: str):
        super().__init__()
        self.flatten = flatten
        self.first = torch.nn.Conv2d(3, 4, 3, padding=1)
        self.second = torch.nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.third = torch.nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.last = torch.nn.Linear(4 * 8 * 8, 5)

    def forward(self, x):
        usual = x.is_contiguous()
        x = torch.tanh(self.third(torch.tanh(self.second(self.first(x)))))
        if self.flatten == "views":
            x = x.view(x.size(0), -1)
        elif self.flatten == "strides":
            # What a trace makes of the strides of its example.
            x = x.as_strided([x.size(0), 4 * 8 * 8], [4 * 8 * 8, 1])
        else:
            x = x.reshape(x.size(0), -1)
        # The last number tells how the pixels came in, and is small enough to pass for rounding.
        return torch.cat([self.last(x), torch.full([x.size(0), 1], 1e-6 if usual else 0.0)], 1)


class Changes(torch.nn.Module):
    """Changes its input in place, where nobody else should see it."""

    def forward(self, x):
        x.detach().sub_(0.25)
        return x.reshape(x.size(0), -1)[:, :6]


here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(0)
weights = Depthwise("").state_dict()
for name in ("reshapes", "views", "strides", "changes"):
    net = Changes() if name == "changes" else Depthwise(name)
    if name != "changes":
        net.load_state_dict(weights)
    torch.jit.script(net.eval()).save(os.path.join(here, name + ".pt"))
    with open(os.path.join(here, name + ".yaml"), "w") as card:
        card.write(f"""schema: 1
name: {name}
weights: {name}.pt
input: {{height: 8, width: 8}}
normalization: none
embedding: {{dimension: 6, normalize: false, distance: euclidean}}
""")
