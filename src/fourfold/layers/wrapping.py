"""Layers around a function or another layer: Lambda, Wrapper, TimeDistributed; and RepeatVector, which makes steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold.core.registered import known
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.base import Layer


class Lambda(Layer):
    """y = function(x), with ``arguments`` as further keyword arguments.

    Shapes: what the function makes of x; ``output_shape`` is not needed. A model with it can't be described as data.
    Errors: `OptionError` if it is no function.

    >>> import numpy as np
    >>> Lambda(lambda x: x**2)(np.array([[3.0]])).tolist()
    [[9.0]]
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise OptionError(
                "lambda-function", "Lambda takes a function", got=repr(function), wanted="a function"
            )
        self.function, self.own_mask, self.arguments = function, mask, dict(arguments or {})
        self.supports_masking = mask is not None

    @property
    def rows_apart(self) -> bool:
        return False  # before its function is looked at

    def get_config(self) -> dict[str, Any]:
        raise OptionError(
            "lambda-config",
            f"{self.name} is code, that no configuration holds",
            got="a Lambda",
            wanted="a layer with a name",
            do="a Layer of your own, or Activation with a name",
        )

    def call(self, weights: Any, inputs: Any) -> Any:
        return self.function(inputs, **self.arguments)

    def compute_mask(self, *inputs: Any, mask: Any = None) -> Any:
        return self.own_mask(*inputs, mask) if callable(self.own_mask) else self.own_mask


class RepeatVector(Layer):
    """y[n, t] = x[n] for t = 1, ..., ``n``: a row as a sequence of equal steps, for a decoder to start from.

    Shapes: x (N, F), y (N, n, F). Errors: `OptionError` for ``n``; `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> RepeatVector(3)(np.array([[1.0, 2.0]])).tolist()
    [[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]]
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = arguments.whole("n", n)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "NF")
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        return jnp.repeat(inputs[:, None], self.n, axis=1)


class Wrapper(Layer):
    """The base of layers around another, ``self.layer``, whose ``call`` a class of one's own writes as for Keras.

    Shapes, and masks, are what ``call`` makes of x; ``layer`` is built for the shape of x, unless the class has a
    ``build``. Weights: the layer's. Errors: `OptionError` for anything but a layer, or for a call of this class itself.

    >>> import numpy as np
    >>> from fourfold.layers import Dense
    >>> class Residual(Wrapper):
    ...     def call(self, x):
    ...         return x + self.layer(x)
    >>> Residual(Dense(2, kernel_initializer="ones"))(np.ones((1, 2))).tolist()
    [[3.0, 3.0]]
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        layer = described(layer)
        if not isinstance(layer, Layer):
            raise OptionError(
                "wrapped-layer",
                f"{type(self).__name__} takes a layer",
                got=repr(layer),
                wanted="a layer, or the configuration of one of Fourfold's",
                do=f"{type(self).__name__}(Conv2D(4, 3)), say",
            )
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        self.layer.build(input_shape)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Layer:
        layer = import_module("fourfold.saving").deserialize_keras_object(config["layer"], custom_objects)
        return cls(**{**config, "layer": layer})


class TimeDistributed(Wrapper):
    """y[:, t] = layer(x[:, t]): the same layer on each step.

    Shapes: x (N, T, ...), y (N, T, ...) with what the layer makes of (N T, ...). Weights: the layer's. The steps are
    rows of one call, so batch normalisation inside counts each step as a row (Keras 3 takes each step's own moments).
    A mask (N, T) travels on, and masked steps are computed as others. Errors: `OptionError` for anything but a
    layer; `ShapeError` for fewer axes than three.

    >>> import numpy as np
    >>> from fourfold.layers import Conv2D
    >>> TimeDistributed(Conv2D(4, 3))(np.ones((2, 5, 8, 8, 3))).shape
    (2, 5, 6, 6, 4)

    Good for layers that have no time axis of their own, as images over time; `Dense` needs it not, as it acts on the
    last axis alone.
    """

    supports_masking = True

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        if self.layer.activity_regularizer is not None:
            raise OptionError(
                "time-distributed-activity",
                "TimeDistributed has no penalty on the outputs of its layer",
                got=f"activity_regularizer={self.layer.activity_regularizer!r}",
                wanted="None",
                do="TimeDistributed(layer, activity_regularizer=...)",
            )
        self.updates_state = True

    @property
    def handles(self) -> dict[str, Any]:
        return dict(self.layer.handles)

    @property
    def weights(self) -> list[Any]:
        return self.layer.weights

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        return self.layer.weight_specs(self._step(inputs))

    def build(self, *inputs: Any, **kwargs: Any) -> None:
        if self._weights is None:
            spec = inputs[0] if isinstance(inputs[0], TensorSpec) else TensorSpec(tuple(inputs[0]))
            self.layer._prepare((self._step(spec),), {})
            self._weights = {}

    def _step(self, inputs: TensorSpec) -> TensorSpec:
        """A step of the input as a row."""
        arguments.check_axes(self, inputs, "NTF", least=True)
        return TensorSpec((None, *inputs.shape[2:]), inputs.dtype)

    def call(
        self, weights: Any, inputs: Array, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, dict[str, Array]]:
        rows = inputs.reshape(-1, *inputs.shape[2:])
        applied = self.layer.apply(weights, rows, training=training, key=key)

        def steps(leaf: Array) -> Array:
            return leaf.reshape(*inputs.shape[:2], *leaf.shape[1:])

        return jax.tree.map(steps, applied.outputs), applied.updates


def described(layer: Any) -> Any:
    """The layer that a configuration describes, of one of Fourfold's or of a known class; anything else as it is."""
    if not isinstance(layer, Mapping):
        return layer
    told = {**_ours(Layer), **known()}
    cls = told.get(str(layer.get("registered_name"))) or told.get(str(layer.get("class_name")))
    return layer if cls is None else cls.from_config(layer["config"])


def _ours(cls: type[Layer]) -> dict[str, type[Layer]]:
    """Fourfold's own layers by name."""
    found = {}
    for subclass in cls.__subclasses__():
        if subclass.__module__.startswith("fourfold.layers."):
            found |= {subclass.__name__: subclass} | _ours(subclass)
    return found
