"""A DuckDB that can read one file and nothing else."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fourfold.core.machine import available_memory
from fourfold.core.scratch import scratch_folder
from fourfold.data.values.words import as_objects
from fourfold.errors import FileError, FourfoldError, MachineError

if TYPE_CHECKING:
    import duckdb


MAP = re.compile(r"\.geojson[a-z]*(?:\.[a-z0-9]+)?$", re.IGNORECASE)
"""The end of a name by which DuckDB knows GeoJSON; here the content decides."""

LITTLE_MEMORY = 2**31
MANY_COLUMNS = 500
"""From how many columns on one thread reads: each has buffers of all columns. csv files of 1,000 columns and 10,000
rows, 4,000 and 3,000, 20,000 and 200 took two threads 1.4, 3.0 and 4.3 s and 440, 820 and 1,250 MB; one .8, 2.0 and
2.6 s and 300, 420 and 670 MB."""
MOST_SHARED = 100_000
"""Different words of a column of which each is kept once."""

NO_SPACE = os.strerror(errno.ENOSPC)

SCRATCH_MEMORY, LEAST_SCRATCH = 400, 64
"""The MiB that DuckDB may take where it has a disk beside them: the most, and the least where memory is short."""


def on_disk() -> dict[str, Any]:
    """How DuckDB is set where it has a disk beside its memory: a quarter of what is free, and one thread where that is
    little."""
    free = available_memory()
    memory = max(LEAST_SCRATCH, min(SCRATCH_MEMORY, free // 4 // 2**20))
    return {"memory_limit": f"{memory}MiB", "threads": "1" if free < LITTLE_MEMORY else "2"}


@contextmanager
def database(
    path: Path,
    name: str,
    explain: Callable[[str], FourfoldError] | None = None,
    scratch: Path | None = None,
    columns: int = 0,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A connection in memory, and the path for it: no extension, no network, no other file, nothing written; with a
    folder for ``scratch`` a query takes little memory, and what does not fit into it lies there. ``columns``: how many
    the file has, where it is known.

    Errors of DuckDB become what ``explain`` makes of their text, by default ``FileError``, or
    ``MachineError`` when memory runs out.
    """
    import duckdb  # a tenth of a second of start-up time

    memory = available_memory()
    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{memory // 2 // 2**20}MiB",
    }
    if scratch is not None:
        config |= on_disk()
    if memory < LITTLE_MEMORY or columns >= MANY_COLUMNS:
        config["threads"] = "1"  # each has buffers of its own
    connection = duckdb.connect(":memory:", config=config)
    try:
        with _literally(path) as plain:
            connection.execute(f"SET temp_directory = {literal(str(scratch or ''))}")
            connection.execute(
                "SET disabled_optimizers = 'join_order,build_side_probe_side'"
            )  # the sample is small
            connection.execute(f"SET allowed_paths = [{literal(plain)}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET enable_progress_bar = false")  # in a notebook
            connection.execute("SET lock_configuration = true")
            yield connection, plain
    except duckdb.OutOfMemoryException as error:
        raise MachineError(
            "not-enough-memory",
            f"{name} does not fit into memory",
            got=_first_line(error, path),
            do="use a part of the rows",
        ) from error
    except duckdb.Error as error:
        check_disk(error)
        damaged = FileError(
            "damaged-file", f"{name} can't be read", got=_first_line(error, path), do="save it again"
        )
        raise (explain(str(error)) if explain else damaged) from error
    finally:
        connection.close()


def check_disk(error: duckdb.Error) -> None:
    """Raises what DuckDB says of a full disk as an error of the system."""
    if NO_SPACE in str(error):
        raise OSError(errno.ENOSPC, NO_SPACE) from error


@contextmanager
def _literally(path: Path) -> Iterator[str]:
    """A path that DuckDB can't take for a pattern, or for a map: a link to the file if its own has marks of patterns,
    a map's end, or letters that are not UTF-8."""
    if str(path).isprintable() and not set("*?[]{}") & set(str(path)) and not MAP.search(path.name):
        yield str(path)
        return
    with scratch_folder() as folder:
        link = Path(folder).resolve() / "data"
        link.symlink_to(path)
        yield str(link)


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def number_of(cell: str, kind: str) -> str:
    """A number of a type, also within lists, in the precision that it has."""
    return f"CAST({cell} AS {'FLOAT' if kind.startswith('FLOAT') else 'DOUBLE'})"


def column(values: Any) -> np.ndarray:
    """A column that ``fetchnumpy`` gave, without its mask: NaN, NaT or None instead."""
    if isinstance(values, np.ma.MaskedArray):
        if values.dtype.kind == "O":
            filled = values.data.copy()
            filled[np.ma.getmaskarray(values)] = None
            return filled
        return values.filled(np.datetime64("NaT") if values.dtype.kind == "M" else np.nan)
    return np.asarray(values)


def shared(parts: Iterable[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """Columns of words from their parts, as ``fetchnumpy`` gives them, equal words of a column one object as long as
    these are not too many.

    A word is larger than what points to it, and most columns have few.
    """
    cells: dict[str, list[np.ndarray]] = {}
    known: dict[str, dict[str | None, str | None]] = {}
    for part in parts:
        for name, values in part.items():
            seen, words = known.setdefault(name, {}), column(values).tolist()
            share = seen.setdefault if len(seen) < MOST_SHARED else seen.get
            cells.setdefault(name, []).append(as_objects([*map(share, words, words)]))
    return {name: np.concatenate(columns) for name, columns in cells.items()}


def _first_line(error: Exception, path: Path) -> str:
    line = str(error).strip().splitlines()[0].replace(str(path), path.name)
    return line.partition("Error: ")[2][:160] or line[:160]
