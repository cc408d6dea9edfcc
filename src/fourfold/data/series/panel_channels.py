"""The columns of a table of series as channels: numbers as they are, words as one channel a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from fourfold.data.columns.alike import levels_alike
from fourfold.data.columns.indicators import levels_of, one_hot
from fourfold.data.dataset import Column, Note, Table
from fourfold.data.messages import counted, listed, quoted
from fourfold.data.source import Source
from fourfold.data.values.in_words import held
from fourfold.data.values.word_channels import MOST_LEVELS, said_of_channels
from fourfold.data.values.words import Understood, as_written
from fourfold.errors import DataError
from fourfold.preprocessing.table import missing

from .long_columns import BESIDE_TIME, meant, said_of, seconds_of

__all__ = ["Channels", "channels_of_columns"]

Levels = tuple[str, ...]


class Channels(NamedTuple):
    """The columns that are used, targets first; the levels of those of words; values (N, C); what is said."""

    columns: tuple[Column, ...]
    levels: tuple[Levels, ...]
    values: np.ndarray
    notes: tuple[Note, ...]


def channels_of_columns(
    source: Source,
    table: Table,
    targets: Sequence[str],
    taken: Sequence[str],
    known: Mapping[str, Levels] | None,
    written: Mapping[str, str],
) -> Channels:
    """All columns but those ``taken``, behind the targets; ``known`` and ``written`` as in `panel_of`.

    Errors: a target that is no number.
    """
    others = [name for name in table if name not in taken]
    found = {name: _number(source, table, name, written.get(name, "")) for name in [*targets, *others]}
    _check_numbers(targets, others, found)
    words = {name: found[name].values for name in others if found[name].kind == "category"}
    levels = {name: levels_of(own) if known is None else known.get(name, ()) for name, own in words.items()}
    left_out = {name: why for name in others if (why := _why_left_out(found[name], levels.get(name), known is None))}
    left_out |= dict.fromkeys(seconds_of(source, others) if known is None else [], BESIDE_TIME)
    kept = [*targets, *(name for name in others if name not in left_out)]
    levels = {name: levels[name] for name in kept if name in levels}

    told = [*kept, *(name for name in left_out if name in words)]
    notes = [note for name in told if known is None or name not in words for note in said_of(name, found[name])]
    for name, own in levels.items():
        if known is None:
            notes.append(said_of_channels(name, own))
        else:
            words[name], said = _as_learnt(name, words[name], own)
            notes += said
    by_reason: dict[str, list[str]] = {}
    for name, why in left_out.items():
        by_reason.setdefault(why, []).append(name)
    for why, names in by_reason.items():
        notes.append(Note(f"left out: {names[0] if len(names) == 1 else listed(names)}", why))
    holes = {name: int(missing(found[name].values).sum()) for name in kept if name not in levels}
    if absent := [name for name, count in holes.items() if count]:
        what = f"missing: {counted(sum(holes.values()), 'value')} of {listed(absent)}"
        notes.append(Note(what, "a window sees there what was last known"))
    values = [one_hot(words[name], levels[name]) if name in levels else found[name].values[:, None] for name in kept]
    columns = tuple(Column(name, found[name].kind, found[name].written) for name in kept)
    return Channels(columns, tuple(levels.values()), np.concatenate(values, axis=1), tuple(notes))


def _check_numbers(targets: Sequence[str], others: Sequence[str], found: Mapping[str, Understood]) -> None:
    """Refuses a target that is no number."""
    numbers = [name for name in others if found[name].kind == "number"]
    for name in targets:
        if found[name].kind != "number":
            raise DataError(
                "target-type",
                f"the target {name!r} can't be forecast",
                got=held(found[name].kind, found[name].values),
                wanted="numbers",
                do=f"--target {quoted(numbers[-1]) if numbers else 'COLUMN'}",
            )


def _why_left_out(found: Understood, levels: Levels | None, learning: bool) -> str:
    """Why a column can be no channel, "" where it can. ``levels``: those that are used of a column of words; one value
    in all rows tells nothing where it is ``learning``."""
    if found.kind == "category":
        different = len(levels_of(found.values))
        reason = f"{different} different words" if different > 1 else "one word in all rows"
        return "" if levels is not None and 2 <= len(levels) <= MOST_LEVELS else reason
    if found.kind == "date":
        return BESIDE_TIME
    constant = learning and len(np.unique(found.values[~np.isnan(found.values)])) < 2
    return "one value in all rows" if constant else ""


def _number(source: Source, table: Table, name: str, written: str) -> Understood:
    """A column as numbers where it can be, infinite ones taken for missing; its words as they were ``written``, if that
    is known."""
    found = meant(source, table, name)
    if written and source.kind(name) == "category":
        values = as_written(table[name], "number", written)
        lost = missing(values) & ~missing(table[name])
        example = table[name][lost.argmax()][:30] if lost.any() else ""
        said = f"{counted(int(lost.sum()), 'word')} such as {example!r} taken for missing" if lost.any() else ""
        if not missing(values).all():
            found = Understood(values, "number", said, written)
    if found.kind in ("number", "boolean"):
        found = found._replace(values=np.where(np.isfinite(found.values), found.values, np.nan))
    return found


def _as_learnt(name: str, values: np.ndarray, learnt: tuple[str, ...]) -> tuple[np.ndarray, tuple[Note, ...]]:
    """New words (N,) as those that were learnt, if they differ in case and blanks alone; and what is said of others."""
    values, alike = levels_alike(values, learnt)
    notes = [Note(f"column {name}: {listed([*alike])} taken for {listed([*alike.values()])}", "they mean the same")]
    other = np.array([value is not None and value not in learnt for value in values.tolist()])
    unseen = Note(
        f"column {name}: {listed(sorted({*values[other].tolist()}))} not told apart",
        f"not among the levels learnt; {other.sum():,} of {len(values):,} rows",
    )
    return values, (*notes * bool(alike), *[unseen] * bool(other.any()))
