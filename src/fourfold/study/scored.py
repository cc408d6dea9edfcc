"""How good a trained model is on new rows whose targets are known: the study's score, from one part of them after
another."""

from __future__ import annotations

import numpy as np

from fourfold.data import NewRows
from fourfold.data.messages import counted, listed
from fourfold.evidence.scoring import SCORE_WORDS, of_loss, units
from fourfold.evidence.sentences import show
from fourfold.evidence.statistics import Analysis
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.task import jaccard
from fourfold.study.prepared import alike

__all__ = ["Scored"]

FEWEST, MOST = 10, 300_000
"""Examples from which on an interval is told, and those beyond which it would take many seconds."""

MOST_WORDS = 1000
"""The most words that are remembered to be named."""

HALF = 0.5


class Scored:
    """The score of the rows whose target is known, each of which counts alike; of series whose steps are predicted each
    series, but no balanced accuracy."""

    def __init__(self, preparation: Preparation) -> None:
        self.task, self.scale = preparation.task, np.atleast_1d(preparation.learnt_target.scale)
        self.parts: list[tuple[np.ndarray, np.ndarray]] = []
        self.sums, self.counts = (np.zeros(len(self.task.classes) + 1) for _ in range(2))
        self.squares = np.zeros(len(self.task.names))
        self.rows = self.known = self.strange = 0
        self.name, self.words = "", dict[str, None]()

    def add(self, rows: NewRows, told: np.ndarray) -> None:
        """Some rows and what is ``told`` of them: class numbers (N,), or labels or numbers (N,) or (N, K)."""
        known, task = rows.known, self.task
        self.rows += len(told)
        if known is None or (task.stepwise and task.class_weights):
            return
        there = ~np.isnan(known.values).any(axis=1)
        true, told = known.values[there], (told if told.ndim > 1 else told[:, None])[there]
        classes = np.zeros(len(true), np.int64)
        if task.kind == "regression":
            squares = (told - true) ** 2
            loss = (squares / (self.scale**2 if task.names and not task.one_unit else 1)).mean(axis=1)
            self.squares += squares.sum(axis=0) if task.names else 0
        elif task.kind == "multilabel":
            loss = 1 - jaccard(told > HALF, true > HALF)
        else:
            loss = (told != true).any(axis=1).astype(float)
            self.strange += int((true < 0).sum())
            classes = true[:, 0].astype(np.int64) if task.class_weights else classes
        self.known += len(true)
        self.name, self.words = known.name, dict.fromkeys([*self.words, *known.strange][:MOST_WORDS])
        if rows.placed is not None:
            _, series = np.unique(rows.placed.series[there], return_inverse=True)
            loss = np.bincount(series, loss) / np.bincount(series)
            classes = np.zeros(len(loss), np.int64)
        self.sums += np.bincount(classes % len(self.sums), loss, len(self.sums))  # a class not learnt is the last
        self.counts += np.bincount(classes % len(self.sums), minlength=len(self.sums))
        if self.counts.sum() <= MOST:
            self.parts.append((loss, classes))

    def said(self) -> list[str]:
        """A line with the score, and one of classes that were not learnt; nothing where no target is there."""
        if not self.known:
            wanted = "0 and 1" if self.task.kind == "multilabel" else "numbers"
            line = f"no score: {self.name} holds other words than {wanted}, such as {listed([*self.words])}"
            return [line] * bool(self.words)
        strange = f"{counted(self.strange, 'row')} with {listed([*self.words])}" if self.words else ""
        if self.strange == self.known:
            return [f"no score: no class that was learnt stands in {self.name} ({strange})"]
        task, there = self.task, self.counts > 0
        score = of_loss(task.score, float((self.sums[there] / self.counts[there]).mean()))
        interval = self._interval()
        unit = units(task.score)[0]
        among = f" of {self.rows:,}" * (self.known < self.rows)
        line = f"score: {SCORE_WORDS[task.score]} {show(score, unit, interval=interval)}"
        line += " standard deviations" * bool(task.kind == "regression" and task.names and not task.one_unit)
        line += f" on {self.known:,}{among} rows with {self.name}"
        if interval is not None:
            low, high = (show(end, unit, interval=interval) for end in interval)
            line += f" (95 %: {low} to {high}, if {'series' if task.stepwise else 'rows'} are independent)"
        if task.kind == "regression" and task.names:
            roots = np.sqrt(self.squares / self.known)
            line += "; " + ", ".join(f"{name} {show(root, unit)}" for name, root in zip(task.names, roots))
        return [line, *([f"classes that were not learnt: {strange}, counted as wrong"] if strange else [])]

    def _interval(self) -> tuple[float, float] | None:
        """The ends of the score's interval, None where there are too few examples, or too many."""
        if not FEWEST <= self.counts.sum() <= MOST:
            return None
        losses, classes = (np.concatenate(part) for part in zip(*self.parts))
        balanced = bool(self.task.class_weights)
        weights = alike(classes, np.ones(len(losses))) if balanced else np.ones(len(losses))
        runs, fold = np.zeros((1, len(losses)), np.int64), np.zeros(len(losses), np.int64)
        strata = classes if balanced else None
        found = Analysis({"": losses * weights}, runs, fold, self.task.score, strata=strata, weights=weights).mean("")
        return found.low, found.high
