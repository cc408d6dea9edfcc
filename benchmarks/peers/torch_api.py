"""Trains with PyTorch's own API, eager or compiled.

    python -m benchmarks.peers.torch_api eager | compiled

Layouts are PyTorch's own (channels first, fused projections of queries, keys and values); weights are carried over.
Of an LSTM's or GRU's two input biases that only ever occur as their sum, one stays 0, so that Adam sees one.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.models import CLASSES, STUDY_EPOCH_STEPS, Benchmarked, named
from benchmarks.peers.serve import AGREEMENT_EPOCHS, PREDICTED_ROWS, agreement_rows, best, serve

Weights = Iterator[np.ndarray]


class Dense(nn.Module):
    def __init__(self, *units: int, inputs: int) -> None:
        super().__init__()
        sizes = [inputs, *units, CLASSES]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)

    def take(self, weights: Weights) -> None:
        for layer in self.layers:
            linear(layer, weights)


class Images(nn.Module):
    def __init__(self, *filters: int, lengths: tuple[int, ...], channels: int) -> None:
        super().__init__()
        sizes = [channels, *filters]
        self.layers = nn.ModuleList(nn.Conv2d(a, b, 3, padding="same") for a, b in pairwise(sizes))
        self.lengths = tuple(length // 2 ** len(filters) for length in lengths)
        self.head = nn.Linear(filters[-1] * math.prod(self.lengths), CLASSES)

    def forward(self, x):
        for layer in self.layers:
            x = F.max_pool2d(F.relu(layer(x)), 2)
        return self.head(x.flatten(1))

    def take(self, weights: Weights) -> None:
        for layer in self.layers:
            kernel(layer, weights, (3, 2, 0, 1))
        flat = next(weights).reshape(*self.lengths, -1, CLASSES).transpose(3, 2, 0, 1)
        copy(self.head.weight, flat.reshape(CLASSES, -1))
        copy(self.head.bias, next(weights))


class NormalisedSeries(nn.Module):
    def __init__(self, *filters: int, channels: int) -> None:
        super().__init__()
        sizes = [channels, *filters]
        self.layers = nn.ModuleList(nn.Conv1d(a, b, 5, padding="same") for a, b in pairwise(sizes))
        self.norms = nn.ModuleList(nn.BatchNorm1d(size, eps=1e-3, momentum=0.01) for size in filters)
        self.head = nn.Linear(filters[-1], CLASSES)

    def forward(self, x):
        x = x.transpose(1, 2)
        for layer, norm in zip(self.layers, self.norms):
            x = F.relu(norm(layer(x)))
        return self.head(x.mean(2))

    def take(self, weights: Weights) -> None:
        for layer, norm in zip(self.layers, self.norms):
            kernel(layer, weights, (2, 1, 0))
            for into in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
                copy(into, next(weights))
        linear(self.head, weights)


class Recurrent(nn.Module):
    def __init__(self, kind: type, units: int, inputs: int, ways: int) -> None:
        super().__init__()
        self.rnn = kind(inputs, units, batch_first=True, bidirectional=ways == 2)
        self.head = nn.Linear(ways * units, CLASSES)
        self.units = units

    def forward(self, x):
        y, _ = self.rnn(x)
        if not self.rnn.bidirectional:
            return self.head(y[:, -1])
        return self.head(torch.cat([y[:, -1, : self.units], y[:, 0, self.units :]], dim=-1))

    def take(self, weights: Weights) -> None:
        lstm = isinstance(self.rnn, nn.LSTM)
        gates = [0, 1, 2, 3] if lstm else [1, 0, 2]
        for suffix in ("", "_reverse")[: 1 + self.rnn.bidirectional]:
            parts = [next(weights), next(weights), next(weights)]
            in_order = [
                np.concatenate([np.split(part, len(gates), axis=-1)[gate] for gate in gates], axis=-1)
                for part in parts
            ]
            copy(getattr(self.rnn, f"weight_ih_l0{suffix}"), in_order[0].T)
            copy(getattr(self.rnn, f"weight_hh_l0{suffix}"), in_order[1].T)
            biases = (in_order[2], np.zeros_like(in_order[2])) if lstm else in_order[2]
            copy(getattr(self.rnn, f"bias_ih_l0{suffix}"), biases[0])
            copy(getattr(self.rnn, f"bias_hh_l0{suffix}"), biases[1])
            getattr(self.rnn, f"bias_hh_l0{suffix}").requires_grad_(not lstm)
        linear(self.head, weights)


class Block(nn.Module):
    def __init__(self, width: int, heads: int, rate: float) -> None:
        super().__init__()
        self.heads, self.rate = heads, rate
        self.norm_1, self.norm_2 = nn.LayerNorm(width, eps=1e-3), nn.LayerNorm(width, eps=1e-3)
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        n, steps, width = x.shape
        qkv = self.into(self.norm_1(x)).view(n, steps, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, steps, width)
        x = x + F.dropout(self.out(y), self.rate, self.training)
        y = self.down(F.relu(self.up(self.norm_2(x))))
        return x + F.dropout(y, self.rate, self.training)

    def take(self, weights: Weights) -> None:
        norm(self.norm_1, weights)
        width = self.out.in_features
        parts = [next(weights) for _ in range(6)]
        copy(self.into.weight, np.concatenate([part.reshape(width, width).T for part in parts[::2]]))
        copy(self.into.bias, np.concatenate([part.ravel() for part in parts[1::2]]))
        copy(self.out.weight, next(weights).reshape(width, width).T)
        copy(self.out.bias, next(weights))
        norm(self.norm_2, weights)
        linear(self.up, weights)
        linear(self.down, weights)


class Encoder(nn.Module):
    def __init__(self, width: int, heads: int, blocks: int, inputs: int, rate: float) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(inputs, width), nn.Linear(width, CLASSES)
        self.blocks = nn.ModuleList(Block(width, heads, rate) for _ in range(blocks))

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))

    def take(self, weights: Weights) -> None:
        linear(self.first, weights)
        for block in self.blocks:
            block.take(weights)
        linear(self.head, weights)


def copy(into: torch.Tensor, value: np.ndarray) -> None:
    with torch.no_grad():
        into.copy_(torch.tensor(np.ascontiguousarray(value)).reshape(into.shape))


def linear(layer: nn.Linear, weights: Weights) -> None:
    copy(layer.weight, next(weights).T)
    copy(layer.bias, next(weights))


def kernel(layer: Any, weights: Weights, axes: tuple[int, ...]) -> None:
    copy(layer.weight, next(weights).transpose(axes))
    copy(layer.bias, next(weights))


def norm(layer: nn.LayerNorm, weights: Weights) -> None:
    copy(layer.weight, next(weights))
    copy(layer.bias, next(weights))


def network(row: Benchmarked, rate: float) -> Any:
    """The row's network."""
    sizes, inputs = row.sizes, row.shape[-1]
    if row.kind == "dense":
        return Dense(*sizes, inputs=inputs)
    if row.kind == "images":
        return Images(*sizes, lengths=row.shape[:2], channels=inputs)
    if row.kind == "series":
        return NormalisedSeries(*sizes, channels=inputs)
    if row.kind == "encoder":
        return Encoder(*sizes, inputs=inputs, rate=rate)
    kind, ways = (nn.LSTM, 1) if row.kind == "lstm" else (nn.GRU, 2)
    return Recurrent(kind, sizes[0], inputs, ways=ways)


class Trainer:
    def __init__(self, mode: str) -> None:
        self.compiled = mode == "compiled"

    def hello(self) -> dict[str, Any]:
        return {"versions": {"torch": torch.__version__}, "threads": torch.get_num_threads()}

    def prepare(self, model: str, weights: str) -> dict[str, Any]:
        self.row = named(model)
        with np.load(weights) as stored:
            given = [stored[f"arr_{i}"] for i in range(len(stored.files))]
        started = time.perf_counter()
        plain, optimizer = self._model(0.0)
        plain.take(iter(given))
        data = self._tensors(agreement_rows(self.row), 1)
        losses = [self._epoch(plain, optimizer, data, logged=True) for _ in range(AGREEMENT_EPOCHS)]
        first = time.perf_counter() - started
        self.data = self._tensors(self.row.rows, 0)
        timed = []
        for last in (False, True) if self.row.kind == "images" else (False,):
            self.model, self.optimizer = self._model(self.row.dropout, channels_last=last)
            self.layout = last
            self.train()
            setting = "fused Adam" + ", channels last" * last
            timed.append((self.train()["seconds"], setting, self.model, self.optimizer, last))
        _, chosen, self.model, self.optimizer, self.layout = min(timed, key=lambda entry: entry[0])
        return {"losses": losses, "first": first, "settings": chosen}

    def train(self) -> dict[str, Any]:
        started = time.perf_counter()
        self._epoch(self.model, self.optimizer, self.data)
        return {"seconds": (time.perf_counter() - started) / self.row.steps}

    def study(self, model: str, runs: list[tuple[int, float]], epochs: int) -> dict[str, Any]:
        """The loop that people write: for each seed and learning rate a new model and its training."""
        self.row, losses, started = named(model), [], time.perf_counter()
        x, y = self._tensors(STUDY_EPOCH_STEPS * self.row.batch, 0)
        for seed, rate in runs:
            torch.manual_seed(seed)
            built, optimizer = self._model(0.0)
            for group in optimizer.param_groups:
                group["lr"] = rate
            for _ in range(epochs):
                order = torch.randperm(len(x))
                losses.append(self._epoch(built, optimizer, (x[order], y[order])))
        return {"seconds": time.perf_counter() - started, "losses": losses[epochs - 1 :: epochs]}

    def predict(self, model: str) -> dict[str, Any]:
        self.row = named(model)
        built, _ = self._model(0.0)
        built.eval()
        x, _ = self._tensors(PREDICTED_ROWS, 0)

        def predict():
            with torch.inference_mode():
                return torch.cat([built(part) for part in x.split(256)]).numpy()

        def one():
            with torch.inference_mode():
                return built(x[:1]).numpy()

        predict(), one()
        return {"throughput": PREDICTED_ROWS / best(2, predict), "latency": best(30, one)}

    def _model(self, rate: float, channels_last: bool = False) -> tuple[Any, Any]:
        built = network(self.row, rate)
        if channels_last:
            built = built.to(memory_format=torch.channels_last)
        learnt = [weight for weight in built.parameters() if weight.requires_grad]
        if isinstance(built, Recurrent) and isinstance(built.rnn, nn.LSTM):
            learnt = [weight for name, weight in built.named_parameters() if "bias_hh" not in name]
        optimizer = torch.optim.Adam(learnt, 1e-3, eps=1e-7, fused=True)
        if self.compiled:
            built.compile()
        return built, optimizer

    def _tensors(self, rows: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = self.row.data(rows, seed)
        x = np.ascontiguousarray(np.moveaxis(x, -1, 1)) if x.ndim == 4 else x
        return torch.from_numpy(x), torch.from_numpy(y.astype("int64"))

    def _epoch(self, built: Any, optimizer: Any, data: Any, logged: bool = False) -> float:
        """One pass; the mean loss over the rows is read at the end."""
        x, y = data
        total = torch.zeros(())
        for start in range(0, len(x), self.row.batch):
            part = x[start : start + self.row.batch]
            if not logged and getattr(self, "layout", False):
                part = part.contiguous(memory_format=torch.channels_last)
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(built(part), y[start : start + self.row.batch])
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(part)
        return float(total) / len(x)


if __name__ == "__main__":
    serve(Trainer(sys.argv[1]))
