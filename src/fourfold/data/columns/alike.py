"""New rows whose names or words differ from those that were learnt in case, blanks and marks alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fourfold.data.dataset import Note, Table
from fourfold.data.messages import listed
from fourfold.data.source import Source
from fourfold.data.values.amounts import INVISIBLE
from fourfold.data.values.words import TRUE_AND_FALSE, as_objects
from fourfold.preprocessing.table import missing

from .roles import with_id

__all__ = ["alike", "are_blank", "levels_alike", "named_alike", "truths", "truths_as"]

TRUTHS = (
    *TRUE_AND_FALSE, ("yes", "no"), ("y", "n"), ("t", "f"), ("1", "0"), ("on", "off"), ("ja", "nein"), ("j", "n"),
    ("oui", "non"), ("si", "no"), ("s\u00ed", "no"), ("sim", "n\u00e3o"),
)  # fmt: skip
"""Words for true and false, in small letters."""

CODE = re.compile(r"[0-9]+")


def named_alike(found: Source, wanted: Sequence[str], known: Iterable[str]) -> Source:
    """A table with each wanted column that is absent in the place of the one other column of nearly this name, or of
    the several whose names it is, as those of an id, which stay beside it.

    >>> from fourfold.data.dataset import Column
    >>> source = Source("new.csv", Table({"Home Town": np.ones(2)}), (Column("Home Town", "number"),))
    >>> found = named_alike(source, ["home_town"], ["home_town"])
    >>> found.inputs.names, str(found.notes[0])
    (('home_town',), "column 'Home Town' taken for 'home_town' (case, blanks and marks apart they are the same)")
    """
    for name in dict.fromkeys(wanted):
        found = with_id(found, name, kept=name.split(", "))[0] if ", " in name else found
    table = found.inputs
    if not isinstance(table, Table):
        return found
    absent = [name for name in dict.fromkeys(wanted) if name and name not in table]
    others = [name for name in table if name not in {*known, *wanted}]
    near = {name: [other for other in others if _bare(other) == _bare(name)] for name in absent}
    alone = [
        name
        for name, found in near.items()
        if len(found) == 1 and sum(_bare(other) == _bare(name) for other in absent) == 1
    ]
    names = {near[name][0]: name for name in alone}
    if not names:
        return found
    what = f"column{'s' * (len(names) > 1)} {listed([*names])} taken for {listed([*names.values()])}"
    note = Note(what, "case, blanks and marks apart they are the same")
    return replace(
        found,
        inputs=Table({names.get(name, name): values for name, values in table.items()}),
        columns=tuple(replace(one, name=names.get(one.name, one.name)) for one in found.columns),
    ).noting(note)


def alike(names: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The names that are some of those wanted, case, blanks and marks apart."""
    bare = {*map(_bare, wanted)}
    return [name for name in names if _bare(name) in bare]


def _bare(name: str) -> str:
    """A name in small letters without blanks and marks; one of nothing but marks as it is."""
    return re.sub(r"[\W_]+", "", _folded(name)) or name


def _folded(word: str) -> str:
    """A word in small letters, an accent in one with its letter, without marks that nobody sees.

    >>> _folded("Zu\u0308rich\u200b ") == _folded("Z\u00fcrich")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", word.translate(INVISIBLE)).casefold().split())


def truths(values: np.ndarray) -> tuple[np.ndarray, dict[str, str]] | None:
    """Words (N,) for true and false as 1 and 0, and what each was taken for; None if they are no such words.

    >>> truths(as_objects(["Yes", "no", None]))
    (array([ 1.,  0., nan]), {'Yes': 'true', 'no': 'false'})
    """
    words = dict.fromkeys(value for value in values.tolist() if value is not None)
    folded = {word: word.strip().casefold() for word in words}
    pair = next((pair for pair in TRUTHS if set(folded.values()) <= set(pair)), None)
    if not words or pair is None:
        return None
    is_true = {word: fold == pair[0] for word, fold in folded.items()}
    numbers = np.array([np.nan if value is None else float(is_true[value]) for value in values.tolist()])
    return numbers, {word: "true" if true else "false" for word, true in is_true.items()}


def truths_as(
    values: np.ndarray, kind: str, learnt: np.ndarray, learnt_kind: str
) -> tuple[np.ndarray, dict[str, str]] | None:
    """Values (N,) for true and false as another column, ``learnt``, which has both of them and no others, writes these,
    and what each was taken for; None if they are none, or are written so but for their case and marks.

    >>> truths_as(np.array([1.0, 0.0]), "number", as_objects(["yes", "no", "no"]), "category")
    (array(['yes', 'no'], dtype=object), {'0': 'no', '1': 'yes'})
    >>> truths_as(as_objects(["N", "Y"]), "category", np.array([1.0, 0.0]), "number")[0]
    array([0., 1.])
    """
    given, wanted = _truths_of(values, kind), _truths_of(learnt, learnt_kind)
    if given is None or wanted is None or sorted(wanted.values()) != [False, True]:
        return None
    written = {truth: value for value, truth in wanted.items()}
    taken = {value: written[truth] for value, truth in given.items()}
    shown = {_shown(value, kind): _shown(one, learnt_kind) for value, one in taken.items()}
    if all(_bare(value) == _bare(meant) for value, meant in shown.items()):
        return None
    cells = [taken.get(value) for value in values.tolist()]
    meant = as_objects(cells) if learnt_kind == "category" else np.array(cells, dtype=np.float64)
    return meant, shown


def _truths_of(values: np.ndarray, kind: str) -> dict[Any, bool] | None:
    """Whether each different value means true; None if some mean neither."""
    if kind == "category":
        found = truths(values)
        return found and {word: truth == "true" for word, truth in found[1].items()}
    present = values[~missing(values)]
    numbers = kind in ("number", "boolean") and present.size > 0
    return {value: value == 1 for value in np.unique(present)} if numbers and np.isin(present, (0, 1)).all() else None


def _shown(value: Any, kind: str) -> str:
    return value if kind == "category" else f"{value:g}" if kind == "number" else str(value == 1).lower()


def levels_alike(values: np.ndarray, learnt: Iterable[str | None]) -> tuple[np.ndarray, dict[str, str]]:
    """Words (N,), those that were not learnt as the one level that differs in case and blanks alone, or in the zeros
    before a code, or that means the same of true and false; and which became which.

    >>> levels_alike(as_objects(["YES", "no", "maybe"]), ["yes", "no"])[1]
    {'YES': 'yes'}
    >>> levels_alike(as_objects(["true", "false"]), ["yes", "no"])[1]
    {'true': 'yes', 'false': 'no'}
    >>> levels_alike(as_objects(["501", "10001"]), ["00501", "10001"])[1]
    {'501': '00501'}
    >>> levels_alike(as_objects(["501", "00501"]), ["00501", "10001"])[1]
    {}
    """
    levels = dict.fromkeys(level for level in learnt if level is not None)
    given = [word for word in dict.fromkeys(values.tolist()) if word is not None]
    new = [word for word in given if word not in levels]
    if not new:
        return values, {}
    folded: dict[str, list[str]] = {}
    for level in levels:
        folded.setdefault(_folded(level), []).append(level)
    taken = {word: found[0] for word in new if len(found := folded.get(_folded(word), [])) == 1}
    taken |= _with_zeros(given, levels)
    meant, told = truths(as_objects([*levels])), truths(as_objects(new))
    if not taken and len(levels) == 2 and meant is not None and told is not None:
        by_truth = {truth: level for level, truth in meant[1].items()}
        taken = {word: by_truth[truth] for word, truth in told[1].items() if truth in by_truth}
    return as_objects([taken.get(value, value) for value in values.tolist()]) if taken else values, taken


def _with_zeros(words: Collection[str], levels: Collection[str]) -> dict[str, str]:
    """Numbers that are codes, all of as many digits, once the zeros stand before them that programs take out; none
    where some have theirs."""
    digits = {len(level) if CODE.fullmatch(level) else 0 for level in levels}
    learnt, given = (any(word.startswith("0") for word in some) for some in (levels, words))
    if len(digits) > 1 or not learnt or given:
        return {}
    found = {word: word.zfill(max(digits)) for word in words if CODE.fullmatch(word) and word not in levels}
    return {word: code for word, code in found.items() if code in levels}


def are_blank(texts: np.ndarray) -> np.ndarray:
    """Which of the texts (N,) hold nothing, or blanks alone.

    >>> are_blank(as_objects(["a", None, " "])).tolist()
    [False, True, True]
    """
    return np.array([text is None or not text.strip() for text in texts.tolist()], dtype=bool)
