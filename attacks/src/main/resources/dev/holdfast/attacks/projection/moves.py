"""Writes moves.pt beside it: what PixelMoves.java runs. Every function changes its first argument
and needs no further memory of its size. PyTorch 1.9 or later reads and writes it:
    python3 moves.py
"""
import os

import torch


class Moves(torch.nn.Module):

    @torch.jit.export
    def add_product(self, direction: torch.Tensor, factors: torch.Tensor, images: torch.Tensor):
        torch.addcmul(images, direction, factors, out=direction)

    @torch.jit.export
    def clamp(self, images: torch.Tensor, lower: torch.Tensor, upper: torch.Tensor):
        images.clamp_(lower, upper)

    @torch.jit.export
    def pull(self, images: torch.Tensor, centers: torch.Tensor, radius: float, tiny: float):
        images.sub_(centers)
        lengths = torch.linalg.vector_norm(images.flatten(1), 2.0, [1], True)
        factors = (radius / lengths.clamp(min=tiny)).clamp(max=1.0)
        torch.addcmul(centers, images, factors.view([-1] + [1] * (images.dim() - 1)), out=images)
        images.clamp_(0.0, 1.0)


torch.jit.script(Moves()).save(os.path.join(os.path.dirname(os.path.abspath(__file__)), "moves.pt"))
