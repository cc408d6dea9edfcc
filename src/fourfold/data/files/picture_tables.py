"""Tables that lie beside pictures and list their paths."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from pathlib import Path

from fourfold.data.dataset import Table
from fourfold.data.reading import Reading
from fourfold.data.source import Source
from fourfold.errors import DataError, FourfoldError, UnsafeFileError

from .forms import read_file
from .parts import part_name, tables_in
from .pictures import EMBEDDED


def check_unlisted(folder: Path, tests: Collection[str], reading: Reading) -> None:
    """Refuse a folder of pictures without classes where a table lists them, which has to be named itself."""
    tables = [path for path in tables_in(folder) if part_name(path) not in tests]
    lists = next((path for path in tables if _lists_pictures(path, reading)), None)
    if lists is None:
        return
    raise DataError(
        "table-beside-pictures",
        "there is no target beside the pictures",
        got=f"files without classes, and {lists.name!r} that lists them",
        wanted="the table of the pictures and their classes or numbers",
        do=f"fourfold compare {shlex.quote(str(lists))}",
    )


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


def _lists_pictures(path: Path, reading: Reading) -> bool:
    try:
        return bool(read_file(path, reading).pictures)
    except FourfoldError:  # no table
        return False


def holders_of_pictures(source: Source) -> set[Path]:
    """The folders in which the pictures lie that a table names, and those around them."""
    words = source.inputs[source.pictures].tolist() if isinstance(source.inputs, Table) and source.pictures else []
    parents = {Path(word).parent for word in words if isinstance(word, str) and not EMBEDDED.match(word)}
    return {around for parent in parents for around in (parent.resolve(), *parent.resolve().parents)}
