"""Shape inference: what a layer's outputs look like, found by tracing its `call` without values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import jax

from fourfold.core.specs import TensorSpec
from fourfold.errors import OptionError, ShapeError

if TYPE_CHECKING:
    from fourfold.core.symbols import Applied

_PROBES = ((83, 97, 103, 109, 127, 137), (89, 101, 107, 113, 131, 139))
_MANY = 2**6 * 3**2 * 5 * 7 * 11 * 13


def infer(layer: Any, args: tuple, kwargs: dict) -> tuple[Any, Any]:
    """The specs of a layer's outputs, and of their masks (False where there is none).

    ``call`` is traced twice without values, each open axis standing for another prime each time: an output
    axis that differs between the two is open as well. Where a prime does not fit, as where steps are put together by
    fours, a multiple of many numbers may.
    """

    def trace(number: int, times: int = 1):
        probe = [times * prime for prime in _PROBES[number]]
        probe = probe if layer.longest is None else (layer.longest - number,) * 6
        run, values = abstract_call(layer, args, kwargs, probe)
        try:
            applied = jax.eval_shape(run, *values)
        except (TypeError, ValueError) as error:
            if isinstance(error, OptionError):
                raise
            shapes = ", ".join(
                str(leaf.shape) for leaf in jax.tree.leaves((args, kwargs)) if _is_symbol(leaf)
            )
            raise ShapeError(
                "layer-input",
                f"{type(layer).__name__} '{layer.name}' can't take this input ({error})",
                got=shapes,
                wanted="the axes that its documentation names",
            ) from error
        return applied.outputs, applied.masks

    try:
        (out_a, mask_a), (out_b, mask_b) = trace(0), trace(1)
    except ShapeError as error:
        if not any(None in leaf.shape[1:] for leaf in jax.tree.leaves((args, kwargs)) if _is_symbol(leaf)):
            raise
        try:
            (out_a, mask_a), (out_b, mask_b) = trace(0, _MANY), trace(1, _MANY)
        except (TypeError, ValueError):
            raise error from error.__cause__

    def merge(a, b):
        shape = tuple(m if m == n else None for m, n in zip(a.shape, b.shape))
        return TensorSpec(shape, str(a.dtype))

    def merge_mask(a, b):
        return False if a is None else merge(a, b)

    return jax.tree.map(merge, out_a, out_b), jax.tree.map(
        merge_mask, mask_a, mask_b, is_leaf=lambda m: m is None
    )


def abstract_call(
    layer: Any, args: tuple, kwargs: dict, lengths: Sequence[int], training: bool = False
) -> tuple[Callable[..., Applied], tuple[Any, Any, Any, Any]]:
    """A layer's call on symbols as a function of arrays, and what to trace it with.

    The function takes values and masks of the symbols, the weights, and a key; an open axis i is ``lengths[i]`` long.
    """
    leaves, tree = jax.tree.flatten((args, kwargs))
    symbols = [i for i, leaf in enumerate(leaves) if _is_symbol(leaf)]
    masked = [i for i in symbols if leaves[i].mask is not None]

    def run(values: Any, masks: Any, weights: Any, key: Any) -> Applied:
        filled, given = list(leaves), [None] * len(leaves)
        for i, value in zip(symbols, values):
            filled[i] = value
        for i, mask in zip(masked, masks):
            given[i] = mask
        call_args, call_kwargs = jax.tree.unflatten(tree, filled)
        call_masks, _ = jax.tree.unflatten(tree, given)
        options = {"training": training} | call_kwargs
        return layer.apply(weights, *call_args, masks=call_masks, key=key, **options)

    def abstract(spec: TensorSpec) -> jax.ShapeDtypeStruct:
        shape = tuple(lengths[i % 6] if axis is None else axis for i, axis in enumerate(spec.shape))
        return jax.ShapeDtypeStruct(shape, spec.dtype)

    values = [abstract(leaves[i].spec) for i in symbols]
    masks = [abstract(leaves[i].mask) for i in masked]
    weights = {local: jax.ShapeDtypeStruct(w.shape, w.dtype) for local, w in layer.handles.items()}
    return run, (values, masks, weights, jax.ShapeDtypeStruct((2,), "uint32"))


def _is_symbol(leaf: Any) -> bool:
    return isinstance(getattr(leaf, "spec", None), TensorSpec)


def spec_of(leaf: Any) -> Any:
    return TensorSpec(tuple(leaf.shape), str(leaf.dtype)) if hasattr(leaf, "shape") else leaf
