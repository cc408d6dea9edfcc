"""Inputs and targets in files of their own, called X and y: how they are given, training and test rows together."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from fourfold.data.dataset import Note, Table
from fourfold.data.places import are_places
from fourfold.data.source import Source
from fourfold.preprocessing.table import row_count

__all__ = ["how_to_give", "perhaps_channels"]

X_OR_Y = re.compile(r"(?P<which>[xy])(?:[ _.-](?P<part>train|training|test|testing))?", re.IGNORECASE)
"""Names without their ends: X_train, y, x.test."""

FEWEST_STEPS = 12
"""Columns from which on lines of numbers may be series."""

OF_TEXT = (".txt", ".csv", ".dat", ".data")
BESIDE = {"train": "test", "training": "testing", "test": "train", "testing": "training"}
"""What the folder of the other part is called."""

Pairs = dict[str, dict[str, Path]]


def how_to_give(file: Path) -> str:
    """What to type where files of X and y lie beside this one, in a line for both parts if there are test rows; ""
    where none do.
    """
    if not file.is_file():
        return ""
    folder = file.parent
    found = _pairs(folder)
    pairs = {part: pair for part, pair in found.items() if len(pair) == 2}
    if not pairs:
        return ""
    train = pairs.get("train") or next(iter(pairs.values()))
    how = f": fourfold inspect --x {shlex.quote(str(train['x']))} --y {shlex.quote(str(train['y']))}"
    if {*pairs} < {"train", "test"}:
        return how
    made = _of_tables(pairs) if train["x"].suffix == ".csv" else _of_arrays(pairs)
    return f"{how}; with the test rows, in Python {made}"


def perhaps_channels(files: Sequence[str | Path], parts: Sequence[Source]) -> tuple[Note, ...]:
    """What is said of files of as many rows each, of nothing but numbers without names, as many as a series has: a file
    may be a channel, and its lines the same series as those of the others."""
    rows = {row_count(part.inputs) for part in parts}
    if len(parts) < 2 or len(rows) > 1 or not all(map(_may_be_series, parts)):
        return ()
    folder, end = Path(files[0]).parent, Path(files[0]).suffix
    stacked = f"numpy.stack([numpy.loadtxt(one) for one in sorted(glob.glob({f'{folder}/*{end}'!r}))], axis=-1)"
    what = f"files of {rows.pop():,} rows each, which may be channels of the same series"
    return (Note(what, f"if they are, numpy.savez('data.npz', x={stacked}, y=...)"),)


def _may_be_series(part: Source) -> bool:
    if not isinstance(part.inputs, Table) or len(part.columns) < FEWEST_STEPS:
        return False
    return are_places(part.inputs.names) and all(column.kind == "number" for column in part.columns)


def _pairs(folder: Path) -> Pairs:
    """The files of X and y in a folder, and in that of the other part beside it, by their part."""
    pairs: Pairs = {}
    part = folder.name.casefold()
    beside = [one for one in folder.parent.iterdir() if part in BESIDE and one.name.casefold() == BESIDE[part]]
    for place in (folder, *beside):
        for path, which, named in _called_so(place):
            of = named or place.name.casefold()
            pairs.setdefault("test" if of.startswith("test") else "train", {}).setdefault(which, path)
    return pairs


def _called_so(folder: Path) -> Iterator[tuple[Path, str, str]]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        found = X_OR_Y.fullmatch(path.stem)
        if found and path.suffix.lower() in OF_TEXT and path.is_file():
            yield path, found["which"].casefold(), (found["part"] or "").casefold()


def _of_arrays(pairs: Pairs) -> str:
    files = {f"{which}_{part}": str(pairs[part][which]) for part in ("train", "test") for which in "xy"}
    arrays = ", ".join(f"{name}=numpy.loadtxt({file!r})" for name, file in files.items())
    return f"numpy.savez('data.npz', {arrays}), then fourfold inspect data.npz"


def _of_tables(pairs: Pairs) -> str:
    x, y = (str(pairs["train"][which]) for which in "xy")
    table = f"pandas.read_csv({x!r}).assign(target=pandas.read_csv({y!r}).iloc[:, -1]).to_csv('train.csv', index=False)"
    return f"{table}, the same of the others to test.csv, then fourfold inspect train.csv --test test.csv"
