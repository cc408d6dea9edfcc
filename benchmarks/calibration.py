"""Is the verdict calibrated? Coverage of the intervals, false winners, power, and doubts about equal families.

    python -m benchmarks.calibration [--draws 2000] [--studies 600] [--workers 2] [--seed 0] [--plans PLAN ...]
                                     [--data DATA ...]

Losses are drawn from worlds whose expected scores are known (`fourfold.evidence.simulate`): four families
under the plans of the comparison. Prints a table for each question; minutes on two cores for each kind of data. The
upper bound of each rate of false winners is to be at most 7.5 %. `benchmarks.pools` asks the same of real trainings.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

from fourfold.evidence.design import Examples, blocks_in_time
from fourfold.evidence.findings import BaselineFindings, FamilyFindings, Findings
from fourfold.evidence.simulate import World
from fourfold.evidence.statistics import Analysis
from fourfold.evidence.verdict import decide

PLANS = {
    "cross-validation, 1 seed": (1, 5, 1000),
    "cross-validation, 3 seeds": (3, 5, 1000),
    "cross-validation, 5 seeds": (5, 5, 1000),
    "cross-validation, 10 seeds": (10, 5, 1000),
    "the same with two partitions": (10, 5, 1000, 2),
    "hold-out, 3 seeds": (3, 1, 2000),
    "hold-out, 5 seeds": (5, 1, 2000),
    "hold-out, 10 seeds": (10, 1, 2000),
}
# Standard deviations of run and training set on the latent scale. Trained networks showed .01 to .05 for
# both on easy tasks, and up to .1 for runs on digits.
EFFECTS = {"none": (0.0, 0.0), "usual": (0.05, 0.06), "large": (0.1, 0.12)}
PARTITION = 0.2  # the share of what is a row's own that lies between it and the training set without it
GUESS = "a guess"
MOST_FALSE = 7.5  # %


@dataclass(frozen=True)
class Case:
    """Equal families: a chosen one is a false winner, and beside a baseline as good one that is equivalent, too."""

    what: str
    score: float
    effect: str = "usual"
    baseline: float | str | None = None


@dataclass(frozen=True)
class Data:
    """A kind of data: the world's options, the scores whose coverage is asked, and how much better a family may be."""

    scores: tuple[float, ...]
    cases: tuple[Case, ...]
    gaps: tuple[float, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


def rare(shares: tuple[float, ...], rows: int) -> Data:
    """Classes of which one has more than 80 % of the rows: the score is the balanced accuracy."""
    good = {2: (0.85, 0.83, 0.83, 0.75), 3: (0.75, 0.73, 0.73, 0.65)}[len(shares)]
    level = good[1]
    cases = (
        Case("four equal", level),
        Case("noise", 1 / len(shares), "none", GUESS),
        Case("as the baseline", level, baseline=level),
    )
    return Data(
        good, cases, (0.05, 0.1), {"classes": shares, "examples": rows, "score": "balanced_accuracy"}
    )


def others(scores: tuple[float, ...], gaps: tuple[float, ...] = (), **options: Any) -> Data:
    level = scores[1]
    cases = Case("four equal", level), Case("as the baseline", level, baseline=level)
    return Data(scores, cases, gaps, options)


GOOD, FAIR, ERRORS = (0.93, 0.92, 0.92, 0.90), (0.85, 0.83, 0.83, 0.75), (1.0, 1.05, 1.05, 1.2)
DATA = {
    "accuracy": Data(
        GOOD,
        (
            Case("four equal, .92", 0.92),
            Case("four equal, .92", 0.92, "large"),
            Case("four equal, .99", 0.99),
            Case("noise", 0.5, "none", 0.5),
            Case("as the baseline", 0.92, baseline=0.92),
        ),
        (0.01, 0.02, 0.04),
    ),
    "one unsteady, 8 x": others(GOOD, (0.02, 0.04, 0.08), unsteady=8.0),
    "one unsteady, 20 x": others(GOOD, (0.02, 0.04, 0.08), unsteady=20.0),
    "5 % of 400 rows": rare((0.95, 0.05), 400),
    "5 % of 1,000 rows": rare((0.95, 0.05), 1000),
    "5 % of 4,000 rows": rare((0.95, 0.05), 4000),
    "10 % of 400 rows": rare((0.9, 0.1), 400),
    "10 % of 1,000 rows": rare((0.9, 0.1), 1000),
    "19 % of 400 rows": rare((0.81, 0.19), 400),
    "85, 10, 5 % of 400": rare((0.85, 0.1, 0.05), 400),
    "85, 10, 5 % of 4,000": rare((0.85, 0.1, 0.05), 4000),
    "100 groups": others(FAIR, groups=100, examples=1000),
    "20 groups": others(FAIR, (0.05, 0.1), groups=20, examples=400),
    "10 groups": others(FAIR, (0.05, 0.1), groups=10, examples=400),
    "100 groups, 10 %": replace(
        rare((0.9, 0.1), 1000),
        options={"classes": (0.9, 0.1), "examples": 1000, "groups": 100, "score": "balanced_accuracy"},
    ),
    "40 groups, 10 %": replace(
        rare((0.9, 0.1), 1000),
        options={"classes": (0.9, 0.1), "examples": 1000, "groups": 40, "score": "balanced_accuracy"},
    ),
    "200 series of steps": others(GOOD, steps=50, examples=200),
    "200 series, 99 %": others((0.995, 0.99, 0.99, 0.98), steps=50, examples=200, group_share=0.8),
    "RMSE, 100 rows": others(ERRORS, score="rmse", examples=100),
    "RMSE, 400 rows": others(ERRORS, score="rmse", examples=400),
    "RMSE, 100 rows, t5": others(ERRORS, score="rmse", examples=100, tails=5),
    "RMSE, 400 rows, t5": others(ERRORS, score="rmse", examples=400, tails=5),
    "RMSE, 400 rows, t3": others(ERRORS, score="rmse", examples=400, tails=3),
    "MASE, 100 rows, t3": others(ERRORS, score="mase", examples=100, tails=3),
    "200 in time, r = 0": others(GOOD, examples=200, memory=0.0),
    "200 in time, r = .5": others(GOOD, examples=200, memory=0.5),
    "1,000 in time, r = .8": others(GOOD, examples=1000, memory=0.8),
    "RMSE, 200, r = .5": others(ERRORS, score="rmse", examples=200, memory=0.5),
    "RMSE, 1,000, r = .8": others(ERRORS, score="rmse", examples=1000, memory=0.8),
}

KINDS = "one of " + "; ".join(DATA).replace("%", "%%")


@dataclass(frozen=True)
class Setting:
    data: str
    plan: str
    scores: tuple[float, ...]
    effect: str = "usual"
    baseline: float | str | None = None

    @property
    def world(self) -> World:
        seeds, folds, examples, *repeats = PLANS[self.plan]
        run, training = EFFECTS[self.effect]
        options = {"examples": examples, "run": run, "training": training} | DATA[self.data].options
        if repeats:
            options |= {"repeats": repeats[0], "partition_share": PARTITION}
        return World(self.scores, seeds, folds, **options)


def examples(world: World, fold: np.ndarray) -> Examples:
    """What a study knows of a world's examples."""
    classes = bool(world.classes)
    return {
        "groups": world.group if world.groups else None if world.memory is None else blocks_in_time(fold),
        "strata": world.strata if classes else None,
        "weights": world.weights if classes else None,
    }


def covers(setting: Setting, seed: tuple[int, int]) -> tuple[float, ...]:
    """One draw: are the score, all four scores, a difference, and all four differences to the best other inside?

    And the half-widths of the first score and of the winner's difference.
    """
    world = setting.world
    losses, runs, fold = world.draw(np.random.default_rng(seed))
    analysis = Analysis(losses, runs, fold, world.score, **examples(world, fold))
    truth = dict(zip(world.names, world.scores))
    better = {f: -t if analysis.lower else t for f, t in truth.items()}
    first, second = world.names[:2]
    one, together, best_others = analysis.mean(first), analysis.means(), analysis.best_others()
    pair = analysis.difference(first, second)
    half = stats.t.ppf(0.975, pair.dof) * pair.standard_error
    deltas = {f: better[f] - max(better[g] for g in better if g != f) for f in better}
    winner = max(best_others.values(), key=lambda i: i.value)
    return (
        one.low <= truth[first] <= one.high,
        all(i.low <= truth[f] <= i.high for f, i in together.items()),
        bool(abs(pair.value - better[first] + better[second]) <= half),
        all(i.low - 1e-12 <= deltas[f] <= i.high + 1e-12 for f, i in best_others.items()),
        (one.high - one.low) / 2,
        (winner.high - winner.low) / 2,
    )


def baseline(world: World, score: float | str, random: np.random.Generator) -> BaselineFindings:
    """A guess that gives all rows the most frequent class, or a predictor of a known score."""
    if score == GUESS:
        return BaselineFindings(((world.strata > 0) * world.weights)[None], 1 / len(world.classes), guess=True)
    value = float(score)
    one = replace(world, scores=(value,), seeds=1, run=0.0)
    return BaselineFindings(one.draw(random)[0][one.names[0]], value)


def verdict(setting: Setting, seed: tuple[int, int]) -> tuple[str, str | None]:
    """One study's kind of verdict and family."""
    world, random = setting.world, np.random.default_rng(seed)
    losses, runs, fold = world.draw(random)
    families = {
        name: FamilyFindings(loss, 1000 + i, 2000.0 + i) for i, (name, loss) in enumerate(losses.items())
    }
    baselines = {}
    if setting.baseline is not None:
        baselines = {"baseline": baseline(world, setting.baseline, random)}
    protocol = "cross-validation" if world.folds > 1 else "hold-out"
    known = examples(world, fold)
    decided = decide(Findings(world.score, families, runs, fold, baselines, protocol=protocol, **known))
    return decided.kind, decided.family


def scatters(setting: Setting, seed: tuple[int, int]) -> bool:
    """One study: is it said of a family that its lead scatters over folds more than those of the others do?"""
    world = setting.world
    losses, runs, fold = world.draw(np.random.default_rng(seed))
    analysis = Analysis(losses, runs, fold, world.score, **examples(world, fold))
    return bool(analysis.components.unsteady)


def upper_bound(successes: int, trials: int, level: float = 0.95) -> float:
    """Clopper and Pearson's one-sided upper bound of a rate."""
    return 1.0 if successes == trials else float(stats.beta.ppf(level, successes + 1, trials - successes))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000, help="draws for each coverage")
    parser.add_argument("--studies", type=int, default=600, help="studies for each rate of verdicts")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--effects", nargs="+", choices=EFFECTS, default=list(EFFECTS), help="of the coverage"
    )
    parser.add_argument("--plans", nargs="+", choices=PLANS, default=list(PLANS), metavar="PLAN")
    parser.add_argument(
        "--data", nargs="+", choices=DATA, default=["accuracy"], metavar="DATA", help=KINDS
    )
    parser.add_argument("--only", choices=["coverage", "false-winners", "power", "scattered-folds"])
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers) as pool:

        def each(task, setting: Setting, count: int) -> list:
            return list(
                pool.map(partial(task, setting), [(options.seed, i) for i in range(count)], chunksize=20)
            )

        if options.only in (None, "coverage"):
            coverage(each, options.data, options.plans, options.draws, options.effects)
        if options.only in (None, "false-winners"):
            false_winners(each, options.data, options.plans, options.studies)
        if options.only in (None, "power"):
            power(each, options.data, options.plans, options.studies)
        if options.only in (None, "scattered-folds"):
            scattered_folds(each, options.data, options.plans, options.draws, options.effects)


def coverage(each, data: list[str], plans: list[str], draws: int, effects: list[str]) -> None:
    print(f"Coverage of nominal 95 % over {draws} draws, in %, and half-widths")
    print(f"{'data':22}{'plan':28}{'effects':9}{'score':>8}{'4 scores':>10}{'difference':>12}", end="")
    print(f"{'4 differences':>15}{'of a score':>12}{'of a difference':>17}")
    for name in data:
        for plan in plans:
            for effect in effects:
                setting = Setting(name, plan, DATA[name].scores, effect)
                rows = np.array(each(covers, setting, draws), float).mean(0)
                one, four, pair, deltas = 100 * rows[:4]
                start = f"{name:22}{plan:28}{effect:9}{one:8.1f}{four:10.1f}{pair:12.1f}{deltas:15.1f}"
                print(f"{start}{rows[4]:12.3f}{rows[5]:17.3f}", flush=True)


def false_winners(each, data: list[str], plans: list[str], studies: int) -> None:
    print(
        f"\nFalse winners in {studies} studies, in %, with the one-sided 95 % upper bound of their rate: chosen"
    )
    print("among four equal families; chosen or called equivalent where none is better than the baseline.")
    print(f"{'data':22}{'plan':28}{'what':18}{'effects':9}{'rate':>7}{'bound':>7}", end="")
    print(f"{'equivalent':>12}{'undecided':>11}{'none':>7}")
    largest = 0.0
    for name in data:
        for plan in plans:
            for case in DATA[name].cases:
                setting = Setting(name, plan, (case.score,) * 4, case.effect, case.baseline)
                kinds = Counter(kind for kind, _ in each(verdict, setting, studies))
                false = kinds["choose"] + (0 if case.baseline is None else kinds["equivalent"])
                rate, bound = 100 * false / studies, 100 * upper_bound(false, studies)
                largest = max(largest, bound)
                rest = f"{100 * kinds['equivalent'] / studies:12.1f}{100 * kinds['undecided'] / studies:11.1f}"
                rest += f"{100 * kinds['none'] / studies:7.1f}"
                start = f"{name:22}{plan:28}{case.what:18}{case.effect:9}"
                print(f"{start}{rate:7.1f}{bound:7.1f}{rest}", flush=True)
    print(f"The largest bound is {largest:.1f}; at most {MOST_FALSE} is wanted.")


def power(each, data: list[str], plans: list[str], studies: int) -> None:
    print(f"\nPower over {studies} studies: one family is better than three equal ones, in %")
    print(f"{'data':22}{'plan':28}{'better by':>10}{'chosen':>8}{'wrong one':>11}", end="")
    print(f"{'equivalent':>12}{'undecided':>11}")
    for name in data:
        for plan in plans:
            for gap in DATA[name].gaps:
                level = DATA[name].cases[0].score
                found = Counter(each(verdict, Setting(name, plan, (level + gap, *[level] * 3)), studies))
                right = 100 * found["choose", "family 1"] / studies
                kinds = dict.fromkeys(("choose", "equivalent", "undecided"), 0.0)
                for (kind, _), count in found.items():
                    kinds[kind] += 100 * count / studies
                rest = f"{kinds['equivalent']:12.1f}{kinds['undecided']:11.1f}"
                start = f"{name:22}{plan:28}{100 * gap:10.3g}{right:8.1f}{kinds['choose'] - right:11.1f}"
                print(f"{start}{rest}", flush=True)


def scattered_folds(each, data: list[str], plans: list[str], draws: int, effects: list[str]) -> None:
    """From one seed, how often is a family doubted that differs from the others by chance alone?"""
    print(f"\nFolds of one of four equal families said to scatter more, in {draws} draws, in %, with the upper bound")
    print(f"{'data':22}{'plan':28}{'effects':9}{'rate':>7}{'bound':>7}")
    for name in data:
        for plan in (plan for plan in plans if PLANS[plan][0] == 1):
            for effect in effects:
                setting = Setting(name, plan, (DATA[name].cases[0].score,) * 4, effect)
                found = sum(each(scatters, setting, draws))
                rate, bound = 100 * found / draws, 100 * upper_bound(found, draws)
                print(f"{name:22}{plan:28}{effect:9}{rate:7.1f}{bound:7.1f}", flush=True)


if __name__ == "__main__":
    main()
