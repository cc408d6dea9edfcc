"""New rows whose names or words differ from those that were learnt in case, blanks and marks alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from fourfold.data.dataset import Column, Note, Table
from fourfold.data.source import Source
from fourfold.data.values.amounts import INVISIBLE
from fourfold.data.values.words import TRUE_AND_FALSE, as_objects

from .roles import with_id

__all__ = ["are_blank", "levels_alike", "named_alike", "truths"]

TRUTHS = (
    *TRUE_AND_FALSE, ("yes", "no"), ("y", "n"), ("t", "f"), ("1", "0"), ("on", "off"), ("ja", "nein"), ("j", "n"),
    ("oui", "non"), ("si", "no"), ("s\u00ed", "no"), ("sim", "n\u00e3o"),
)  # fmt: skip
"""Words for true and false, in small letters."""


def named_alike(found: Source, wanted: Sequence[str], known: Iterable[str]) -> Source:
    """A table with each wanted column that is absent in the place of the one other column of nearly this name, or of
    the several whose names it is, as those of an id.

    >>> source = Source("new.csv", Table({"Home Town": np.ones(2)}), (Column("Home Town", "number"),))
    >>> found = named_alike(source, ["home_town"], ["home_town"])
    >>> found.inputs.names, str(found.notes[0])
    (('home_town',), "column 'Home Town' taken for 'home_town' (case, blanks and marks apart they are the same)")
    """
    for name in dict.fromkeys(wanted):
        found = with_id(found, name)[0] if ", " in name else found
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
    because = "case, blanks and marks apart they are the same"
    notes = [Note(f"column {given!r} taken for {name!r}", because) for given, name in names.items()]
    return replace(
        found,
        inputs=Table({names.get(name, name): values for name, values in table.items()}),
        columns=tuple(Column(names.get(one.name, one.name), one.kind, one.written) for one in found.columns),
    ).noting(*notes)


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


def levels_alike(values: np.ndarray, learnt: Iterable[str | None]) -> tuple[np.ndarray, dict[str, str]]:
    """Words (N,), those that were not learnt as the one level that differs in case and blanks alone, or that means the
    same of true and false; and which became which.

    >>> levels_alike(as_objects(["YES", "no", "maybe"]), ["yes", "no"])[1]
    {'YES': 'yes'}
    >>> levels_alike(as_objects(["true", "false"]), ["yes", "no"])[1]
    {'true': 'yes', 'false': 'no'}
    """
    levels = dict.fromkeys(level for level in learnt if level is not None)
    new = [word for word in dict.fromkeys(values.tolist()) if word is not None and word not in levels]
    if not new:
        return values, {}
    folded: dict[str, list[str]] = {}
    for level in levels:
        folded.setdefault(_folded(level), []).append(level)
    taken = {word: found[0] for word in new if len(found := folded.get(_folded(word), [])) == 1}
    meant, given = truths(as_objects([*levels])), truths(as_objects(new))
    if not taken and len(levels) == 2 and meant is not None and given is not None:
        by_truth = {truth: level for level, truth in meant[1].items()}
        taken = {word: by_truth[truth] for word, truth in given[1].items() if truth in by_truth}
    return as_objects([taken.get(value, value) for value in values.tolist()]) if taken else values, taken


def are_blank(texts: np.ndarray) -> np.ndarray:
    """Which of the texts (N,) hold nothing, or blanks alone.

    >>> are_blank(as_objects(["a", None, " "])).tolist()
    [False, True, True]
    """
    return np.array([text is None or not text.strip() for text in texts.tolist()], dtype=bool)
