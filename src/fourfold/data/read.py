"""The one door through which data come in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fourfold.errors import FileError

from .arrays import as_source
from .content import Content, check_unchanged, look
from .dataset import Dataset
from .embedded import EMBEDDED
from .excel import read_excel
from .infer import settle
from .join import with_test
from .npz import read_npy, read_npz
from .packing import STANDARD_INPUT, plain_content, standard_input
from .parts import joined, matches, tables_in
from .sample import USUAL, Limit, thinned
from .source import Source
from .tables import read_csv, read_json, read_parquet
from .wrong_kinds import WANTED, is_workbook, refuse


def read(
    source: Any,
    *,
    target: str | None = None,
    task: str | None = None,
    layout: str | None = None,
    test: Any = None,
    bounds: Sequence[float] | None = None,
    rows: int | None = None,
) -> Dataset:
    """Data by name, from a file, or from a data frame that holds its target.

    - ``source``: an embedded name (digits, iris, ...), the path of a csv, tsv, parquet, json, xlsx or npz
      file, packed or not, a pattern or a folder of such files, "-" for standard input, or a data frame.
      The content decides what a file is, not its name.
    - ``target``: the column to predict; ``task``: classification or regression; ``layout``: flat,
      sequence, image or text; ``bounds``: the lowest and highest value of a bounded target. What is left
      out is inferred, and said in ``Dataset.notes``.
    - ``test``: the user's own test rows, in the same form.
    - ``rows``: the most rows to read; a sample of as many if there are more. Without it tables of more than
      20 million cells are sampled.

    >>> data = read("iris")
    >>> data.rows, data.layout, data.task.classes
    (150, 'flat', ('setosa', 'versicolor', 'virginica'))

    Errors: ``DataError``, ``OptionError``, ``FileError`` (exit code 2), ``UnsafeFileError`` (3) for
    content that could execute or exhaust, ``MachineError`` (4) for permission and memory.
    """
    found = open_source(source, Limit(rows))
    if test is not None:
        found = with_test(found, open_source(test), target)
    return settle(found, target=target, task=task, layout=layout, bounds=bounds)


@dataclass(frozen=True)
class Reader:
    """A form of file: its name, how it is recognised by its content, how it is read."""

    name: str
    recognises: Callable[[Content], bool]
    read: Callable[[Content, Limit], Source]


READERS: tuple[Reader, ...] = (
    Reader("parquet", lambda content: content.head.startswith(b"PAR1"), read_parquet),
    Reader("npy", lambda content: content.head.startswith(b"\x93NUMPY"), read_npy),
    Reader("xlsx", is_workbook, read_excel),
    Reader("npz", lambda content: content.head.startswith(b"PK"), read_npz),
    Reader("json", lambda content: looks_like_json(content), read_json),
    Reader("csv", lambda content: True, read_csv),
)
"""Tried in this order; whatever else is text is taken for csv."""


def looks_like_json(content: Content) -> bool:
    """A JSON object, or a list; a csv whose first name begins with a brace is none."""
    start = content.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    return re.match(rb'\{\s*["}]|\[\s*[\[\]{"\d-]', start) is not None


def open_source(source: Any, limit: Limit = USUAL) -> Source:
    """What a name, a path, a pattern or a data frame holds, before anything is inferred."""
    if not isinstance(source, (str, os.PathLike)):
        return thinned(as_source(source, None, "data"), limit)
    name = os.fspath(source)
    for embedded in EMBEDDED:
        if embedded.name == name:
            return thinned(embedded.load(), limit)
    if name == STANDARD_INPUT:
        with standard_input() as path:
            return thinned(_file(path, limit, "standard input"), limit)
    if files := matches(name):
        return thinned(_tables(name, files, limit), limit)
    if os.path.isdir(name):
        return thinned(_folder(Path(name), limit), limit)
    return thinned(_file(name, limit), limit)


def _folder(folder: Path, limit: Limit) -> Source:
    """The tables of a folder; of a folder with train and test (files or folders) both parts."""
    entries = {entry.name.split(".")[0].lower(): entry for entry in sorted(folder.iterdir())}
    if "train" in entries and "test" in entries:
        train = open_source(entries["train"], limit)
        return replace(with_test(train, open_source(entries["test"])), name=str(folder))
    tables = tables_in(folder)
    if not tables:
        raise FileError("folder", f"{folder} is a folder without data", wanted="files that are tables")
    return _tables(str(folder), tables, limit)


def _tables(name: str, files: Sequence[Path], limit: Limit) -> Source:
    """Several files as one table; of each as much as its size allows where all are too much."""
    sizes = [file.stat().st_size for file in files]
    total = max(sum(sizes), 1)
    return joined(name, [_file(file, replace(limit, share=size / total)) for file, size in zip(files, sizes)])


def _file(path: str | Path, limit: Limit, called: str = "") -> Source:
    """What one file holds. A file that is written while it is read is refused."""
    content = look(path, [embedded.name for embedded in EMBEDDED])
    content = replace(content, name=called or content.name)
    with plain_content(content) as plain:
        refuse(plain)
        reader = next(reader for reader in READERS if reader.recognises(plain))
        try:
            found = reader.read(plain, limit)
        except UnicodeError as error:
            raise FileError(
                "encoding", f"{content.name} is no valid text", got=str(error)[:120], wanted=WANTED
            ) from error
    check_unchanged(content)
    return found
