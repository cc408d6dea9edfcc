"""The evidence that the sentences of a verdict may cite."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from fourfold.evidence.compared import Compared
from fourfold.evidence.evidence import ONE_SIDED, Evidence
from fourfold.evidence.names import (
    AHEAD,
    BEST_SEED,
    BLOCKS_IN_TIME,
    FOLD_LEADS,
    GROUPS,
    HEAVY,
    HEAVY_IN_PARTS,
    KNOWN_TO,
    LARGEST,
    OVER_GUESS,
    PART_SCORE,
    RAREST,
    REMOVED,
    WORST_SEED,
)
from fourfold.evidence.scoring import interval_of, of_loss, units
from fourfold.evidence.sentences import FRACTION, LEVEL, Facts
from fourfold.evidence.statistics import Interval

__all__ = ["cited", "flops_ratio"]

ROUNDING = 1e-12
"""Mean losses that differ by less are equal: they are sums in one order or another."""

SCATTERED, SURE = 10, 5
"""Trainings scatter that differ by more than so many margins, and by more than so many standard errors."""

BY_CHANCE = 0.01
"""How probable it may be that losses in parts of one distribution differ as much, for parts in time to differ."""


def cited(c: Compared, family: str, others: Sequence[str], settled_by: Mapping[str, int]) -> Facts:
    """All numbers of a verdict on ``family`` beside ``others``, the best of them first; ``settled_by``: how many seeds
    or rows would settle it."""
    design, gap = c.analysis.design, units(c.findings.score)[1]
    rows = _scores(c, family, others) + _costs(c, family, others)
    plan = {"seeds": design.seeds, "folds": design.folds, "test rows": design.examples}
    rows += [Evidence(name, "study", value, "count") for name, value in plan.items()]
    rows += [Evidence(f"{name} needed", "study", value, "count") for name, value in settled_by.items()]
    rows += _seeds_ahead(c, family, others[0]) if others else []
    parts = _parts_in_time(c, family)
    rows += _scattered(c) + _unsteady(c) + parts + _error_removed(c)
    rows += _largest_errors(c, family, parts_differ=bool(parts)) + list(c.findings.further)
    if c.groups is not None:
        name = BLOCKS_IN_TIME if c.findings.in_time else GROUPS
        rows.append(Evidence(name, "study", c.groups, "count", method="counted"))
    if c.findings.strata is not None:
        rarest = int(np.unique(c.findings.strata, return_counts=True)[1].min())
        rows.append(Evidence(RAREST, "study", rarest, "count", method="counted"))
    rows.append(Evidence("margin", "study", c.margin, gap))
    rows.append(Evidence("confidence level", "study", c.findings.level, LEVEL))
    return Facts(rows)


def _scores(c: Compared, family: str, others: Sequence[str]) -> list[Evidence]:
    """Scores, and differences between them, with their intervals."""
    design = c.analysis.design
    unit, gap = units(c.findings.score)
    times = f", {design.repeats} times" if design.repeats > 1 else ""
    protocol = f"{design.folds}-fold cross-validation{times}" if design.folds > 1 else "a hold-out"
    unseeded = f"{protocol}, {design.examples} test rows"
    source = f"{design.seeds} seed{'s' * (design.seeds > 1)}, {unseeded}"
    level = f"{100 * c.findings.level:g} %"
    estimand = "training sets and seeds" if design.folds > 1 else "seeds, given this training set"
    mean = f"of the mean over {estimand}"
    crossed = f"crossed random effects, Student's t; {mean}"
    rows: list[Evidence] = []

    def found(measure: str, subject: str, i: Interval, unit: str, method: str) -> None:
        rows.append(Evidence(measure, subject, i.value, unit, (i.low, i.high), method, source))

    for f, i in c.scores.items():
        made = f"crossed random effects, {interval_of(c.findings.score)}"
        found("score", f, i, unit, f"simultaneous {level} interval; {made}; {mean}")
    for name, one in c.findings.families.items():
        if name not in c.scores:
            rows.append(Evidence("score", name, None, unit, reason=one.status or "no finite losses"))
    for f, i in c.best_others.items():
        method = f"simultaneous {level} interval, comparison with the best; {crossed}"
        found("difference to the best other", f, i, gap, method)
    for f, i in c.gains.items():
        found("gain over the baseline", f, i, gap, f"simultaneous {ONE_SIDED} {level} lower bound; {crossed}")
    if c.over_guess is not None:
        method = f"{ONE_SIDED} {level} lower bound; crossed random effects, Student's t"
        found(OVER_GUESS, c.baseline or "", c.over_guess, gap, method)
    for f in others:
        method = f"simultaneous {level} interval, many to one; {crossed}"
        found("difference", f"{family} - {f}", c.pairs[family][f], gap, method)
    for f in others[:1]:
        i = c.pairs[family][f]
        rows.append(Evidence(KNOWN_TO, f"{family} - {f}", (i.high - i.low) / 2, gap, method=method, source=source))
    for name, one in c.findings.baselines.items():
        value = of_loss(c.findings.score, float(one.losses.mean()))
        rows.append(Evidence("score", name, value, unit, method="mean over test rows", source=unseeded))
    return rows


def _costs(c: Compared, family: str, others: Sequence[str]) -> list[Evidence]:
    rows = []
    for f in c.scores:
        cost = c.findings.families[f]
        rows.append(Evidence("parameters", f, cost.parameters, "count", method="counted"))
        rows.append(Evidence("FLOPs", f, cost.flops, "count", method="counted, a sample"))
        rows.append(Evidence("sequential steps", f, cost.sequential_steps, "count", method="counted"))
    for f in others:
        ratio = flops_ratio(c, family, f)
        if ratio is not None:
            rows.append(Evidence("FLOPs ratio", f"{f} : {family}", ratio, "times", method="counted"))
    return rows


def flops_ratio(c: Compared, family: str, other: str) -> float | None:
    """FLOPs of the dearer of two families over those of the cheaper; None where one needs none."""
    few, many = sorted(c.findings.families[f].flops for f in (family, other))
    return many / few if few > 0 else None


def _seeds_ahead(c: Compared, family: str, runner_up: str) -> list[Evidence]:
    """In how many seeds the family's mean loss is below that of the runner-up; seeds are not paired."""
    if c.analysis.design.seeds < 2:
        return []
    here, there = (np.asarray(c.findings.families[f].losses).mean(1) for f in (family, runner_up))
    ahead = int((here < there - ROUNDING).sum())
    return [Evidence(AHEAD, f"{family} - {runner_up}", ahead, "count", method="counted, seed by seed")]


def _scattered(c: Compared) -> list[Evidence]:
    """Of families whose seeds end far apart on the same rows, the worst and the best score where they do most."""
    design, rows = c.analysis.design, []
    places = [(fold == k, design.repeat == r) for r, fold in enumerate(design.fold) for k in range(design.folds)]
    for family in c.scores:
        losses = np.atleast_2d(np.asarray(c.findings.families[family].losses))
        apart = []
        for held_out, seeds in places:
            trained = losses[seeds][:, held_out] / design.weight[held_out].mean()
            worst, best = trained[trained.mean(1).argmax()], trained[trained.mean(1).argmin()]
            if (worst - best).mean() > SURE * (worst - best).std() / math.sqrt(len(best)):
                apart.append([of_loss(c.findings.score, float(one.mean())) for one in (worst, best)])
        if apart and np.ptp(most := max(apart, key=np.ptp)) > SCATTERED * c.margin:
            unit, method = units(c.findings.score)[0], "the two farthest apart that are tested on the same rows"
            for name, score in zip((WORST_SEED, BEST_SEED), most):
                rows.append(Evidence(name, family, score, unit, method=method))
    return rows


def _unsteady(c: Compared) -> list[Evidence]:
    """From one seed, of families whose lead over the mean of the others scatters over folds more than theirs do: the
    mean lead, and the lowest and the highest."""
    if not c.analysis.components.unsteady:
        return []
    by_fold, score, rows = {f: _by_fold(c, f) for f in c.scores}, c.findings.score, []
    for family in c.analysis.components.unsteady:
        others = np.mean([scores for f, scores in by_fold.items() if f != family], axis=0)
        leads = (by_fold[family] - others) * (-1 if c.analysis.lower else 1)
        span = float(leads.min()), float(leads.max())
        method = "mean over the folds, from the lowest to the highest"
        rows.append(Evidence(FOLD_LEADS, family, float(leads.mean()), units(score)[1], span, method))
    return rows


def _by_fold(c: Compared, family: str) -> np.ndarray:
    """A family's score on the test rows of each fold (K,) of the first repeat, mean loss over seeds."""
    design = c.analysis.design
    loss, fold = np.atleast_2d(np.asarray(c.findings.families[family].losses)).mean(0), design.fold[0]
    means = np.bincount(fold, loss) / np.bincount(fold, design.weight)
    return np.array([of_loss(c.findings.score, float(mean)) for mean in means])


def _parts_in_time(c: Compared, family: str) -> list[Evidence]:
    """The family's score in each test part, in order of time, where the parts differ by much and not by chance
    (Kruskal and Wallis 1952, of the mean losses of blocks of neighbours)."""
    design = c.analysis.design
    if design.folds == 1 or not c.findings.in_time:
        return []
    scores = _by_fold(c, family)
    if not np.ptp(scores) > SCATTERED * c.margin:
        return []
    losses = np.atleast_2d(np.asarray(c.findings.families[family].losses)).mean(0)
    loss = design.sums(losses) / np.maximum(design.sums(design.weight), 1e-300)
    part_of = design.fold[0][np.unique(design.group, return_index=True)[1]]
    if stats.kruskal(*(loss[part_of == part] for part in range(design.folds))).pvalue > BY_CHANCE:
        return []
    unit, method = units(c.findings.score)[0], "mean over seeds; later parts are trained on more rows"
    return [
        Evidence(PART_SCORE.format(part=part + 1), family, float(score), unit, method=method)
        for part, score in enumerate(scores)
    ]


def _error_removed(c: Compared) -> list[Evidence]:
    """How much of a guess's loss the baseline to beat leaves out. Others than a guess are no measure: a line through
    outliers may be worse than one by any factor."""
    means = {name: float(found.losses.mean()) for name, found in c.findings.baselines.items()}
    guess = max((means[name] for name, found in c.findings.baselines.items() if found.guess), default=0.0)
    if c.baseline is None or not guess > means[c.baseline]:
        return []
    share = 1 - means[c.baseline] / guess
    return [Evidence(REMOVED, c.baseline, share, FRACTION, method="1 - its loss / that of a guess")]


def _largest_errors(c: Compared, family: str, parts_differ: bool) -> list[Evidence]:
    """What the largest one in a hundred squared errors, means over seeds, are of all of the family's; where test parts
    differ also of the errors over their part's mean, which those of a part that is harder do not lead."""
    if c.findings.score != "rmse":
        return []
    errors = np.atleast_2d(np.asarray(c.findings.families[family].losses)).mean(0)
    if not errors.any():
        return []
    method = "the largest one in a hundred, mean over seeds"
    rows = [
        Evidence(LARGEST, family, _one_in_a_hundred(errors), "count", method="one in a hundred test rows"),
        Evidence(HEAVY, family, _share_of_largest(errors), FRACTION, method=method),
    ]
    if parts_differ:
        part = c.analysis.design.fold[0]
        means = np.bincount(part, errors) / np.bincount(part)
        share = _share_of_largest(errors / np.maximum(means, 1e-300)[part])
        rows.append(Evidence(HEAVY_IN_PARTS, family, share, FRACTION, method=method))
    return rows


def _one_in_a_hundred(errors: np.ndarray) -> int:
    return max(1, round(len(errors) / 100))


def _share_of_largest(errors: np.ndarray) -> float:
    return float(np.sort(errors)[::-1][: _one_in_a_hundred(errors)].sum() / errors.sum())
