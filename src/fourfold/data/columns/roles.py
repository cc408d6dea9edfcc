"""Columns that are no inputs: how much a row counts, which rows belong together, what a row is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import as_called, close, in_line, listed, quoted
from fourfold.data.places import by_place
from fourfold.data.source import Source
from fourfold.data.values.cells import typed
from fourfold.data.values.words import as_objects, reworded, spelled
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import row_count

from .lists import columns_of
from .targets import mentioned, parted

FEWEST_GROUPS = 3
"""One to train, one to validate, one to test."""


@dataclass(frozen=True)
class Roles:
    """What the user says about rows: each the name of a column, or an array (N,); and their order.

    ``time`` is the column by which the rows of one ``id`` are sorted to a series; see `long_form`. ``drop`` are columns
    that are not to be used.
    """

    weight: Any = None
    group: Any = None
    id: Any = None
    time_ordered: bool = False
    time: str | None = None
    drop: str | Sequence[str] | None = None

    @property
    def whole(self) -> str:
        """The column whose rows of one value are a series, of which no sample may take a part; else ""."""
        return self.series if self.time is not None else ""

    @property
    def series(self) -> str:
        """The same where rows without a time are steps in their order, as of a forecast."""
        return self.id if isinstance(self.id, str) else ""

    @property
    def named(self) -> Mapping[str, str]:
        """By role the columns of weights and groups, where they are columns."""
        found = {"weight": self.weight, "group": self.group}
        return {role: name for role, name in found.items() if isinstance(name, str)}


NO_ROLES = Roles()


def as_columns(
    source: Source, roles: Roles, target: str | Sequence[str] | None
) -> tuple[Roles, str | Sequence[str] | None]:
    """The roles and the target with names that differ from those of columns in white space alone as these."""
    table = source.inputs
    if not isinstance(table, Table):
        return roles, target
    known = (*table.names, *source.lists)
    given = {name: getattr(roles, name) for name in ("weight", "group", "id", "time")}
    meant = {name: as_called(value, known) for name, value in given.items() if isinstance(value, str)}
    if roles.time is not None and meant["time"] not in known:
        meant["time"] = ",".join(parted(roles.time, known))
    aims = None if target is None else parted(target, known)
    return replace(roles, **meant), target if aims is None or {*aims} <= mentioned(target) else aims


def columns_of_id(id: str, known: Sequence[str]) -> tuple[str, ...]:
    """The columns of an id, one or several with commas between their names; the name itself where they don't exist.

    >>> columns_of_id("store,item", ["store", "item"]), columns_of_id("a, b", ["a, b", "a", "b"])
    (('store', 'item'), ('a, b',))
    """
    names = parted(id, known)
    return tuple(names) if len(set(names)) == len(names) > 1 and set(names) <= set(known) else (id,)


def with_id(source: Source, id: str | None, kept: Sequence[str] = ()) -> tuple[Source, str | None]:
    """The source with one column in place of the several that the id names, and what this is called; of these stay
    those that are ``kept``.

    >>> columns = {name: as_objects(["a", "b"]) for name in ("store", "item", "v")}
    >>> source = Source("sales.csv", Table(columns), tuple(Column(name, "category") for name in columns))
    >>> found, id = with_id(source, "store,item")
    >>> found.inputs.names, id, found.inputs[id].tolist()
    (('store, item', 'v'), 'store, item', ['a, a', 'b, b'])
    """
    table = source.inputs
    if id is None or not isinstance(table, Table) or len(names := columns_of_id(id, table.names)) == 1:
        return source, id
    one = ", ".join(names)
    words = [_labels(table[name], source.kind(name)).tolist() for name in names]
    labels = as_objects([", ".join(row) if all(row) else None for row in zip(*words)])
    others = [column for column in source.columns if column.name not in names[1:] or column.name in kept]
    columns = tuple(Column(one, "category") if column.name == names[0] else column for column in others)
    columns += tuple(column for column in source.columns if column.name == names[0] and column.name in kept)
    inputs = Table({column.name: labels if column.name == one else table[column.name] for column in columns})
    earlier = None if source.earlier is None else with_id(source.earlier, id, kept)[0]
    known = source.all_columns or table.names
    return replace(source, inputs=inputs, columns=columns, earlier=earlier, all_columns=known), one


def with_ids(source: Source, roles: Roles) -> tuple[Source, Roles]:
    """The source with one column in place of several that an id or a group names, and the roles with its name."""
    known = source.inputs.names if isinstance(source.inputs, Table) else ()
    grouped = columns_of_id(roles.group, known) if isinstance(roles.group, str) else ()
    for role, kept in (("id", grouped), ("group", ())):
        if isinstance(name := getattr(roles, role), str):
            source, one = with_id(source, name, kept)
            roles = replace(roles, **{role: one})
    return source, roles


def check_whole(source: Source, roles: Roles, id: str) -> None:
    """Refuse a sample of rows whose series were not known by the ``id`` that was given."""
    rows = row_count(source.inputs)
    if roles.series == id or source.total <= rows or source.series or source.earlier is not None:
        return
    raise DataError(
        "sampled-series",
        f"{source.name} is too large to be read whole, and its series are not told by one column of this name",
        got=f"--id {in_line(id)}, {rows:,} of {source.total:,} rows",
        wanted=f"the name of a column, as it stands in the table, or --rows {source.total}",
    )


def check_apart(roles: Roles, target: str | Sequence[str] | None, known: Sequence[str]) -> None:
    """Refuse a column that has two roles, or one and is the target; ``known`` are all columns."""
    names = [value for value in (roles.weight, roles.time) if isinstance(value, str)]
    id, group = (columns_of_id(own, known) if isinstance(own, str) else () for own in (roles.id, roles.group))
    names += [*id, *(name for name in group if len(id) < 2 or name not in id)]
    names += dict.fromkeys(parted(roles.drop or (), known))
    aims = mentioned(target)
    twice = next((name for name in names if names.count(name) > 1 or name in aims), None)
    if twice is not None:
        raise OptionError(
            "two-roles",
            "a column can't have two roles",
            got=repr(twice),
            wanted="another column for each role",
            do="leave out one of the options that name it",
        )


def without_dropped(source: Source, drop: str | Sequence[str] | None, test: bool = False) -> Source:
    """The source without the columns, or lists, that are not to be used; ``test`` rows may lack them.

    Errors: ``OptionError`` for one that does not exist, and where there are no columns.
    """
    if not drop:
        return source
    source = _as_table(source)
    table = source.inputs
    if not isinstance(table, Table):
        raise OptionError(
            "drop-of-arrays",
            "--drop names columns of a table",
            got=f"{source.name}, an array of shape {table.shape}",
            wanted="a table, or an array (rows, columns), whose columns are x0, x1, ...",
            do="numpy.delete(x, places, axis=-1), for the same of an array",
        )
    lists = {name: columns_of(table, name) for name in source.lists if name not in table}
    known = (*table.names, *lists)
    names = [*dict.fromkeys(parted(drop, known))]
    absent = [name for name in names if name not in known]
    if absent and not test:
        meant = close(absent[0], known)
        raise OptionError(
            "no-such-drop",
            "--drop is not a column",
            got=repr(absent[0][:60]),
            wanted=f"one of {listed(known)}",
            do=f"--drop {quoted(meant)}"
            if meant
            else "give each a --drop of its own, where names have commas"
            if "," in str(drop)
            else "name one of these, or leave out --drop",
        )
    taken = [column for name in names if name in known for column in lists.get(name, [name])]
    if len(taken) == len(table):
        raise OptionError(
            "drop-of-all",
            "--drop leaves no column",
            got=f"--drop {','.join(names)}",
            wanted="at least one column",
            do="leave out --drop",
        )
    lists = {name: columns for name, columns in lists.items() if name not in names}
    pictures = "" if source.pictures in taken else source.pictures
    source = replace(source.without(*taken), lists=tuple(lists), pictures=pictures)
    return source if test else source.noting(Note(f"left out: {listed(names)}", "as asked"))


def _as_table(source: Source) -> Source:
    """An array (N, F) of numbers as a table of x0, x1, ...; all else as it is."""
    array = source.inputs
    if isinstance(array, Table) or array.ndim != 2 or source.layout is not None:
        return source
    columns = dict(zip(by_place(array.shape[1]), array.T.astype(np.float64, order="C")))
    return replace(source, inputs=Table(columns), columns=tuple(Column(name, "number") for name in columns))


def with_roles(source: Source, roles: Roles) -> Source:
    """The source with its weights, groups and ids set, their columns taken out of the inputs; `checked_roles` looks at
    their values.

    Errors: ``OptionError`` for a column that does not exist; ``DataError`` for weights that are no numbers.
    """
    if roles.time_ordered and roles.group is not None:
        raise OptionError(
            "groups-in-time",
            "rows can't be split by time and by group at once",
            got="--time-ordered and --group",
            wanted="one of them",
            do="--time-ordered, if what will be predicted lies in the future",
        )
    for role in ("weight", "group", "id"):
        value = getattr(roles, role)
        if value is None:
            continue
        if isinstance(value, str):
            source, values, kind = _taken(source, role, value)
        else:
            values, kind = _array(source, role, value)
        values = _numbers_of(_called(role, value), values, kind) if role == "weight" else _labels(values, kind)
        source = replace(source, **{f"{role}s": values})
    return source


def checked_roles(source: Source, roles: Roles, places: np.ndarray | None = None) -> Source:
    """The source with what is said of its weights, groups and ids; ``places`` (N,): those of its rows among all that
    there were, if some are left out.

    Errors: ``DataError`` for weights that are missing, negative or all zero, missing groups or fewer than three.
    """
    if roles.weight is not None:
        source = source.noting(_weighted(source, _called("weight", roles.weight), places))
    if roles.group is not None:
        source = source.noting(_grouped(source, _called("group", roles.group), places))
    if roles.id is not None:
        source = source.noting(_named(source, _called("id", roles.id)))
    return source


def _called(role: str, value: Any) -> str:
    return in_line(value) if isinstance(value, str) else role


def _row(places: np.ndarray | None, place: int) -> int:
    """The number of a row of the data, from 1 on."""
    return int(place if places is None else places[place]) + 1


def _taken(source: Source, role: str, name: str) -> tuple[Source, np.ndarray, str]:
    table = source.inputs
    if name in source.beside:
        return source, *typed(name, source.beside[name])
    if not isinstance(table, Table) or name not in table:
        known = (*(table.names if isinstance(table, Table) else ()), *source.beside)
        raise OptionError(
            "no-such-column",
            f"--{role} is not a column",
            got=repr(name[:60]),
            wanted=f"one of {listed(known)}" if known else "a table, whose columns have names",
            do=f"--{role} {quoted(meant)}"
            if (meant := close(name, known))
            else "name one of these, or " * bool(known) + f"leave out --{role}",
        )
    kept = source if name == source.pictures else source.without(name)  # their paths may name them, too
    return kept, table[name], source.kind(name)


def _array(source: Source, role: str, values: Any) -> tuple[np.ndarray, str]:
    array = np.asarray(values)
    rows = row_count(source.inputs)
    if array.shape != (rows,):
        raise DataError(
            "role-length",
            f"{role} has another length than the data",
            got=f"shape {array.shape}",
            wanted=f"({rows},)",
            do="give one value for each row, in the order of the rows",
        )
    return typed(role, array)


def _numbers_of(name: str, values: np.ndarray, kind: str) -> np.ndarray:
    if kind == "category":
        values, kind, _ = reworded(values, strict=True)
    if kind not in ("number", "boolean"):
        words = f"words such as {next(filter(None, values.tolist()))[:30]!r}" if kind == "category" else "dates"
        raise DataError(
            "weight-type",
            f"the weights {name!r} are no numbers",
            got=words,
            wanted="numbers",
            do="write how much each row counts as a number, such as 0.5, or name another column",
        )
    return values.astype(np.float64)


def _weighted(source: Source, name: str, places: np.ndarray | None) -> Note:
    values = source.weights
    assert values is not None
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any() or not values.any():
        place = int(np.argmax(wrong))
        raise DataError(
            "weights",
            f"the weights {name!r} can't be used",
            got=f"{values[place]:g} in row {_row(places, place)}" if wrong.any() else "only zeros",
            wanted="a number of 0 or more for each row, and one above 0",
            do="write 0 in rows that are not to count" if wrong.any() else "leave out --weight",
        )
    return Note(f"weights: {name}, {values.min():g} to {values.max():g}", "not an input")


def _grouped(source: Source, name: str, places: np.ndarray | None) -> Note:
    labels = source.groups
    assert labels is not None
    absent = labels == ""
    if absent.any():
        raise DataError(
            "missing-group",
            f"the group {name!r} is missing in some rows",
            got=f"{absent.sum()} rows, the first is row {_row(places, int(np.argmax(absent)))}",
            do="fill them in, or remove these rows",
        )
    count = _check_groups(labels, f"of {name!r}" if places is None else "with a target")
    because = "none lies on two sides of a split"
    if shared := set(labels[: len(labels) - source.test_rows]) & set(
        labels[len(labels) - source.test_rows :]
    ):
        because = f"{len(shared):,} of them have test rows and others"
    return Note(f"groups: {count:,} of {name}", f"{because}; not an input")


def _check_groups(labels: np.ndarray, which: str) -> int:
    """How many groups there are, ``which`` they are; refuses fewer than three."""
    count = len(set(labels.tolist()))
    if count < FEWEST_GROUPS:
        raise DataError(
            "too-few-groups",
            "there are too few groups to train, validate and test",
            got=f"{count} {which}",
            wanted=f"at least {FEWEST_GROUPS}",
            do="leave out --group, or choose a column with more groups",
        )
    return count


def _named(source: Source, name: str) -> Note:
    labels = source.ids
    assert labels is not None
    repeated = len(labels) - len(set(labels.tolist()))
    because = (
        f"it repeats in {repeated:,} rows: --group {quoted(name)} keeps these together"
        if repeated
        else "not an input"
    )
    return Note(f"id: {name}", because)


def labels_in(source: Source, name: str) -> np.ndarray:
    """The values (N,) of a column as words; '' where there is none."""
    assert isinstance(source.inputs, Table)
    return _labels(source.inputs[name], source.kind(name))


def _labels(values: np.ndarray, kind: str) -> np.ndarray:
    """Each value as a word; '' where there is none."""
    if kind == "date":
        return as_objects(["" if np.isnat(value) else str(value) for value in values])
    words = spelled(values, kind)
    assert words is not None
    return as_objects(["" if word is None else word for word in words.tolist()])
