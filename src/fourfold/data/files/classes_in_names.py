"""Classes that stand in the names of pictures, before a number: cat.0.jpg, dog.12.jpg."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from fourfold.data.dataset import Note
from fourfold.data.messages import SHOWN
from fourfold.data.values.words import as_objects

__all__ = ["classes_in"]

NUMBERED = re.compile(r"(?P<word>[^\W\d_]+(?:[ _-][^\W\d_]+)*)(?:[._ -]?\d+|[._ -]?\(\d+\))\.[^.]+")
"""A name of words without digits, and a number."""

OF_CAMERAS = (
    "img", "image", "images", "dsc", "dscn", "dscf", "p", "mvi", "gopr", "pic", "picture", "photo", "foto", "bild",
    "screenshot", "frame", "scan", "page", "snapshot", "file", "output", "capture", "test", "testing", "train",
    "training", "val", "valid", "validation", "sample", "mask", "masks", "label", "labels", "crop", "tile", "patch",
    "x", "y", "id", "no", "nr",
)  # fmt: skip
"""Words before the numbers of pictures, in small letters, that are no classes."""

FEWEST, USUAL = 5, 10
"""Pictures of the rarest class, and of a class on average."""


def classes_in(names: Sequence[str], known: Collection[str] = ()) -> tuple[np.ndarray, Note] | None:
    """The word before the number in each name of a picture, and what is said of it; None unless all have one, and these
    are ``known`` as classes, or there are two and more, each repeats, and none is what cameras and programs write.

    >>> classes_in([f"{word}.{number}.jpg" for word in ("cat", "dog") for number in range(10)])[0][[0, -1]].tolist()
    ['cat', 'dog']
    >>> classes_in([f"{word}_{number}.jpg" for word in ("IMG", "DSC") for number in range(10)])
    """
    found = [NUMBERED.fullmatch(name) for name in names]
    words = [one["word"] for one in found if one]
    counts = Counter(words)
    often = len(counts) > 1 and min(counts.values()) >= FEWEST and len(names) >= USUAL * len(counts)
    sure = often and not any(word.lower() in OF_CAMERAS for word in counts)
    if len(words) < len(names) or not (sure or counts.keys() <= {*known}):
        return None
    some = [f"{count:,} {word!r}" for word, count in counts.most_common(SHOWN)]
    more = f", ... ({len(counts)})" * (len(counts) > SHOWN)
    return as_objects(words), Note(
        f"classes: the words before the numbers in the names of the pictures ({', '.join(some)}{more})",
        f"as in {names[0]!r}; a csv beside them of their names and classes overrides",
    )
