"""The columns of a table in long form: what series its rows are of, and at what times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fourfold.data.dataset import Note, OfColumns, Table
from fourfold.data.messages import close, counted, listed, quoted
from fourfold.data.source import Source
from fourfold.data.values.stamps import FEWEST, FEWEST_TIMES, compact_dates, counted_dates, written_compact
from fourfold.data.values.unread_dates import of_several_zones, without_zone
from fourfold.data.values.words import STANDS_FOR_NONE, Understood, as_objects, reworded, spelled, understood
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import missing

FEW_STRANGE = 0.1
"""The largest share of words that are no dates among those of a time."""

BESIDE_TIME = "a date beside the time"
"""Why a column is no channel that would tell each step of a series from those of others."""


def table_of(source: Source, names: Iterable[str]) -> Table:
    """The source's table, which has all these columns."""
    table = source.inputs
    known = table.names if isinstance(table, Table) else ()
    absent = next((name for name in names if name not in known), None)
    if absent is not None or not isinstance(table, Table):
        raise OptionError(
            "no-such-series-column",
            "a column of the long form does not exist",
            got=repr((absent or "")[:60]),
            wanted=f"one of {listed(known)}" if known else "a table, whose columns have names",
            do=f"use {quoted(meant)}"
            if (meant := close(absent or "", known))
            else "name one of these with --id, and with --time"
            if known
            else "leave out --id and --time, as arrays (rows, steps, channels) are series as they are",
        )
    return table


def check_id(source: Source, id: str | None) -> None:
    """Refuse an id that is no column."""
    table_of(source, [id] if id is not None else ())


def one_column(names: Sequence[str]) -> str:
    """What to do with several columns that name a series together."""
    if any("," in name for name in names):
        return f"make one column of {listed(names[:-1])} and {names[-1]!r}, without commas in its name"
    return f"--id {quoted(','.join(names))}"


def present(name: str, values: np.ndarray) -> np.ndarray:
    if missing(values).any():
        raise DataError(
            "missing-time",
            f"{name!r} is missing in some rows",
            got=f"{counted(int(missing(values).sum()), 'row')}, the first is row {np.argmax(missing(values)) + 1}",
            wanted="an id and a time in each row",
            do="fill them in, or remove these rows",
        )
    return values


def valued(table: Table, targets: Sequence[str]) -> np.ndarray:
    """Which rows (N,) have a value of a target, be it one that can't be read; all, where there is no such column."""
    known = [_known(table[name]) for name in targets if name in table]
    return np.any(known, axis=0) if known else np.ones(table.rows, bool)


def _known(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        return np.isfinite(values)
    known = ~missing(values)
    if values.dtype.kind == "O":
        known[known] = [
            any(map(str.isalnum, word)) and word.strip().casefold() not in STANDS_FOR_NONE
            for word in values[known].tolist()
        ]
    return known


def labels_of(source: Source, table: Table, id: str) -> np.ndarray:
    """The ids (N,) as words."""
    values = present(id, table[id])
    words = spelled(values, source.kind(id))
    return as_objects([str(value) for value in (values if words is None else words).tolist()])


def times_of(source: Source, table: Table, time: str) -> np.ndarray:
    """The times (N,), numbers or dates, none missing."""
    return times_and_said(source, table, time)[0].values


def times_and_said(source: Source, table: Table, time: str) -> tuple[Understood, tuple[Note, ...]]:
    """The times (N,), numbers or dates, none missing, and how words were read. Of dates whose day or month may stand
    first it is that by which their steps are of fewer lengths."""
    values, kind = present(time, table[time]), source.kind(time)
    found = Understood(values, kind, zoned=source.column(time).zoned)
    zone = ""
    if kind == "category":
        values, zone = _local(values)
        first = understood(values, strict=True, day_first=source.comma or None)
        other = understood(values, strict=True, day_first=not first.written.startswith("day"))
        turned = other.written != first.written and _lengths(other.values) < _lengths(first.values)
        found = other if turned else first
    if found.kind == "number" and (dates := _compact(time, found.values, FEWEST_TIMES)) is not None:
        found = Understood(dates, "date", f"dates, read as {written_compact(time, found.values)}")
    elif found.kind == "number" and (since := counted_dates(time, found.values)) is not None:
        found = Understood(since[0], "date", since[1])
    if found.kind not in ("number", "date"):
        raise _no_time(source, time, values, found.kind)
    left_out = f"{zone} left out, the clocks count as they stand" * bool(zone)
    zoned = None if zone else found.zoned
    found = found._replace(said="; ".join(filter(None, (found.said, left_out))), zoned=zoned)
    return found._replace(values=present(time, found.values)), said_of(time, found)


def _local(values: np.ndarray) -> tuple[np.ndarray, str]:
    """Words (N,) without the name of a zone that stands behind all of them, and this name, or ""."""
    bare, zone = without_zone(values.tolist())
    if zone in ("", "UTC", "GMT"):
        return values, ""
    return as_objects([None if word is None else bare[word] for word in values.tolist()]), zone


def _no_time(source: Source, time: str, values: np.ndarray, kind: str) -> DataError:
    """What is said of a column that is no time: the first of few words that are no dates or numbers among such."""
    nearly, strange = _nearly(source, values) if kind == "category" else ("", np.zeros(0, bool))
    if zones := of_several_zones(values.tolist()) if kind == "category" else []:
        return DataError(
            "time-zones",
            f"the times {time!r} are in several zones, by their names",
            got=listed(zones[:2]),
            wanted="one name in all rows, or offsets",
            do="write offsets, such as +01:00, in place of the names",
        )
    if not nearly:
        words = f"words such as {values[0]!s:.30}" if kind == "category" else kind
        return DataError(
            "time-type",
            f"the times {time!r} have no order",
            got=words,
            wanted="numbers or dates",
            do="write dates such as 2020-01-31, or --time with another column",
        )
    row = int(np.argmax(strange))
    return DataError(
        "time-type",
        f"{values[row].strip()[:60]!r} in row {row + 1} is no {nearly}",
        got=f"{counted(int(strange.sum()), 'such row')} of {len(values):,}",
        wanted=f"a {nearly} as {time!r} in each row",
        do="correct or remove this row" if strange.sum() == 1 else "correct or remove these rows",
    )


def _nearly(source: Source, values: np.ndarray) -> tuple[str, np.ndarray]:
    """What nine in ten of these words (N,) are, a date or a number, or "" for neither; and which are none."""
    found = understood(values, comma=source.comma)
    strange = missing(found.values)
    if found.kind not in ("number", "date") or strange.mean() > FEW_STRANGE:
        return "", strange
    compact = found.kind == "number" and compact_dates(found.values, FEWEST_TIMES) is not None
    return "date" if compact else found.kind, strange


def _compact(name: str, values: np.ndarray, fewest: int = FEWEST) -> np.ndarray | None:
    """The numbers (N,) of a column as dates, if they are such."""
    present = ~np.isnan(values)
    written = written_compact(name, values) if present.any() else ""
    return compact_dates(values, fewest, written)


def _lengths(times: np.ndarray) -> int:
    """Of how many lengths the steps between different times are."""
    return len(np.unique(np.diff(np.unique(times))))


def meant(source: Source, table: Table, name: str) -> Understood:
    """A column as what its words mean."""
    values, kind = table[name], source.kind(name)
    return understood(values, comma=source.comma) if kind == "category" else Understood(values, kind)


def codes_of(source: Source, name: str) -> np.ndarray | None:
    """The numbers (N,) of a column's different values, words or whole numbers, that may say of what rows are; each of
    them stands for two rows and more on average. None of others."""
    table = table_of(source, [name])
    found = meant(source, table, name)
    values, kind = found.values, found.kind
    if missing(values).any() or found.written or kind not in ("category", "number"):
        return None  # written: a clock
    if kind == "number" and (values != np.floor(values)).any():
        return None
    codes = np.unique([str(value) for value in values.tolist()], return_inverse=True)[1]
    return codes if 2 * (codes.max() + 1) <= len(codes) else None


def said_of(name: str, found: Understood) -> tuple[Note, ...]:
    """What was done with the words of a column, or why they are no numbers."""
    return (OfColumns.of([name], found.kind, found.said),) if found.said else ()


def nearly_dates_of(source: Source, names: Iterable[str]) -> list[str]:
    """Which of some columns hold dates and, in one of ten rows at most, words that are none, or several zones."""
    table = table_of(source, ())
    words = {name: table[name] for name in names if source.kind(name) == "category"}
    return [name for name, own in words.items() if _nearly(source, own)[0] == "date" or of_several_zones(own.tolist())]


def dates_of(source: Source, names: Iterable[str]) -> list[str]:
    """Which of some columns hold dates, also those written as words."""
    table = table_of(source, ())
    kinds = {name: source.kind(name) for name in names}
    return [
        name
        for name, kind in kinds.items()
        if kind == "date"
        or (kind == "category" and reworded(_local(table[name])[0], strict=True)[1] == "date")
        or (kind == "number" and _compact(name, table[name]) is not None)
    ]


def seconds_of(source: Source, names: Iterable[str]) -> list[str]:
    """Which of some columns count seconds or days, or years with parts of them, and are called so."""
    table = table_of(source, ())
    return [
        name for name in names if source.kind(name) == "number" and counted_dates(name, table[name]) is not None
    ]
