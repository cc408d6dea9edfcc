"""Fourfold: fully connected, convolution, recurrent or attention, and which of them for your data.

    fourfold.compare(x, y)                   trains all four on your data and says which, and why
    fourfold.FourfoldClassifier()            the same as an estimator of scikit-learn
    from fourfold import Input, Model        a Keras-style API on JAX
    from fourfold.layers import Dense

Names load when they are first used: ``import fourfold`` alone does not load JAX.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "config",
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
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "utils",
)
_NAMES = {
    "Initializer": "fourfold.initializers",
    "Input": "fourfold.core.symbols",
    "DTypePolicy": "fourfold.config",
    "InputSpec": "fourfold.layers",
    "KerasTensor": "fourfold.core.symbols",
    "Layer": "fourfold.layers.base",
    "Loss": "fourfold.losses",
    "Metric": "fourfold.metrics",
    "Model": "fourfold.models",
    "Optimizer": "fourfold.optimizers",
    "Regularizer": "fourfold.regularizers",
    "Sequential": "fourfold.models",
    "Variable": "fourfold.variables",
    "name_scope": "fourfold.backend",
    "remat": "fourfold.ops.control",
    "version": "fourfold.config",
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

_INSTEAD = {
    "device": "leave it out: fit uses all cores, or the accelerator that JAX finds",
    "distribution": "leave it out: fit splits a batch over the cores by itself; use Keras for several machines",
    "tree": "jax.tree has map, flatten and the like",
    "datasets": "read the data with NumPy or pandas; fourfold compare digits has pictures to begin with",
    "applications": "use Keras itself for pretrained models",
    "keras": "import fourfold as keras; layers, models and the others are right below it",
    "wrappers": "DenseClassifier, FourfoldRegressor and their kin are estimators of scikit-learn",
    "Function": "Model(inputs, outputs) computes outputs from inputs",
    "Operation": "write a Layer, or a function of fourfold.ops, which records operations on symbols",
    "RematScope": "remat(function), where a layer calls the function",
    "StatelessScope": "model.stateless_call and optimizer.stateless_apply are functions of the variables' values",
    "SymbolicScope": "call layers and fourfold.ops on what Input returns",
    "export": "model.export('model.onnx')",
    **dict.fromkeys(("distillation", "legacy", "visualization"), "use Keras itself for it"),
    **dict.fromkeys(
        ("mixed_precision", "FloatDTypePolicy", "quantizers", "Quantizer"), "leave it out: everything is float32"
    ),
    "dtype_policies": "take DTypePolicy from fourfold itself",
}
"""What to do in the place of names that Keras has."""

__all__ = ["__version__", *_MODULES, *_NAMES]

if TYPE_CHECKING:
    from fourfold import (
        activations,
        backend,
        callbacks,
        config,
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
        preprocessing,
        random,
        regularizers,
        saving,
        utils,
    )
    from fourfold.backend import name_scope
    from fourfold.comparison import Comparison, compare, load_model
    from fourfold.config import DTypePolicy, version
    from fourfold.core.symbols import Input, KerasTensor
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
    from fourfold.initializers import Initializer
    from fourfold.layers import InputSpec
    from fourfold.layers.base import Layer
    from fourfold.losses import Loss
    from fourfold.metrics import Metric
    from fourfold.models import Model, Sequential
    from fourfold.ops.control import remat
    from fourfold.optimizers import Optimizer
    from fourfold.regularizers import Regularizer
    from fourfold.variables import Variable


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return _loaded(f"fourfold.{name}")
    if name in _NAMES:
        return getattr(_loaded(_NAMES[name]), name)
    from fourfold.errors import closest, missing_name

    more = f". Do this: {_INSTEAD[name]}" if name in _INSTEAD else closest(name, __all__)
    raise missing_name(f"fourfold has no attribute {name!r}{more}", sys._getframe(1))


class _NotHere(Loader):
    """Asked last for a module: `import fourfold.datasets` is answered as the name `fourfold.datasets` is."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        parent, _, name = fullname.rpartition(".")
        if parent.partition(".")[0] == __name__:
            try:
                getattr(sys.modules[parent], name)
            except AttributeError as error:
                return ModuleSpec(fullname, cls(str(error)))
        return None

    def exec_module(self, module: ModuleType) -> None:
        self.get_code(module.__name__)

    def get_code(self, fullname: str) -> None:  # asked by `python -m`
        raise ModuleNotFoundError(self.reason, name=fullname)


sys.meta_path.append(_NotHere)


def _loaded(module: str) -> Any:
    """A module; NumPy's global random numbers, of which JAX draws some when it is imported, stay as they were."""
    numpy = sys.modules.get("numpy")
    state = None if numpy is None else numpy.random.get_state()
    loaded = importlib.import_module(module)
    if numpy is not None:
        numpy.random.set_state(state)
    return loaded


def __dir__() -> list[str]:
    return sorted(__all__)
