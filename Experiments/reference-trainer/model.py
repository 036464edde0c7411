"""A small decoder-only transformer: pre-norm, rotary positions, GELU, tied embeddings, no biases."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: One token is one byte.
VOCABULARY = 256


@dataclass(frozen=True)
class Shape:
    """The size of a model. `width` is the residual width; the MLP is four times as wide."""

    layers: int
    width: int
    heads: int

    def __post_init__(self) -> None:
        for name in ("layers", "width", "heads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.width % (2 * self.heads):
            raise ValueError(
                f"width {self.width} must be a multiple of twice the heads ({self.heads}): "
                "rotary positions turn pairs of channels"
            )

    @property
    def params_non_embedding(self) -> int:
        """Everything but the embedding matrix: attention 4w², MLP 8w², two norm gains per layer, one at the end."""
        return self.layers * (12 * self.width**2 + 2 * self.width) + self.width

    @property
    def params(self) -> int:
        """All parameters; the tied embedding (also the output head) is counted once."""
        return self.params_non_embedding + VOCABULARY * self.width


class Norm(nn.Module):
    """Layer norm with a gain and no bias."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x, self.gain.shape, self.gain)


class Block(nn.Module):
    """Attention, then an MLP, each on the normed residual stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        w = shape.width
        self.heads = shape.heads
        self.norm_attention, self.norm_mlp = Norm(w), Norm(w)
        self.qkv = nn.Linear(w, 3 * w, bias=False)
        self.attention_out = nn.Linear(w, w, bias=False)
        self.mlp_in = nn.Linear(w, 4 * w, bias=False)
        self.mlp_out = nn.Linear(4 * w, w, bias=False)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        x = x + self.attention_out(self._attend(self.norm_attention(x), rotation, mask))
        return x + self.mlp_out(F.gelu(self.mlp_in(self.norm_mlp(x))))

    def _attend(self, x: Tensor, rotation: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        batch, length, width = x.shape
        # [3, batch · heads, length, channels of a head]
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4).flatten(1, 2)
        q, k = rotate(q, rotation), rotate(k, rotation)
        scale = (width // self.heads) ** -0.5
        # Mask, product and scale in one pass: the score matrix is the largest tensor of a small model.
        scores = torch.baddbmm(mask, q, k.transpose(1, 2), alpha=scale)
        mixed = torch.bmm(torch.softmax(scores, dim=-1), v)
        return mixed.view(batch, self.heads, length, -1).transpose(1, 2).reshape(batch, length, width)


class Transformer(nn.Module):
    """Maps tokens [batch, length] to logits [batch, length, 256]."""

    def __init__(self, shape: Shape, length: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        cosine, sine = rotation_table(length, shape.width // shape.heads)
        self.register_buffer("cosine", cosine, persistent=False)
        self.register_buffer("sine", sine, persistent=False)
        mask = torch.full((length, length), -math.inf).triu(1)
        self.register_buffer("mask", mask, persistent=False)
        self._initialize(shape)

    def forward(self, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        rotation = (self.cosine[:length], self.sine[:length])
        mask = self.mask[:length, :length]
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, rotation, mask)
        return F.linear(self.norm(x), self.embedding.weight)

    def _initialize(self, shape: Shape) -> None:
        nn.init.normal_(self.embedding.weight, std=0.02)
        for name, weight in self.blocks.named_parameters():
            if weight.dim() < 2:
                continue
            std = weight.shape[1] ** -0.5
            # Both output projections of a block are scaled down so that the residual stream keeps its scale with depth.
            if name.endswith(("attention_out.weight", "mlp_out.weight")):
                std /= math.sqrt(2 * shape.layers)
            nn.init.normal_(weight, std=std)


def rotation_table(length: int, channels: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines [length, channels / 2] of rotary positions (Su et al. 2021), base 10,000."""
    rates = 10_000.0 ** (-torch.arange(0, channels, 2).float() / channels)
    angles = torch.outer(torch.arange(length).float(), rates)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Rotates channel pairs (i, i + half) of [..., length, channels] by their position's angle."""
    cosine, sine = rotation
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cosine - b * sine, a * sine + b * cosine), dim=-1)
