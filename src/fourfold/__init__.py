"""Fourfold: fully connected, convolution, recurrent or attention, and which of them for your data.

    fourfold.compare(x, y)                   trains all four on your data and says which, and why
    fourfold.FourfoldClassifier()            the same as an estimator of scikit-learn
    from fourfold import Input, Model        a Keras-style API on JAX
    from fourfold.layers import Dense

Names load when they are first used: ``import fourfold`` alone does not load JAX.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_MODULES = (
    "callbacks",
    "constraints",
    "data",
    "errors",
    "evidence",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "utils",
)
_NAMES = {
    "Input": "fourfold.core.symbols",
    "Layer": "fourfold.layers.base",
    "Model": "fourfold.models",
    "Sequential": "fourfold.models",
    "Comparison": "fourfold.comparison",
    "compare": "fourfold.comparison",
    "load_model": "fourfold.comparison",
    **dict.fromkeys(
        (
            "FourfoldClassifier",
            "FourfoldRegressor",
            "DenseClassifier",
            "DenseRegressor",
            "ConvolutionClassifier",
            "ConvolutionRegressor",
            "RecurrentClassifier",
            "RecurrentRegressor",
            "AttentionClassifier",
            "AttentionRegressor",
        ),
        "fourfold.estimators",
    ),
}

__all__ = ["__version__", *_MODULES, *_NAMES]

if TYPE_CHECKING:
    from fourfold import (
        callbacks,
        constraints,
        data,
        errors,
        evidence,
        initializers,
        layers,
        losses,
        metrics,
        models,
        ops,
        optimizers,
        random,
        regularizers,
        utils,
    )
    from fourfold.comparison import Comparison, compare, load_model
    from fourfold.core.symbols import Input
    from fourfold.estimators import (
        AttentionClassifier,
        AttentionRegressor,
        ConvolutionClassifier,
        ConvolutionRegressor,
        DenseClassifier,
        DenseRegressor,
        FourfoldClassifier,
        FourfoldRegressor,
        RecurrentClassifier,
        RecurrentRegressor,
    )
    from fourfold.layers.base import Layer
    from fourfold.models import Model, Sequential


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"fourfold.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    from fourfold.errors import closest

    raise AttributeError(f"fourfold has no attribute {name!r}{closest(name, __all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
