"""Whose study lies in a folder: one that holds another, or something else, is not written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fourfold.data.dataset import Dataset
from fourfold.errors import FileError, OptionError


def check_folder(folder: Path, dataset: Dataset, force: bool) -> None:
    """Refuses a folder that holds a study of other data, or something else, unless forced."""
    if force or not folder.exists():
        return
    if not folder.is_dir():
        raise FileError(
            "out-is-a-file", "--out is a file", got=str(folder), wanted="a folder", do="--out ANOTHER"
        )
    try:
        found = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if found is None and any(entry.name != ".lock" for entry in folder.iterdir()):
        raise OptionError(
            "folder-not-empty",
            "the folder holds something that is not a study",
            got=str(folder),
            wanted="an empty folder or an earlier study of this data",
            do="--out ANOTHER, or --force to write into it",
        )
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


def _called(identity: Any) -> str:
    """The data and the target as they are called."""
    parts = identity if isinstance(identity, dict) else {}
    return f"{parts.get('data')} (target {parts.get('target')})"


def _file_and_target(identity: Any) -> tuple[str, Any]:
    """The last part of the data's path, which may be named from elsewhere, and the target."""
    parts = identity if isinstance(identity, dict) else {}
    return Path(str(parts.get("data"))).name, parts.get("target")


def _study_of(identity: Any) -> tuple[Any, ...]:
    """What makes a study another one: the data and the target. A file may be moved."""
    return (
        tuple(identity.get(part) for part in ("target", "fingerprint")) if isinstance(identity, dict) else ()
    )
