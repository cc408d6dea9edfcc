"""What is said of new rows, in a form in which the parts of a file can be put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from fourfold.data.dataset import Note
from fourfold.data.joined import joined_notes
from fourfold.data.layout import said_of_holes
from fourfold.data.messages import counted, listed
from fourfold.errors import FourfoldError

from .zones import SAID

__all__ = ["MOST_LEVELS", "Noticed", "advice", "of_new_rows"]

MOST_LEVELS = 1000
"""The most levels that are remembered to be named."""

MOST_LINES = 4
"""Lines at most of columns of which something else each was noticed, before one that names the other columns."""

FEWEST_ASIDE = 10
"""Rows from which on it is no chance that all lie outside the range that was learnt from."""

OUTSIDE = "outside what was learnt"
ASIDE = "if these are of another unit, or fractions in the place of percent, write them as in training"

T = TypeVar("T")

OPTION = "--encoding"
"""What may be said of new rows."""

OTHERS = re.compile(r"--(?!encoding\b)[a-z]")
"""Options that they don't have."""


@dataclass(frozen=True)
class Noticed:
    """By column:

    - ``lost``: how many words are no values, one of them, and what was wanted;
    - ``taken``: which words count as which others, that were learnt;
    - ``unseen``: the levels that were not learnt, and how many rows have them;
    - ``gaps``: how many rows have no value, where all that were learnt from had one;
    - ``blank``: how many rows of texts hold none;
    - ``strange``: of how many texts more than half was not learnt, one of them, and what they are cut into;
    - ``zones``: how many dates have a zone where those that were learnt had none, or have none where those had one;
      one of them, and whether those that were learnt had zones;
    - ``far``: how many rows lie far outside the range that was learnt from, one of their values, and this range;
    - ``aside``: the same of rows outside it, far or not, of a part all of whose rows are: said where all rows are;
    - ``holes``: how many values of a channel of series, or of pictures, are missing;
    - ``bare``: how many numbers lack the unit that was learnt with them, one of them, and the unit.

    ``rows``: how many there are.
    """

    notes: tuple[Note, ...] = ()
    lost: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    taken: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unseen: Mapping[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)
    gaps: Mapping[str, int] = field(default_factory=dict)
    far: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    rows: int = 0
    blank: Mapping[str, int] = field(default_factory=dict)
    strange: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    zones: Mapping[str, tuple[int, str, bool]] = field(default_factory=dict)
    aside: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    bare: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    holes: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Noticed) -> Noticed:
        unseen = dict(self.unseen)
        for name, (levels, count) in other.unseen.items():
            before, counted = unseen.get(name, ((), 0))
            unseen[name] = tuple(dict.fromkeys(before + levels))[:MOST_LEVELS], counted + count
        return Noticed(
            tuple(dict.fromkeys(self.notes + other.notes)),
            _summed(self.lost, other.lost),
            {
                name: {**self.taken.get(name, {}), **other.taken.get(name, {})}
                for name in dict.fromkeys((*self.taken, *other.taken))
            },
            unseen,
            _added(self.gaps, other.gaps),
            _summed(self.far, other.far),
            self.rows + other.rows,
            _added(self.blank, other.blank),
            _summed(self.strange, other.strange),
            _summed(self.zones, other.zones),
            _summed(self.aside, other.aside),
            _summed(self.bare, other.bare),
            _added(self.holes, other.holes),
        )

    def said(self) -> tuple[Note, ...]:
        texts: dict[frozenset, str] = {}
        for words in self.taken.values():  # in the order in which they are first met
            texts.setdefault(frozenset(words.items()), f"{listed([*words])} taken for {listed([*words.values()])}")
        taken = {name: (texts[frozenset(words.items())], "") for name, words in self.taken.items()}
        lost = {
            name: (f"{counted(count, 'word')} such as {example!r} taken for missing", f"it holds {wanted}")
            for name, (count, example, wanted) in self.lost.items()
        }
        unseen = {
            name: (
                f"{listed(levels)} not told apart",
                f"not among the levels learnt; {count:,} of {self.rows:,} rows",
            )
            for name, (levels, count) in self.unseen.items()
        }
        same: dict[int, list[str]] = {}
        for name, count in self.gaps.items():
            same.setdefault(count, []).append(name)
        gaps = [
            Note(f"no value in {count:,} of {self.rows:,} rows: {listed(names)}", "all that were learnt from had one")
            for count, names in same.items()
        ]
        blank = [
            Note(f"no text in {count:,} of {self.rows:,} rows: {name!r}", "predicted as empty texts")
            for name, count in self.blank.items()
        ]
        holes = [said_of_holes(self.holes, "the channel's mean")] if self.holes else []
        strange = [
            Note(
                f"column {name}: more than half of the {unit}s unknown in {count:,} of {self.rows:,} rows, such as "
                f"{example!r}",
                f"not among the {unit}s learnt; what is predicted there is a guess",
            )
            for name, (count, example, unit) in self.strange.items()
        ]
        far = {
            name: (
                f"{count:,} of {self.rows:,} rows far outside what was learnt, such as {example}",
                f"learnt from {learnt}; what is predicted there is a guess",
            )
            for name, (count, example, learnt) in self.far.items()
        }
        aside = {
            name: (f"all {self.rows:,} rows {OUTSIDE}, such as {example}", f"learnt from {learnt}; {ASIDE}")
            for name, (count, example, learnt) in self.aside.items()
            if count == self.rows >= FEWEST_ASIDE and name not in far
        }
        bare = {
            name: (
                f"{count:,} of {self.rows:,} rows without a unit, taken for {unit}, such as {example}",
                "as those were that the model has learnt from",
            )
            for name, (count, example, unit) in self.bare.items()
        }
        zones = {
            name: (f"{count:,} of {self.rows:,} rows {what}, such as {example!r}, {done}", because)
            for name, (count, example, learnt) in self.zones.items()
            for what, done, because in (SAID[learnt],)
        }
        columns = (
            *_by_column(zones, "dates whose zones are not as in training"),
            *_by_column(bare, "numbers without a unit, taken for that of training"),
            *_by_column(taken, "words taken for others"),
            *_by_column(lost, "words taken for missing"),
            *_by_column(unseen, "words that were not learnt"),
            *_by_column(aside, f"all rows {OUTSIDE}"),
        )
        found = (*joined_notes(self.notes), *columns, *gaps, *holes, *blank, *strange)
        return tuple(map(_of_new_rows, (*found, *_by_column(far, "rows far outside what was learnt"))))


def _by_column(found: Mapping[str, tuple[str, str]], what: str) -> list[Note]:
    """What was noticed of columns, and why: a line for all of which the same is true; of many lines the first ones, and
    one that names the other columns.

    >>> print(*_by_column({"a": ("'x' taken for missing", ""), "b": ("'x' taken for missing", "")}, "words"))
    columns 'a', 'b': 'x' taken for missing
    """
    same: dict[tuple[str, str], list[str]] = {}
    for name, said in found.items():
        same.setdefault(said, []).append(name)
    shown = [*same.items()][: MOST_LINES if len(same) > MOST_LINES + 1 else None]
    notes = [
        Note(f"column {names[0]}: {said}" if len(names) == 1 else f"columns {listed(names)}: {said}", because)
        for (said, because), names in shown
    ]
    others = [name for names in [*same.values()][len(shown) :] for name in names]
    return [*notes, *([Note(f"{what}, too: columns {listed(others)}")] if others else [])]


@contextmanager
def of_new_rows() -> Iterator[None]:
    """What is refused here is refused without advice that new rows don't have the options for."""
    try:
        yield
    except FourfoldError as error:
        error.advise(advice(error.do))
        raise


def advice(do: str) -> str:
    """What to do, of several things those that take no option which new rows don't have.

    >>> advice("--id COLUMN, if there are several series; else join these rows")
    'join these rows'
    >>> advice("remove one of them, or choose another --id"), advice("--encoding NAME"), advice("leave out --layout")
    ('remove one of them', '--encoding NAME', 'write the new rows as those of training')
    """
    if not OTHERS.search(do):
        return do
    left = [part for part in re.split("; |, or ", do) if not OTHERS.search(part)]
    return ", or ".join(left).removeprefix("else ") or "write the new rows as those of training"


def _of_new_rows(note: Note) -> Note:
    """A note without the option that overrides it, if new rows don't have this option."""
    return note if note.option.startswith(OPTION) else replace(note, option="")


def _added(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {name: first.get(name, 0) + second.get(name, 0) for name in dict.fromkeys((*first, *second))}


def _summed(
    first: Mapping[str, tuple[int, str, T]], second: Mapping[str, tuple[int, str, T]]
) -> dict[str, tuple[int, str, T]]:
    """Counts and examples of both, the first example of each."""
    found = dict(first)
    for name, (count, example, wanted) in second.items():
        before, example, wanted = found.get(name, (0, example, wanted))
        found[name] = (before + count, example, wanted)
    return found
