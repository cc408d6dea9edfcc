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
    """A `MaskWarning` for each input whose mask was dropped before a layer that uses it."""
    for parent in parents:
        if parent.mask_lost_at is not None and uses_masks(type(layer)):
            warnings.warn(
                f"{type(layer).__name__} '{layer.name}' uses a mask, but {type(parent.mask_lost_at).__name__} "
                f"'{parent.mask_lost_at.name}' before it dropped the one it was given, so masked steps count "
                "as real ones. Do this: pool or read the masked sequence before that layer.",
                MaskWarning,
                stacklevel=4,
            )
