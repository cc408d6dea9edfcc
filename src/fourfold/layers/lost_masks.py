"""Masks that do not reach a layer which would have used them: said, since masked steps then count as real ones."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from fourfold.core.symbols import Symbol
from fourfold.layers.calling import uses_masks


class MaskWarning(UserWarning):
    """A mask did not reach a layer that would have used it."""


def where_lost(layer: Any, parents: Sequence[Symbol]) -> Any:
    """The layer that drops the mask of a call's inputs: this one, or one before it; None if none is dropped."""
    if uses_masks(type(layer)):
        return None
    if any(parent.mask for parent in parents):
        return layer
    return next((parent.mask_lost_at for parent in parents if parent.mask_lost_at), None)


def warn_of_lost_masks(layer: Any, parents: Sequence[Symbol]) -> None:
    """A `MaskWarning` for each input whose mask was dropped before a layer that uses it, or that joins the steps."""
    uses = uses_masks(type(layer))
    if not uses and not layer.joins_steps:
        return
    for parent in parents:
        counted = parent.mask and not uses and not (parent.node and parent.node.layer.fills_masked_steps)
        lost_at = layer if counted else parent.mask_lost_at
        if lost_at is None:
            continue
        dropped = f"{type(lost_at).__name__} '{lost_at.name}' before it dropped the one it was given"
        do = "pool or read the masked sequence before that layer"
        if lost_at is layer:
            dropped, do = "uses no mask", "GlobalAveragePooling1D or an RNN in its place, which use it"
        warnings.warn(
            f"{type(layer).__name__} '{layer.name}' {'uses a mask' if uses else 'joins all steps'}, but {dropped}, so "
            f"masked steps count as real ones. Do this: {do}.",
            MaskWarning,
            stacklevel=4,
        )
