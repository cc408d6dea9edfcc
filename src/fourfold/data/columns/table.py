"""Tables: which columns are of use, and as what."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fourfold.data.columns.left_out import left_out_beside
from fourfold.data.dataset import Column, Layout, Note, OfColumns, Table
from fourfold.data.layout import NO_TOKEN, are_token_numbers, settle_array
from fourfold.data.messages import counted, listed, quoted
from fourfold.data.source import NOMINAL, STEP, Source
from fourfold.data.values.cells import IN_LISTS, RECTANGULAR
from fourfold.data.values.dates import ORDERS
from fourfold.data.values.stamps import compact_dates, counted_as, surely_counted, written_compact
from fourfold.data.values.word_lists import joined_labels
from fourfold.data.values.words import Understood, as_objects, understood
from fourfold.errors import DataError, OptionError
from fourfold.preprocessing.numbers import finite
from fourfold.preprocessing.table import missing
from fourfold.preprocessing.text import LISTED, PAD, joined_name

from .free_texts import (
    CATEGORY_LEVELS,
    FREE_TEXT,
    TOKENS,
    asked_for,
    said_of,
    stand_alone,
)
from .free_texts import left_out as texts_left_out
from .joined_texts import FEWEST_PLACES, joined, places_of
from .judged import COUNTS, DIFFERENT, NAMES, NOT_TAKEN_APART, Verdict, judged
from .lists import by_rows
from .named_files import NAMED_SOUNDS, SoundsLeftOut, how_to_join
from .pixels import beside_pixels, pictures_in
from .totals import labels_of_totals, with_totals
from .wide import beside_steps, steps_of
from .word_lists import are_word_lists, with_indicators_of_lists, word_lists


def settle_table(
    source: Source, layout: str | None, tokens: str | None = None, text_length: int | None = None
) -> tuple[np.ndarray | Table, Layout, tuple[Column, ...], tuple[Note, ...]]:
    """The inputs of a table (without its target), their layout, the columns that are used, and notes.

    Left out, and said: columns without values, constant ones, row counters, words that are different in
    every row, and free text beside other columns.
    """
    table = source.inputs
    assert isinstance(table, Table)
    if layout in ("sequence", "image"):
        return _positions(source, layout)
    if layout is None and all(source.marked.get(name) == STEP for name in table):
        return _positions(source, "sequence", because="steps beside classes, as in the UCR archive")
    if layout == "text" and _hold_tokens(source):
        return _positions(source, "text")
    verdicts = {column.name: judged(column, table[column.name], source.test_rows) for column in source.columns}
    if texts := _texts(source, verdicts, layout or source.layout, tokens):
        return _read_as_text(source, texts, layout, tokens, text_length or 0)
    columns = tuple(
        replace(column, kind=kind) for column in source.columns if (kind := verdicts[column.name].kind)
    )
    if not columns:
        raise _none_useful(source, verdicts)
    notes = (Note(f"layout: flat, {_kinds(columns)}", "a table", "" if layout else "--layout NAME"),)
    absent = {column.name: int(missing(table[column.name]).sum()) for column in columns}
    absent = {name: count for name, count in absent.items() if count}
    if absent:
        counts = listed([f"{name} {count}" for name, count in absent.items()]).replace("'", "")
        notes += (
            Note(
                f"missing values: {counts}",
                "numbers get the median and an indicator, words a level of their own",
            ),
        )
    rare = [
        column.name
        for column in columns
        if column.kind == "category" and _levels(table[column.name]) > CATEGORY_LEVELS
    ]
    if rare:
        notes += (
            Note(f"many levels: {listed(rare)}", f"only the {CATEGORY_LEVELS} most frequent are told apart"),
        )
    left_out = {name: verdict.because for name, verdict in verdicts.items() if not verdict.kind}
    worded = {name: why for name, why in left_out.items() if why.startswith((DIFFERENT, FREE_TEXT))}
    labels = labels_of_totals(table, worded)
    named = {note.column for note in labels}
    free = [name for name, why in left_out.items() if why == FREE_TEXT and name not in named and not layout]
    notes += tuple(texts_left_out(table, free))
    notes += labels + _left_out({name: why for name, why in left_out.items() if name not in (*named, *free)})
    return Table({column.name: table[column.name] for column in columns}), "flat", columns, notes


def _read_as_text(
    source: Source, texts: Texts, layout: str | None, tokens: str | None, longest: int
) -> tuple[Table, Layout, tuple[Column, ...], tuple[Note, ...]]:
    """The columns of ``texts`` as one, which is all that is read of a table."""
    table, names = source.inputs, texts.columns
    assert isinstance(table, Table)
    unit = LISTED if texts.places else TOKENS[tokens] if tokens else ""
    name, values = joined_name(names), joined(table, names, unit)
    because = "the only useful column" if len(names) == 1 else "the useful columns, one below the other"
    option = "--layout flat" if len(names) == 1 else "--drop COLUMN"
    if layout or source.layout:
        because, option = ("as asked" if layout else "a folder of texts"), ""
    if texts.places:
        because += "; a word in each of these columns, in their order"
    notes = said_of(listed(names if texts.places else [name]), values, unit, longest, because, option)
    because = "text is read alone; --layout flat reads the columns"
    others = [other for other in table if other not in names]
    notes += (left_out_beside(table, others, source.target, because),) if others else ()
    return Table({name: values}), "text", (Column(name, "text", unit, longest=longest),), notes


def _none_useful(source: Source, verdicts: dict[str, Verdict]) -> DataError:
    """What is wrong with a table none of whose columns can be used, and what to do about it."""
    table = source.inputs
    assert isinstance(table, Table)
    reasons = "; ".join(f"{name}: {verdict.because}" for name, verdict in list(verdicts.items())[:8])
    because = [verdict.because for verdict in verdicts.values()]
    left_out = [str(note) for note in source.notes if note.what.startswith(("left out: '", "ignored: '"))]
    different = [name for name, verdict in verdicts.items() if verdict.because.startswith((DIFFERENT, NAMED_SOUNDS))]
    steps = "--forecast HORIZON, if the rows are steps of a series; " * (COUNTS in because)
    texts = [name for name, verdict in verdicts.items() if verdict.because.startswith((DIFFERENT, FREE_TEXT))]
    read = f"--layout text, if {listed(texts)} holds texts; " * (len(texts) == 1)
    read = read or "--layout text, with --drop for all columns but that of texts; " * (len(texts) > 1)
    return DataError(
        "no-useful-columns",
        "no input column can be used",
        got="; ".join([reasons, *left_out]),
        do=files
        if (files := how_to_join(table, different, source.target_name, source.name))
        else f"write {RECTANGULAR}"
        if any(IN_LISTS in note for note in left_out) or NOT_TAKEN_APART in because
        else "--layout text, which joins the texts of a row"
        if because.count(FREE_TEXT) > 1
        else f"{read}{steps}else add columns that vary"
        if read or steps
        else "add columns that vary and are not missing throughout",
    )


def understood_columns(source: Source, layout: str | None) -> Source:
    """Columns of words that are in truth booleans, numbers, dates or lists of words, as such."""
    if not isinstance(source.inputs, Table) or (layout or source.layout) == "text":
        return source
    flat = layout in (None, "flat")
    found = {column.name: _meant(source, column, source.comma or None, flat) for column in source.columns}
    for likely, other in ORDERS.values():
        if any(one.written.startswith(other) for one in found.values()):
            others = [column for column in source.columns if found[column.name].written.startswith(likely)]
            found |= {column.name: _meant(source, column, other.startswith("day"), flat) for column in others}
    table = Table({name: one.values for name, one in found.items()})
    columns = tuple(
        Column(name, one.kind, one.written, one.zoned, percent=source.column(name).percent)
        for name, one in found.items()
    )
    said = {name: OfColumns.of([name], one.kind, one.said) for name, one in found.items() if one.said}
    words = source.inputs
    read = {name for name, one in found.items() if one.kind in ("number", "date")}
    notes = [with_totals(note, name, words[name], table) if name in read else note for name, note in said.items()]
    source = replace(source, inputs=table, columns=columns).noting(*notes)
    lists = word_lists(source) if flat else []
    others = [column for column in columns if column.name not in lists]
    alone = len(lists) == 1 and not layout and not any(
        judged(one, table[one.name], source.test_rows).kind for one in others
    )
    return with_indicators_of_lists(source, lists, as_text=alone)


def _meant(source: Source, column: Column, day_first: bool | None, listed: bool) -> Understood:
    """What a column's words mean; of dates the day (or else the month) is the first, if that is likelier and can be;
    where words may be ``listed``, labels with marks between them are lists of these."""
    assert isinstance(source.inputs, Table)
    values = source.inputs[column.name]
    found = Understood(values, column.kind, zoned=column.zoned)
    nominal = source.marked.get(column.name) == NOMINAL
    if column.kind == "category" and not nominal and not are_word_lists(values):
        found = understood(values, comma=source.comma, day_first=day_first)
        lists = joined_labels(values.tolist(), CATEGORY_LEVELS) if listed and found.kind == "category" else None
        if lists is not None:
            found = Understood(as_objects(lists), "category")
    if found.kind == "number" and not found.written:
        found = _as_dates(column.name, found)
    return _without_infinite(found) if found.kind == "number" else found


def _as_dates(name: str, found: Understood) -> Understood:
    """Plain numbers of a column as the dates that they are, such as 20260131 or seconds since 1970; as they are where
    they are none."""
    if (dates := compact_dates(found.values)) is not None:
        written = written_compact(name, found.values)
        said = f"dates, read as {written}"
    elif written := surely_counted(name, found.values):
        dates, said = counted_as(found.values, written), written
    else:
        return found
    return Understood(dates, "date", "; ".join(filter(None, (said, found.said))), written)


def _without_infinite(found: Understood) -> Understood:
    kept = finite(found.values)
    infinite = int(np.isnan(kept).sum() - np.isnan(found.values).sum())
    if not infinite:
        return found
    said = f"{counted(int(infinite), 'infinite value')} taken for missing"
    if (beyond := np.isnan(kept) & np.isfinite(found.values)).any():
        example = f"{counted(infinite, 'value')} such as {found.values[beyond][0]:g}"
        said = f"{example} taken for missing, beyond what float32 holds"
    return found._replace(values=kept, said="; ".join(filter(None, (found.said, said))))


class Texts(NamedTuple):
    """The columns that layout text reads, and whether they are the ``places`` of a text, with a word in each."""

    columns: list[str]
    places: bool = False


def _texts(
    source: Source, verdicts: dict[str, Verdict], layout: str | None, tokens: str | None
) -> Texts | None:
    """What layout text reads, as a rule one column; None when the layout is another."""
    table = source.inputs
    assert isinstance(table, Table)
    words = [column.name for column in source.columns if column.kind == "category"]
    words = [name for name in words if layout == "text" or verdicts[name].because != NOT_TAKEN_APART]
    free = [name for name in words if verdicts[name].because == FREE_TEXT]
    if len(free) > 1 and joined_name(free) in verdicts:  # a column has the name that they would have as one
        free = []
    if layout == "text":
        places, common = places_of(table, words) if not free else ([], [])
        if places and joined_name(places) not in verdicts and (tokens != "characters" or max(map(len, common)) == 1):
            return Texts(places, places=True)
        return Texts(asked_for(free, {name: verdicts[name].kind is not None for name in words}))
    useful = [name for name, verdict in verdicts.items() if verdict.kind]
    found = [] if layout else stand_alone(table, free, words, useful)
    return Texts(found) if found else None


def _hold_tokens(source: Source) -> bool:
    """Whether all columns of a table, three and more, hold whole numbers of 0 or more, or no value."""
    table = source.inputs
    assert isinstance(table, Table)
    if len(table) < FEWEST_PLACES or not all(column.kind in ("number", "boolean") for column in source.columns):
        return False
    return all(bool(are_token_numbers(values[~missing(values)]).all()) for values in table.values())


def _positions(
    source: Source, layout: str, because: str = ""
) -> tuple[np.ndarray, Layout, tuple[Column, ...], tuple[Note, ...]]:
    """All columns of a table of numbers as the time steps of a series, the pixels of a square image or the tokens of a
    text; as asked, or ``because`` the file tells it."""
    table = source.inputs
    assert isinstance(table, Table)
    numbers = [column for column in source.columns if column.kind in ("number", "boolean")]
    others = [column.name for column in source.columns if column not in numbers]
    reasons = {c.name: judged(c, table[c.name], source.test_rows).because for c in numbers}
    counters = {name: because for name, because in reasons.items() if because in (COUNTS, NAMES)}
    used = tuple(Column(column.name, "number") for column in numbers if column.name not in counters)
    if others or not used:
        raise OptionError(
            "layout-does-not-apply",
            f"the table can't be read as {layout}",
            got=f"columns that are no numbers: {listed(others)}" if others else "no columns of numbers",
            wanted="numbers in all columns",
            do="leave out --layout"
            if source.pictures
            else "--layout text, which reads a word of each of these columns as one text"
            if places_of(table, [column.name for column in source.columns if column.kind == "category"])[0]
            else recipe
            if layout == "image" and len(others) == 1 and (recipe := pictures_in(others[0], table[others[0]].tolist()))
            else f"--id {shlex.quote(others[0])}, if it names the rows; else leave out --layout, or this column"
            if len(others) == 1
            else "leave out --layout, or these columns",
        )
    names = [column.name for column in used]
    beside = beside_pixels(names) if layout == "image" else beside_steps(names)
    if beside:
        what, whose = {
            "sequence": ("steps", "series"), "image": ("pixels", "pictures"), "text": ("tokens", "texts")
        }[layout]  # fmt: skip
        raise OptionError(
            "columns-beside-steps",
            f"some columns are no {what} of the {whose}, as the names of the others tell",
            got=listed(beside),
            wanted=f"{what} alone, as {listed([name for name in names if name not in beside][:3])}",
            do=f"--drop {quoted(','.join(beside))}, or leave out --layout, which reads all columns apart"
            + ("; or --target with these, if they are targets" if layout == "image" else ""),
        )
    array, order = np.stack([table[name] for name in names], axis=1), "the columns in their order"
    if layout == "sequence" and (named := steps_of(names)) is not None:
        places, order = named
        used = tuple(used[place] for place in places.ravel())
        array = array[:, places]
    if layout == "image" and (rows := by_rows(source.lists, names)):
        order = "the lists within are the rows of a picture"
        used, array = tuple(used[place] for place in rows), array[:, rows]
    steps = _steps_with_values(array) if layout == "sequence" else array.shape[1]
    empty = array.shape[1] - steps
    ends = (Note(f"left out: the last {counted(empty, 'step')}", "missing in all series"),) if empty else ()
    if layout == "text":
        ends = (NO_TOKEN,) * bool(np.isnan(array).any())
        array = np.nan_to_num(array, nan=PAD).astype(np.int64)
    array, used = array[:, :steps], used[: len(used) * steps // array.shape[1]]
    said = f"{because or 'as asked'}; {order}"
    asked, known = (None, layout) if because else (layout, None)
    shaped, settled, notes = settle_array(array, asked, known=known, because=said)
    return shaped, settled, used, notes + ends + _left_out(counters)


def _steps_with_values(series: np.ndarray) -> int:
    """How many steps series (N, T) or (N, T, C) have up to the last one that any of them has; T where none has one."""
    real = np.flatnonzero(~np.isnan(series.reshape(*series.shape[:2], -1)).all(axis=(0, 2)))
    return int(real[-1]) + 1 if len(real) else series.shape[1]


def _levels(values: np.ndarray) -> int:
    return len(set(values.tolist()))


def _kinds(columns: tuple[Column, ...]) -> str:
    plural = {
        "number": "numbers",
        "boolean": "booleans",
        "category": "categories",
        "date": "dates",
        "text": "texts",
    }
    kinds = [column.kind for column in columns]
    counts = {kind: kinds.count(kind) for kind in plural if kind in kinds}
    return ", ".join(f"{count} {plural[kind] if count > 1 else kind}" for kind, count in counts.items())


def _left_out(reasons: dict[str, str]) -> tuple[Note, ...]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    return tuple(
        SoundsLeftOut(f"left out: {listed(names)}", reason, columns=(*names,))
        if reason == NAMED_SOUNDS
        else Note(f"left out: {listed(names)}", reason)
        for reason, names in by_reason.items()
    )
