"""How good a trained model is on new rows whose targets are known: the study's score, from one part of them after
another."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from fourfold.data import NewRows
from fourfold.data.messages import counted, listed
from fourfold.data.series.clock import shown
from fourfold.data.series.rolling import FEWEST_ORIGINS
from fourfold.data.series.tested import Tested
from fourfold.evidence.design import Examples
from fourfold.evidence.scoring import SCORE_WORDS, of_loss, units
from fourfold.evidence.sentences import show
from fourfold.evidence.statistics import Analysis
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.task import jaccard
from fourfold.study.prepared import alike

__all__ = ["Scored"]

FEWEST, MOST = 10, 300_000
"""Examples from which on an interval is told, and those beyond which it would take many seconds."""

FEWEST_GROUPS = 5
"""Groups of examples that depend on each other from which on an interval is told."""

MOST_WORDS = 1000
"""The most words that are remembered to be named."""

HALF = 0.5


class Scored:
    """The score of the rows whose target is known, each of which counts alike, or as its weight says; of series whose
    steps are predicted each series, but no balanced accuracy; of forecasts that of windows whose next steps are known.

    ``value`` is the score, ``interval`` the ends of its 95 % interval, None where there are too few examples, or too
    many. Printed it is what is ``said``.
    """

    def __init__(self, preparation: Preparation) -> None:
        self.preparation, self.task = preparation, preparation.task
        self.scale = np.atleast_1d(preparation.learnt_target.scale)
        self.parts: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        self.sums, self.counts = (np.zeros(len(self.task.classes) + 1) for _ in range(2))
        self.squares = np.zeros(len(self.task.names))
        self.rows = self.known = self.strange = self.examples = 0
        self.weighted, self.groups = False, dict[str, int]()
        self.name, self.words = "", dict[str, None]()
        self.tested: Tested | None = None
        self.naive: dict[str, float] = {}

    def __str__(self) -> str:
        return "\n".join(self.said())

    def __repr__(self) -> str:
        return f"<Scored: {str(self) or 'no targets'}>"

    @property
    def value(self) -> float | None:
        """The score; None where no target is there."""
        there = self.counts > 0
        if not there.any():
            return None
        return of_loss(self.task.score, float((self.sums[there] / self.counts[there]).mean()))

    def add(self, rows: NewRows, outputs: np.ndarray, predict: Callable[[np.ndarray], np.ndarray]) -> None:
        """Some rows, and the ``outputs`` of the network for them, which it ``predict``s."""
        if rows.tested is not None:
            self._add_forecasts(rows.tested, predict(rows.tested.windows))
        known, task = rows.known, self.task
        self.rows += rows.rows if rows.placed is None else len(rows.placed.series)
        if known is None or (task.stepwise and task.class_weights):
            return
        told = self._told(rows, outputs)
        weights = np.ones(len(known.values)) if known.weights is None else known.weights
        there = ~np.isnan(known.values).any(axis=1) & ~np.isnan(weights)
        weights, self.weighted = weights[there], known.weights is not None
        true, told = known.values[there], (told if told.ndim > 1 else told[:, None])[there]
        classes = np.zeros(len(true), np.int64)
        if task.kind == "regression":
            squares = (told - true) ** 2
            loss = (squares / (self.scale**2 if task.names and not task.one_unit else 1)).mean(axis=1)
            self.squares += weights @ squares if task.names else 0
        elif task.kind == "multilabel":
            loss = 1 - jaccard(told > HALF, true > HALF)
        else:
            loss = (told != true).any(axis=1).astype(float)
            self.strange += int((true < 0).sum())
            classes = true[:, 0].astype(np.int64) if task.class_weights else classes
        self.known += len(true)
        self.name, self.words = known.name, dict.fromkeys([*self.words, *known.strange][:MOST_WORDS])
        groups = self._numbered(known.groups[there]) if known.groups is not None else None
        if rows.placed is not None:
            _, first, series = np.unique(rows.placed.series[there], return_index=True, return_inverse=True)
            loss = np.bincount(series, loss) / np.bincount(series)
            classes, weights = np.zeros(len(loss), np.int64), weights[first]
            groups = None if groups is None else groups[first]
        self._count(loss, classes, weights, groups)

    def _add_forecasts(self, tested: Tested, outputs: np.ndarray) -> None:
        """Windows whose next steps are known, and the ``outputs`` of the network for them."""
        windows = self.preparation.windows
        assert windows is not None

        def losses(forecasts: np.ndarray) -> np.ndarray:
            return (np.abs(forecasts - tested.following) / tested.scale).mean(axis=1)

        loss = losses(self.preparation.decode(outputs, tested.windows))
        self.tested, self.rows, self.known = tested, len(loss), len(loss)
        self.naive = {rule: float(losses(told).mean()) for rule, told in windows.naive(tested.windows).items()}
        groups = tested.series if self._by_series(tested) else np.unique(tested.begins, return_inverse=True)[1]
        self._count(loss, np.zeros(len(loss), np.int64), np.ones(len(loss)), groups)

    def _told(self, rows: NewRows, outputs: np.ndarray) -> np.ndarray:
        """What is told of rows: class numbers (N,), or labels or numbers (N,) or (N, K)."""
        if self.task.kind == "classification":
            told = self.task.predicted_class(self.preparation.probabilities(outputs))
        else:
            told = self.preparation.decode(outputs, rows.inputs)
        return told if rows.placed is None else rows.by_step(told)

    def _numbered(self, groups: np.ndarray) -> np.ndarray:
        """The numbers of groups, the same in all parts."""
        return np.array([self.groups.setdefault(group, len(self.groups)) for group in groups.tolist()], np.int64)

    def _count(self, loss: np.ndarray, classes: np.ndarray, weights: np.ndarray, groups: np.ndarray | None) -> None:
        """Losses of examples; without groups each stands alone."""
        size, place = len(self.sums), classes % len(self.sums)  # a class not learnt is the last
        self.sums += np.bincount(place, loss * weights, size)
        self.counts += np.bincount(place, weights, size)
        groups = self.examples + np.arange(len(loss)) if groups is None else groups
        self.examples += len(loss)
        if self.examples <= MOST:
            self.parts.append((loss, classes, weights, groups))

    def said(self) -> list[str]:
        """A line with the score, and one of classes that were not learnt; nothing where no target is there."""
        if not self.known:
            wanted = "0 and 1" if self.task.kind == "multilabel" else "numbers"
            line = f"no score: {self.name} holds other words than {wanted}, such as {listed([*self.words])}"
            return [line] * bool(self.words)
        if self.value is None:
            return ["no score: all weights are 0"]
        strange = f"{counted(self.strange, 'row')} with {listed([*self.words])}" if self.words else ""
        if self.strange == self.known:
            return [f"no score: no class that was learnt stands in {self.name} ({strange})"]
        task, unit = self.task, units(self.task.score)[0]
        line = f"score: {SCORE_WORDS[task.score]} {self._shown(self.value)}"
        several = task.kind == "regression" and task.names and not task.one_unit
        line += f"{' standard deviations' * bool(several)} on {self._examples()}"
        if self.interval is not None:
            low, high = map(self._shown, self.interval)
            line += f" (95 %: {low} to {high}, if {self._independent()} are independent)"
        if several:
            roots = np.sqrt(self.squares / self.counts.sum())
            line += "; " + ", ".join(f"{name} {show(root, unit)}" for name, root in zip(task.names, roots))
        if self.naive:
            rule = min(self.naive, key=lambda rule: self.naive[rule])
            line += f"; {rule}, the best naive rule there, has {self._shown(self.naive[rule])}"
        learnt = "these steps may be such as the model has learnt from, on which it scores better"
        further = [learnt] if self.tested is not None and self.tested.learnt else []
        return [line, *further, *([f"classes that were not learnt: {strange}, counted as wrong"] if strange else [])]

    def _shown(self, value: float | None) -> str:
        assert value is not None
        return show(value, units(self.task.score)[0], interval=self.interval)

    def _examples(self) -> str:
        """What was scored, in words."""
        if self.tested is None:
            number = f"{self.known:,} of " * (self.known < self.rows)
            rows = f"{number}{counted(self.rows, 'row')} with {self.name}"
            weight = self.preparation.roles.get("weight")
            how = "weighted by" if self.weighted else "all alike, without"
            return f"{rows}, {how} {weight!r}" if weight else rows
        begin, end, windows = self.tested.begins.min(), self.tested.ends.max(), self.preparation.windows
        stamps = windows is not None and windows.time
        steps = f"from {shown(begin)} to {shown(end)}" if stamps else f"in the last {end - begin + 1:,.0f} steps"
        return f"{counted(self.known, 'forecast')} {steps}"

    def _independent(self) -> str:
        """What the interval takes for independent."""
        if self.tested is not None:
            return "series" if self._by_series(self.tested) else "forecasts of other steps"
        if self.groups:
            return f"groups of {self.preparation.roles['group']!r}"
        return "series" if self.task.stepwise else "rows"

    @staticmethod
    def _by_series(tested: Tested) -> bool:
        """Whether series stand for what is independent, since there are few times, as in a comparison."""
        return len(np.unique(tested.begins)) < FEWEST_ORIGINS and tested.several

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """The ends of the score's interval, None where there are too few examples, or too many."""
        if not FEWEST <= self.examples <= MOST or not self.counts.any():
            return None
        losses, classes, weights, groups = (np.concatenate(part) for part in zip(*self.parts))
        if len(np.unique(groups)) < FEWEST_GROUPS:
            return None
        balanced = bool(self.task.class_weights)
        weights = weights / weights.mean()
        weights = alike(classes, weights) if balanced else weights
        runs, fold = np.zeros((1, len(losses)), np.int64), np.zeros(len(losses), np.int64)
        examples: Examples = {"strata": classes if balanced else None, "groups": groups, "weights": weights}
        found = Analysis({"": losses * weights}, runs, fold, self.task.score, **examples).mean("")
        return found.low, found.high
