"""Layers for steps that are padding: Masking finds them, CarryMask puts the mask back where it was lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.core.symbols import Symbol
from fourfold.errors import ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer


class Masking(Layer):
    """m[n, t] = any_f x[n, t, f] != mask_value, and y = m x: steps that hold this value alone are padding.

    Shapes: x (N, T, F), or with further axes before the last, y the same; the mask (N, T), of all axes but the last,
    travels on. Errors: `ShapeError` if x has fewer axes.

    >>> import numpy as np
    >>> Masking(-1.0)(np.array([[[3.0, -1.0], [-1.0, -1.0]]])).tolist()
    [[[3.0, -1.0], [-0.0, -0.0]]]

    Good for series of unequal lengths; poor where the value can stand in all features of a real step.
    """

    supports_masking = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = float(mask_value)

    def weight_specs(self, inputs: TensorSpec) -> dict[str, WeightSpec]:
        arguments.check_axes(self, inputs, "NTF", least=True)
        return {}

    def call(self, weights: Any, inputs: Array) -> Array:
        return inputs * self.compute_mask(inputs)[..., None].astype(inputs.dtype)

    def compute_mask(self, inputs: Array, mask: Array | None = None) -> Array:
        return jnp.any(inputs != self.mask_value, axis=-1)


class CarryMask(Layer):
    """y[n, t] = x[n, t] where step t is real, else ``value``; which steps are real says the mask of a source.

    Call: ``layer([x, source])`` with x (N, T', F) and the source (N, T, F') whose mask is meant, from which x was
    made by layers that drop masks; or ``layer(x)`` for x's own mask. Where T' < T, each step of x stands for
    ceil(T / T') steps of the source, and is real if any of these is. A series without any real step keeps its first
    one, so that means and maxima over steps are numbers. The mask (N, T') travels on; without one y = x.

    Errors: `ShapeError` for other axes, more than two inputs, or more steps than the source has.

    >>> import numpy as np
    >>> x = np.array([[[5.0], [6.0], [7.0]]])
    >>> CarryMask(value=-1.0)(x, mask=np.array([[True, True, False]])).ravel().tolist()
    [5.0, 6.0, -1.0]

    Good after a convolution or a pooling over padded series, which would read and average the padding.
    """

    supports_masking = True
    fills_masked_steps = True

    def __init__(self, value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value = float(value)

    def weight_specs(self, inputs: Any) -> dict[str, WeightSpec]:
        specs: list[TensorSpec] = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        for spec in specs:
            arguments.check_axes(self, spec, "NTF")
        steps = [spec.shape[1] for spec in specs]
        fits = len(specs) in (1, 2) and (steps[0] is None or steps[-1] is None or steps[0] <= steps[-1])
        if not fits:
            raise ShapeError(
                "carry-mask",
                f"{self.name} takes x, or x and the source of its mask",
                got=", ".join(str(spec.shape) for spec in specs),
                wanted="at most as many steps in x as in the source",
                do="CarryMask()([x, source])",
            )
        return {}

    def call(self, weights: Any, inputs: Array | Sequence[Array], *, mask: Any = None) -> Array:
        x, valid = _first(inputs), self.compute_mask(inputs, mask)
        return x if valid is None else jnp.where(valid[:, :, None], x, jnp.asarray(self.value, x.dtype))

    def compute_mask(self, inputs: Array | Sequence[Array], mask: Any = None) -> Array | None:
        valid = mask[-1] if isinstance(mask, (list, tuple)) else mask
        if valid is None:
            return None
        steps = _first(inputs).shape[1]
        covered = -(-valid.shape[1] // steps)
        room = ((0, 0), (0, covered * steps - valid.shape[1]))
        valid = jnp.pad(valid.astype(bool), room).reshape(valid.shape[0], steps, covered).any(axis=-1)
        first = valid[:, :1] | ~valid.any(axis=1, keepdims=True)
        return jnp.concatenate([first, valid[:, 1:]], axis=1)

    def masks_wanted(self, parents: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The source's: what x lost comes back here."""
        return parents[-1:]


def _first(inputs: Any) -> Array:
    return inputs[0] if isinstance(inputs, (list, tuple)) else inputs
