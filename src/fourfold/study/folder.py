"""Whose study lies in a folder: one that holds another, or something else, is not written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fourfold.core.files import check_writable
from fourfold.core.permission import permitted
from fourfold.data.dataset import Dataset
from fourfold.errors import FileError, OptionError

STUDY = "study.json"
"""The file that says whose study a folder holds."""


def check_place(folder: Path, force: bool) -> None:
    """Refuses a folder that can't take any study, whatever the data: it needs none, so it comes before they are read.

    That is a file, something that is no study unless forced, and a place where nothing may be written.
    """
    if folder.exists() and not folder.is_dir():
        raise FileError(
            "out-is-a-file", "--out is a file", got=str(folder), wanted="a folder", do="--out ANOTHER"
        )
    check_writable(folder)
    if force or not folder.is_dir() or _found(folder) is not None:
        return
    held = {entry.name for entry in folder.iterdir()} - {".lock"}
    if STUDY in held:
        raise FileError(
            "damaged-study",
            f"{folder / STUDY} is damaged, so that it can't be said whose study this is",
            got=_beginning(folder / STUDY),
            wanted="the file that fourfold compare wrote",
            do="--out ANOTHER; or --force, if the study is one of this data: it goes on from the trainings in it",
        )
    if held:
        raise OptionError(
            "folder-not-empty",
            "the folder holds something that is not a study",
            got=str(folder),
            wanted="an empty folder or an earlier study of this data",
            do="--out ANOTHER, or --force to write into it",
        )


def check_folder(folder: Path, dataset: Dataset, force: bool) -> None:
    """Refuses a folder that can't take a study, and one that holds a study of other data, unless forced."""
    check_place(folder, force)
    found = None if force else _found(folder)
    if found is not None and _study_of(found) != _study_of(identity(dataset)):
        called, wanted = _called(found), _called(identity(dataset))
        same = _file_and_target(found) == _file_and_target(identity(dataset))
        alike = " with other values or options" if same else ""
        raise OptionError(
            "other-study",
            "the folder holds a study of other data or another target",
            got=f"{called}{alike} in {folder}",
            wanted=wanted,
            do="--out ANOTHER, or --force to replace it",
        )


def identity(dataset: Dataset) -> dict[str, str]:
    """What a folder says of the data of its study."""
    return {"data": dataset.name, "target": dataset.target_name, "fingerprint": dataset.fingerprint}


def _found(folder: Path) -> dict[str, Any] | None:
    """What a folder says of its study; None where it says nothing that can be read."""
    try:
        with permitted():
            found = json.loads((folder / STUDY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _beginning(path: Path) -> str:
    """The first characters of a file, for a message."""
    try:
        return repr(path.read_bytes()[:40].decode("utf-8", "replace"))
    except OSError as error:
        return str(error.strerror)


def _called(identity: dict[str, Any]) -> str:
    """The data and the target as they are called."""
    return f"{identity.get('data')} (target {identity.get('target')})"


def _file_and_target(identity: dict[str, Any]) -> tuple[str, Any]:
    """The last part of the data's path, which may be named from elsewhere, and the target."""
    return Path(str(identity.get("data"))).name, identity.get("target")


def _study_of(identity: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a study another one: the data and the target. A file may be moved."""
    return tuple(identity.get(part) for part in ("target", "fingerprint"))
