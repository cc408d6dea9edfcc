"""The models of the benchmarks as data: one builder for Fourfold and Keras, whose API is the same.

Imported by the peers' interpreters too: NumPy only. Sizes are those of the smaller and the larger networks that
people train on a CPU; each is a classifier of ten classes from logits.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

CLASSES = 10
STUDY_EPOCH_STEPS = 100


@dataclass(frozen=True)
class Benchmarked:
    """One row: what is built, and how much of it an epoch trains.

    ``rows`` that ``batch`` does not divide leave a last batch that is not full. ``kind`` and ``sizes`` say what is
    built (`BUILDERS`): units, filters, or width, heads and blocks; ``dropout`` is 0 where losses are compared.
    """

    name: str
    title: str
    shape: tuple[int, ...]
    batch: int
    rows: int
    kind: str
    sizes: tuple[int, ...]
    dropout: float = 0.0

    def build(self, layers: Any, x: Any, rate: float) -> Any:
        """The logits for a symbol x."""
        return BUILDERS[self.kind][0](*self.sizes)(layers, x, rate)

    def data(self, rows: int | None = None, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (rows, *shape) and classes (rows,) that a model can learn: each class adds its own pattern."""
        rows, generator = rows or self.rows, np.random.default_rng(seed)
        y = generator.integers(0, CLASSES, rows).astype("int32")
        patterns = generator.normal(size=(CLASSES, *self.shape)).astype("float32")
        return generator.standard_normal((rows, *self.shape), dtype="float32") + 0.3 * patterns[y], y

    def study_data(self) -> tuple[np.ndarray, np.ndarray]:
        """`data` of as many rows as an epoch of a study's trainings takes."""
        return self.data(STUDY_EPOCH_STEPS * self.batch)

    @property
    def steps(self) -> int:
        return -(-self.rows // self.batch)


def model(framework: Any, row: Benchmarked, rate: float | None = None, learning_rate: float = 1e-3) -> Any:
    """The model of a row in ``framework``, fourfold or keras, compiled with Adam and cross entropy."""
    x = framework.Input(shape=row.shape)
    y = row.build(framework.layers, x, row.dropout if rate is None else rate)
    built = framework.Model(inputs=x, outputs=y)
    loss = framework.losses.SparseCategoricalCrossentropy(from_logits=True)
    built.compile(optimizer=framework.optimizers.Adam(learning_rate), loss=loss)
    return built


def _dense(*units: int) -> Callable:
    def build(layers, x, rate):
        for size in units:
            x = layers.Dense(size, activation="relu")(x)
        return layers.Dense(CLASSES)(x)

    return build


def _images(*filters: int) -> Callable:
    def build(layers, x, rate):
        for size in filters:
            x = layers.Conv2D(size, 3, padding="same", activation="relu")(x)
            x = layers.MaxPooling2D()(x)
        return layers.Dense(CLASSES)(layers.Flatten()(x))

    return build


def _normalised_series(*filters: int) -> Callable:
    def build(layers, x, rate):
        for size in filters:
            x = layers.Conv1D(size, 5, padding="same")(x)
            x = layers.Activation("relu")(layers.BatchNormalization()(x))
        return layers.Dense(CLASSES)(layers.GlobalAveragePooling1D()(x))

    return build


def _lstm(units: int) -> Callable:
    return lambda layers, x, rate: layers.Dense(CLASSES)(layers.LSTM(units)(x))


def _bidirectional_gru(units: int) -> Callable:
    def build(layers, x, rate):
        return layers.Dense(CLASSES)(layers.Bidirectional(layers.GRU(units))(x))

    return build


def _encoder(width: int, heads: int, blocks: int) -> Callable:
    """Pre-norm encoder blocks: x + attention(norm(x)), then x + feed forward(norm(x))."""

    def build(layers, x, rate):
        x = layers.Dense(width)(x)
        for _ in range(blocks):
            y = layers.LayerNormalization()(x)
            y = layers.MultiHeadAttention(heads, width // heads)(y, y)
            x = layers.Add()([x, layers.Dropout(rate)(y) if rate else y])
            y = layers.Dense(2 * width, activation="relu")(layers.LayerNormalization()(x))
            y = layers.Dense(width)(y)
            x = layers.Add()([x, layers.Dropout(rate)(y) if rate else y])
        return layers.Dense(CLASSES)(layers.GlobalAveragePooling1D()(x))

    return build


BUILDERS: dict[str, tuple[Callable, int]] = {
    "dense": (_dense, 1),
    "images": (_images, 3),
    "series": (_normalised_series, 2),
    "lstm": (_lstm, 2),
    "bigru": (_bidirectional_gru, 2),
    "encoder": (_encoder, 2),
}
"""Kinds of networks by name, each built from its sizes, and how many axes its examples have."""

ROWS = (
    Benchmarked("dense_s", "784-128-10, batch 128", (784,), 128, 128 * 200, "dense", (128,)),
    Benchmarked("dense_m", "784-1024-1024-10, batch 128", (784,), 128, 128 * 40, "dense", (1024, 1024)),
    Benchmarked("conv_s", "28x28x1, 16 and 32 3x3, batch 64", (28, 28, 1), 64, 64 * 60, "images", (16, 32)),
    Benchmarked("conv_m", "32x32x3, 32-64-128 3x3, batch 64", (32, 32, 3), 64, 64 * 12, "images", (32, 64, 128)),
    Benchmarked("lstm_s", "28 steps of 28, LSTM 64, batch 64", (28, 28), 64, 64 * 80, "lstm", (64,)),
    Benchmarked("lstm_m", "128 steps of 64, LSTM 256, batch 64", (128, 64), 64, 64 * 4, "lstm", (256,)),
    Benchmarked("attn_s", "28 steps, 1 block of 64, batch 64", (28, 28), 64, 64 * 60, "encoder", (64, 4, 1)),
    Benchmarked("attn_m", "256 steps, 1 block of 256, batch 16", (256, 64), 16, 16 * 6, "encoder", (256, 8, 1)),
    Benchmarked("conv1d_bn", "128 steps of 16, 64-64 of 5, BN, batch 64", (128, 16), 64, 64 * 20, "series", (64, 64)),
    Benchmarked("bigru", "32 steps of 32, GRU 64 both ways, batch 64", (32, 32), 64, 64 * 60, "bigru", (64,)),
    Benchmarked(
        "encoder_2", "64 steps, 2 blocks of 128, dropout, batch 32", (64, 32), 32, 32 * 16, "encoder", (128, 4, 2),
        dropout=0.1,
    ),
    Benchmarked("partial", "20-64-64-10, last batch of 8 of 32", (20,), 32, 32 * 80 + 8, "dense", (64, 64)),
)  # fmt: skip
"""The eight networks of two sizes a family, then what else people write."""

BY_NAME = {row.name: row for row in ROWS}


def named(name: str) -> Benchmarked:
    """A row by its name, or another of the same kinds, written KIND:SHAPE:SIZES:BATCH.

    >>> named("images:32x32x3:8-16:256").shape
    (32, 32, 3)
    """
    if name in BY_NAME:
        return BY_NAME[name]
    try:
        kind, shape, sizes, batch = name.split(":")
        lengths = tuple(map(int, shape.split("x")))
        if kind not in BUILDERS or len(lengths) != BUILDERS[kind][1]:
            raise ValueError
        return Benchmarked(
            name, name, lengths, int(batch), 20 * int(batch), kind, tuple(map(int, sizes.split("-")))
        )
    except ValueError:
        wanted = f"one of {', '.join(BY_NAME)}, or KIND:SHAPE:SIZES:BATCH such as images:32x32x3:8-16:256"
        raise ValueError(f"no model {name!r}: wanted {wanted}; kinds are {', '.join(BUILDERS)}") from None


def model_name(name: str) -> str:
    """A name that `named` knows, for the command line."""
    try:
        return named(name).name
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
