"""BatchNormalization over the batch; the others over each example's own axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from fourfold import initializers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import normalization

SMALLEST_SQUARE = 1e-24


class BatchNormalization(Layer):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each index along ``axis``.

    In training mean and variance are those of the batch over all other axes, of the valid entries only if
    there is a mask, and the moving ones follow: new = momentum old + (1 - momentum) batch. In inference, and
    whenever the layer is not trainable, they are the moving ones.

    Shapes: x (N, ..., C), y the same. Weights, each (C,): gamma ``ones``, beta ``zeros``, moving_mean
    ``zeros``, moving_variance ``ones``; the last two are state. Errors: `ShapeError` if x has no such axis;
    `OptionError` for ``renorm`` or ``synchronized``.

    >>> import numpy as np
    >>> layer = BatchNormalization()
    >>> np.round(layer(np.array([[1.0], [3.0]]), training=True), 3).tolist()
    [[-1.0], [1.0]]
    >>> layer.moving_mean.numpy().round(3)
    array([0.02], dtype=float32)

    Source: Ioffe and Szegedy, "Batch normalization", 2015. Good in convolutional and dense nets with batches
    of some size; poor with small batches and in recurrent nets.
    """

    supports_masking = True
    updates_state = True

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        arguments.refuse(
            self, renorm=renorm or None, renorm_clipping=renorm_clipping, synchronized=synchronized or None
        )
        self.axis, self.momentum, self.epsilon = _axis(self, axis), float(momentum), float(epsilon)
        self.center, self.scale = bool(center), bool(scale)
        arguments.take_terms(self, "gamma", "beta", "moving_mean", "moving_variance")

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        shape = arguments.lengths(self, inputs, [self.axis])
        used = {"gamma": self.scale, "beta": self.center, "moving_mean": True, "moving_variance": True}
        return {
            name: arguments.weight(self, name, shape, trainable=not name.startswith("moving"))
            for name, use in used.items()
            if use
        }

    def call(
        self,
        weights: Mapping[str, Array],
        inputs: Array,
        *,
        training: bool = False,
        mask: Array | None = None,
    ) -> tuple[Array, dict[str, Array]]:
        aligned = {
            name: normalization.along([self.axis], weight, inputs.ndim) for name, weight in weights.items()
        }
        mean, variance = aligned["moving_mean"], aligned["moving_variance"]
        updates = {}
        if training and self.trainable:
            others = [axis for axis in range(inputs.ndim) if axis != self.axis % inputs.ndim]
            mean, variance = normalization.moments(inputs, others, mask)
            for name, batch in (("moving_mean", mean), ("moving_variance", variance)):
                updates[name] = normalization.moving_average(weights[name], batch.reshape(-1), self.momentum)
        outputs = normalization.normalize(
            inputs, mean, variance, aligned.get("gamma"), aligned.get("beta"), self.epsilon
        )
        return outputs, updates


class LayerNormalization(Layer):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, moments over ``axis`` of each example.

    Shapes: x (N, ..., F), y the same. Weights with the lengths of ``axis``: gamma ``ones``, beta ``zeros``.
    Errors: `ShapeError` if x has no such axis; `OptionError` for ``rms_scaling``.

    >>> import numpy as np
    >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0], [4.0, 4.5]])).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016. Good in attention and recurrent nets, and with
    small batches, since examples don't mix.
    """

    supports_masking = True

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        arguments.refuse(self, rms_scaling=rms_scaling or None)
        self.axis, self.epsilon = _axes(self, axis), float(epsilon)
        self.center, self.scale = bool(center), bool(scale)
        arguments.take_terms(self, "gamma", "beta")

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        shape = arguments.lengths(self, inputs, self.axis)
        used = {"gamma": self.scale, "beta": self.center}
        return {name: arguments.weight(self, name, shape) for name, use in used.items() if use}

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        return normalization.layer_normalization(
            inputs, weights.get("gamma"), weights.get("beta"), self.axis, self.epsilon
        )


class GroupNormalization(Layer):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, moments over a group of channels and all positions.

    The channels along ``axis`` are ``groups`` groups of neighbours; -1: each its own ("instance normalisation").

    Shapes: x (N, ..., C), y the same. Weights, each (C,): gamma ``ones``, beta ``zeros``. Errors: `ShapeError` if x has
    no such axis; `OptionError` if the groups don't divide it.

    >>> import numpy as np
    >>> np.round(GroupNormalization(2)(np.array([[1.0, 3.0, 10.0, 30.0]])), 2).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]

    Source: Wu and He, "Group normalization", 2018. Good in convolutional nets with small batches.
    """

    supports_masking = True

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.groups = -1 if groups == -1 else arguments.whole("groups", groups)
        self.axis, self.epsilon = _axis(self, axis), float(epsilon)
        self.center, self.scale = bool(center), bool(scale)
        arguments.take_terms(self, "gamma", "beta")

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        (channels,) = shape = arguments.lengths(self, inputs, [self.axis])
        if self.groups != -1 and channels % self.groups:
            raise OptionError(
                "normalization-groups",
                f"the groups of {self.name} don't divide the channels",
                got=f"groups={self.groups} of {channels} channels",
                wanted="a number that divides them, or -1",
            )
        used = {"gamma": self.scale, "beta": self.center}
        return {name: arguments.weight(self, name, shape) for name, use in used.items() if use}

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        axis, channels = self.axis % inputs.ndim, inputs.shape[self.axis]
        groups = channels if self.groups == -1 else self.groups
        parted = (*inputs.shape[:axis], groups, channels // groups, *inputs.shape[axis + 1 :])
        others = [i for i in range(1, inputs.ndim + 1) if i != axis]
        x = inputs.reshape(parted)
        terms = (weights.get(name) for name in ("gamma", "beta"))
        gamma, beta = (
            None if term is None else normalization.along([axis, axis + 1], term.reshape(groups, -1), x.ndim)
            for term in terms
        )
        mean, variance = normalization.moments(x, others)
        return normalization.normalize(x, mean, variance, gamma, beta, self.epsilon).reshape(inputs.shape)


class RMSNormalization(Layer):
    """y = scale x / sqrt(mean x^2 + epsilon), the mean over ``axis`` of each example.

    Shapes: x (N, ..., F), y the same. Weights with the lengths of ``axis``: scale ``ones``. Errors: `ShapeError` if x
    has no such axis; `OptionError` for an axis that is no whole number.

    >>> import numpy as np
    >>> np.round(np.asarray(RMSNormalization(epsilon=0.0)(np.array([[3.0, 3.0], [1.0, -7.0]]))), 2)
    array([[ 1. ,  1. ],
           [ 0.2, -1.4]], dtype=float32)

    Source: Zhang and Sennrich, "Root mean square layer normalization" (NeurIPS 2019). Layer normalization without the
    mean, at less cost; good in attention nets.
    """

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis, self.epsilon = _axes(self, axis), float(epsilon)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        shape = tuple(arguments.lengths(self, inputs, self.axis))
        return {"scale": WeightSpec(shape, initializers.Ones())}

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        scale = normalization.along(self.axis, weights["scale"], inputs.ndim)
        square = jnp.mean(jnp.square(inputs), self.axis, keepdims=True)
        return inputs * lax.rsqrt(square + self.epsilon) * scale


class UnitNormalization(Layer):
    """y = x / |x|, the Euclidean norm over ``axis`` of each example; 0 stays 0.

    Shapes: x (N, ..., F), y the same. Errors: `ShapeError` if x has no such axis.

    >>> import numpy as np
    >>> np.round(np.asarray(UnitNormalization()(np.array([[3.0, 4.0], [0.0, 0.0]]))), 2)
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)

    Good where only the direction of a vector counts, as for cosine similarities.
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _axes(self, axis)

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        axes = tuple(arguments.places(self, inputs, self.axis))
        square = jnp.sum(jnp.square(inputs), axes, keepdims=True)
        return inputs * lax.rsqrt(jnp.maximum(square, SMALLEST_SQUARE))


def _axes(layer: Layer, axis: Any) -> tuple[int, ...]:
    axes = tuple(axis) if isinstance(axis, Sequence) else (axis,)
    if not axes or not all(isinstance(entry, int | np.integer) for entry in axes):
        raise OptionError(
            "normalization-axis",
            f"{type(layer).__name__} needs axes to normalise over",
            got=f"axis={axis!r}",
            wanted="a whole number or a list of them",
        )
    return tuple(map(int, axes))


def _axis(layer: Layer, axis: Any) -> int:
    if isinstance(axis, int | np.integer):
        return int(axis)
    raise OptionError(
        "normalization-axis-of-channels",
        f"{type(layer).__name__} needs the axis of the channels",
        got=f"axis={axis!r}",
        wanted="a whole number",
    )
