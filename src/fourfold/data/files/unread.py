"""Folders in which nothing is read, or nothing of a class: what lies there, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fourfold.data.columns.named_files import features_of_sounds, is_sound
from fourfold.data.dataset import Note
from fourfold.data.messages import counted, listed
from fourfold.errors import DataError, FileError

from .content import look
from .pairs import name_one
from .parts import is_table
from .pictures import begins_as_picture
from .wrong_kinds import refuse

__all__ = ["nothing_read", "unread_classes"]

OTHERS = (
    ".heic",
    ".heif",
    ".avif",
    ".jp2",
    ".psd",
    ".svg",
    ".dcm",
    ".raw",
    ".ico",
)
"""Pictures of other kinds, which are not read."""

DOCUMENTS = (".html", ".htm", ".pdf", ".docx", ".doc", ".odt", ".rtf", ".eml", ".srt", ".vtt")
"""Texts in other forms, which are not read."""

ARRAYS = (
    "paths = sorted(pathlib.Path({!r}).rglob('*.npy')); numpy.savez('data.npz', x=numpy.stack([numpy.load(path) for "
    "path in paths]), y=[path.parent.name for path in paths])"
)
"""How files of one array each, in a folder for each class, become one file."""


def nothing_read(folder: Path, files: Sequence[Path], labelled: bool, pictured: bool) -> FileError:
    """What is wrong with a folder none of whose files is read, ``labelled`` by their folders or not; ``pictured``: some
    are pictures, and texts are asked for."""
    heard = [path for path in files if is_sound(path.name)]
    sounds = 2 * len(heard) > len(files)
    one_of_each = {path.suffix: path for path in files if not sounds}
    ends = listed(sorted(end for end, path in one_of_each.items() if end.lower() in OTHERS or _is_drawn(path)))
    notes_alone = {path.suffix.lower() for path in files if is_table(path.name)} <= {".json"}
    documents = labelled and bool(files) and {path.suffix.lower() for path in files} <= {*DOCUMENTS}
    if files and not ends and not sounds and not documents and notes_alone:
        refuse(look(max(files, key=lambda path: path.stat().st_size)), unknown=False)
    return FileError(
        "folder",
        f"{folder} is a folder without data",
        got=listed([str(path.relative_to(folder)) for path in files]) or "no files",
        wanted="tables, or a subfolder of pictures or of texts for each class",
        do="leave out --layout text: these are pictures"
        if pictured
        else "save the text alone of each in a file that ends in .txt"
        if documents
        else f"save the pictures as PNG or JPEG, and not as {ends}"
        if any(path.suffix.lower() in OTHERS for path in files)
        else f"rename the pictures that end in {ends}: let them end in .png, .jpg or what else they are"
        if ends
        else _of_sounds(folder, heard, files)
        if sounds
        else f"'{folder}/**/*{tables[0].suffix}', in quotes, for the tables below it; what names of folders say "
        "has to be a column in them, and so have the names of files that are a series each"
        if len(tables := [path for path in files if is_table(path.name)]) > 1
        else ARRAYS.format(str(folder))
        if files and all(path.suffix == ".npy" for path in files)
        else name_one(files),
    )


def _is_drawn(path: Path) -> bool:
    """Whether a file begins as pictures do that are read."""
    with path.open("rb") as file:
        return begins_as_picture(file.read(12))


def unread_classes(files: Sequence[Path], labels: np.ndarray | None, kept: np.ndarray) -> list[Note]:
    """What is said of classes none of whose files is among those that are ``kept``.

    Errors: `DataError` where these leave one class alone.
    """
    if labels is None:
        return []
    left = {*labels[kept].tolist()}
    unread = [label for label in dict.fromkeys(labels.tolist()) if label not in left]
    if unread and len(left) == 1:
        own = next(path for path, label in zip(files, labels.tolist()) if label == unread[0])
        one = files[kept[0]]
        raise DataError(
            "unread-class",
            f"no file of {listed(unread)} is read, of {listed([*left])} {counted(len(kept), 'file')}",
            got=f"{unread[0]}/{own.name}, and {one.parent.name}/{one.name}",
            wanted="files of one kind in the folders of all classes",
            do="save them all in one form: pictures as PNG or JPEG, texts in files that end in .txt",
        )
    ends = {path.suffix or "no end" for path, label in zip(files, labels.tolist()) if label in unread}
    because = f"none of their files is read: {listed(sorted(ends))}"
    return [Note(f"left out: {listed(unread)}", because)] if unread else []


def _of_sounds(folder: Path, sounds: Sequence[Path], files: Sequence[Path]) -> str:
    """What to do with sounds: their classes are those of folders, or of the only table beside them."""
    tables = [path for path in files if is_table(path.name) and path.suffix.lower() != ".txt"]
    ends = [*dict.fromkeys(path.suffix for path in sounds)]
    paths = f"paths = sorted(path for path in pathlib.Path({str(folder)!r}).rglob('*') if path.suffix in {ends}); "
    if tables:
        return paths + features_of_sounds("paths", f"a list of their classes, by the names in {tables[0].name!r}")
    return paths + features_of_sounds("paths", "[path.parent.name for path in paths]")
