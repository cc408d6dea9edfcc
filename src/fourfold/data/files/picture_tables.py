"""Tables that lie beside pictures and list their paths."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from pathlib import Path

from fourfold.data.dataset import Table
from fourfold.data.messages import listed
from fourfold.data.reading import Reading
from fourfold.data.source import Source
from fourfold.errors import DataError, FourfoldError, UnsafeFileError

from .forms import read_file
from .parts import is_form, part_name, tables_in
from .pictures import EMBEDDED


def table_of(pictures: Path, tests: Collection[str], reading: Reading) -> Path | None:
    """The table beside a folder of pictures without classes that lists these and says what they are; None without one.

    Errors: `DataError` where several do, one of which has to be named, and where it lists them alone.
    """
    tables = [path for path in tables_in(pictures.parent) if part_name(path) not in tests and not is_form(path)]
    read = {path: _lists_pictures(path, reading) for path in tables}
    lists = {path: found for path, found in read.items() if found and pictures.resolve() in holders_of_pictures(found)}
    telling = [path for path, found in lists.items() if row_width(found) > 1]
    if len(telling) == 1 or not lists:
        return telling[0] if telling else None
    path = next(iter(telling or lists))
    raise DataError(
        "table-beside-pictures",
        "there is no target beside the pictures",
        got=f"files without classes, and {listed([path.name for path in telling or lists])} that lists them",
        wanted="the table of the pictures and their classes or numbers",
        do=f"fourfold compare {shlex.quote(str(path))}",
    )


def row_width(source: Source) -> int:
    """How many columns a table has, that of its pictures among them."""
    return len(source.inputs) if isinstance(source.inputs, Table) else 0


def labels_of(path: Path, reading: Reading) -> Source | None:
    """A table of the pictures beside it; None for all else, such as notes, and tables without rows."""
    try:
        found = read_file(path, reading)
    except FourfoldError as error:
        empty = error.slug in ("header-only", "blank-file", "no-rows", "empty-file")
        if not isinstance(error, UnsafeFileError) and (empty or path.suffix.lower() == ".txt"):
            return None
        raise
    return found if found.pictures else None


def _lists_pictures(path: Path, reading: Reading) -> Source | None:
    try:
        found = read_file(path, reading)
    except FourfoldError:  # no table
        return None
    return found if found.pictures else None


def holders_of_pictures(source: Source) -> set[Path]:
    """The folders in which the pictures lie that a table names, and those around them."""
    words = source.inputs[source.pictures].tolist() if isinstance(source.inputs, Table) and source.pictures else []
    parents = {Path(word).parent for word in words if isinstance(word, str) and not EMBEDDED.match(word)}
    return {around for parent in parents for around in (parent.resolve(), *parent.resolve().parents)}
