"""Tables with the same columns, one below the other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fourfold.data.columns.lists import as_many_steps, by_list
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.join import empty
from fourfold.data.messages import NO_COLUMN, listed, quoted
from fourfold.data.read_alike import as_meant
from fourfold.data.source import Source
from fourfold.data.values.words import spelled, understood
from fourfold.errors import DataError
from fourfold.preprocessing.table import ColumnKind, missing

from .named_tables import how_to_label
from .x_and_y import how_to_give


def joined(name: str, parts: Sequence[Source]) -> Source:
    """Tables with the same columns as one, their rows in the order of the parts."""
    first = parts[0]
    if len(parts) == 1:
        return replace(first, name=name)
    first, *others = parts = as_many_steps(parts)
    for part in (first, *others):
        _check_columns(first, part, parts)
    parts = _alike(parts)
    assert isinstance(first.inputs, Table)
    values, columns = {}, []
    for column in first.inputs:
        kind, pieces = _one_kind(column, parts)
        values[column] = np.concatenate(pieces)
        columns.append(Column(column, kind))
    because = f"{parts[0].name} to {parts[-1].name}, one below the other{NO_COLUMN}"
    notes = (Note(f"tables: {len(parts)}", because, "--target file, --group file or --id file"), *_said(parts))
    total = sum(part.total or part.inputs.rows for part in parts if isinstance(part.inputs, Table))
    comma = all(part.comma for part in parts)
    return Source(
        name, Table(values), tuple(columns), notes=notes, total=total, lists=first.lists, uneven=first.uneven,
        nested=first.nested, comma=comma, classlike=first.looked_at(others), marked=first.marked,
    )  # fmt: skip


def _alike(parts: Sequence[Source]) -> list[Source]:
    """The parts, columns of words in some of them as what they mean where it is what the others hold, and dates that
    each part writes in its own way."""
    names = [column.name for column in parts[0].columns]
    mixed: dict[str, ColumnKind] = {name: kind for name in names if (kind := _beside_words(_kinds(name, parts)))}
    mixed |= dict.fromkeys((name for name in names if _are_dates_by_part(name, parts)), "date")
    read = [as_meant(part, mixed) for part in parts]
    alike: dict[str, ColumnKind] = {name: kind for name, kind in mixed.items() if _kinds(name, read) == {kind}}
    return read if alike == mixed else [as_meant(part, alike) for part in parts]


def _kinds(name: str, parts: Sequence[Source]) -> set[ColumnKind]:
    """The kinds that a column has in the parts in which it has values."""
    tables = [(part, part.inputs[name]) for part in parts if isinstance(part.inputs, Table)]
    return {part.kind(name) for part, values in tables if not missing(values).all()}


def _beside_words(kinds: set[ColumnKind]) -> ColumnKind | None:
    """The one kind beside words."""
    others = kinds - {"category"}
    return others.pop() if "category" in kinds and len(others) == 1 else None


def _are_dates_by_part(name: str, parts: Sequence[Source]) -> bool:
    """Whether the words of a column are dates in each of the parts that has values, but not in one way in all."""
    if _kinds(name, parts) != {"category"}:
        return False
    words = [part.inputs[name] for part in parts if isinstance(part.inputs, Table)]
    written = set()
    for one in words:
        if not missing(one).all():
            found = understood(one)
            if found.kind != "date":
                return False
            written.add(found.written)
    return len(written) > 1 and understood(np.concatenate(words)).kind != "date"


def _said(parts: Sequence[Source]) -> list[Note]:
    """What was said of the parts; of one part alone with its name."""
    said: dict[Note, list[str]] = {}
    for part in parts:
        for note in part.notes:
            said.setdefault(note, []).append(os.path.basename(part.name))
    return [
        note if len(names) > len(parts) / 2 else replace(note, what=f"{listed(names)}: {note.what}")
        for note, names in said.items()
    ]


def _check_columns(first: Source, part: Source, parts: Sequence[Source]) -> None:
    if not isinstance(part.inputs, Table) or not isinstance(first.inputs, Table) or part.target is not None:
        raise DataError("parts", f"{part.name} is no table", wanted="tables with the same columns", do="leave it out")
    absent, extra = (
        [*dict.fromkeys(by_list(one).get(name, name) for name in one.inputs if name not in other.inputs)]
        for one, other in ((first, part), (part, first))
    )
    if absent or extra:
        raise DataError(
            "part-columns",
            f"{part.name} has other columns than {first.name}",
            got="; ".join(
                [f"no {listed(absent)}"] * bool(absent) + [f"{listed(extra)} beside them"] * bool(extra)
            ),
            wanted="tables with the same columns",
            do=how_to_label(parts)
            or "name one of the files, if they are different tables; --x FILE --y FILE, if one holds the target"
            + how_to_give(Path(first.name)),
        )


def _one_kind(name: str, parts: Sequence[Source]) -> tuple[ColumnKind, list[np.ndarray]]:
    """A column of all parts in one kind: that of all of them, or else words."""
    pieces: list[tuple[ColumnKind, np.ndarray]] = [
        (part.kind(name), part.inputs[name]) for part in parts if isinstance(part.inputs, Table)
    ]
    present: set[ColumnKind] = {kind for kind, values in pieces if not missing(values).all()}
    kind: ColumnKind = pieces[0][0] if not present else present.pop() if len(present) == 1 else "category"
    values = []
    for part, (own, piece) in zip(parts, pieces):
        converted: np.ndarray | None = piece
        if own != kind:
            converted = empty(kind, len(piece)) if missing(piece).all() else spelled(piece, own)
        if converted is None:
            raise DataError(
                "part-column-type",
                f"column {name!r} of {part.name} has another type than in the other files",
                got=own,
                wanted="one type in all files",
                do=f"write it alike in all files, or --drop {quoted(name)}",
            )
        values.append(converted)
    return kind, values
