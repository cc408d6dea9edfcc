"""A layer around another, whose kernel it divides by its largest singular value."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from fourfold import initializers
from fourfold.core.specs import TensorSpec
from fourfold.core.weights import Weight
from fourfold.errors import OptionError
from fourfold.layers import arguments
from fourfold.layers.wrapping import Wrapper

LEAST_LENGTH = 1e-7


class SpectralNormalization(Wrapper):
    """y = layer(x) with the kernel W / s in training, s = v W u the largest singular value of W (K, F).

        v = u W^T / |u W^T|,   u = v W / |v W|,   ``power_iterations`` times a batch

    Axes before the last are joined for it. Shapes: the layer's. Weights: ``vector_u`` (1, F), not trained,
    truncated normal of deviation 0.02; those of the layer, one with a ``kernel`` or ``embeddings``. A call with
    ``training=True`` puts W / s in the place of W; `fit` trains W itself, as in Keras on JAX, and a regularizer is of
    W. In prediction the layer is as it is. Errors: `OptionError` for anything but such a layer.

    >>> import numpy as np
    >>> from fourfold.layers import Dense
    >>> layer = SpectralNormalization(Dense(3), power_iterations=30)
    >>> y = layer(np.ones((1, 4)), training=True)
    >>> round(float(np.linalg.norm(layer.layer.kernel, 2)), 3)
    1.0

    Source: Miyato et al., "Spectral normalization for generative adversarial networks" (ICLR 2018). Good for
    discriminators, whose outputs then change no faster than their inputs.
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = arguments.whole("power_iterations", power_iterations)

    def build(self, input_shape: Any = None) -> None:
        self.layer._prepare((TensorSpec(tuple(input_shape)),), {})
        self.vector_u = self.add_weight(
            shape=(1, self._kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            name="vector_u",
        )

    @property
    def _kernel(self) -> Weight:
        handles = self.layer.handles
        if not {"kernel", "embeddings"} & handles.keys():
            raise self._not_a_layer(f"{type(self.layer).__name__} with {', '.join(handles) or 'no weights'}")
        return handles["kernel" if "kernel" in handles else "embeddings"]

    @property
    def rows_apart(self) -> bool:
        return False  # what it keeps has to be looked at, too

    @property
    def own_in_order(self) -> list[Weight]:
        """The weights that it works with, as Keras's layer has them: the kernel is the inner layer's, too."""
        return [self._kernel, self.vector_u] if self._weights else []

    @property
    def weights(self) -> list[Weight]:
        return list(dict.fromkeys([*self.own_in_order, *super().weights]))

    def call(self, inputs: Any, training: bool = False) -> Any:
        if training:
            kernel, u = jnp.asarray(self._kernel.value), jnp.asarray(self.vector_u.value)
            empty = jnp.all(kernel == 0)
            kernel, u = lax.cond(empty, lambda: (kernel, u), lambda: self._normalized(kernel, u))
            self._kernel.assign(kernel)
            self.vector_u.assign(u)
        return self.layer(inputs)

    def _normalized(self, kernel: Array, u: Array) -> tuple[Array, Array]:
        matrix = kernel.reshape(-1, kernel.shape[-1])
        v = u
        for _ in range(self.power_iterations):
            v = _of_length_1(u @ matrix.T)
            u = _of_length_1(v @ matrix)
        u, v = lax.stop_gradient(u), lax.stop_gradient(v)
        return kernel / (v @ matrix @ u.T)[0, 0], u

    def _not_a_layer(self, got: str) -> OptionError:
        return OptionError(
            "spectral-layer",
            "SpectralNormalization takes a layer with a kernel",
            got=got,
            wanted="a layer with the weight kernel or embeddings",
            do="SpectralNormalization(Conv2D(4, 3)), say",
        )


def _of_length_1(x: Array) -> Array:
    return x / jnp.maximum(jnp.sqrt(jnp.sum(jnp.square(x))), LEAST_LENGTH)
