"""Tables whose words are the names of pictures: where these lie."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import listed
from fourfold.data.source import Source
from fourfold.errors import DataError, FileError

from .list_columns import PICTURES_INSIDE
from .parts import check_inside, of_one_part
from .pictures import FROM_TABLE, SUFFIXES, is_picture

__all__ = ["named_in"]

FEW_WORDS, SOME_WORDS, LONGEST_NAME = 100, 9, 200
"""Words by which it is mostly told that they repeat, and that they are names; characters of one that may be the name of
a picture."""

INSIDE = ".path"
"""The field that stands beside .bytes where Hugging Face keeps pictures inside of a table."""


def named_in(source: Source, folder: Path) -> Source:
    """The source with the column noted whose words are paths of pictures, if there is one.

    All words of the column have to end as names of pictures do, or else all to be different, words or whole numbers,
    and most of them names of pictures without their ends; paths start at the table's folder, or at the only one in it
    where such pictures lie, or at the working folder, and may not leave it.
    """
    if source.pictures or not isinstance(source.inputs, Table):
        return source
    source = _without_names_of_bytes(source)
    assert isinstance(source.inputs, Table)
    for column, words, named in _of_names(source):
        present = [word for word in words if word is not None]
        table = Path(source.name)
        where = _where(present[0], folder, table, named) if named else _usual_place(present, folder, table)
        if not named and where is None:
            continue
        if len(present) < len(words) and (folder / present[0]).is_file():
            raise DataError(
                "no-path",
                f"column {column.name!r} has paths of pictures, and none in some rows",
                got=f"row {words.index(None) + 1}",  # pyright: ignore[reportArgumentType]
                wanted="the path of a picture in each row",
                do="remove these rows, or the column",
            )
        if len(present) < len(words):
            continue
        paths = np.empty(len(words), dtype=object)
        inside, end = where or (folder, "")
        seen_from = named and where is None and _lies_in(Path.cwd(), present[0], folder)
        if seen_from:
            inside, where = Path.cwd(), (Path.cwd(), "")
        for place, word in enumerate(words):
            path = inside / f"{word}{end}"
            if "\\" in word and not path.exists():  # as Windows writes paths
                path = inside / word.replace("\\", "/")
            if os.path.isabs(word) or ".." in Path(word).parts:
                check_inside(path, folder, f"{FROM_TABLE}; copy the pictures into its folder, if they lie elsewhere")
            check_inside(path, folder)
            paths[place] = str(path)
        notes: tuple[Note, ...] = ()
        if where is not None and where != (folder, ""):
            because = "the first of them lies there" if named else f"without {end!r} in the table"
            at = " as seen from the working folder" if seen_from else "" if inside == folder else f" in {inside.name!r}"
            notes = (Note(f"pictures: named by {column.name!r}{at}", because),)
        inputs = Table({**source.inputs, column.name: paths})
        columns = tuple(replace(one, kind="category") if one is column else one for one in source.columns)
        ids = np.array(words, dtype=object)
        found = replace(source, inputs=inputs, columns=columns, pictures=column.name, ids=ids)
        return found.noting(*notes)
    return source


def _lies_in(start: Path, word: str, folder: Path) -> bool:
    """Whether a path that starts elsewhere leads to a file within the folder."""
    path = start / word.replace("\\", "/")
    return _is_file(path) and path.resolve().is_relative_to(folder.resolve())


def _is_beside_bytes(name: str, source: Source, because: str = "") -> bool:
    """Whether a column is called as the names of files that stand in the table themselves, and are not read, for this
    reason or for any."""
    notes = [note.what for note in source.notes if because in ("", note.because)]
    return name.endswith(INSIDE) and f"{name.removesuffix('path')}bytes" in repr(notes)


def _without_names_of_bytes(source: Source) -> Source:
    """The source without the names of files that stand beside these, such as recordings; pictures are refused, whether
    they are named or not."""
    assert isinstance(source.inputs, Table)
    beside = [name for name in source.inputs if _is_beside_bytes(name, source)]
    for name in beside:
        words = [word for word in source.inputs[name].tolist() if isinstance(word, str)]
        if any(map(is_picture, words)) or _is_beside_bytes(name, source, PICTURES_INSIDE):
            raise FileError(
                "pictures-inside",
                f"{source.name} holds the pictures themselves",
                got=f"column {name.removesuffix(INSIDE)!r}",
                wanted="files of pictures, and a table of their paths",
                do="from Python fourfold.compare(datasets.load_dataset('parquet', data_files=FILE)['train'])",
            )
    note = Note(f"left out: {listed(beside)}", "names of files that stand beside them, and are no pictures")
    return source.without(*beside).noting(note) if beside else source


def _of_names(source: Source) -> list[tuple[Column, list[str], bool]]:
    """Columns whose words, or whole numbers, may name pictures, the words, and whether all have the end of a picture:
    those go first."""
    found = []
    for column in source.columns:
        words = _words(source.inputs[column.name], column.kind)
        present = [word for word in words if word is not None]
        named = bool(present) and all(map(is_picture, present))
        if named or (present and not _repeats(present)):
            found.append((column, words, named))
    return sorted(found, key=lambda one: not one[2])


def _words(values: np.ndarray, kind: str) -> list[str | None]:
    """The words of a column, and of one of whole numbers, all different, these; [] of others."""
    if kind == "number" and bool((np.isfinite(values) & (np.floor(values) == values) & (values >= 0)).all()):
        return [str(int(value)) for value in values.tolist()] if len({*values.tolist()}) == len(values) else []
    return values.tolist() if kind == "category" else []


def _repeats(words: list[str]) -> bool:
    """Whether a word occurs twice, which the first ones mostly tell."""
    few = words[:FEW_WORDS]
    return len({*few}) < len(few) or len({*words}) < len(words)


def _usual_place(words: list[str], folder: Path, table: Path) -> tuple[Path, str] | None:
    """Where the pictures of most words lie that are names without ends, told from some of these; None if most name no
    picture, or some lie elsewhere."""
    some = [words[place] for place in {*np.linspace(0, len(words) - 1, SOME_WORDS).astype(int).tolist()}]
    found = [place for word in some if (place := _where(word, folder, table, named=False))]
    return found[0] if len({*found}) == 1 and len(found) > len(some) / 2 else None


def _where(word: str, folder: Path, table: Path, named: bool) -> tuple[Path, str] | None:
    """The folder, the table's own or the only one in it, in which a picture of this name lies, and what its name ends
    with beyond the word; of several the one in the folder that is called as the table is, see `of_one_part`; None if
    there is no such picture, or several."""
    if len(word) > LONGEST_NAME or "\0" in word:
        return None
    ends = ("",) if named else SUFFIXES
    with os.scandir(folder) as entries:
        inner = sorted(folder / entry.name for entry in entries if _is_folder(entry))
    for folders in ((folder,), inner):
        found = [(inside, end) for inside in folders for end in ends if _is_file(inside / f"{word}{end}")]
        if len(found) > 1:
            found = [one for one in found if of_one_part(table, one[0])] or found
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _is_folder(entry: os.DirEntry) -> bool:
    """Whether it is a folder; a link that leads to itself is none."""
    try:
        return entry.is_dir()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise


def _is_file(path: Path) -> bool:
    """Whether a file lies there; where the path is too long for a file's name, none does."""
    try:
        return path.is_file()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise
