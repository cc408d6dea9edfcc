"""Augmentation: moved and mirrored copies of images, from which trainings draw their rows as well.

A training that draws a row draws the row itself or one of its `COPIES` copies, all equally often. So an epoch has as
many rows as without, and every family sees the same copies. Rows that are predicted are never copies, and the
baselines fit the rows themselves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fourfold.errors import OptionError, closest
from fourfold.study.prepared import Prepared

KINDS = SHIFT, FLIP = "shift", "flip"
"""Moved by up to a tenth of each side, the edge repeated; half of the copies mirrored left to right."""

COPIES, LARGEST_SHIFT = 4, 0.1


def kinds_of(text: str) -> tuple[str, ...]:
    """The kinds that a text names, in the order of `KINDS`.

    >>> kinds_of("flip, shift")
    ('shift', 'flip')

    Raises:
        OptionError: ``augment``, for a kind that there is not.
    """
    named = [word.strip() for word in text.split(",")]
    unknown = next((word for word in named if word not in KINDS), None)
    if unknown is not None:
        raise OptionError(
            "augment",
            "images can't be augmented so",
            got=f"--augment {text}{closest(unknown, KINDS)}",
            wanted="shift, flip, or shift,flip",
        )
    return tuple(kind for kind in KINDS if kind in named)


def with_copies(prepared: Prepared, kinds: tuple[str, ...], seed: int) -> Prepared:
    """The data with `COPIES` copies of every row behind them: copy c of row i is row i + c n."""
    draw = np.random.default_rng([seed, 11])
    copies = [_changed(prepared.inputs, kinds, draw) for _ in range(COPIES)]

    def repeated(array: np.ndarray, axis: int = 0) -> np.ndarray:
        return np.concatenate([array] * (COPIES + 1), axis=axis)

    return replace(
        prepared,
        inputs=np.concatenate([prepared.inputs, *copies], axis=1),
        targets=repeated(prepared.targets, axis=1),
        given=None if prepared.given is None else repeated(prepared.given),
        copies=COPIES,
    )


def _changed(images: np.ndarray, kinds: tuple[str, ...], draw: np.random.Generator) -> np.ndarray:
    """One copy of images (K, n, H, W, C), each changed by chance, in all K alike."""
    rows = images.shape[1]
    if FLIP in kinds:
        mirrored = draw.random(rows) < 0.5
        images = images.copy()
        images[:, mirrored] = images[:, mirrored, :, ::-1]
    if SHIFT not in kinds:
        return images
    sides = images.shape[2:4]
    most = [max(1, round(LARGEST_SHIFT * side)) for side in sides]
    down, right = (draw.integers(-by, by + 1, rows) for by in most)
    moved = np.empty_like(images)
    padded = np.pad(images, [(0, 0), (0, 0), *((by, by) for by in most), (0, 0)], mode="edge")
    for y, x in set(zip(down.tolist(), right.tolist())):
        alike = (down == y) & (right == x)
        top, left = most[0] - y, most[1] - x
        moved[:, alike] = padded[:, alike, top : top + sides[0], left : left + sides[1]]
    return moved
