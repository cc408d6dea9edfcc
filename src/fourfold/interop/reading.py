"""Objects of the plain data that Keras writes, as `writing` makes it.

Nothing is imported, evaluated or looked up by attribute, whatever a configuration says: names are those of `classes`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from fourfold import optimizers
from fourfold.core import registered
from fourfold.core.specs import TensorSpec
from fourfold.core.symbols import Symbol
from fourfold.errors import FourfoldError, OptionError, UnsafeFileError, closest
from fourfold.interop.classes import CLASSES, IDLE, OF_LAYERS, OF_TRAINING
from fourfold.interop.description import LAYERS
from fourfold.layers.base import Layer
from fourfold.ops import activations

MOST_OF_A_ROW = 10**9


class Reading:
    """What makes objects of one configuration.

    Args:
        models: Fourfold's models by the class names that Keras has for them.
        custom_objects: a user's classes and functions by name.
        numbers: the most weights that all layers together may have; None for as many as they like.
    """

    def __init__(
        self,
        models: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
        numbers: int | None = None,
    ) -> None:
        self.models, self.numbers = models, numbers
        self.custom = registered.known(custom_objects)
        self.order: dict[int, list[Layer]] = {}
        """The layers of each functional model in the order of its configuration, by the model's ``id``."""
        self._shared: dict[int, Any] = {}

    def value(self, value: Any) -> Any:
        """What an argument in a configuration stands for."""
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        if not isinstance(value.get("class_name"), str) or "config" not in value:
            return {name: self.value(item) for name, item in value.items()}
        special = _SPECIAL.get(value["class_name"])
        return self.thing(value) if special is None else special(self, value)

    def thing(self, entry: Mapping[str, Any]) -> Any:
        """The object of an entry.

        Raises:
            OptionError: ``unknown-class``, ``unknown-layer``, ``argument-of-a-layer``.
            UnsafeFileError: ``lambda-layer``.
        """
        shared = entry.get("shared_object_id")
        if isinstance(shared, int) and shared in self._shared:
            return self._shared[shared]
        cls, own = self._class(entry)
        config = entry.get("config") or {}
        if cls in self.models.values() or hasattr(cls, "_restored"):
            made = cls._restored(config, self)
        elif not own:
            with registered.custom_object_scope(self.custom):
                made = cls.from_config(config)
        else:
            made = cls.from_config(_known(cls, {name: self.value(item) for name, item in config.items()}))
        if isinstance(shared, int) and isinstance(made, Layer):
            self._shared[shared] = made
        return made

    def layer(self, entry: Any) -> Layer:
        """The layer of an entry."""
        if not isinstance(entry, Mapping) or not isinstance(entry.get("class_name"), str):
            raise _no_config(f"a layer is described as {type(entry).__name__}")
        made = self.thing(entry)
        if not isinstance(made, Layer):
            raise _no_config(f"{entry['class_name']!r} among the layers")
        return made

    def _class(self, entry: Mapping[str, Any]) -> tuple[Any, bool]:
        """The class of an entry, and whether it is Fourfold's."""
        name, module, full = entry["class_name"], entry.get("module"), entry.get("registered_name")
        for known in (full, name):
            if isinstance(known, str) and isinstance(self.custom.get(known), type):
                return self.custom[known], False
        if name == "Lambda":
            raise UnsafeFileError(
                "lambda-layer",
                "a Lambda layer is code, which is not read from files or configurations",
                got=f"{(entry.get('config') or {}).get('name')!r}",
                wanted="layers with names",
                do="build the model by the same code, and load its weights",
            )
        if name in self.models:
            return self.models[name], True
        tables = (
            OF_LAYERS if module is None else ("keras.layers" if module == "fourfold.layers" else module,)
        )
        for table in tables:
            if name in CLASSES.get(table, ()):
                return CLASSES[table][name], True
        return self._unknown(name, module), True

    def _unknown(self, name: str, module: Any) -> Any:
        table = {**CLASSES.get(module, LAYERS), **self.custom}
        raise OptionError(
            "unknown-layer",
            f"a configuration names {_kind_of(module)} that is not known",
            got=f"{name!r}{closest(name, table)}" + (f" of {module}" if module else ""),
            wanted="one of Fourfold, or one in custom_objects",
            do=f"custom_objects={{{name!r}: {name}}}" if name.isidentifier() else "",
        )

    def allow(self, layer: Layer, args: Any) -> None:
        """Counts the weights that a call is about to make.

        Raises:
            OptionError: ``more-weights-than-the-file``, ``giant-in-a-config``.
        """
        if self.numbers is None:
            return
        specs = jax.tree.map(lambda leaf: leaf.spec if isinstance(leaf, Symbol) else leaf, tuple(args))
        leaves = jax.tree.leaves(specs)
        if not all(isinstance(leaf, TensorSpec) for leaf in leaves):
            return
        giant = next((leaf for leaf in leaves if math.prod(n or 1 for n in leaf.shape) > MOST_OF_A_ROW), None)
        if giant is not None:
            raise OptionError(
                "giant-in-a-config",
                "a layer of the configuration takes arrays that no machine holds",
                got=f"{layer.name!r} on {giant.shape}",
                wanted=f"at most {MOST_OF_A_ROW:,} numbers a row",
            )
        if layer.built:
            return
        wanted = layer.weight_specs(*specs)
        sizes = (int(np.prod(spec.shape, dtype=object)) for spec in wanted.values())
        self.numbers -= sum(sizes)
        if self.numbers < 0:
            raise OptionError(
                "more-weights-than-the-file",
                "the configuration has more weights than the file",
                got=f"{layer.name!r} with " + ", ".join(f"{n} {spec.shape}" for n, spec in wanted.items()),
                wanted="as many as were written",
            )


def _known(cls: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that a class has; others may be at the values at which they change nothing."""
    parameters = inspect.signature(cls.__init__).parameters
    base = ("name", "trainable", "dtype", "activity_regularizer") if issubclass(cls, Layer) else ()
    kept = {}
    for name, value in config.items():
        if name in parameters or name in base:
            kept[name] = value
        elif value not in IDLE.get(name, ()):
            if issubclass(cls, optimizers.Optimizer):
                kept[name] = value
                continue
            raise OptionError(
                "argument-of-a-layer",
                f"a configuration gives {cls.__name__} an argument that it does not have here",
                got=f"{name}={value!r}"[:200],
                wanted=", ".join(n for n in parameters if n not in ("self", "kwargs")),
            )
    return kept


def _kind_of(module: Any) -> str:
    kind = str(module).rpartition(".")[2] if module in CLASSES else "layers"
    return {"losses": "a loss", "initializers": "an initializer", "optimizers": "an optimizer"}.get(
        kind, f"a {kind.removesuffix('s')}"
    )


def _no_config(why: str) -> OptionError:
    return OptionError(
        "not-a-config",
        "this is no configuration of a model",
        got=why,
        wanted="what model.get_config() gave, or Keras wrote",
    )


def _refuse_code(reading: Reading, value: Mapping[str, Any]) -> Any:
    raise UnsafeFileError(
        "code-in-a-config",
        "a configuration holds code, which is not read",
        got=f"a {value['class_name']}",
        wanted="named functions and plain numbers",
        do="build the model by the same code, and load its weights",
    )


def _policy(reading: Reading, value: Mapping[str, Any]) -> str:
    name = value["config"].get("name")
    if name != "float32":
        raise OptionError(
            "policy-of-a-config",
            "the configuration is of a model that computes in another type",
            got=repr(name),
            wanted="float32",
        )
    return "float32"


def _function_of(reading: Reading, value: Mapping[str, Any]) -> Any:
    name = value["config"]
    if name in reading.custom:
        return reading.custom[name]
    if name in activations.ACTIVATIONS or name in activations.ALIASES:
        return name
    of_training = value.get("module") in ("keras.losses", "keras.metrics") or name in OF_TRAINING
    if isinstance(name, str) and of_training:
        return name
    raise OptionError(
        "unknown-function",
        "a configuration names a function that is not known",
        got=repr(name),
        wanted="one of Fourfold, or one in custom_objects",
        do=f"custom_objects={{{name!r}: {name}}}",
    )


def _numbers_of(reading: Reading, value: Mapping[str, Any]) -> np.ndarray:
    config = value["config"]
    if config.get("dtype") not in (
        "float32",
        "float64",
        "float16",
        "int8",
        "int32",
        "int64",
        "uint8",
        "bool",
    ):
        raise _no_config(f"an array of {config.get('dtype')!r}")
    return np.array(config["value"], config["dtype"])


_SPECIAL = {
    "__lambda__": _refuse_code,
    "__typespec__": _refuse_code,
    "__tensor__": _numbers_of,
    "__numpy__": _numbers_of,
    "__slice__": lambda reading, value: slice(*(value["config"].get(k) for k in ("start", "stop", "step"))),
    "__ellipsis__": lambda reading, value: ...,
    "__bytes__": _refuse_code,
    "function": _function_of,
    "DTypePolicy": _policy,
}

PROBLEMS = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, OverflowError)


def as_no_config(error: Exception) -> FourfoldError:
    """Whatever went wrong in reading, as one of our errors."""
    return error if isinstance(error, FourfoldError) else _no_config(f"{type(error).__name__}: {error}"[:300])
