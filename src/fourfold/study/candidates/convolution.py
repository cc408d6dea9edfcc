"""The convolutional candidate: normalised and residual, pooled once, at its end.

Over long series the taps of the filters lie ever further apart, in place of pooling between the layers (Yu and Koltun,
"Multi-scale context aggregation by dilated convolutions", 2016): from 24 series of FaceFour 91 % are learnt, and 70 %
with the maximum of each two steps after each layer. Very long ones are halved once, by averages: half the time, and an
accuracy that is lower on some sets and higher on others. At the end stand the average and the mean square over the
steps: the maximum, of one step in hundreds, learns what is chance (FaceFour 54 %), and by the average alone a motif in
noise is not found. Of few series half of the squares are dropped in training. Measured in docs/candidates.md.

Source: Wang et al., "Time series classification from scratch with deep neural networks", 2017 (series); He et
al., "Deep residual learning for image recognition", 2016 (residuals).
"""

from __future__ import annotations

from typing import Any

from fourfold.core.symbols import Symbol
from fourfold.layers import (
    Activation,
    Add,
    AveragePooling1D,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Conv2D,
    Cropping1D,
    Dropout,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Multiply,
    Reshape,
    ZeroPadding1D,
)
from fourfold.study.candidates.base import (
    EMBEDDING_WIDTH,
    PERMUTED,
    Candidate,
    Problem,
    carried,
    counted,
    embedded,
    framed,
    series,
)
from fourfold.study.candidates.columns import COLUMN_WIDTH, permuted_vectors, reads_in_order

LARGE_SIDE = 16  # images at least this large are pooled twice
LONG_SERIES, VERY_LONG_SERIES = 64, 256
LONGEST = 512  # longer series are cut into frames


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
    """Filters of 7, 5, 3 see 13 steps with taps side by side, 23 if they lie 1, 2, 4 apart, 55 if 1, 4, 16."""
    if problem.layout == "text":
        x = framed(embedded(x, problem), problem.shape[0], EMBEDDING_WIDTH, LONGEST)
    else:
        x = series(x, problem, LONGEST)
    layers = zip((width, 2 * width, 2 * width), _kernels(kernel), _dilations(problem))
    for place, (filters, size, apart) in enumerate(layers):
        layer = Conv1D(filters, size, padding="same", dilation_rate=apart, use_bias=False)
        x = _conv(layer, x, residual=place == 2)
        if place == 0 and _is_halved(problem):
            x = _halved(x)
    return Dropout(0.1)(x if problem.stepwise else _pooled(x, problem))


def _kernels(kernel: int) -> tuple[int, int, int]:
    """The sizes of a series' filters: falling by two, at least 3."""
    return kernel, max(kernel - 2, 3), max(kernel - 4, 3)


def _dilations(problem: Problem) -> tuple[int, int, int]:
    """How far apart the taps of a series' filters lie: further in long series, and where each step has an answer."""
    long = problem.shape[0] >= LONG_SERIES
    if problem.stepwise:
        return (1, 4, 16) if long else (1, 2, 4)
    return (1, 2, 4) if long else (1, 1, 1)


def _is_halved(problem: Problem) -> bool:
    return problem.shape[0] >= VERY_LONG_SERIES and not problem.stepwise


def _halved(x: Symbol) -> Symbol:
    """The mean of each two steps; beside a mask the last of an odd number may be a series' end, and stays, with a 0."""
    return carried(AveragePooling1D(2)(x if x.mask is None else ZeroPadding1D((0, 1))(x)), x)


def _pooled(x: Symbol, problem: Problem) -> Symbol:
    """Features (N, 2C) of a series (N, T, C): the average, and of a text the maximum, else the mean square; where it is
    to be continued (N, 3C), with its last step."""
    average = GlobalAveragePooling1D()
    if problem.layout == "text":
        return Concatenate()([average(x), GlobalMaxPooling1D()(x)])
    square = GlobalAveragePooling1D()(Multiply()([x, x]))
    features = [average(x), Dropout(0.5)(square) if problem.small else square]
    return Concatenate()([*features, _last(x)] if problem.forecast else features)


def _last(x: Symbol) -> Symbol:
    """The last step (N, C) of a series without padding (N, T, C)."""
    before = x.shape[1] - 1  # pyright: ignore[reportOptionalOperand]
    return Flatten()(Cropping1D((before, 0))(x))


def _table(x: Symbol, problem: Problem, width: int, kernel: int) -> Symbol:
    by_category = problem.by_category
    x = permuted_vectors(x, problem, COLUMN_WIDTH) if by_category else Reshape((*problem.shape, 1))(x)
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
        columns = counted(problem.shape[0], "column") + (PERMUTED if problem.shape[0] > 1 else "")
        return f"{reads_in_order(problem) if problem.by_category else columns}, through filters of 3"
    return f"{counted(problem.shape[0], problem.place)}, through filters of 7, 5 and 3"


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
        vectors = f"a vector of {COLUMN_WIDTH} a column, " if problem.by_category else ""
        return f"{vectors}Conv1D({width}{size}) x 2, BatchNormalization, relu, residual; flattened"
    first, second, third = _kernels(kernel)
    halved = ", average of 2" if _is_halved(problem) else ""
    layers = f"Conv1D({width}, {first}){halved}, Conv1D({wide}, {second}), Conv1D({wide}, {third})"
    if max(_dilations(problem)) > 1:
        layers += f", dilated by {', '.join(map(str, _dilations(problem)))}"
    beside = "maximum" if problem.layout == "text" else "mean square"
    end = "a vector a step" if problem.stepwise else f"average and {beside} over time"
    end += ", and the last step" * problem.forecast
    return f"{layers}, each BatchNormalization and relu, one residual; {end}"


def factors(problem: Problem, width: int) -> dict[str, tuple[Any, Any]]:
    return {
        "filters": (width, width // 2),
        "kernel_size": (_kernel(problem), 3 if _kernel(problem) > 3 else 5),
    }


CANDIDATE = Candidate("convolution", "Convolution", build, reads, describe, factors, ordered_columns=True)
