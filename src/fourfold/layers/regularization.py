"""Layers that disturb training and are the identity afterwards: dropout and noise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold import regularizers
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import random


class Dropout(Layer):
    """In training y = x m / (1 - rate), each m 0 with probability ``rate`` and else 1; y = x otherwise.

    Shapes: y as x. ``noise_shape`` has length 1 where entries share their m, and None or the length
    elsewhere. Errors: `OptionError` if ``rate`` is not between 0 and 1.

    >>> import numpy as np
    >>> layer, x = Dropout(0.5), np.ones((2, 3), "float32")
    >>> layer(x).tolist(), bool(np.isin(layer(x, training=True), [0.0, 2.0]).all())
    ([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], True)

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    supports_masking = True

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = arguments.rate("rate", rate)
        self.noise_shape = None if noise_shape is None else _lengths(noise_shape)
        self.seed = seed

    @property
    def rows_apart(self) -> bool:
        return super().rows_apart and (self.noise_shape is None or self.noise_shape[0] in (None, 1))

    def shared_shape(self, inputs: Array) -> tuple[int, ...] | None:
        """The shape of m, before it is spread over x."""
        if self.noise_shape is None:
            return None
        if len(self.noise_shape) != inputs.ndim:
            raise OptionError(
                "noise-shape",
                f"noise_shape doesn't have the axes of the input of {self.name}",
                got=f"noise_shape={self.noise_shape} for shape {tuple(inputs.shape)}",
                wanted=f"{inputs.ndim} entries",
            )
        return tuple(length or axis for length, axis in zip(self.noise_shape, inputs.shape))

    def call(
        self, weights: Mapping[str, Array], inputs: Array, *, training: bool = False, key: Array | None = None
    ) -> Array:
        if not training or self.rate == 0 or key is None:
            return inputs
        return random.dropout(_own(key, self.seed), self.rate, inputs, self.shared_shape(inputs))


class SpatialDropout1D(Dropout):
    """Dropout of whole channels: m is the same at all steps of a sequence.

    Shapes: x (N, T, C), m (N, 1, C). Errors: `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> y = np.asarray(SpatialDropout1D(0.5)(np.ones((2, 9, 3), "float32"), training=True))
    >>> bool((y == y[:, :1]).all())
    True

    Source: Tompson et al., "Efficient object localization using convolutional networks", 2015.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed=seed, **kwargs)

    def shared_shape(self, inputs: Array) -> tuple[int, ...]:
        arguments.check_axes(self, inputs, "NTC")
        return (inputs.shape[0], 1, inputs.shape[2])


class SpatialDropout2D(Dropout):
    """Dropout of whole channels: m is the same at all pixels of an image.

    Shapes: x (N, H, W, C), m (N, 1, 1, C), or with the channels at axis 1 for ``channels_first``. Errors:
    `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> y = np.asarray(SpatialDropout2D(0.5)(np.ones((2, 5, 4, 3), "float32"), training=True))
    >>> bool((y == y[:, :1, :1]).all())
    True

    Source: Tompson et al., "Efficient object localization using convolutional networks", 2015.
    """

    axes = "HW"

    def __init__(
        self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = arguments.data_format(data_format)

    def shared_shape(self, inputs: Array) -> tuple[int, ...]:
        arguments.check_layout(self, inputs, self.axes, self.data_format)
        (n, *rest), ones = inputs.shape, (1,) * len(self.axes)
        return (n, *ones, rest[-1]) if self.data_format == "channels_last" else (n, rest[0], *ones)


class SpatialDropout3D(SpatialDropout2D):
    """Dropout of whole channels: m is the same at all voxels of a volume.

    Shapes: x (N, D, H, W, C), m (N, 1, 1, 1, C), or with the channels at axis 1 for ``channels_first``. Errors:
    `ShapeError` if x has other axes.

    >>> import numpy as np
    >>> y = np.asarray(SpatialDropout3D(0.5)(np.ones((2, 5, 4, 6, 3), "float32"), training=True))
    >>> bool((y == y[:, :1, :1, :1]).all())
    True
    """

    axes = "DHW"


class GaussianNoise(Layer):
    """In training y = x + stddev e, each e standard normal; y = x otherwise.

    Shapes: y as x. Errors: `OptionError` if ``stddev`` is not between 0 and 1.

    >>> import numpy as np
    >>> GaussianNoise(0.1)(np.ones((1, 2), "float32")).tolist()
    [[1.0, 1.0]]
    """

    supports_masking = True

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = arguments.rate("stddev", stddev)
        self.seed = seed

    def call(
        self, weights: Mapping[str, Array], inputs: Array, *, training: bool = False, key: Array | None = None
    ) -> Array:
        if not training or self.stddev == 0 or key is None:
            return inputs
        return inputs + self.stddev * random.normal(_own(key, self.seed), inputs.shape)


class GaussianDropout(Layer):
    """In training y = x e, each e normal with mean 1 and variance rate / (1 - rate); y = x otherwise.

    Shapes: y as x. Errors: `OptionError` if ``rate`` is not between 0 and 1.

    >>> import numpy as np
    >>> GaussianDropout(0.5)(np.ones((1, 2), "float32")).tolist()
    [[1.0, 1.0]]

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014, section 10.
    """

    supports_masking = True

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = arguments.rate("rate", rate)
        self.seed = seed

    def call(
        self, weights: Mapping[str, Array], inputs: Array, *, training: bool = False, key: Array | None = None
    ) -> Array:
        if not training or self.rate == 0 or key is None:
            return inputs
        deviation = (self.rate / (1 - self.rate)) ** 0.5
        return inputs * (1 + deviation * random.normal(_own(key, self.seed), inputs.shape))


class AlphaDropout(Dropout):
    """Dropout for ``selu``: in training y = a (x where m is 1, else -1.7581) + b; y = x otherwise.

    a and b keep mean 0 and variance 1; m is `Dropout`'s. Shapes, ``noise_shape`` and errors as there.

    >>> import numpy as np
    >>> y = AlphaDropout(0.5)(np.zeros((1, 99), "float32"), training=True)
    >>> np.unique(np.round(y, 2))
    array([-0.78,  0.78], dtype=float32)

    Source: Klambauer et al., "Self-normalizing neural networks", 2017.
    """

    def call(
        self, weights: Mapping[str, Array], inputs: Array, *, training: bool = False, key: Array | None = None
    ) -> Array:
        if not training or self.rate == 0 or key is None:
            return inputs
        keep = random.keep_mask(_own(key, self.seed), self.rate, self.shared_shape(inputs) or inputs.shape)
        least = -1.7580993408473766  # selu's limit: - scale alpha
        a = ((1 - self.rate) * (1 + self.rate * least**2)) ** -0.5
        return a * jnp.where(keep, inputs, least) - a * least * self.rate


def _own(key: Array, seed: int | None) -> Array:
    return key if seed is None else random.fold_in(key, seed)


class ActivityRegularization(Layer):
    """y = x, with the penalty ``l1 sum |x| + l2 sum x²``, divided by the number of rows, on the loss.

    Shapes: y as x.

    >>> import numpy as np
    >>> layer = ActivityRegularization(l1=0.5)
    >>> layer(np.array([[1.0, -3.0]])).tolist(), float(layer.losses[0])
    ([[1.0, -3.0]], 2.0)
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, weights: Any, inputs: Array) -> Array:
        return inputs


def _lengths(noise_shape: Any) -> tuple[int | None, ...]:
    several = isinstance(noise_shape, Iterable) and not isinstance(noise_shape, str)
    lengths: tuple[Any, ...] = tuple(noise_shape) if several else ()
    if not lengths or any(not (length is None or (isinstance(length, int) and length > 0)) for length in lengths):
        raise OptionError(
            "layer-noise-shape",
            "noise_shape is no shape",
            got=f"noise_shape={noise_shape!r}",
            wanted="for each axis 1, its length, or None",
            do="noise_shape=(None, 1, None), say",
        )
    return lengths
