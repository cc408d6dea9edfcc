"""Objects as the plain data that Keras writes: ``{"module", "class_name", "config", "registered_name"}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from fourfold import optimizers
from fourfold.core import registered
from fourfold.errors import OptionError
from fourfold.interop.classes import CLASSES, IDLE, OF_LAYERS
from fourfold.layers.base import Layer
from fourfold.ops import activations

MODEL_MODULES = {"Functional": "keras.src.models.functional", "Sequential": "keras"}
WITHOUT_TRAINABLE = frozenset(("Discretization", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"))
"""Layers that Keras refuses to make with that argument."""
NOT_IN_KERAS = frozenset(("CarryMask", "PositionalEncoding"))
MOST_CONSTANTS = 10_000
"""Numbers of an array among the arguments of a call."""
WRITTEN_ANYWAY = frozenset(("dtype", "axis", "data_format", "seed"))
"""Arguments that Keras writes though they change nothing."""


class Writing:
    """The objects that are written to one configuration; a layer that is in it twice has a ``shared_object_id``."""

    def __init__(self) -> None:
        self._layers: dict[int, tuple[Layer, dict[str, Any]]] = {}

    def value(self, value: Any) -> Any:
        """Any argument of an object as plain data.

        Raises:
            OptionError: ``not-in-a-config``, for a function without a name, or what has no configuration.
        """
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, (np.ndarray, jax.Array)):
            array = np.asarray(value)
            return array.item() if array.ndim == 0 else _array(array)
        if isinstance(value, np.dtype):
            return value.name
        if hasattr(value, "get_config") and not isinstance(value, type):
            return self.thing(value)
        if isinstance(value, type) and issubclass(value, np.generic):
            return np.dtype(value).name
        if callable(value):
            return _function(value)
        raise _not_in_a_config(f"a {type(value).__name__}")

    def thing(self, thing: Any) -> dict[str, Any]:
        """An object with a configuration."""
        if isinstance(thing, Layer):
            if id(thing) in self._layers:
                entry = self._layers[id(thing)][1]
                entry.setdefault("shared_object_id", list(self._layers).index(id(thing)) + 1)
                return dict(entry)
            entry = _entry(thing, self._of_layer(thing))
            self._layers[id(thing)] = thing, entry
            return entry
        config = thing.get_config()
        if isinstance(thing, optimizers.Optimizer):
            config = {name: value for name, value in config.items() if name != "decay_exclude"}
        return _entry(thing, self.value(config))

    def _of_layer(self, layer: Layer) -> dict[str, Any]:
        if hasattr(layer, "_config") and type(layer).get_config.__module__.startswith("fourfold."):
            return layer._config(self)  # type: ignore[attr-defined]
        given = getattr(layer, "_arguments", {})
        config = {}
        for name, value in layer.get_config().items():
            plain = value is None or isinstance(value, (bool, int, float, str))
            if plain and name not in WRITTEN_ANYWAY and value in IDLE.get(name, ()):
                continue
            if name == "trainable" and type(layer).__name__ in WITHOUT_TRAINABLE:
                continue
            own = given.get(name)
            config[name] = self.value(own if callable(own) or _holds_layers(own) else value)
        return config

    def _mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        plain = {str(name): self.value(item) for name, item in value.items()}
        name = value.get("class_name")
        if isinstance(name, str) and "config" in value and "module" not in value:
            module = next((module for module in OF_LAYERS if name in CLASSES[module]), None)
            return {"module": module, **plain, "registered_name": None}
        return plain


def _entry(thing: Any, config: dict[str, Any]) -> dict[str, Any]:
    cls = type(thing)
    name = cls.__name__
    for module, classes in CLASSES.items():
        if classes.get(name) is cls:
            module = "fourfold.layers" if name in NOT_IN_KERAS else module
            return {"module": module, "class_name": name, "config": config, "registered_name": None}
    if cls.__module__.startswith("fourfold.models"):
        name = "Sequential" if name == "Sequential" else "Functional"
        of = None if name == "Sequential" else "Functional"
        return {"module": MODEL_MODULES[name], "class_name": name, "config": config, "registered_name": of}
    module = None if cls.__module__ == "__main__" else cls.__module__
    full = registered.get_registered_name(cls)
    return {"module": module, "class_name": name, "config": config, "registered_name": full}


def _function(function: Any) -> Any:
    name = getattr(function, "__name__", None)
    if name in activations.ACTIVATIONS and activations.ACTIVATIONS[name] is function:
        return name
    full = registered.get_registered_name(function) if isinstance(name, str) else None
    if full is None or name == "<lambda>":
        raise _not_in_a_config("a function without a name")
    return {"module": "builtins", "class_name": "function", "config": full, "registered_name": "function"}


def _array(array: np.ndarray) -> dict[str, Any]:
    if array.size > MOST_CONSTANTS or array.dtype.kind not in "biuf":
        raise _not_in_a_config(f"an array of {array.size} numbers")
    return {"class_name": "__numpy__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}


def _holds_layers(value: Any) -> bool:
    items = value if isinstance(value, (list, tuple)) else [value]
    return any(isinstance(item, Layer) for item in items)


def _not_in_a_config(got: str) -> OptionError:
    return OptionError(
        "not-in-a-config",
        "a configuration is data, without code, and can't hold this",
        got=got,
        wanted="numbers, strings, named functions, and objects that say what they are made of in get_config",
        do="a function by def, decorated with fourfold.saving.register_keras_serializable()",
    )
