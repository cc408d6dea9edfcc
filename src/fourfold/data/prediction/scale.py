"""Pixels of new pictures on another scale than those that were learnt from: 0 to 1 in the place of 0 to 255."""

from __future__ import annotations

import numpy as np

from fourfold.data.dataset import Note
from fourfold.preprocessing import Preparation

SMALL, LARGE = 1.5, 8.0
"""Pixels of at most SMALL were divided by 255, say; those above LARGE were not."""


def on_another_scale(pixels: np.ndarray, preparation: Preparation) -> tuple[Note, ...]:
    """What is said of pictures (N, H, W, C) that have to be multiplied or divided first, as it seems."""
    channels = preparation.channels
    if preparation.layout != "image" or channels is None or not pixels.size:
        return ()
    center, scale = float(np.mean(channels.center)), float(np.mean(channels.scale))
    usual, largest = abs(center) + 2 * scale, float(np.nanmax(np.abs(pixels)))
    fractions = pixels.dtype.kind == "f" and bool((pixels != np.round(pixels)).any())
    learnt = f"the model has learnt from pixels around {center:.3g}, with a deviation of {scale:.3g}"
    if usual > LARGE and fractions and largest <= SMALL:
        return (Note(f"pixels of at most {SMALL}: another scale", f"{learnt}; multiply these, by 255 say"),)
    if usual <= 2 * SMALL and largest > LARGE:
        return (Note(f"pixels above {LARGE:g}: another scale", f"{learnt}; divide these, by 255 say"),)
    return ()
