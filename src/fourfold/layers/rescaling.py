"""Rescaling and Normalization: affine maps of inputs to a range that trains well, given or learnt from data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold import initializers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import DataError, OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.adapting import batches
from fourfold.layers.base import Layer
from fourfold.ops import normalization
from fourfold.ops.dense import add_bias


class Rescaling(Layer):
    """y = scale x + offset, numbers or one for each channel; whole numbers become float32.

    Shapes: y as x (N, ..., C). No weights.

    >>> import numpy as np
    >>> Rescaling(1 / 255)(np.array([[0, 255]], "uint8")).tolist()
    [[0.0, 1.0]]
    """

    supports_masking = True

    def __init__(
        self, scale: float | Sequence[float], offset: float | Sequence[float] = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, weights: Any, inputs: Array) -> Array:
        scale, offset = (jnp.asarray(np.asarray(value, np.float32)) for value in (self.scale, self.offset))
        x = jnp.asarray(inputs).astype(jnp.float32)
        return add_bias(x * scale.reshape((1,) * (x.ndim - scale.ndim) + scale.shape), offset)


class Normalization(Layer):
    """y = (x - mean) / max(sqrt(variance), 1e-7), for each index along ``axis``; ``invert``: x from y.

    Mean and variance are given, or those of the data that `adapt` has seen; before, 0 and 1. Nothing is trained.

    Shapes: y as x (N, ...), float32. Weights, where they are not given, with the lengths of ``axis``, in ascending
    order: mean ``zeros``, variance ``ones``; count, which is unused, as in Keras's files.
    Errors: `OptionError` for one of mean and variance without the other; `ShapeError` if x has no such axes, or if what
    is given doesn't fit them.

    >>> import numpy as np
    >>> layer = Normalization()
    >>> layer.adapt(np.array([[0.0, 1.0], [2.0, 5.0]]))
    >>> layer(np.array([[1.0, 5.0]])).tolist(), layer.mean.tolist()
    ([[0.0, 1.0]], [[1.0, 3.0]])
    """

    supports_masking = True

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = () if axis is None else (int(axis),) if isinstance(axis, int) else tuple(axis)
        if (mean is None) != (variance is None):
            raise OptionError(
                "normalization-moments",
                "mean and variance are given together",
                got=f"mean={mean!r}, variance={variance!r}",
                wanted="both, or neither and adapt(data)",
            )
        self.input_mean = None if mean is None else np.asarray(mean, np.float32)
        self.input_variance = None if variance is None else np.asarray(variance, np.float32)
        self.invert = bool(invert)
        self._aligned_shape: tuple[int, ...] = ()

    @property
    def mean(self) -> Any:
        """The mean (1, ..., C), with an axis for each of the inputs'; before the layer is built what was given."""
        return self._moments("mean", self.input_mean)

    @property
    def variance(self) -> Any:
        """The variance, likewise."""
        return self._moments("variance", self.input_variance)

    def _moments(self, name: str, given: np.ndarray | None) -> Any:
        if not self._aligned_shape:
            return given
        values = self._aligned(self.handles[name].value if given is None else given, len(self._aligned_shape))
        return jnp.broadcast_to(values, self._aligned_shape)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        shape = tuple(arguments.lengths(self, inputs, self.axis))
        kept = dict(zip((axis % inputs.ndim for axis in self.axis), shape))
        self._aligned_shape = tuple(kept.get(axis, 1) for axis in range(inputs.ndim))
        if self.input_mean is not None and self.input_variance is not None:
            for given in (self.input_mean, self.input_variance):
                self._check_given(given, shape)
            return {}
        zeros, ones = initializers.Zeros(), initializers.Ones()
        return {
            "mean": WeightSpec(shape, zeros, trainable=False),
            "variance": WeightSpec(shape, ones, trainable=False),
            "count": WeightSpec((), zeros, trainable=False),
        }

    def adapt(self, data: Any) -> None:
        """Takes mean and variance from data: an array (N, ...), or batches of them, each ``x`` or a tuple ``(x, ...)``.

        Errors: `DataError` where there are no rows; `OptionError` if mean and variance were given.
        """
        if self.input_mean is not None:
            raise OptionError(
                "normalization-moments",
                f"{self.name} has its mean and variance",
                got="adapt(data)",
                do="leave mean and variance out, or adapt",
            )
        count, mean, variance = 0, np.zeros(()), np.zeros(())
        for x in map(np.asarray, batches(data)):
            self.build(TensorSpec((None, *x.shape[1:])))
            others = tuple(axis for axis in range(x.ndim) if axis not in [a % x.ndim for a in self.axis])
            new, own = int(np.prod([x.shape[axis] for axis in others])), x.mean(others, dtype=float)
            share = new / max(count + new, 1)
            both = mean + (own - mean) * share
            spread, own_spread = variance + (mean - both) ** 2, x.var(others, dtype=float) + (own - both) ** 2
            mean, variance, count = both, spread * (1 - share) + own_spread * share, count + new
        if not count:
            raise DataError("no-rows", f"{self.name} adapts to no rows", got="0 rows", wanted="at least one")
        self.handles["mean"].assign(mean)
        self.handles["variance"].assign(variance)

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        x = jnp.asarray(inputs).astype(jnp.float32)
        given = weights if self.input_mean is None else {"mean": self.input_mean, "variance": self.input_variance}
        mean, variance = (self._aligned(given[name], x.ndim) for name in ("mean", "variance"))
        deviation = jnp.maximum(jnp.sqrt(variance), 1e-7)
        return mean + x * deviation if self.invert else (x - mean) / deviation

    def _aligned(self, moments: Any, ndim: int) -> Array:
        """One number for all, or the last of the axes' numbers, on their axes."""
        moments = jnp.asarray(moments)
        kept = sorted(axis % ndim for axis in self.axis)[len(self.axis) - moments.ndim :]
        return normalization.along(kept, moments, ndim)

    def _check_given(self, given: np.ndarray, shape: tuple[int, ...]) -> None:
        fits = given.ndim <= len(shape) and all(
            own in (1, length) for own, length in zip(given.shape[::-1], shape[::-1])
        )
        if not fits:
            raise ShapeError(
                "normalization-moments",
                f"the mean and variance of {self.name} don't fit its input",
                got=f"shape {given.shape}",
                wanted=f"shape {shape}, or a number",
            )
