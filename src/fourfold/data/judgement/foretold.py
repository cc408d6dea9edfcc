"""Columns that are called as what a model has said of the target: predictions, and the probabilities of its classes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from fourfold.data.dataset import Finding
from fourfold.data.messages import listed, to_drop

from .case import Case

PREDICTED = re.compile(r"y ?hat|(?:y ?)?(?:preds?|predicted|predictions?)(?: as given| labels?| class| value)?")
PROBABILITY = re.compile(r"probs?|probas?|(?:predicted )?probability|pred proba?")
APART = re.compile(r"[\W_]+")


def judge(case: Case) -> Iterator[Finding]:
    """Where an answer leans on such a column, it leans on another model, which may have learnt from these rows."""
    target = case.dataset.target_name
    found = [column.name for column in case.dataset.columns if is_foretold(column.name, target, case.task.classes)]
    if case.dataset.layout == "flat" and found:
        yield Finding(
            "called-predictions",
            f"{f'columns {listed(found)} are' if len(found) > 1 else f'column {found[0]!r} is'} called as what a model "
            f"has said of {target!r}, which may have learnt from these rows",
            "columns",
            len(found),
            to_drop(found),
            important=True,
            columns=tuple(found),
        )


def is_foretold(name: str, target: str, classes: Collection[str]) -> bool:
    """Whether a column is called as a prediction of the target, or as the probability of one of its classes.

    >>> [is_foretold(name, "left", ("no", "yes")) for name in ("y_pred", "prediction", "left_pred", "Predicted Left")]
    [True, True, True, True]
    >>> [is_foretold(name, "left", ("no", "yes")) for name in ("probability yes", "prob", "pred_rain", "hat")]
    [True, False, False, False]
    """
    words = _words(name)
    of = {word for one in (target, *classes) if (word := _words(one))}
    without = {words.removeprefix(f"{one} ") for one in of} | {words.removesuffix(f" {one}") for one in of}
    of_target = {words, words.removeprefix(f"{_words(target)} "), words.removesuffix(f" {_words(target)}")}
    return any(map(PREDICTED.fullmatch, of_target)) or any(map(PROBABILITY.fullmatch, without - {words}))


def _words(name: str) -> str:
    return APART.sub(" ", name.casefold()).strip()
