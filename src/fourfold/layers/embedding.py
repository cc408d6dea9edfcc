"""Embedding, a vector for each token, and PositionalEncoding, a vector for each place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.ops import functions


class Embedding(Layer):
    """y[..., e] = E[x[...], e]

    Shapes: x (N, ...) of whole numbers from 0 to ``input_dim`` - 1, y (N, ..., output_dim). Weights:
    embeddings E (input_dim, output_dim) ``uniform``. With ``mask_zero`` token 0 is padding: the mask
    x != 0 travels on. A token that E doesn't have gives NaN, as in Keras on JAX; models refuse it among
    their inputs.

    >>> import numpy as np
    >>> Embedding(10, 4, mask_zero=True)(np.array([[3, 1, 0]])).shape
    (1, 3, 4)

    Source: Bengio et al., "A neural probabilistic language model", 2003.
    """

    former_names = {"input_length": None}

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        arguments.refuse(
            self, lora_rank=lora_rank, lora_alpha=lora_alpha, quantization_config=quantization_config
        )
        self.input_dim = arguments.whole("input_dim", input_dim)
        self.output_dim = arguments.whole("output_dim", output_dim)
        self.mask_zero = self.supports_masking = bool(mask_zero)
        arguments.take_terms(self, "embeddings")
        if weights is not None:
            self._arguments["weights"] = None
            table = np.asarray(
                weights[0] if isinstance(weights, (list, tuple)) and len(weights) == 1 else weights
            )
            self.build(TensorSpec((None,), "int32"))
            self.set_weights([table])

    def weight_specs(self, inputs: TensorSpec | None = None) -> dict[str, WeightSpec]:
        return {"embeddings": arguments.weight(self, "embeddings", (self.input_dim, self.output_dim))}

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        return jnp.take(weights["embeddings"], jnp.asarray(inputs).astype(jnp.int32), axis=0)

    def compute_mask(self, inputs: Array, mask: Array | None = None) -> Array | None:
        return functions.FUNCTIONS["not_equal"](inputs, 0) if self.mask_zero else None  # also of symbols


class PositionalEncoding(Layer):
    """y[n, t, f] = x[n, t, f] + P[t, f], so that layers which see no order can tell places apart.

    ``sinusoidal``: P[t, 2i] = sin(t / w^(2i / F)), P[t, 2i + 1] = cos(t / w^(2i / F)), w =
    ``max_wavelength``, for any length and without weights. ``learned``: P are weights, embeddings
    (max_length, F) ``uniform``, for sequences of up to ``max_length`` steps, by default the length of the
    input that builds the layer.

    Shapes: x (N, T, F), y the same. Errors: `OptionError` for another kind; `ShapeError` if x has other axes,
    or more steps than were learned.

    >>> import numpy as np
    >>> PositionalEncoding()(np.zeros((1, 2, 2), "float32")).round(3).tolist()
    [[[0.0, 1.0], [0.8410000205039978, 0.5400000214576721]]]

    Source: Vaswani et al., "Attention is all you need", 2017; learned: Gehring et al., 2017.
    """

    supports_masking = True

    def __init__(
        self,
        kind: str = "sinusoidal",
        max_length: int | None = None,
        max_wavelength: float = 10000.0,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.kind = arguments.choice("kind", kind, ("sinusoidal", "learned"))
        self.max_length = None if max_length is None else arguments.whole("max_length", max_length)
        if max_wavelength <= 0:
            raise OptionError(
                "positional-wavelength",
                "max_wavelength is not positive",
                got=f"max_wavelength={max_wavelength}",
                wanted="a number above 0",
            )
        self.max_wavelength = float(max_wavelength)
        self.longest = self.max_length if self.kind == "learned" else None
        arguments.take_terms(self, "embeddings")

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "NTF")
        if self.kind == "sinusoidal":
            return {}
        length = self.max_length or arguments.known(self, inputs, 1)
        return {
            "embeddings": arguments.weight(self, "embeddings", (length, arguments.known(self, inputs, 2)))
        }

    def call(self, weights: Mapping[str, Array], inputs: Array) -> Array:
        steps, features = inputs.shape[1:]
        if self.kind == "sinusoidal":
            places = jnp.asarray(sinusoids(steps, features, self.max_wavelength))
        else:
            learned = weights["embeddings"]
            if steps > learned.shape[0]:
                raise ShapeError(
                    "positional-length",
                    f"{self.name} has learned too few places for this input",
                    got=f"{steps} steps",
                    wanted=f"{learned.shape[0]} at most",
                    do=f"max_length={steps}, or kind='sinusoidal'",
                )
            places = learned[:steps]
        return inputs + places[None]


def sinusoids(steps: int, features: int, max_wavelength: float) -> np.ndarray:
    """P (T, F) of the sinusoidal `PositionalEncoding`.

    >>> sinusoids(3, 4, 100.0).round(2).tolist()[1]
    [0.8399999737739563, 0.5400000214576721, 0.10000000149011612, 1.0]
    """
    pair = np.arange(features) // 2
    angles = np.arange(steps)[:, None] / max_wavelength ** (2 * pair / features)
    return np.where(np.arange(features) % 2, np.cos(angles), np.sin(angles)).astype(np.float32)
