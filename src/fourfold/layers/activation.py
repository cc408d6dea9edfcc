"""Activations as layers: by name, those with arguments or weights of their own, and none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import activations


class Activation(Layer):
    """y = activation(x), a name such as ``"relu"`` or a function of an array.

    >>> import numpy as np
    >>> Activation("relu")(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, weights: Any, inputs: Array) -> Array:
        return self.activation(inputs)


class ReLU(Layer):
    """y = min(x, max_value) where x > threshold, else negative_slope (x - threshold).

    Errors: `OptionError` for a negative argument.

    >>> import numpy as np
    >>> ReLU(max_value=6.0)(np.array([-1.0, 2.0, 9.0])).tolist()
    [0.0, 2.0, 6.0]
    """

    supports_masking = True

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _not_negative("max_value", max_value)
        self.negative_slope = _not_negative("negative_slope", negative_slope)
        self.threshold = _not_negative("threshold", threshold)

    def call(self, weights: Any, inputs: Array) -> Array:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Layer):
    """y = max(x, negative_slope x). Errors: `OptionError` for a negative slope.

    >>> import numpy as np
    >>> LeakyReLU(negative_slope=0.5)(np.array([-1.0, 2.0])).tolist()
    [-0.5, 2.0]
    """

    supports_masking = True
    former_names = {"alpha": "negative_slope"}

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = _not_negative("negative_slope", negative_slope)

    def call(self, weights: Any, inputs: Array) -> Array:
        return activations.leaky_relu(inputs, self.negative_slope)


class ELU(Layer):
    """y = x where x > 0, else alpha (exp(x) - 1) (Clevert et al., 2016).

    >>> import numpy as np
    >>> ELU()(np.array([0.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, weights: Any, inputs: Array) -> Array:
        return activations.elu(inputs, self.alpha)


class PReLU(Layer):
    """y = x where x > 0, else alpha x, with an alpha that is learnt (He et al., 2015).

    Shapes: y as x. Weights: alpha, ``zeros``, with the axes of x but for the batch's; 1 long along ``shared_axes``.
    Errors: `ShapeError` if an axis that has an alpha is open.

    >>> import numpy as np
    >>> PReLU("ones")(np.array([[-1.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        arguments.take_terms(self, "alpha")
        shared = [shared_axes] if isinstance(shared_axes, int) else list(shared_axes or ())
        self.shared_axes = shared or None

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        shared = {axis % inputs.ndim for axis in self.shared_axes or ()}
        axes = [axis for axis in range(1, inputs.ndim) if axis not in shared]
        known = dict(zip(axes, arguments.lengths(self, inputs, axes)))
        return {"alpha": arguments.weight(self, "alpha", tuple(known.get(axis, 1) for axis in range(1, inputs.ndim)))}

    def call(self, weights: Any, inputs: Array) -> Array:
        return jnp.maximum(inputs, 0) - weights["alpha"][None] * jnp.maximum(-inputs, 0)


class Identity(Layer):
    """y = x, for any structure of inputs.

    >>> import numpy as np
    >>> Identity()(np.array([1.0])).tolist()
    [1.0]
    """

    supports_masking = True

    def call(self, weights: Any, inputs: Any) -> Any:
        return inputs


class Softmax(Layer):
    """y = m exp(x) / sum m exp(x) along ``axis``, m the mask, or 1 without one.

    Shapes: y as x; the mask is aligned with the first axes of x if it has their lengths (a mask of steps),
    else with the last, as in Keras. Where nothing is valid, y is 0.

    >>> import numpy as np
    >>> Softmax()(np.zeros((1, 3)), mask=np.array([[True, True, False]])).tolist()
    [[0.5, 0.5, 0.0]]
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else tuple(axis)

    def call(self, weights: Any, inputs: Array, *, mask: Array | None = None) -> Array:
        if mask is None:
            return activations.softmax(inputs, self.axis)
        mask = jnp.asarray(mask).astype(bool)
        missing = (1,) * (inputs.ndim - mask.ndim)
        of_steps = mask.shape == inputs.shape[: mask.ndim]
        valid = jnp.broadcast_to(
            mask.reshape(mask.shape + missing if of_steps else missing + mask.shape), inputs.shape
        )
        return jnp.where(valid, activations.softmax(jnp.where(valid, inputs, -1e9), self.axis), 0.0)


def _not_negative(name: str, value: Any) -> float:
    if value is not None and value >= 0:
        return float(value)
    raise OptionError(
        "activation-argument", f"{name} is negative", got=f"{name}={value!r}", wanted="a number of at least 0"
    )
