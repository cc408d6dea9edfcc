"""The convolutional candidate: normalised, residual, pooled by average and maximum side by side.

Over long series the mean square takes the place of the maximum: from ArrowHead's 36 rows of 251 steps the one learns
83 %, the other 72 %.

Where each step has an answer, nothing is pooled, and dilations make the filters see as far (Yu and Koltun, "Multi-scale
context aggregation by dilated convolutions", 2016).

Source: Wang et al., "Time series classification from scratch with deep neural networks", 2017 (series); He et
al., "Deep residual learning for image recognition", 2016 (residuals).
"""

from __future__ import annotations

from typing import Any

from fourfold.core.symbols import Symbol
from fourfold.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Conv2D,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
    Multiply,
    Reshape,
)
from fourfold.study.candidates.base import EMBEDDING_WIDTH, Candidate, Problem, carried, framed, series

LARGE_SIDE = 16  # images at least this large are pooled twice
LONG_SERIES = 64  # series at least this long are pooled between the blocks, and at their end by mean square
LONGEST = 512


def build(
    x: Symbol, problem: Problem, width: int, filters: int | None = None, kernel_size: int | None = None
) -> Symbol:
    kind = {"image": _image, "flat": _table}.get(problem.layout, _series)
    return kind(x, problem, filters or width, kernel_size or _kernel(problem))


def _kernel(problem: Problem) -> int:
    """The size of the first filters."""
    return 3 if problem.layout in ("image", "flat") else 7


def _image(x: Symbol, problem: Problem, width: int, kernel: int) -> Symbol:
    x = _conv(Conv2D(width, kernel, padding="same", use_bias=False), x)
    if min(problem.shape[:2]) >= LARGE_SIDE:
        x = MaxPooling2D(2)(x)
    x = _conv(Conv2D(width, kernel, padding="same", use_bias=False), x, residual=True)
    if min(problem.shape[:2]) >= 4:
        x = MaxPooling2D(2)(x)
    x = _conv(Conv2D(2 * width, kernel, padding="same", use_bias=False), x)
    x = _conv(Conv2D(2 * width, kernel, padding="same", use_bias=False), x, residual=True)
    return Dropout(0.1)(Concatenate()([GlobalAveragePooling2D()(x), GlobalMaxPooling2D()(x)]))


def _series(x: Symbol, problem: Problem, width: int, kernel: int) -> Symbol:
    steps = problem.shape[0]
    if problem.layout == "text":
        x = framed(Embedding(problem.vocabulary, EMBEDDING_WIDTH)(x), steps, EMBEDDING_WIDTH, LONGEST)
    else:
        x = series(x, problem, LONGEST)
    long = min(steps, LONGEST) >= LONG_SERIES
    first, second, third = _kernels(kernel)
    if problem.stepwise:
        return _steps(x, problem, width, kernel)
    x = _conv(Conv1D(width, first, padding="same", use_bias=False), x)
    x = _halved(x) if long else x
    x = _conv(Conv1D(2 * width, second, padding="same", use_bias=False), x)
    x = _halved(x) if long else x
    x = _conv(Conv1D(2 * width, third, padding="same", use_bias=False), x, residual=True)
    return Dropout(0.1)(Concatenate()([GlobalAveragePooling1D()(x), _strongest(x, problem)]))


def _steps(x: Symbol, problem: Problem, width: int, kernel: int) -> Symbol:
    """Features of each step: filters whose taps lie ever further apart take the place of pooling.

    With sizes 7, 5, 3 and taps 1, 4, 16 apart an output sees 55 steps, without a gap.
    """
    sizes, spread = _kernels(kernel), _dilations(problem)
    for place, (filters, size, apart) in enumerate(zip((width, 2 * width, 2 * width), sizes, spread)):
        layer = Conv1D(filters, size, padding="same", dilation_rate=apart, use_bias=False)
        x = _conv(layer, x, residual=place == 2)
    return Dropout(0.1)(x)


def _dilations(problem: Problem) -> tuple[int, int, int]:
    """How far apart the taps of the layers for each step lie."""
    return (1, 4, 16) if problem.shape[0] >= LONG_SERIES else (1, 2, 4)


def _halved(x: Symbol) -> Symbol:
    """The larger of each two steps; a last one that is alone may be a series' end, and stays where there is a mask."""
    return carried(MaxPooling1D(2, padding="valid" if x.mask is None else "same")(x), x)


def _strongest(x: Symbol, problem: Problem) -> Symbol:
    """Features (N, C) of what stands out somewhere in a series (N, T, C)."""
    if _reads_maximum(problem):
        return GlobalMaxPooling1D()(x)
    return GlobalAveragePooling1D()(Multiply()([x, x]))


def _reads_maximum(problem: Problem) -> bool:
    return problem.layout == "text" or problem.shape[0] < LONG_SERIES


def _kernels(kernel: int) -> tuple[int, int, int]:
    """The sizes of a series' filters: falling by two, at least 3."""
    return kernel, max(kernel - 2, 3), max(kernel - 4, 3)


def _table(x: Symbol, problem: Problem, width: int, kernel: int) -> Symbol:
    x = Reshape((problem.shape[0], 1))(x)
    x = _conv(Conv1D(width, kernel, padding="same", use_bias=False), x)
    x = _conv(Conv1D(width, kernel, padding="same", use_bias=False), x, residual=True)
    return Dropout(0.3 if problem.small else 0.1)(Flatten()(x))


def _conv(layer, x: Symbol, residual: bool = False) -> Symbol:
    """Convolved, normalised, rectified. Padding stays out of the moments, and 0, which is no maximum after relu."""
    y = BatchNormalization(momentum=0.9)(carried(layer(x), x))
    y = Activation("relu")(Add()([x, y]) if residual else y)
    return carried(y, y)


def reads(problem: Problem) -> str:
    if problem.layout == "image":
        return "the image, through 3 x 3 filters"
    if problem.layout == "flat":
        return f"{problem.shape[0]} columns in an order that each seed permutes, through filters of 3"
    return f"{problem.shape[0]} steps, through filters of 7, 5 and 3"


def describe(problem: Problem, width: int, filters: int | None = None, kernel_size: int | None = None) -> str:
    width, kernel = filters or width, kernel_size or _kernel(problem)
    wide = 2 * width
    size = "" if kernel == _kernel(problem) else f", {kernel}"
    if problem.layout == "image":
        layers = (
            f"Conv2D({width}{size}), Conv2D({width}{size}), pool, Conv2D({wide}{size}), Conv2D({wide}{size})"
        )
        return (
            f"{layers}, each BatchNormalization and relu, two residuals; average and maximum over the image"
        )
    if problem.layout == "flat":
        return f"Conv1D({width}{size}) x 2, BatchNormalization, relu, residual; flattened"
    first, second, third = _kernels(kernel)
    layers = f"Conv1D({width}, {first}), Conv1D({wide}, {second}), Conv1D({wide}, {third})"
    if problem.stepwise:
        apart = ", ".join(map(str, _dilations(problem)))
        return (
            f"{layers}, dilated by {apart}, each BatchNormalization and relu, one residual; a vector a step"
        )
    strongest = "maximum" if _reads_maximum(problem) else "mean square"
    return f"{layers}, each BatchNormalization and relu, one residual; average and {strongest} over time"


def factors(problem: Problem, width: int) -> dict[str, tuple[Any, Any]]:
    return {
        "filters": (width, width // 2),
        "kernel_size": (_kernel(problem), 3 if _kernel(problem) > 3 else 5),
    }


CANDIDATE = Candidate("convolution", "Convolution", build, reads, describe, factors, ordered_columns=True)
