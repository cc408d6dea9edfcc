"""Which columns, or lists, of a source are its target."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import BETWEEN_COLUMNS, counted, in_line, listed, quoted
from fourfold.data.places import are_places
from fourfold.data.source import NOMINAL, STEP, Source
from fourfold.data.values.called import ID, UNITS, YEAR_NAMES, YEARS, are_parts, is_part_of_time
from fourfold.data.values.cells import IN_LISTS, RECTANGULAR, typed
from fourfold.data.values.stamps import surely_counted
from fourfold.data.values.unread_dates import of_named_zones
from fourfold.data.values.words import reworded, spelled
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.table import missing

from .free_texts import FEWEST_WORDS, count_words, names_rows
from .lists import aimed_at_list, aimed_at_words, beside_lists, columns_of, list_named
from .marked import different, marked_classes, without_marked
from .named_files import how_to_list
from .pixels import hold_bytes, make_a_square
from .roles import Roles
from .target import FEWEST_ROWS, are_marks
from .targets import chosen, mentioned, together
from .turned import turn

TARGET_NAMES = ("target", "label", "class", "y")
"""What targets are usually called, in small letters."""

OUTCOME_NAMES = ("outcome", "response", "survived", "died", "diagnosis", "churn", "attrition", "spam")
"""What columns are called that are seldom inputs, in small letters; one of classes is taken before the last column."""

CALLED = "is not called a year or an id, as {!r} is"
"""What is said of the column that is taken in place of one that is called so."""

LAST, WITH_VALUES = "the last column", "the last column with values"
"""The same of one before an empty one."""

USUAL = "a usual name of a target"
COORDINATE = "a usual name of a target, or of a coordinate"
"""The same of a column that is called as targets are, and of a y that may be a coordinate."""

MOST_CLASSES = 20
"""Different values above which a column that is called an id holds no classes."""

MOST_PICTURED = 100
"""The same of the classes that stand before pixels, as those of letters do."""

MOST_SUBJECTS = 9
"""Different numbers above which a column that is called a subject, a patient, ... holds no classes."""

WITHIN = re.compile(r"left out: ('.+?') \(lists of objects with words, lists or objects in ('.+?')[;,]")
"""What is said of lists of objects that hold such lists."""

CORNER = 0.9
"""The share of the pictures in which the pixel of a corner is as dark as in any, and no class is as large."""


def likely_targets(names: Sequence[str], named: Collection[str]) -> set[str]:
    """The columns of the target: as named, or as targets are usually called, or the last one."""
    found = {name for name in names if name in named or (not named and name.casefold() in TARGET_NAMES)}
    return found or {names[-1]}


def target_of_series(
    source: Source, roles: Roles, target: str | Sequence[str] | None
) -> tuple[tuple[str, ...], str]:
    """The target's columns in a table in long form, neither id nor time, and why it is these."""
    if not isinstance(source.inputs, Table):
        raise OptionError(
            "time-of-arrays",
            "--time names a column of a table in long form",
            got=f"{source.name}, an array",
            do="leave out --time: arrays are (series, steps, channels)",
        )
    names = {name: values for name, values in source.inputs.items() if name not in (roles.id, roles.time)}
    return target_names(Table(names), target, source.lacking, of_steps=True)


def with_target(
    source: Source, target: str | Sequence[str] | None, *, steps: bool, labels: bool
) -> Source:
    """The target taken out of the table, if it is among its columns or lists. ``steps``: lists may be of steps;
    ``labels``: the one column, or list, holds the labels of a row."""
    aim, because = list_named(source, target, TARGET_NAMES)
    if aim:
        source = aimed_at_list(source, aim, because, steps=steps, labels=labels)
        if not len(source.inputs):
            raise _no_inputs((aim,), [])
        return source
    if source.target is not None:
        if target is not None and mentioned(target) != mentioned(source.target_names or source.target_name):
            raise OptionError(
                "target-is-given",
                "a target can't be chosen here",
                got=f"--target {target}",
                wanted=f"the target {source.target_name!r}, which these data bring along",
                do="leave out --target",
            )
        return source
    table = source.inputs
    if not isinstance(table, Table):
        if isinstance(target, str) and target in source.beside:
            beside = {name: values for name, values in source.beside.items() if name != target}
            found = replace(source, beside=beside).noting(said_of((target,), "as asked", target))
            return found.aimed((target,), *typed(target, source.beside[target]))
        raise DataError(
            "no-target",
            "there is no target",
            got=f"{listed([*source.beside])} beside x" if source.beside else "",
            wanted="y, one value for each row of x",
            do=f"--target {quoted(next(iter(source.beside)))}, if this is y"
            if source.beside
            else "--y FILE, or an npz file with x and y",
        )
    if len(table) == 1 and source.ids is not None:
        raise DataError(
            "no-target",
            "there is no target",
            got=f"{source.name}, files",
            wanted="a subfolder for each class",
            do="write a csv of their names and classes beside them, if their names say these"
            + (f": {recipe}" if (recipe := how_to_list(source.name, source.ids.tolist())) else "")
            if source.pictures
            else "name the file itself, if one of them is a table, or lists the others with their classes",
        )
    left_out = [note for note in source.notes if note.what.startswith("left out")]
    absent = [name for name in sorted(mentioned(target)) if any(repr(name) in str(note) for note in left_out)]
    if absent and absent[0] not in table:
        note = next(note for note in left_out if repr(absent[0]) in str(note))
        in_a_line = repr(absent[0]) not in note.what
        raise DataError(
            "target-left-out",
            f"the target {absent[0]!r} can't be read",
            got=str(note),
            wanted="a column of this name" if in_a_line else "numbers or words, or labels in one cell, as in red;blue",
            do=turn(source.name, table) if in_a_line else "write it so, with --task multilabel for labels",
        )
    classes, of_file = marked_classes(source)
    if target is None and classes:
        names, because = classes, of_file
    elif target is None:
        names, because = target_names(Table(beside_lists(source)) or table, None, source.lacking)
    else:
        numbers = {name: columns_of(table, name) for name in source.lists if name not in table}
        named, because = chosen(target, (*table.names, *numbers)), "as asked"
        names = tuple(column for name in named for column in numbers.get(name, [name]))
    if len(table) == len(names):
        raise _no_inputs(names, list(map(str, left_out)), source.kind(names[0]))
    if steps and not labels and len(names) == 1 and (of_steps := aimed_at_words(source, names[0], because)):
        return of_steps
    columns = {name: (table[name], source.kind(name)) for name in names}
    of_archive = names == classes and STEP in source.marked.values()
    many = of_archive and different(table[names[0]]) > MOST_CLASSES  # they could be taken for a quantity, as in .ts
    if many and (words := spelled(*columns[names[0]])) is not None:
        columns[names[0]] = (words, "category")
    source = without_marked(source.without(*names).noting(said_of(names, because, target)))
    if len(names) == 1 and (labels or of_archive or source.marked.get(names[0]) == NOMINAL):
        return source.aimed(names, *columns[names[0]])
    return source.aimed(names, *together(columns, comma=source.comma))


def _no_inputs(names: Sequence[str], left_out: Sequence[str], kind: str = "") -> DataError:
    got = f"one column, {names[0]!r}" if len(names) == 1 else f"targets alone, {listed(names)}"
    return DataError(
        "no-inputs",
        "the data have no input columns beside the target",
        got="; ".join([got, *left_out]),
        wanted="at least one column more",
        do=_how_to_cut(names[0], left_out, kind) if len(names) == 1 else "leave one of them out of --target",
    )


def _how_to_cut(name: str, left_out: Sequence[str], kind: str) -> str:
    """What to do with a table of which one column of this name and kind is left."""
    if any("lists of unequal lengths" in reason for reason in left_out):
        return "for series a row for each step, with --id and --time, or from Python a list of arrays and y"
    if within := next(filter(None, map(WITHIN.search, left_out)), None):
        path = f"[{within[1]}, {within[2]}], [{name!r}]"
        return f"a row for each of these, in pandas json_normalize(rows, {path}), rows being the list of objects"
    if any(IN_LISTS in reason for reason in left_out):
        return f"write {RECTANGULAR}"
    if any(reason.endswith("(as asked)") for reason in left_out):
        return "name fewer columns with --drop"
    if left_out:
        return "write what is left out as numbers or words, each in a column of its own"
    if "  " in name.strip():
        return "pandas.read_fwf(FILE, widths=[...]), then to_csv, as columns of fixed widths touch each other"
    steps = "--forecast HORIZON, if its rows are the steps of a series; " * (kind == "number")
    labels = "--x FILE --y THIS, if it is the target of rows in another file; "
    return f"{steps}{labels}else put {BETWEEN_COLUMNS} of a text"


def said_of(names: tuple[str, ...], because: str, target: str | Sequence[str] | None) -> Note:
    return Note(
        f"target{'s' * (len(names) > 1)}: {', '.join(map(in_line, names))}", because, "" if target else "--target NAME"
    )


def target_names(
    table: Table, target: str | Sequence[str] | None, lacking: str, of_steps: bool = False
) -> tuple[tuple[str, ...], str]:
    """The target's columns, and why it is these; ``lacking``: the one that test rows lack.

    A column without a value in most rows, as notes and small tables beside a table have them, is none; where rows are
    steps, which need not have a target each, only one of fewer than ten values.
    """
    if isinstance(target, str) or target:
        return chosen(target, table.names), "as asked"
    if lacking in table:
        return (lacking,), "the only column that the test rows lack"
    folded = {name.casefold().rstrip(" ?"): name for name in table}  # Churn? is a question, and its answer a class
    gaps = _mostly_missing(table)
    few = {name for name, count in gaps.items() if count < FEWEST_ROWS}
    dates = ""
    for usual in TARGET_NAMES:
        if usual in folded and folded[usual] not in few:
            if not (len(table) > 1 and _is_date(table[folded[usual]])):
                return (folded[usual],), COORDINATE if _is_coordinate(table, folded[usual]) else USUAL
            dates = dates or folded[usual]
    names, because = _by_values(table, folded, gaps, few, of_steps)
    return names, f"{because}; {in_line(dates)!r} holds dates" if dates and dates not in names else because


def _is_coordinate(table: Table, name: str) -> bool:
    """Whether a column may be the second coordinate of a place: y, behind x and before others, all of them numbers."""
    names = [column.casefold() for column in table.names]
    place = table.names.index(name)
    beside = names[max(place - 1, 0) : place + 1] == ["x", "y"] and place + 1 < len(names)
    return beside and all(table[one].dtype.kind == "f" for one in table.names[place - 1 : place + 1])


def _by_values(
    table: Table, folded: dict[str, str], gaps: dict[str, int], few: set[str], of_steps: bool
) -> tuple[tuple[str, ...], str]:
    """The target's columns, and why it is these, where none is called as targets usually are."""
    for usual in OUTCOME_NAMES:
        if usual in folded and folded[usual] not in gaps and 1 < different(table[folded[usual]]) <= MOST_CLASSES:
            return (folded[usual],), USUAL
    if others := _label_first(table):
        return (table.names[0],), f"the only column of few whole numbers; the others are {others}"
    if before := _before_texts(table):
        classes, others = before
        kind = "words" if table[classes].dtype.kind == "O" else "whole numbers"
        return (classes,), f"the only column of few {kind}; {others}"
    filled = [name for name, values in table.items() if not missing(values).all()] or table.names
    passed = few if of_steps else gaps
    likely = [name for name in filled if name not in passed] or [filled[-1]]
    unlike = likely[-1]
    others = (name for name in reversed(likely) if not _why_none(name, table[name]))
    last = next((name for name in others if name == unlike or not _is_refused(table[name])), unlike)
    if last != unlike:
        return (last,), f"the last column that {_why_none(unlike, table[unlike]).format(in_line(unlike))}"
    skipped = next((name for name in few if name.casefold() in TARGET_NAMES), filled[-1])
    if skipped != last:
        has = f"{in_line(skipped)!r} has {counted(gaps[skipped], 'value')}"
        return (last,), f"the last column with values in most rows; {has}"
    return (last,), WITH_VALUES if last != table.names[-1] else LAST


def another_target(table: Table) -> str:
    """The last column that may be a target, as words and numbers are that repeat, those that name the rows after all
    others, and never what counts them; or ""."""
    gaps = _mostly_missing(table)
    filled = [name for name in reversed(table.names) if name not in gaps and not missing(table[name]).all()]
    flat = (n for n in filled if table[n].dtype.kind != "O" or {*map(type, table[n].tolist())} <= {str, type(None)})
    likely = [n for n in flat if not _why_none(n, table[n]) and not _is_refused(table[n]) and not _counts(table[n])]
    return min(likely, key=lambda name: names_rows(table[name]), default="")


def _why_none(name: str, values: np.ndarray) -> str:
    """What other columns are than one that tells of rows, and is seldom what is asked for: it is called a year, a
    month, a day, ..., and holds these, or a time, and counts seconds since 1970, or an id or a unit (a patient), and
    holds more numbers or words than classes have; it says which rows train and which test, counts the rows, or never
    varies.
    "" for one that may be a target.

    >>> years = np.array([1999.0, 2001.0])
    >>> [bool(_why_none(name, years)) for name in ("Year", "sales by year", "ID", "class_id")]
    [True, False, True, False]
    >>> [bool(_why_none("v", values)) for values in (np.arange(40.0), np.arange(40.0) % 20, np.ones(9))]
    [True, False, True]
    """
    present, count = values[~missing(values)], different(values)
    years = name.casefold() in YEAR_NAMES and present.dtype.kind == "f"
    if years and bool(((YEARS[0] <= present) & (present <= YEARS[1])).all()):
        return CALLED
    if present.dtype.kind == "f" and is_part_of_time(name, present):
        return "is called no part of a time, as {!r} is"
    if present.dtype.kind == "f" and surely_counted(name, present):
        return "is no time, as {!r} is"
    if present.dtype.kind == "O" and are_parts({*present.tolist()}):
        return "says of no row whether it trains or tests, as {!r} does"
    is_unit = name.casefold() in UNITS and count > (MOST_CLASSES if present.dtype.kind == "O" else MOST_SUBJECTS)
    if name.casefold() == "id" or is_unit or (ID.search(name) is not None and count > MOST_CLASSES):
        return CALLED
    if count == 1 and len(present) == len(values):
        return "varies, as {!r} does not"
    return "does not count the rows, as {!r} does" if len(values) > MOST_CLASSES and _counts(values) else ""


def _counts(values: np.ndarray) -> bool:
    """Whether numbers (N,) are 0, 1, 2, ... or 1, 2, 3, ..., as those of the rows are."""
    known = values.dtype.kind == "f" and len(values) > 0 and values[0] in (0, 1)
    return known and bool((values == values[0] + np.arange(len(values))).all())


def _is_refused(values: np.ndarray) -> bool:
    """Whether values (N,) are dates, or words one of which stands in one row alone: neither can be a target."""
    present = _meant(values)
    words = present.tolist() if present.dtype.kind == "O" else []
    return present.dtype.kind == "M" or 1 in Counter(words).values() or bool(words and of_named_zones(words))


def _is_date(values: np.ndarray) -> bool:
    """Whether values (N,) are dates, or words that mean such."""
    return _meant(values).dtype.kind == "M"


def _meant(values: np.ndarray) -> np.ndarray:
    """Those of the values (N,) that are there, words as what they mean."""
    values = reworded(values)[0] if values.dtype.kind == "O" else values
    return values[~missing(values)]


def _mostly_missing(table: Table) -> dict[str, int]:
    """The columns without a value in more than half of the rows, and how many values they have; none, if all are so.

    Ten marks, all of them alike, may be a class of which the empty cells are the other.
    """
    counts = {name: int((~missing(values)).sum()) for name, values in table.items()}
    few = {name: count for name, count in counts.items() if 0 < 2 * count < table.rows}
    few = {name: count for name, count in few.items() if count < FEWEST_ROWS or not are_marks(table[name])}
    return few if len(few) < len(table) else {}


def _before_texts(table: Table) -> tuple[str, str] | None:
    """The column of classes, words or whole numbers, that stands before texts and nothing else but columns without a
    value in most rows; in a table without names before others that can be no classes, texts the last of them. And
    what is said of the others."""
    gaps = _mostly_missing(table)
    filled = {name: values[~missing(values)] for name, values in table.items() if name not in gaps}
    columns = [(name, values) for name, values in filled.items() if len(values)]
    if len(columns) < 2:
        return None
    (first, classes), *others = columns
    few = 1 < len(set(classes.tolist())) <= min(20, len(classes) / 5)
    few &= classes.dtype.kind == "O" or (classes.dtype.kind == "f" and bool((classes == np.round(classes)).all()))
    texts = [_are_texts(values) for _, values in others]
    if few and all(texts):
        return first, "the other holds texts" if len(table) == 2 else "the others hold texts"
    others_too = few and texts[-1] and are_places(table.names)
    return (first, "the last holds texts") if others_too and all(_are_no_classes(v) for _, v in others) else None


def _are_no_classes(values: np.ndarray) -> bool:
    """Whether values (N,) never vary, or more than classes do."""
    return len({*values.tolist()}) not in range(2, MOST_CLASSES + 1)


def _are_texts(values: np.ndarray) -> bool:
    """Whether values (N,) are texts of several words, most of them different."""
    if values.dtype.kind != "O":
        return False
    texts = values.tolist()
    return len(set(texts)) > len(texts) / 2 and count_words(texts) >= FEWEST_WORDS


def _label_first(table: Table) -> str:
    """What the other columns are where a table without names has its classes in the first, as the series of the UCR
    archive and the pictures of MNIST as text: fractions, or pixels; else ""."""
    first, *others = table.values()
    numbers = len(others) >= 2 and all(values.dtype.kind == "f" for values in table.values())
    if not are_places(table.names) or not numbers or not (most := _most_of_a_class(first, MOST_PICTURED)):
        return ""
    if all(bool((values != np.round(values)).any()) for values in others):
        return "fractions" if _most_of_a_class(first) else ""
    classes_last = 0 < _most_of_a_class(others[-1]) < CORNER
    pixels = make_a_square(len(others)) and hold_bytes(others)
    return "pixels" if pixels and most < CORNER and not classes_last else ""


def _most_of_a_class(values: np.ndarray, most: int = MOST_CLASSES) -> float:
    """The share of the largest class of numbers (N,) that are few whole ones; 0 of others."""
    different, counts = np.unique(values, return_counts=True)
    few = bool((different == np.round(different)).all()) and 1 < len(different) <= min(most, len(values) / 5)
    return few * float(counts.max(initial=0)) / len(values)
