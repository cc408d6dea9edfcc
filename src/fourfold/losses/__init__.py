"""Losses: values a sample, weighted, masked and reduced to the number that training minimises.

Keras's names and numbers; pure functions of arrays, also under ``jit``. Shapes: targets and predictions are
(N, ...) with N the batch; a loss averages or sums over the last axis and keeps the others, so that sequences
(N, T, C) have a value a time step, (N, T). A target (N,) fits predictions (N, 1) and the other way round;
shapes that don't fit are refused, never broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fourfold.core.catalog import Catalog, snake_case
from fourfold.errors import no_such_name
from fourfold.losses.base import FunctionLoss, Loss
from fourfold.losses.crossentropy import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    KLDivergence,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    kl_divergence,
    sparse_categorical_crossentropy,
)
from fourfold.losses.ctc import CTC, ctc
from fourfold.losses.margins import (
    CategoricalHinge,
    Circle,
    Dice,
    Hinge,
    SquaredHinge,
    Tversky,
    categorical_hinge,
    circle,
    dice,
    hinge,
    squared_hinge,
    tversky,
)
from fourfold.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
)

__all__ = [
    "CTC", "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy", "CategoricalHinge", "Circle", "CosineSimilarity", "Dice", "FunctionLoss",
    "Hinge", "Huber", "KLDivergence", "LogCosh", "Loss", "MeanAbsoluteError", "MeanAbsolutePercentageError",
    "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson", "SparseCategoricalCrossentropy", "SquaredHinge",
    "Tversky", "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
    "categorical_focal_crossentropy", "categorical_generalized_cross_entropy", "categorical_hinge", "circle",
    "cosine_similarity", "ctc", "deserialize", "dice", "get", "hinge", "huber", "kl_divergence", "log_cosh", "loss_of",
    "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error",
    "poisson", "serialize", "sparse_categorical_crossentropy", "squared_hinge", "tversky",
]  # fmt: skip



_CLASSES = [
    *(MeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredLogarithmicError),
    *(Huber, LogCosh, CosineSimilarity, Poisson),
    *(BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy, KLDivergence),
    *(BinaryFocalCrossentropy, CategoricalFocalCrossentropy, CategoricalGeneralizedCrossEntropy),
    *(Hinge, SquaredHinge, CategoricalHinge, Dice, Tversky, CTC, Circle),
]
_ALIASES: dict[str, type[Loss]] = {
    **dict.fromkeys(("mse", "MSE"), MeanSquaredError),
    **dict.fromkeys(("mae", "MAE"), MeanAbsoluteError),
    **dict.fromkeys(("mape", "MAPE"), MeanAbsolutePercentageError),
    **dict.fromkeys(("msle", "MSLE"), MeanSquaredLogarithmicError),
    **dict.fromkeys(("bce", "BCE"), BinaryCrossentropy),
    **dict.fromkeys(("kld", "KLD"), KLDivergence),
    "logcosh": LogCosh,
}
_CATALOG = Catalog("loss", "keras.losses", _CLASSES, _ALIASES)
serialize, deserialize = _CATALOG.serialize, _CATALOG.deserialize


_OF_FUNCTIONS = {
    name: globals()[snake_case(loss.__name__)] for name, loss in _CATALOG.names.items() if name != loss.__name__
}


def get(identifier: Any) -> Any:
    """The loss of a class's name, a config or a class; of a function's name that function, of values a sample.

    >>> get("mse").__name__, get("MeanSquaredError"), get({"class_name": "Huber", "config": {"delta": 2.0}})
    ('mean_squared_error', MeanSquaredError(), Huber(delta=2.0))
    """
    named = _OF_FUNCTIONS.get(identifier) if isinstance(identifier, str) else None
    return named or _CATALOG.get(identifier)


def loss_of(identifier: Any) -> Loss | None:
    """What ``compile`` makes of a name, a config, a class, or a function ``(y_true, y_pred) -> values``.

    >>> loss_of("mse"), loss_of({"class_name": "Huber", "config": {"delta": 2.0}})
    (MeanSquaredError(), Huber(delta=2.0))
    """
    loss = _CATALOG.get(identifier)
    return loss if loss is None or isinstance(loss, Loss) else FunctionLoss(loss)


def crossentropy_kind(y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]) -> str:
    """``binary``, ``sparse_categorical`` or ``categorical``: what the shapes of target and output say.

    >>> crossentropy_kind((None,), (None, 1)), crossentropy_kind((None, 1), (None, 10))
    ('binary', 'sparse_categorical')
    """
    if y_pred_shape[-1] == 1:
        return "binary"
    sparse = len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1
    return "sparse_categorical" if sparse else "categorical"


def resolve(
    identifier: Any, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
) -> Loss | None:
    """``loss_of``, where ``"crossentropy"`` and ``"ce"`` mean the one that fits the shapes."""
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        identifier = crossentropy_kind(y_true_shape, y_pred_shape) + "_crossentropy"
    return loss_of(identifier)


def __getattr__(name: str) -> Any:
    do = "a function (y_true, y_pred) -> values is a loss, too"
    if name == "Reduction":
        do = 'write reduction="sum", "none" or "sum_over_batch_size"'
    elif name in _OF_FUNCTIONS:
        do = f"fourfold.losses.{_OF_FUNCTIONS[name].__name__}"
    raise no_such_name("losses", name, globals(), {name: do})
