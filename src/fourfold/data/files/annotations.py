"""Annotations: files that say where in each picture something is. They are recognised, and refused as classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from fourfold.data.messages import listed
from fourfold.errors import DataError

from .pictures import is_picture
from .wrong_kinds import COCO

__all__ = ["check_beside", "check_subfolders", "masks_among"]

OF_PICTURES = ("image", "images", "img", "imgs")
OF_OBJECTS = (
    "mask",
    "masks",
    "label",
    "labels",
    "annotation",
    "annotations",
    "segmentations",
    "bboxes",
    "gt",
)
"""What folders are called, in small letters, that say of each picture beside them where something is in it."""

FORMS = {
    ".json": (("COCO", COCO), ("LabelMe", re.compile(rb'\s*\{.{0,2000}?"shapes"\s*:\s*\[', re.DOTALL))),
    ".xml": (("Pascal VOC", re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<annotation\b")),),
    ".txt": (("YOLO", re.compile(rb"(?:\d+(?: (?:0?\.\d+|[01](?:\.0+)?)){4,}[ \r]*(?:\n|$))+")),),
}
"""The forms of annotations by the ends of their files: what each is called, and how a file of it begins."""

MASK = re.compile(r"(?P<of>.+?)[ ._-]?(?:mask|masks|seg|segmentation|gt|groundtruth)(?:[ ._-]?\d+)?", re.IGNORECASE)
"""What the mask of a picture is called beside it, but for the end of its name."""

FEW, HEAD = 20, 2**15
"""Files in which annotations are looked for, and the bytes of each."""


def check_subfolders(folder: Path, parts: Sequence[Path]) -> None:
    """Refuse subfolders that are pictures and what belongs to each of them, and no classes."""
    names = [part.name for part in parts]
    pictured = [part for part in parts if any(is_picture(path.name) for path in _first(part))]
    called = {name.lower() for name in names}
    if len(names) == 2 and called & {*OF_PICTURES} and called & {*OF_OBJECTS}:
        form = _form(path for part in parts for path in _first(part))
        raise _no_classes(folder, f"the subfolders {listed(names)}{f': {form}' * bool(form)}")
    if pictured and (form := _form(path for part in parts if part not in pictured for path in _first(part))):
        raise _no_classes(folder, form)


def check_beside(folder: Path) -> None:
    """Refuse pictures without classes beside which annotations lie."""
    if form := _form(folder.iterdir()):
        raise _no_classes(folder, form)


def masks_among(pictures: Sequence[Path]) -> dict[Path, str]:
    """The pictures that are called as another one in their folder is, and masks of it, with its name.

    >>> names = ["a (1).png", "a (1)_mask.png", "a (1)_mask_1.png", "a (2).png", "b_mask.png"]
    >>> {path.name: of for path, of in masks_among([Path(name) for name in names]).items()}
    {'a (1)_mask.png': 'a (1)', 'a (1)_mask_1.png': 'a (1)'}
    """
    known = {path.with_suffix("") for path in pictures}
    found = [(path, MASK.fullmatch(path.stem)) for path in pictures]
    return {path: one["of"] for path, one in found if one and path.with_name(one["of"]) in known}


def _no_classes(folder: Path, got: str) -> DataError:
    return DataError(
        "no-classes",
        f"{folder} holds pictures and what belongs to each of them, and no classes",
        got=got,
        wanted="a subfolder for each class: one class or number a picture is learnt, no masks or boxes",
        do="a table of the paths of the pictures and their classes or numbers; or cut what is in the boxes out of the "
        "pictures, and save it in a subfolder for each class",
    )


def _first(folder: Path) -> Iterator[Path]:
    """Some of the files below a folder."""
    return islice((path for path in folder.rglob("*") if path.is_file()), FEW)


def _form(files: Iterable[Path]) -> str:
    """The form of the first annotations among the first files whose names may be theirs, and their name; else ""."""
    named = (path for path in files if path.suffix.lower() in FORMS and path.is_file())
    for path in islice(named, FEW):
        with path.open("rb") as file:
            head = file.read(HEAD)
        for called, pattern in FORMS[path.suffix.lower()]:
            if pattern.match(head) and (called != "YOLO" or pattern.fullmatch(head) or len(head) == HEAD):
                return f"annotations in the form of {called}, such as {path.name!r}"
    return ""
