"""Shape inference: what a layer's outputs look like, found by tracing its `call` without values."""

from __future__ import annotations

from typing import Any

import jax

from fourfold.core.specs import TensorSpec
from fourfold.errors import OptionError, ShapeError

_PROBES = ((83, 97, 103, 109, 127, 137), (89, 101, 107, 113, 131, 139))


def infer(layer: Any, args: tuple, kwargs: dict) -> tuple[Any, Any]:
    """The specs of a layer's outputs, and of their masks (False where there is none).

    ``call`` is traced twice without values, each open axis standing for another prime each time: an output
    axis that differs between the two is open as well.
    """

    def trace(number: int):
        def abstract(spec: TensorSpec):
            probe = _PROBES[number] if layer.longest is None else (layer.longest - number,) * 6
            shape = tuple(probe[i % 6] if axis is None else axis for i, axis in enumerate(spec.shape))
            return jax.ShapeDtypeStruct(shape, spec.dtype)

        leaves, tree = jax.tree.flatten((args, kwargs))
        symbols = [i for i, leaf in enumerate(leaves) if isinstance(getattr(leaf, "spec", None), TensorSpec)]
        weights = {local: jax.ShapeDtypeStruct(w.shape, w.dtype) for local, w in layer.handles.items()}
        masked = [i for i in symbols if leaves[i].mask is not None]

        def run(weights, values, masks, key):
            filled = list(leaves)
            for i, value in zip(symbols, values):
                filled[i] = value
            given = [None] * len(leaves)
            for i, mask in zip(masked, masks):
                given[i] = mask
            call_args, call_kwargs = jax.tree.unflatten(tree, filled)
            call_masks, _ = jax.tree.unflatten(tree, given)
            applied = layer.apply(weights, *call_args, masks=call_masks, key=key, **call_kwargs)
            return applied.outputs, applied.masks

        values = [abstract(leaves[i].spec) for i in symbols]
        masks = [abstract(leaves[i].mask) for i in masked]
        key = jax.ShapeDtypeStruct((2,), "uint32")
        try:
            return jax.eval_shape(run, weights, values, masks, key)
        except (TypeError, ValueError) as error:
            if isinstance(error, OptionError):
                raise
            shapes = ", ".join(str(leaves[i].shape) for i in symbols)
            raise ShapeError(
                "layer-input",
                f"{type(layer).__name__} '{layer.name}' can't take this input ({error})",
                got=shapes,
                wanted="the axes that its documentation names",
            ) from error

    (out_a, mask_a), (out_b, mask_b) = trace(0), trace(1)

    def merge(a, b):
        shape = tuple(m if m == n else None for m, n in zip(a.shape, b.shape))
        return TensorSpec(shape, str(a.dtype))

    def merge_mask(a, b):
        return False if a is None else merge(a, b)

    return jax.tree.map(merge, out_a, out_b), jax.tree.map(
        merge_mask, mask_a, mask_b, is_leaf=lambda m: m is None
    )


def spec_of(leaf: Any) -> Any:
    return TensorSpec(tuple(leaf.shape), str(leaf.dtype)) if hasattr(leaf, "shape") else leaf
