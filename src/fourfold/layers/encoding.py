"""Whole numbers as vectors, and numbers as the numbers of intervals: CategoryEncoding and Discretization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.core import Tracer

from fourfold.errors import DataError, OptionError
from fourfold.layers import arguments, quantiles
from fourfold.layers.adapting import batches
from fourfold.layers.base import Layer


class CategoryEncoding(Layer):
    """Numbers below ``num_tokens`` as vectors of that length: each ``one_hot``, or rows as ``multi_hot`` or ``count``.

    Shapes: x (N,), (N, 1) or (N, K) of whole numbers. ``one_hot`` gives (N, tokens), of several columns (N, K, tokens);
    the others (N, tokens), where ``count`` may have ``count_weights`` like x. Errors: `OptionError` for another mode.

    >>> import numpy as np
    >>> CategoryEncoding(3)(np.array([[0, 0], [1, 2]])).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    """

    def __init__(self, num_tokens: int, output_mode: str = "multi_hot", sparse: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_tokens = arguments.whole("num_tokens", num_tokens)
        self.output_mode = arguments.choice("output_mode", output_mode, list(_MODES))
        arguments.refuse(self, sparse=sparse or None)

    def call(self, weights: Any, inputs: Array, count_weights: Array | None = None) -> Array:
        if count_weights is not None and self.output_mode != "count":
            raise OptionError(
                "count-weights",
                f"{self.name} has no use for count_weights",
                got=f"output_mode={self.output_mode!r}",
                wanted="output_mode='count'",
            )
        return encoded(inputs, self.num_tokens, self.output_mode, count_weights)


class Discretization(Layer):
    """The number of the interval between ``bin_boundaries`` in which each number is, or that number encoded.

    The boundaries are given, or those that `adapt` finds between ``num_bins`` intervals with as many numbers each: the
    quantiles 1/num_bins, 2/num_bins, ..., to an error of about ``epsilon`` of the numbers, and as in Keras. There are
    fewer where the data has fewer numbers than bins.

    Shapes: y as x, int32; for the modes of `CategoryEncoding` as there. A number at a boundary is in the interval
    above. Errors: `OptionError` for boundaries and ``num_bins``, or neither; for a call before there are boundaries.

    >>> import numpy as np
    >>> Discretization([0.0, 1.0])(np.array([-1.0, 0.0, 5.0])).tolist()
    [0, 1, 2]
    >>> layer = Discretization(num_bins=4)
    >>> layer.adapt(np.arange(1000.0))
    >>> layer(np.array([0.0, 400.0, 5000.0])).tolist(), np.round(layer.bin_boundaries).tolist()
    ([0, 1, 3], [249.0, 499.0, 749.0])
    """

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (bin_boundaries is None) == (num_bins is None):
            raise OptionError(
                "bin-boundaries",
                f"{self.name} takes the boundaries, or how many intervals adapt(data) finds",
                got=f"bin_boundaries={bin_boundaries}, num_bins={num_bins}",
                wanted="one of both",
            )
        if not 0 < epsilon < 1:
            raise OptionError(
                "bin-epsilon", "epsilon is no share", got=f"epsilon={epsilon!r}", wanted="a number between 0 and 1"
            )
        self.bin_boundaries = None if bin_boundaries is None else [float(b) for b in bin_boundaries]
        self.num_bins = None if num_bins is None else arguments.whole("num_bins", num_bins)
        self.epsilon = epsilon
        self.output_mode = arguments.choice("output_mode", output_mode, ["int", *_MODES])
        arguments.refuse(self, sparse=sparse or None)
        self._compiled = False

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Takes the boundaries from data: an array of any shape, or batches of them, at most ``steps``.

        Errors: `OptionError` if the boundaries were given, or are part of a model already; `DataError` for no numbers,
        and missing ones.
        """
        if self.num_bins is None or self._compiled:
            raise OptionError(
                "bins-are-given",
                f"{self.name} " + ("is in a model with its boundaries" if self.num_bins else "has its boundaries"),
                got="adapt(data)",
                do="adapt a new layer before it is called in a model" if self.num_bins else "give num_bins to adapt",
            )
        found = quantiles.sketch(map(self._finite, batches(data, steps)), self.epsilon)
        if not found.size:
            raise DataError("bins-of-nothing", f"{self.name} adapts to no numbers", got="0", wanted="at least one")
        self.bin_boundaries = quantiles.between(found, self.num_bins)

    def _finite(self, batch: Any) -> np.ndarray:
        values = np.asarray(batch)
        if values.dtype.kind not in "iufb" or not np.isfinite(values).all():
            raise DataError(
                "bins-of-no-numbers",
                f"{self.name} adapts to numbers",
                got=f"missing or infinite ones, {values.dtype}" if values.dtype.kind == "f" else str(values.dtype),
                wanted="an array of finite numbers",
                do="x[np.isfinite(x)], if there are others among them",
            )
        return values

    def call(self, weights: Any, inputs: Array) -> Array:
        if self.bin_boundaries is None:
            raise OptionError(
                "bins-not-known", f"{self.name} has no boundaries yet", got="a call", do="adapt(data) first"
            )
        self._compiled |= isinstance(inputs, Tracer)
        numbers = jnp.digitize(inputs, jnp.asarray(self.bin_boundaries), method="compare_all").astype(jnp.int32)
        if self.output_mode == "int":
            return numbers
        return encoded(numbers, len(self.bin_boundaries) + 1, self.output_mode)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"bin_boundaries": self.bin_boundaries}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The layer, which has the boundaries that it had found."""
        if config.get("num_bins") is None:
            return super().from_config(config, custom_objects)
        layer: Any = super().from_config({**config, "bin_boundaries": None}, custom_objects)
        layer.bin_boundaries = config.get("bin_boundaries")
        return layer


_MODES = ("one_hot", "multi_hot", "count")


def encoded(numbers: Array, length: int, mode: str, weights: Array | None = None) -> Array:
    """Whole numbers as vectors."""
    numbers = jnp.asarray(numbers).astype(jnp.int32)
    if mode == "one_hot":
        numbers = numbers[..., 0] if numbers.ndim > 1 and numbers.shape[-1] == 1 else numbers
        return jax.nn.one_hot(numbers, length)
    each = jax.nn.one_hot(numbers, length)
    if mode == "multi_hot":
        return each.max(-2)
    return each.sum(-2) if weights is None else (each * weights[..., None]).sum(-2)
