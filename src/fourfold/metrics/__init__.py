"""Metrics: what is reported of targets and predictions, over batches, with Keras's names and numbers.

A metric is three pure functions, ``init() -> state``, ``update(state, y_true, y_pred, sample_weight, mask)
-> state`` and ``compute(state) -> scalar``; a state is a dict of scalars, so that metrics run in a compiled
scan. On top of them sits Keras's face: ``update_state``, ``result``, ``reset_state`` and the call. Shapes are
those of the losses: (N, ...), weights on the leading axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fourfold.core.catalog import Catalog
from fourfold.errors import no_such_name
from fourfold.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    crossentropy_kind,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from fourfold.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from fourfold.metrics.base import Metric, State
from fourfold.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from fourfold.metrics.curves import (
    AUC,
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from fourfold.metrics.mean import Mean, MeanMetric, MeanMetricWrapper, Sum
from fourfold.metrics.overlap import (
    BinaryIoU,
    F1Score,
    FBetaScore,
    IoU,
    MeanIoU,
    OneHotIoU,
    OneHotMeanIoU,
)
from fourfold.metrics.probability import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from fourfold.metrics.regression import (
    ConcordanceCorrelation,
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PearsonCorrelation,
    R2Score,
    RootMeanSquaredError,
    concordance_correlation,
    pearson_correlation,
)

__all__ = [
    "AUC", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "BinaryIoU", "CategoricalAccuracy",
    "CategoricalCrossentropy", "CategoricalHinge", "ConcordanceCorrelation", "CosineSimilarity", "F1Score",
    "FBetaScore", "FalseNegatives", "FalsePositives", "Hinge", "IoU", "KLDivergence", "LogCoshError", "Mean",
    "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanIoU", "MeanMetric", "MeanMetricWrapper",
    "MeanSquaredError", "MeanSquaredLogarithmicError", "Metric", "OneHotIoU", "OneHotMeanIoU", "PearsonCorrelation",
    "Poisson", "Precision", "PrecisionAtRecall", "R2Score", "Recall", "RecallAtPrecision", "RootMeanSquaredError",
    "SensitivityAtSpecificity", "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy", "SpecificityAtSensitivity", "SquaredHinge", "Sum", "TopKCategoricalAccuracy",
    "TrueNegatives", "TruePositives", "accuracy", "binary_accuracy", "binary_crossentropy", "binary_focal_crossentropy",
    "categorical_accuracy", "categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge",
    "concordance_correlation", "deserialize", "get", "hinge", "huber", "kl_divergence", "log_cosh",
    "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error",
    "pearson_correlation", "poisson", "serialize", "sparse_categorical_accuracy", "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy", "squared_hinge", "top_k_categorical_accuracy",
]  # fmt: skip



_CATALOG = Catalog(
    "metric",
    "keras.metrics",
    [
        *(Mean, Sum, Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy),
        *(TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy),
        *(MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError),
        *(MeanSquaredLogarithmicError, LogCoshError, R2Score),
        *(CosineSimilarity, PearsonCorrelation, ConcordanceCorrelation),
        *(BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy, KLDivergence, Poisson),
        *(Hinge, SquaredHinge, CategoricalHinge),
        *(Precision, Recall, TruePositives, FalsePositives, TrueNegatives, FalseNegatives, AUC),
        *(SensitivityAtSpecificity, SpecificityAtSensitivity, PrecisionAtRecall, RecallAtPrecision),
        *(F1Score, FBetaScore, IoU, BinaryIoU, MeanIoU, OneHotIoU, OneHotMeanIoU),
    ],
    {
        **dict.fromkeys(("mse", "MSE"), MeanSquaredError),
        **dict.fromkeys(("mae", "MAE"), MeanAbsoluteError),
        **dict.fromkeys(("mape", "MAPE"), MeanAbsolutePercentageError),
        **dict.fromkeys(("msle", "MSLE"), MeanSquaredLogarithmicError),
        **dict.fromkeys(("bce", "BCE"), BinaryCrossentropy),
    },
)
serialize, deserialize = _CATALOG.serialize, _CATALOG.deserialize

_ACCURACIES: dict[str, type[MeanMetric]] = {
    "binary": BinaryAccuracy,
    "categorical": CategoricalAccuracy,
    "sparse_categorical": SparseCategoricalAccuracy,
}
_CROSSENTROPIES: dict[str, type[MeanMetric]] = {
    "binary": BinaryCrossentropy,
    "categorical": CategoricalCrossentropy,
    "sparse_categorical": SparseCategoricalCrossentropy,
}


def get(identifier: Any) -> Metric | None:
    """The metric of a name, which is then the metric's own, a config, a class, or a function of batches.

    >>> get("mse"), get("mse").name
    (MeanSquaredError(), 'mse')
    """
    metric = _CATALOG.get(identifier)
    if isinstance(identifier, str) and isinstance(metric, Metric):
        metric.name = identifier
    return metric if metric is None or isinstance(metric, Metric) else MeanMetricWrapper(metric)


def resolve(
    identifier: Any,
    y_true_shape: Sequence[int | None],
    y_pred_shape: Sequence[int | None],
    loss: Any = None,
) -> Metric | None:
    """``get``, where "accuracy" and "crossentropy" mean the one that fits the shapes of target and output.

    The metric is made to fit the shapes, which have the batch axis. A cross entropy reads logits where the ``loss``
    does.

    >>> resolve("acc", (None, 1), (None, 10))
    SparseCategoricalAccuracy()
    """
    name = identifier.lower() if isinstance(identifier, str) else ""
    kind = crossentropy_kind(y_true_shape, y_pred_shape)
    if name in ("accuracy", "acc"):
        return _ACCURACIES[kind].from_config({"name": identifier})
    if name in ("crossentropy", "ce"):
        config = {"name": identifier, "from_logits": getattr(loss, "from_logits", False)}
        return _CROSSENTROPIES[kind].from_config(config)
    metric = get(identifier)
    if metric is not None:
        metric.fit_to(y_true_shape, y_pred_shape)
    return metric


def __getattr__(name: str) -> Any:
    raise no_such_name(
        "metrics", name, globals(), {name: "a function (y_true, y_pred) -> values is a metric, too"}
    )
