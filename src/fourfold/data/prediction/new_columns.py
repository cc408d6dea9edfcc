"""The columns of new rows, by name or by place, in the kinds that were trained on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fourfold.data.columns.alike import alike, are_blank, levels_alike
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.join import empty
from fourfold.data.messages import SHOWN, close, counted, listed
from fourfold.data.places import are_places
from fourfold.data.series.clock import shown
from fourfold.data.source import Source
from fourfold.data.values.called import is_time
from fourfold.data.values.dates import USUAL
from fourfold.data.values.in_words import WORDS, held, of_kind
from fourfold.data.values.word_channels import column_of
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.categories import MISSING
from fourfold.preprocessing.dates import DAY, EPOCH
from fourfold.preprocessing.table import missing, row_count

from .as_learnt import gone, meant, told_apart
from .noticed import MOST_LEVELS, Noticed
from .scale import of_percent, of_seconds
from .units import in_unit, to_unit, told_of
from .wanted import targets_of
from .zones import of_other_zones

__all__ = ["another_shape", "by_place", "checked", "renamed"]

OBJECTS = re.compile(r"\.(?:json|jsonl|ndjson)(?:\.(?:gz|bz2|xz|zst))?$", re.IGNORECASE)
"""How files are called whose rows are objects, which leave out what has no value."""

PLAIN = {"date": USUAL}
"""How values are written in whose column nothing else was."""


def by_place(found: Source, preparation: Preparation) -> Source:
    """A plain array as the table that was trained on, its columns in the order of the source then: all of them, or
    those that are used."""
    array = np.asarray(found.inputs)
    names, used = preparation.source_columns, {column.name for column in preparation.columns}
    one_channel = preparation.layout == "sequence" and array.ndim == 3 and array.shape[2] == 1
    if one_channel or (preparation.row_shape and array.shape[1:] == preparation.row_shape):
        array = array.reshape(len(array), -1)
    notes = []
    if array.ndim == 2 and array.shape[1] == len(used) < len(names) and used < {*names}:
        names = tuple(name for name in names if name in used)
        notes.append(Note(f"columns taken in their order: {listed(names)}", "those that the model uses"))
    if array.ndim != 2 or array.shape[1] != len(names):
        raise another_shape(found, preparation, f"rows of shape {array.shape[1:]}")
    table = Table({name: array[:, place].astype(np.float64) for place, name in enumerate(names)})
    return Source(found.name, table, tuple(Column(name, "number") for name in names)).noting(*notes)


def renamed(found: Source, preparation: Preparation) -> Source:
    """Columns of a nameless array, or the one of texts: taken in their order when the names can't agree."""
    assert isinstance(found.inputs, Table)
    wanted, got = preparation.source_columns, found.inputs.names
    every = tuple(sorted({*wanted, preparation.target_name}, key=lambda name: (len(name), name)))
    if are_places(every):  # and so the target, which new rows may have
        wanted = every if len(got) == len(every) else tuple(name for name in every if name in wanted)
    nameless = are_places(every) or are_places(wanted) or ("text",) in (got, wanted) or are_places(got)
    if len(wanted) != len(got) or wanted == got or not nameless:
        return found
    table = Table(dict(zip(wanted, found.inputs.values())))
    columns = tuple(replace(column, name=name) for name, column in zip(wanted, found.columns))
    note = Note("columns taken in their order", "one side has no names")
    if len(wanted) == 1:
        note = Note(f"column {got[0]!r} taken for {wanted[0]!r}", "it is the only one")
    return replace(found, inputs=table, columns=columns).noting(note)


def checked(found: Source, preparation: Preparation, *, alone: bool) -> tuple[Table, Noticed]:
    """The columns that are used, in the kinds of the training data; all that is wrong in one message. ``alone``:
    whether these are all rows of the data."""
    assert isinstance(found.inputs, Table)
    known = {*preparation.source_columns, preparation.target_name, *preparation.task.names}
    known |= {column.name for column in preparation.columns}
    known |= {*alike(found.inputs, targets_of(preparation))}
    extra = [name for name in found.inputs if name not in known]
    named = () if are_places(found.inputs.names) else extra
    nowhere = _left_out_of_objects(found, preparation)
    wrong, notes, table = _Wrong(), list(found.notes), {}
    lost, taken, zones, bare = {}, {}, {}, {}
    for column in preparation.columns:
        name = column.name
        if name not in found.inputs:
            near = close(column_of(name), named)
            if name in nowhere and not near:
                table[name] = empty(column.kind, row_count(found.inputs))
            else:
                wrong.lacks(column_of(name), near)
            continue
        given, cells, lacking = in_unit(column, found.column(name), found.inputs[name])
        cells, of_scale = of_percent(column, given, cells)
        kind = "number" if given.kind in WORDS and cells.dtype.kind == "f" else given.kind
        wanted = of_kind(column.kind, column.written or PLAIN.get(column.kind, ""))
        whole = preparation.numbers.is_whole(name) if preparation.numbers is not None else None
        column, said, doubt = told_apart(column, kind, cells, comma=found.comma, whole=whole, alone=alone)
        values, words = meant(column, kind, cells)
        if doubt:
            wrong.doubts(column, doubt, wanted)
            continue
        if values is None:
            wrong.holds(column, kind, cells, wanted)
            continue
        notes += said + of_scale + of_seconds(column, given, found.notes)
        bare |= {} if of_scale else told_of(column, values, lacking)
        taken |= {name: words} if words else {}
        if other := of_other_zones(column, found.column(name), cells, values):
            zones[name] = other
        if (none := gone(column, cells, values)).any():
            lost[name] = (int(none.sum()), str(cells[none.argmax()])[:30], wanted)
        table[name] = values
    if wrong.told and not table and (found.pictures or found.of_folders):
        raise another_shape(found, preparation, "pictures" if found.pictures else "a folder of files")
    if wrong.told:
        raise wrong.error(found, preparation, extra)
    if nowhere := [name for name in nowhere if name in table]:
        notes.append(Note(f"taken for missing: {listed(nowhere)}", "no row has them, as some of training had none"))
    if extra:
        notes.append(Note(f"ignored: {listed(extra)}", "the training data had no such column"))
    if behind := _behind(found.inputs, preparation):
        notes.append(Note(f"ignored: {listed(behind)}", "in training no series had a value there"))
    unseen = {}
    for category in preparation.categories:
        table[category.name], same = levels_alike(table[category.name], category.levels)
        taken |= {category.name: same} if same else {}
        if new := category.unseen(table[category.name]):
            levels = {None if level == MISSING else level for level in new}
            rows = sum(value in levels for value in table[category.name].tolist())
            unseen[category.name] = new[:MOST_LEVELS], rows
    gaps = {name: count for name in preparation.always_there() if (count := int(missing(table[name]).sum()))}
    texts = [preparation.characters.name] if preparation.characters else []
    blank = {name: count for name in texts if (count := int(are_blank(table[name]).sum()))}
    far = _far(preparation, Table(table))
    rows, strange = row_count(found.inputs), _strange(preparation, table)
    aside = _aside(preparation, table)
    return Table(table), Noticed(tuple(notes), lost, taken, unseen, gaps, far, rows, blank, strange, zones, aside, bare)


def _behind(table: Table, preparation: Preparation) -> list[str]:
    """The columns with values behind the last step that series of training had."""
    known, used = preparation.source_columns, {column.name for column in preparation.columns}
    if preparation.layout != "sequence" or not used.issubset(known):
        return []
    last = max(place for place, name in enumerate(known) if name in used)
    return [name for name in known[last + 1 :] if name in table and not missing(table[name]).all()]


@dataclass
class _Wrong:
    """What is wrong with the columns of new rows, as it is told, and the columns that it can be mended in."""

    told: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    in_unit: list[str] = field(default_factory=list)

    def lacks(self, name: str, near: str) -> None:
        """A column is missing; one that is ``near`` may be it."""
        self.told.append(f"{name!r} is missing" + (f" (is it {near!r}?)" if near else ""))
        if near:
            self.renamed.append(f"rename {near!r} to {name!r}")
        else:
            self.absent.append(name)

    def holds(self, column: Column, kind: str, cells: np.ndarray, wanted: str) -> None:
        """A column is of another type, or in another unit."""
        name = column.name
        self.told.append(f"{name!r} holds {held(kind, cells)} instead of {wanted}")
        if unit := to_unit(column, kind, cells):
            self.in_unit.append(f"write {name!r} {unit}, as in training")
        else:
            self.other.append(name)

    def doubts(self, column: Column, doubt: str, wanted: str) -> None:
        """The values of a column could be one thing as well as another."""
        self.told.append(f"{column.name!r} holds {doubt}, instead of {wanted}")
        self.other.append(column.name)

    def error(self, found: Source, preparation: Preparation, extra: Sequence[str]) -> DataError:
        distinct = [*dict.fromkeys(self.told)]
        more = f"; and {len(distinct) - SHOWN} more" if len(distinct) > SHOWN else ""
        return DataError(
            "new-columns",
            f"the columns of {found.name} are not those that the model was trained on",
            got="; ".join(distinct[:SHOWN]) + more,
            wanted=listed([*dict.fromkeys(column_of(column.name) for column in preparation.columns)]),
            do=self._mends(found, preparation, extra),
        )

    def _mends(self, found: Source, preparation: Preparation, extra: Sequence[str]) -> str:
        assert isinstance(found.inputs, Table)
        absent, other = self.absent, self.other
        if absent and are_places(found.inputs.names):
            return "write the names of the columns above the rows"
        are_lines = preparation.layout == "text" and found.name.lower().endswith((".txt", ".text"))
        return "; ".join(
            [*dict.fromkeys(self.renamed)][:SHOWN]
            + [f"write {name} above the lines, if each is a text" for name in absent if are_lines]
            + [f"add {listed([*dict.fromkeys(absent)])}" + ", or rename what holds it" * bool(extra)] * bool(absent)
            + self.in_unit[:SHOWN]
            + [f"write {listed(other)} as in training"] * bool(other)
        )


def _left_out_of_objects(found: Source, preparation: Preparation) -> list[str]:
    """The columns that JSON may leave out of all objects: absent ones, in a table that has others, without a value in
    some rows that were learnt from."""
    absent = [column for column in preparation.columns if column.name not in found.inputs]
    if not OBJECTS.search(found.name) or preparation.layout != "flat" or len(absent) == len(preparation.columns):
        return []
    numbers, there = preparation.numbers, preparation.always_there()
    gaps = {numbers.names[place] for place in numbers.indicated} if numbers is not None else set()
    gaps |= {column.name for column in absent if column.kind == "date" and column.name not in there}
    gaps |= {category.name for category in preparation.categories if None in category.levels}
    return [column.name for column in absent if column.name in gaps]


def _strange(preparation: Preparation, table: Mapping[str, np.ndarray]) -> dict[str, tuple[int, str, str]]:
    """What is noticed of texts most of which was not learnt, by column."""
    characters = preparation.characters
    if characters is None or not (rows := characters.strange(values := table[characters.name])).any():
        return {}
    return {characters.name: (int(rows.sum()), values[rows.argmax()][:30], characters.unit)}


def _far(preparation: Preparation, table: Table) -> dict[str, tuple[int, str, str]]:
    """What is noticed of values far outside the range that was learnt from, by column."""
    found = {}
    for name, (far, low, high) in preparation.outside(table).items():
        values = table[name]
        learnt = f"{low:g} to {high:g}"
        if values.dtype.kind == "M":
            ends = (EPOCH + (DAY * np.array([low, high])).astype("timedelta64[us]")).astype("M8[D]")
            learnt = f"{ends[0]} to {ends[1]}"
        found[name] = int(far.sum()), shown(values[far.argmax()]), learnt
    return found


def _aside(preparation: Preparation, table: Mapping[str, np.ndarray]) -> dict[str, tuple[int, str, str]]:
    """What is noticed of numbers, called no times, none of which lies in the range that was learnt from, by column."""
    learnt, found = preparation.numbers, {}
    if preparation.layout != "flat" or learnt is None or learnt.low is None or learnt.high is None:
        return found
    for column in preparation.columns:
        if column.kind != "number" or is_time(column.name) or column.name not in learnt.names:
            continue
        place, values = learnt.names.index(column.name), table[column.name]
        low, high = float(learnt.low[place]), float(learnt.high[place])
        present = values[np.isfinite(values)]
        if len(present) and low < high and ((present < low) | (present > high)).all():
            found[column.name] = len(values), shown(present[0]), f"{low:g} to {high:g}"
    return found


def another_shape(found: Source, preparation: Preparation, got: str, do: str = "") -> DataError:
    names = tuple(filter(None, preparation.source_columns))
    columns = f"{counted(len(names), 'column')}: {listed(names)}"
    rows = f"rows of shape {preparation.row_shape}"
    shape = () if isinstance(found.inputs, Table) else np.shape(found.inputs)
    series = preparation.layout == "sequence" and len(preparation.row_shape) == 2 and len(shape) == 3
    wanted = f"{rows}, {columns}" if names and series else columns if names else rows
    return DataError(
        "new-shape",
        f"{found.name} is not what the model was trained on",
        got=got,
        wanted=wanted,
        do=do or _to_shape(shape, preparation.row_shape),
    )


def _to_shape(shape: tuple[int, ...], row: tuple[int, ...]) -> str:
    """How an array of this shape, () of a table, may come to rows of another."""
    if shape and shape == row:
        return "give it as an array of one row: x[None]"
    if len(shape) == 3 and shape[:0:-1] == row:
        return "turn its axes: x.transpose(0, 2, 1)"
    if len(shape) == 3 and row in ((shape[2], 1), (shape[2] - 1, 1)):
        behind = "[:, 1:]" * (row[0] < shape[2])
        return f"if each line is a series, x = numpy.loadtxt(FILE){behind}, then numpy.savez('new.npz', x=x)"
    if len(shape) == 3 and len(row) == 2 and shape[2] == row[1]:
        return f"give series of {row[0]} steps, as all were in training; learnt from several lengths, a model reads any"
    return "give the new rows in the form of those of training"
