"""The one door through which data come in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from fourfold.errors import OptionError

from .arrays import as_source
from .dataset import Dataset
from .embedded import EMBEDDED
from .infer import settle
from .join import with_test
from .source import Source


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


def open_source(source: Any) -> Source:
    """What a name, a path or a data frame holds, before anything is inferred."""
    if not isinstance(source, (str, os.PathLike)):
        return as_source(source, None, "data")
    name = os.fspath(source)
    for embedded in EMBEDDED:
        if embedded.name == name:
            return embedded.load()
    raise OptionError("unknown-data", "there is no such file or data set", got=repr(name))
