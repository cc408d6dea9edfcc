"""Folders within folders, either of which may name the classes: subjects and what they do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fourfold.data.dataset import Note
from fourfold.data.messages import listed
from fourfold.errors import DataError

from .parts import TESTING, TRAINING, files_of

NEARLY_ALL = 0.8
"""The share of the folders that have a subfolder of one name, and of all subfolders that are called so."""


OF_SYSTEMS = ("@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found")
"""Folders that storage devices and operating systems put beside those of a user."""


def is_hidden(name: str) -> bool:
    """Whether a file or a folder is one that programs leave, by its name."""
    return name[0] in "._" or name in OF_SYSTEMS


def classes_of(folder: Path) -> list[Path]:
    """The subfolders of a folder, sorted; hidden ones are left out."""
    return [entry for entry in sorted(folder.iterdir()) if entry.is_dir() and not is_hidden(entry.name)]


@dataclass(frozen=True)
class TwoLevels(Note):
    """The note that folders are the classes, in nearly all of which ``inner`` folders lie that may be them, too, and
    where a file would have to lie then."""

    outer: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    file: str = ""


def other_level(folder: Path, classes: Sequence[Path]) -> TwoLevels | None:
    """What is said of folders nearly all of which hold the same subfolders, two and more, and no files; nothing where
    these are parts of a class: called train, test and the like, or numbered, and the folders are not.

    Errors: `DataError` where the folders are numbered, as subjects are, and their subfolders are not.
    """
    inner = _same_in_nearly_all(classes)
    outer = [part.name for part in classes]
    parts = {name.lower() for name in inner}.issubset((*TRAINING, *TESTING))
    if len(inner) < 2 or parts or (_numbered(inner) and not _numbered(outer)):
        return None
    within, file = next((part, files[0]) for part in classes if (files := _files_in(part / inner[0])))
    moved = f"{inner[0]}/{within.name}-{file.name}"
    if _numbered(outer) and not _numbered(inner):
        raise DataError(
            "classes-at-two-levels",
            f"{folder} holds numbered folders with the same subfolders in each: either may be the classes",
            got=f"{listed(outer)}, and in these {listed(inner)}",
            wanted="a folder for each class, and the files in it",
            do=f"copy the files: to {moved} and the like, if {inner[0]!r} is a class; to "
            f"{within.name}/{inner[0]}-{file.name}, if {within.name!r} is one",
        )
    return TwoLevels(
        f"classes: {listed(outer)}", f"the folders; {listed(inner)} lie in each", "", (*outer,), (*inner,), moved
    )


def _files_in(folder: Path) -> list[Path]:
    return files_of(folder) if folder.is_dir() else []


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
