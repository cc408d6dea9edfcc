"""The one door through which data come in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fourfold.errors import FileError

from .arrays import as_source
from .content import Content, look
from .dataset import Dataset
from .embedded import EMBEDDED
from .infer import settle
from .join import with_test
from .npz import read_npz
from .source import Source
from .tables import read_csv, read_json, read_parquet
from .wrong_kinds import WANTED, refuse


def read(
    source: Any,
    *,
    target: str | None = None,
    task: str | None = None,
    layout: str | None = None,
    test: Any = None,
    bounds: Sequence[float] | None = None,
) -> Dataset:
    """Data by name, from a file, or from a data frame that holds its target.

    - ``source``: an embedded name (digits, iris, ...), the path of a csv, tsv, parquet, json lines or npz
      file, or a data frame. The content decides what a file is, not its name.
    - ``target``: the column to predict; ``task``: classification or regression; ``layout``: flat,
      sequence, image or text; ``bounds``: the lowest and highest value of a bounded target. What is left
      out is inferred, and said in ``Dataset.notes``.
    - ``test``: the user's own test rows, in the same form.

    >>> data = read("iris")
    >>> data.rows, data.layout, data.task.classes
    (150, 'flat', ('setosa', 'versicolor', 'virginica'))

    Errors: ``DataError``, ``OptionError``, ``FileError`` (exit code 2), ``UnsafeFileError`` (3) for
    content that could execute or exhaust, ``MachineError`` (4) for permission and memory.
    """
    found = open_source(source)
    if test is not None:
        found = with_test(found, open_source(test), target)
    return settle(found, target=target, task=task, layout=layout, bounds=bounds)


@dataclass(frozen=True)
class Reader:
    """A form of file: its name, how it is recognised by its content, how it is read."""

    name: str
    recognises: Callable[[Content], bool]
    read: Callable[[Content], Source]


READERS: tuple[Reader, ...] = (
    Reader("parquet", lambda content: content.head.startswith(b"PAR1"), read_parquet),
    Reader("npz", lambda content: content.head.startswith(b"PK"), read_npz),
    Reader("json", lambda content: looks_like_json(content), read_json),
    Reader("csv", lambda content: True, read_csv),
)
"""Tried in this order; whatever else is text is taken for csv."""


def looks_like_json(content: Content) -> bool:
    """A JSON object, or a list; a csv whose first name begins with a brace is none."""
    start = content.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    return re.match(rb'\{\s*["}]|\[\s*[\[\]{"\d-]', start) is not None


def open_source(source: Any) -> Source:
    """What a name, a path or a data frame holds, before anything is inferred."""
    if not isinstance(source, (str, os.PathLike)):
        return as_source(source, None, "data")
    name = os.fspath(source)
    for embedded in EMBEDDED:
        if embedded.name == name:
            return embedded.load()
    content = look(name, [embedded.name for embedded in EMBEDDED])
    refuse(content)
    reader = next(reader for reader in READERS if reader.recognises(content))
    try:
        return reader.read(content)
    except UnicodeError as error:
        raise FileError(
            "encoding", f"{name} is no valid text", got=str(error)[:120], wanted=WANTED
        ) from error
