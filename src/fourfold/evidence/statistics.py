"""The comparison of families from their per-example losses: scores, simultaneous differences, gains.

A score is higher-is-better or a root mean square: `accuracy` and `balanced_accuracy` are 1 - mean loss,
`rmse` is the root of the mean squared error, linearised at the family's own value (the delta method), and
`mase` is the mean loss.
A difference or gain is positive where the first is better, whatever the score.

Coverage of nominal 95 % intervals in 2,000 draws of four families (accuracies .93 .92 .92 .90; 5-fold
cross-validation of 1,000 rows, hold-out of 2,000), from `benchmarks/calibration.py`, in %:

    protocol           seeds   a score   four scores   a difference   four differences to the best other
    cross-validation       1      95.8          94.0           95.9   97.5
    cross-validation       3      93.8          92.7           97.0   98.0
    cross-validation       5      94.5          92.9           96.2   97.5
    cross-validation      10      94.7          92.7           96.3   98.3
    ... of two partitions 10      93.0          91.8           95.9   97.2
    hold-out               3      94.5          92.2           94.3   95.5
    hold-out               5      95.0          94.2           93.9   95.2
    hold-out              10      94.8          94.5           96.0   95.5

where runs and training sets have the effects that trained networks showed. Under cross-validation the last
rests on an assumption (`components.TRAINING_PER_RUN`). A family whose runs scatter eight times as much as
the others' gets 92 and more, one that scatters 20 times as much with one seed 81. Balanced accuracies, groups,
series of steps and errors of numbers: docs/benchmarks.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Unpack

import numpy as np
from scipy import special, stats

from fourfold.errors import OptionError
from fourfold.evidence.components import Components, Estimate
from fourfold.evidence.design import Design, Examples
from fourfold.evidence.multiplicity import critical_level
from fourfold.evidence.scoring import is_error

SCORES = ("accuracy", "balanced_accuracy", "jaccard", "rmse", "mase")
TINY = 1e-20
FEW, FEWEST = 3, 0.5
"""Errors below which a share's interval is not inside that of a binomial count; and those among as many independent
examples as have its standard error, below which it is the binomial one: the linearised logit then reaches from 10 % to
100 %. In worlds of 95 and 98 % with runs that scatter two and six times as much as measured, half an error covers as
the logit alone does (at most 0.8 points less), and the widest intervals are a tenth to a half shorter; one or three
errors cover up to 1.2 and 2.4 points less."""


@dataclass(frozen=True)
class Interval:
    """A value between `low` and `high`, by Student's t with `dof` degrees of freedom."""

    value: float
    low: float
    high: float
    standard_error: float = 0.0
    dof: float = 0.0


@dataclass(frozen=True)
class Gain(Interval):
    """A gain over a baseline; of the ``estimate`` the parts of its variance are known."""

    estimate: Estimate | None = None


class Analysis:
    """What the losses of families on the same examples say of them.

    Args:
        losses: name -> (S, n): seed s's loss on example i (0 or 1; the squared error; for balanced accuracy
            0 or the example's weight n / (K n_class); for labels 1 - their Jaccard index; the scaled error);
            (1, n) for a predictor without seeds.
        runs: (S, n), the number of the trained model that predicted the entry: one for each seed and fold.
        fold: (n,), the fold that holds example i out; equal everywhere for a hold-out. Or (S, n), where seeds differ in
            it: the cross-validation is repeated.
        score: ``accuracy``, ``balanced_accuracy``, ``jaccard``, ``rmse`` or ``mase``.
        groups: (n,), which examples depend on each other; None if each stands alone. Of errors a single group says
            nothing of the next: intervals are then those of its examples.
        strata: (n,), the classes that a balanced accuracy is the mean over; else None.
        weights: (n,), the loss of a wrong example, to a factor; None if all are alike.
        deterministic: names of predictors without seeds of their own.
        constant: names of predictors that read no input.

    Raises:
        OptionError: ``unknown-score``, ``bad-runs`` or ``bad-losses``.
    """

    def __init__(
        self,
        losses: Mapping[str, np.ndarray],
        runs: np.ndarray,
        fold: np.ndarray,
        score: str = "accuracy",
        *,
        groups: np.ndarray | None = None,
        strata: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        deterministic: Collection[str] = (),
        constant: Collection[str] = (),
    ) -> None:
        if score not in SCORES:
            close = difflib.get_close_matches(score, SCORES, 1)
            raise OptionError(
                "unknown-score",
                "there is no such score",
                got=repr(score),
                wanted=f"one of {', '.join(SCORES)}",
                do=f"use {close[0] if close else SCORES[0]!r}",
            )
        self.score, self.root, self.lower = score, score == "rmse", is_error(score)
        alone = self.lower and groups is not None and len(np.unique(groups)) == 1
        self.design = Design.of(runs, fold, None if alone else groups, strata, weights)
        arrays = {name: np.atleast_2d(np.asarray(loss, float)) for name, loss in losses.items()}
        if self.root:
            roots = {name: float(np.sqrt(loss.mean())) for name, loss in arrays.items()}
            arrays = {name: loss / (2 * roots[name] or 1.0) for name, loss in arrays.items()}
        self.components = Components(
            arrays, self.design, deterministic=deterministic, errors=not self.lower, constant=constant
        )
        self.names, self.constant = self.components.names, constant
        means = roots if self.root else dict(zip(self.names, self.components.means))
        self.values = {name: _rounded(m if self.lower else 1 - m) for name, m in means.items()}

    def mean(self, name: str, level: float = 0.95) -> Interval:
        """The score of one family, on the logit scale (accuracies) or by Hall's transformation (errors).

        The logit scale is linearised, which fails close to 0 and 1. Where as many independent examples as have this
        standard error, degrees of freedom included, hold less than half an error: their Clopper and Pearson interval.
        Fewer than three errors, or three right, in a class: not inside Clopper and Pearson's interval for its examples.

        Source: Korn and Graubard 1998, "Confidence intervals for proportions with small expected number of positive
        counts estimated from survey data".
        """
        estimate, f = self.components.contrast({name: 1.0}, errors=False), self.names.index(name)
        value, error, dof = self.values[name], estimate.standard_error, estimate.dof
        t = float(stats.t.ppf((1 + level) / 2, dof))
        if self.lower:
            low, high = self._of_errors(name, value, error, t)
            return Interval(value, low, high, error, dof)
        if error**2 < TINY and name in self.constant:  # whichever examples there are
            return Interval(value, value, value, 0.0, dof)
        units = self.components.units
        share, examples, right = units.weight / units.weight.sum(), units.examples[f], 1 - units.rates[f]
        fewer = np.round(np.minimum(right, 1 - right).clip(0) * examples, 9)  # errors, or right ones; counts are whole
        ends = []
        if fewer.sum() >= 1:
            z = float(stats.norm.ppf((1 + level) / 2))
            alone = float(share**2 @ (right * (1 - right) / examples))  # the variance if the examples were all
            alike = alone / max(estimate.variance, alone) * (z / t) ** 2  # the share with this standard error
            if round(fewer.sum() * alike, 9) >= FEWEST:
                step = t * error / (value * (1 - value))
                ends += [special.expit(special.logit(value) + side * step) for side in (-1, 1)]
            else:
                ends += _exact(right, examples * alike, share, level)
        if fewer.min() < FEW:
            ends += _exact(right, examples, share, level)
        return Interval(value, float(min(*ends, value)), float(max(*ends, value)), error, dof)

    def _of_errors(self, name: str, value: float, error: float, t: float) -> tuple[float, float]:
        """The ends of the interval of an error, whose losses are skewed: large ones are rare.

        With T the studentised mean and a its skewness, T + a T^2 / 3 + a^2 T^3 / 27 + a / 6 has none; of root mean
        squares T is that of the mean square, and the lower end at least value exp(-x - x^2), x = t error / value: the
        expansion of its logarithm, which is the root's as long as x is small, and does not reach 0. In nine worlds (10
        groups to 300 rows, runs that scatter by 3 to 30 %; 600 draws each) 0 to 1.8 % of the scores lie below it, at
        most 0.2 points more than below the root, which is 0 in 83 and 98 % of the draws where runs scatter by 30 %.

        Source: Hall 1992, "On the removal of skewness by transformation".
        """
        a = self.components.skewness(name, error) if error > 0 else 0.0

        def moved(side: int) -> float:
            if abs(a) < 1e-6:
                return side * t * error
            return error * 3 / a * (np.cbrt(1 + a * (side * t - a / 6)) - 1)

        ends = [value - moved(side) for side in (1, -1)]
        if self.root:
            x = t * error / value if value > 0 else 0.0
            ends = [np.sqrt(max(value**2 - 2 * value * moved(side), 0.0)) for side in (1, -1)]
            ends[0] = max(ends[0], value * np.exp(-x - x**2))
        return max(min(float(ends[0]), value), 0.0), max(float(ends[1]), value)

    def means(self, level: float = 0.95) -> dict[str, Interval]:
        """All scores, together inside their intervals (so also the winner's, chosen after looking): Sidak."""
        return {name: self.mean(name, level ** (1 / len(self.names))) for name in self.names}

    def difference(self, first: str, second: str) -> Estimate:
        """How much better `first` is than `second`; `value` in the score's unit."""
        estimate = self.components.contrast({first: -1.0, second: 1.0})
        sign = -1.0 if self.lower else 1.0
        return Estimate(
            sign * (self.values[first] - self.values[second]),
            estimate.example,
            estimate.run,
            estimate.fold,
            estimate.training,
            estimate.dof,
        )

    def _against(self, first: str, others: list[str], level: float, one_sided: bool = False):
        """Differences of `first` to each of `others`, and their simultaneous half-widths."""
        found = self._together([(first, other) for other in others], level, one_sided)
        return {other: found[first, other] for other in others}

    def _together(self, pairs: list[tuple[str, str]], level: float, one_sided: bool = False):
        """The differences of pairs, first minus second, and their simultaneous half-widths."""
        estimates = [self.difference(*pair) for pair in pairs]
        dof = np.array([e.dof for e in estimates])
        index = {name: i for i, name in enumerate(self.names)}
        contrasts = np.zeros((len(pairs), len(self.names)))
        for row, (first, second) in zip(contrasts, pairs):
            row[index[first]], row[index[second]] = 1.0, -1.0
        joint = contrasts @ self.components.covariance() @ contrasts.T
        a = critical_level(joint, dof, level, one_sided=one_sided)
        t = stats.t.isf(a if one_sided else a / 2, dof)
        half = t * np.array([e.standard_error for e in estimates])
        return {pair: (e, float(h)) for pair, e, h in zip(pairs, estimates, half)}

    def pairs(self, level: float = 0.95) -> dict[str, dict[str, Interval]]:
        """For each family, its differences to the others, simultaneously inside (many to one, max-t)."""
        others = {f: [g for g in self.names if g != f] for f in self.names}
        against = {f: self._against(f, others[f], level) if others[f] else {} for f in self.names}
        return {f: {g: self._interval(e, h) for g, (e, h) in against[f].items()} for f in self.names}

    def mutual_pairs(self, level: float = 0.95) -> dict[str, dict[str, Interval]]:
        """`pairs`, each difference with the wider of its intervals in the rows of its two families.

        Rows have critical values of their own, by how their differences correlate. Where one family's runs scatter, its
        row is the narrower one: it would be surely not the best, while the best so far is not surely better.
        """
        rows = self.pairs(level)

        def wider(f: str, g: str) -> Interval:
            one, back = rows[f][g], rows[g][f]
            return replace(one, low=min(one.low, -back.high), high=max(one.high, -back.low))

        return {f: {g: wider(f, g) for g in row} for f, row in rows.items()}

    def all_pairs(self, level: float = 0.95) -> dict[tuple[str, str], Interval]:
        """The differences of all families from each other, in both directions, all simultaneously inside (max-t).

        They are wider by a tenth than `pairs`, of which one row alone is simultaneous: who looks at all rows for two
        families that differ finds some among four equal ones in 7 % of 300 draws, here in 5 (1,000 rows, five folds).
        """
        pairs = list(combinations(self.names, 2))
        found = self._together(pairs, level) if pairs else {}
        there = {pair: self._interval(e, h) for pair, (e, h) in found.items()}
        back = {(g, f): replace(i, value=-i.value, low=-i.high, high=-i.low) for (f, g), i in there.items()}
        return there | back

    def _interval(self, e: Estimate, half: float) -> Interval:
        most = np.inf if self.lower else 1.0
        return Interval(
            e.value, max(e.value - half, -most), min(e.value + half, most), e.standard_error, e.dof
        )

    def best_others(self, pairs: Mapping[str, Mapping[str, Interval]] | None = None) -> dict[str, Interval]:
        r"""Each family minus the best other, delta_f = min_g (theta_f - theta_g), simultaneously inside.

        Multiple comparisons with the best: only the differences to the family that is truly best need to be
        inside their intervals [d_bg - h_bg, d_bg + h_bg], and it is one of

            B = {b: min_g (d_bg + h_bg) >= 0}

        so f in B has    L = min(min_g (d_fg - h_fg), min_{b in B, b != f} (-d_bf - h_bf))
                         U = min_g (d_fg + h_fg)
        any other has    L = min_{b in B} (-d_bf - h_bf)
                         U = min(0, max_{b in B} (-d_bf + h_bf))

        with ``pairs`` as `mutual_pairs` has them, where h_bf = h_fb.

        Source: Edwards and Hsu 1983, "Multiple comparisons with the best treatment"; Hsu 1996, chapter 4.
        """
        pairs = self.mutual_pairs() if pairs is None else pairs
        best = [b for b, row in pairs.items() if row and min(i.high for i in row.values()) >= 0]
        result = {}
        for f, row in pairs.items():
            if not row:
                continue
            near = min(row.values(), key=lambda i: i.value)
            lows = [-pairs[b][f].high for b in best if b != f]
            if f in best:
                low = min(min(i.low for i in row.values()), *lows, near.value)
                high = min(i.high for i in row.values())
            else:
                low, high = min(lows), min(0.0, max(-pairs[b][f].low for b in best))
            result[f] = Interval(near.value, low, max(high, near.value), near.standard_error, near.dof)
        return result


def _rounded(value: float) -> float:
    """To twelve digits, so that equal means of losses are equal in whatever order these are summed."""
    return float(f"{value:.12g}")


def _exact(share: np.ndarray, examples: np.ndarray, weight: np.ndarray, level: float) -> list[float]:
    """The mean (by `weight`) of shares of independent examples, between Clopper and Pearson's ends of each; counts need
    not be whole.

    The distances of the ends add as squares. Source: Zou and Donner 2008, "Construction of confidence limits about
    effect measures: a general approach".
    """
    right, tail = np.clip(share, 0, 1) * examples, (1 - level) / 2
    wrong = examples - right
    with np.errstate(invalid="ignore"):
        low = np.where(right > 0, special.betaincinv(right, wrong + 1, tail), 0.0)
        high = np.where(wrong > 0, special.betaincinv(right + 1, wrong, 1 - tail), 1.0)
    down, up = (float(np.sqrt(weight**2 @ (share - end) ** 2)) for end in (low, high))
    return [float(weight @ share) - down, float(weight @ share) + up]


def mean_interval(
    losses: np.ndarray, runs: np.ndarray, fold: np.ndarray, score: str = "accuracy", level: float = 0.95
) -> Interval:
    """The score of one family with its interval; see `Analysis` for the arguments.

    >>> losses = (np.arange(200).reshape(1, 200) % 10 == 0) * np.ones((3, 1))
    >>> found = mean_interval(losses, np.zeros((3, 200), int) + np.arange(3)[:, None], np.zeros(200))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.9, 0.85, 0.93)
    """
    return Analysis({"it": losses}, runs, fold, score).mean("it", level)


def differences(
    losses: Mapping[str, np.ndarray],
    runs: np.ndarray,
    fold: np.ndarray,
    score: str = "accuracy",
    level: float = 0.95,
) -> dict[str, Interval]:
    """Each family minus the best other, with simultaneous intervals; empty for a single family."""
    analysis = Analysis(losses, runs, fold, score)
    return analysis.best_others(analysis.mutual_pairs(level))


def gains(
    losses: Mapping[str, np.ndarray],
    baseline: np.ndarray,
    runs: np.ndarray,
    fold: np.ndarray,
    score: str = "accuracy",
    level: float = 0.95,
    *,
    seeded: bool = True,
    constant: bool = False,
    **examples: Unpack[Examples],
) -> dict[str, Gain]:
    """What each family gains over a baseline (1, n): `low` are simultaneous one-sided lower bounds.

    `high` is the most that could be gained: the baseline's own loss. ``seeded``: whether families have seeds of their
    own, as baselines have not; without them the gains are those of the models as they were trained. ``constant``:
    whether the baseline reads no input. ``examples``: groups, strata and weights, as `Analysis` takes them.
    """
    key = "the baseline"
    everything = {**losses, key: np.atleast_2d(baseline)[:1]}
    fixed, known = (key,) if seeded else tuple(everything), (key,) if constant else ()
    analysis = Analysis(everything, runs, fold, score, deterministic=fixed, constant=known, **examples)
    most = analysis.values[key] if analysis.lower else 1 - analysis.values[key]
    against = analysis._against(key, list(losses), level, one_sided=True)
    return {
        name: Gain(-e.value, -e.value - h, max(most, -e.value), e.standard_error, e.dof, replace(e, value=-e.value))
        for name, (e, h) in against.items()
    }
