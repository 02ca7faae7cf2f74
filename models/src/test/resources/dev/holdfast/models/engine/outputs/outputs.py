"""Writes the networks of OutputsTest beside it: python3 outputs.py (PyTorch 1.9 or later)."""
import os
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor


class Net(torch.nn.Module):

    def body(self, x):
        return (x - 0.5).reshape(x.size(0), -1)


class Half(Net):
    def forward(self, x):
        return self.body(x).to(torch.float16)


class BFloat(Net):
    def forward(self, x):
        return self.body(x).to(torch.bfloat16)


class Float64(Net):
    def forward(self, x):
        return self.body(x).to(torch.float64)


class Complex64(Net):
    def forward(self, x):
        return self.body(x).to(torch.complex64)


class Complex128(Net):
    def forward(self, x):
        return self.body(x).to(torch.complex128)


class Nothing(Net):
    def forward(self, x) -> Optional[Tensor]:
        return None


class Words(Net):
    def forward(self, x) -> Tuple[Tensor, str]:
        return self.body(x), "cls"


class Word(Net):
    def forward(self, x) -> str:
        return "cls"


class Number(Net):
    def forward(self, x) -> int:
        return 12


class Nested(Net):
    def forward(self, x) -> Tuple[Tensor, Tuple[Tensor, Optional[Tensor]]]:
        y = self.body(x)
        return y, (y[:, :2].to(torch.float16), None)


class Named(Net):
    def forward(self, x) -> Dict[str, Tensor]:
        y = self.body(x)
        return {"embedding": y, "logits": y[:, :2]}


class One(Net):
    """A single tensor in a list is an embedding all the same."""
    def forward(self, x) -> List[Tensor]:
        return [self.body(x)]


class View1(Net):
    """What a trace of one image makes of a view."""
    def forward(self, x):
        return (x - 0.5).reshape(1, -1)


class View4(Net):
    def forward(self, x):
        return (x - 0.5).reshape(4, -1)


class Cls(Net):
    """What a trace of one image makes of a token that is put before the others."""
    def forward(self, x):
        return torch.cat([torch.ones([1, 1]), self.body(x)[:, 1:]], 1)


class Squeeze(Net):
    def forward(self, x):
        return self.body(x).squeeze()


class TwoInputs(Net):
    def forward(self, x, flag: bool):
        return self.body(x)


class Double(Net):
    """Holds weights of float64, and wants such images."""
    def __init__(self):
        super().__init__()
        self.f = torch.nn.Linear(12, 12).double()

    def forward(self, x):
        return self.f(self.body(x))


class Size(Net):
    """Counts on images of 3 x 3."""
    def forward(self, x):
        return x.view(x.size(0), 27)[:, :12]


class Gray(Net):
    def __init__(self):
        super().__init__()
        self.c = torch.nn.Conv2d(1, 3, 1)

    def forward(self, x):
        return self.body(self.c(x))


here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(0)
for name, net in dict(
    float16=Half(), bfloat16=BFloat(), float64=Float64(), complex64=Complex64(), complex128=Complex128(), none=Nothing(), words=Words(), word=Word(), number=Number(),
    nested=Nested(), named=Named(), one=One(), view1=View1(), view4=View4(), cls=Cls(), squeeze=Squeeze(),
    two_inputs=TwoInputs(), double=Double(), size=Size(), gray=Gray(),
).items():
    torch.jit.script(net.eval()).save(os.path.join(here, name + ".pt"))
