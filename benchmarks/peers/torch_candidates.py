"""The comparison's candidates of size M for digits, written in PyTorch as people write them (`docs/candidates.md`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

CLASSES, RATE = 10, 0.1


class Dense(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second, self.head = nn.Linear(64, width), nn.Linear(width, width), nn.Linear(width, CLASSES)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, eps=1e-3) for _ in range(2))

    def forward(self, x):
        x = self._after(self.first(x.flatten(1)), 0)
        return self.head(x + self._after(self.second(x), 1))

    def _after(self, x, layer):
        return F.dropout(F.gelu(self.norms[layer](x)), RATE, self.training)


class Block(nn.Module):
    """Two convolutions with a way past the second."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, filters, 3, padding="same", bias=False)
        self.second = nn.Conv2d(filters, filters, 3, padding="same", bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(filters, eps=1e-3) for _ in range(2))

    def forward(self, x):
        x = F.relu(self.norms[0](self.first(x)))
        return F.relu(x + self.norms[1](self.second(x)))


class Convolution(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = Block(1, width), Block(width, 2 * width)
        self.head = nn.Linear(4 * width, CLASSES)

    def forward(self, x):
        x = self.second(F.max_pool2d(self.first(x.permute(0, 3, 1, 2)), 2))
        x = torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1)
        return self.head(F.dropout(x, RATE, self.training))


class Recurrent(nn.Module):
    def __init__(self, units: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, units, batch_first=True)
        self.lstm.bias_hh_l0.requires_grad_(False)
        self.norm, self.head = nn.LayerNorm(2 * units, eps=1e-3), nn.Linear(2 * units, CLASSES)

    def forward(self, x):
        y, (last, _) = self.lstm(x.squeeze(-1))
        x = self.norm(torch.cat([last[0], y.amax(1)], dim=1))
        return self.head(F.dropout(x, RATE, self.training))

    def parameters(self, recurse=True):
        return (weight for weight in super().parameters(recurse) if weight.requires_grad)


class Attention(nn.Module):
    """Patches of 2 x 2 as tokens with learned places, then pre-normalised blocks."""

    def __init__(self, width: int, heads: int, blocks: int) -> None:
        super().__init__()
        self.embed, self.places = nn.Linear(4, width, bias=False), nn.Parameter(0.02 * torch.randn(16, width))
        layer = partial(
            nn.TransformerEncoderLayer, width, heads, 2 * width, 0.0, F.gelu, 1e-3, batch_first=True, norm_first=True
        )
        self.blocks = nn.ModuleList(layer() for _ in range(blocks))
        self.norm, self.head = nn.LayerNorm(width, eps=1e-3), nn.Linear(2 * width, CLASSES)

    def forward(self, x):
        x = x.reshape(-1, 4, 2, 4, 2).permute(0, 1, 3, 2, 4).reshape(-1, 16, 4)
        x = self.embed(x) + self.places
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return self.head(torch.cat([x.mean(1), x.amax(1)], dim=1))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "dense": partial(Dense, 104),
    "convolution": partial(Convolution, 16),
    "recurrent": partial(Recurrent, 60),
    "attention": partial(Attention, 32, 4, 2),
}
