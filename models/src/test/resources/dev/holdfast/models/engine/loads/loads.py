"""Writes the files of LoadsTest beside it: python3 loads.py (PyTorch 1.13)."""
import os
import zipfile

import torch

here = os.path.dirname(os.path.abspath(__file__))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.f = torch.nn.Linear(12, 2)

    def forward(self, x):
        return self.f(x.flatten(1))


def path(name):
    return os.path.join(here, name)


torch.manual_seed(0)
net = Net().eval()
torch.jit.script(net).save(path("whole.pt"))
torch.save(net.state_dict(), path("state_dict.pt"))
torch.save(net.state_dict(), path("legacy.pt"), _use_new_zipfile_serialization=False)


def edited(name, edit):
    source = torch._C.PyTorchFileReader(path("whole.pt"))
    target = torch._C.PyTorchFileWriter(path(name))
    for record in source.get_all_records():
        content = edit(record, source.get_record(record))
        target.write_record(record, content, len(content))
    target.write_end_of_file()


def line(text):
    def edit(record, content):
        if record.endswith("code/__torch__.py"):
            head = b"    x: Tensor) -> Tensor:\n"
            assert head in content
            return content.replace(head, head + text.encode() + b"\n", 1)
        return content
    return edit


# Saved on a GPU: each tensor says where it was.
edited("saved_on_cuda.pt", lambda record, content: content.replace(
    b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0") if record == "data.pkl" else content)
# Traced on a GPU: the code says where.
edited("traced_on_cuda.pt", line('    x = torch.to(x, torch.device("cuda:0"))'))
# An operator of another library, and one that this version lacks.
edited("other_library.pt", line("    _q = ops.torchvision.nms(x, x, 0.5)"))
edited("newer_operator.pt", line("    x = torch.brand_new(x)"))
with zipfile.ZipFile(path("whole.pt")) as source, zipfile.ZipFile(path("newer.pt"), "w") as target:
    for name in source.namelist():
        target.writestr(name, b"99\n" if name.endswith("/version") else source.read(name))
with zipfile.ZipFile(path("exported.pt2"), "w") as target:
    for name, text in (("archive_format", "pt2"), ("models/model.json", "{}"), ("version", "6")):
        target.writestr("archive/" + name, text)
