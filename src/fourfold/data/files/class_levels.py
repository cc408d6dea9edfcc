"""Folders within folders, either of which may name the classes: subjects and what they do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fourfold.data.messages import listed
from fourfold.errors import DataError

from .parts import TESTING, TRAINING, files_of

NEARLY_ALL = 0.8
"""The share of the folders that have a subfolder of one name, and of all subfolders that are called so."""


def classes_of(folder: Path) -> list[Path]:
    """The subfolders of a folder, sorted; hidden ones are left out."""
    return [entry for entry in sorted(folder.iterdir()) if entry.is_dir() and entry.name[0] not in "._"]


def check_one_level(folder: Path, classes: Sequence[Path]) -> None:
    """Refuse folders nearly all of which hold the same subfolders, two and more, and no files; not where these are
    parts of a class: called train, test and the like, or numbered, and the folders are not."""
    inner = _same_in_nearly_all(classes)
    outer = [part.name for part in classes]
    parts = {name.lower() for name in inner}.issubset((*TRAINING, *TESTING))
    if len(inner) < 2 or parts or (_numbered(inner) and not _numbered(outer)):
        return
    within = next(part for part in classes if (part / inner[0]).is_dir())
    file = files_of(within / inner[0])[0].name
    below, above = f"{inner[0]}/{within.name}-{file}", f"{within.name}/{inner[0]}-{file}"
    raise DataError(
        "classes-at-two-levels",
        f"{folder} holds folders with the same subfolders in each: either may be the classes",
        got=f"{listed(outer)}, and in these {listed(inner)}",
        wanted="a folder for each class, and the files in it",
        do=f"copy the files: to {below} and the like, if {inner[0]!r} is a class; to {above}, if "
        f"{within.name!r} is one",
    )


def _same_in_nearly_all(classes: Sequence[Path]) -> list[str]:
    """The names of the subfolders with files that nearly all of the folders have, if they have hardly others."""
    if len(classes) < 2 or any(map(files_of, classes)):
        return []
    names = Counter(entry.name for part in classes for entry in classes_of(part) if files_of(entry))
    same = {name: count for name, count in names.items() if count >= NEARLY_ALL * len(classes)}
    return sorted(same) if sum(same.values()) >= NEARLY_ALL * names.total() else []


def _numbered(names: Sequence[str]) -> bool:
    """Whether names differ in numbers alone.

    >>> _numbered(["fold1", "fold10"]), _numbered(["walk", "sit"]), _numbered(["2019", "2020"])
    (True, False, True)
    """
    return len({re.sub(r"\d+", "0", name) for name in names}) == 1
