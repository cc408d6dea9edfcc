"""Ease of training: how many learning rates work, how soon a run is near its end, how much runs scatter, what diverged.

Counted on the base grid of learning rates, so that families stay comparable when the grid has grown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fourfold.evidence import scoring
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import NOISE_OF_RATES, Figure, Measurement
from fourfold.evidence.sentences import FRACTION, Cite, Facts, Sentence, enumerated, show
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.rates import noise_between, strictly_best
from fourfold.study.tested import guessing
from fourfold.study.trials import Trial, Trials

SOURCE = "trials on the base grid of learning rates"
WORKS = "share of learning rates that work"
STEPS = "steps to 90 % of the way"
SCATTER = "spread over seeds"
NEAR = 0.9
HIDDEN = 2
"""The share of rates that work is not told where noise is twice the margin or more: of rates as good as the best one
three in ten would be counted as worse."""
GUESSES = "no rate is shown to beat a guess by more than the margin"
NAMES = ("ease", "Ease of training", "How much care does training need?")


@dataclass(frozen=True)
class Ease:
    """``rates``: one row a learning rate; ``share``: of the base grid within the tolerance of the best, none where the
    best is not shown to beat a guess by more than it (``learns``), None where ``noise``, the standard error of the
    difference of two rates, hides it."""

    rates: list[dict[str, Any]]
    share: float | None
    learns: bool
    noise: float | None
    at_edge: bool
    diverged: float


def of_family(
    trials: Trials,
    base_grid: tuple[float, ...],
    score: str,
    margin: float,
    deviation: float,
    guess: float,
    guesses: bool = False,
) -> Ease:
    """What the validation scores by learning rate say, at the size that was chosen.

    ``margin`` is what a difference must exceed to matter, ``deviation`` is what 1 of the scaled
    targets is in the score's unit, ``guess`` the validation score of a guess: no rate works where the best is no
    better than it, nor where the tested models are no better (``guesses``), since the best of many checks and rates
    is ahead of a guess by luck.
    """
    size = trials.best()[0]
    rates = sorted({rate for s, rate in trials.by_setting if s == size})
    rows = []
    for rate in rates:
        all_trials = trials.by_setting[size, rate]
        scores = [t.validation_score for t in all_trials if not t.diverged]
        rows.append(
            {
                "rate": rate,
                "validation": scoring.spread_of_validation(score, scores, deviation) if scores else None,
                "trained": len(scores),
                "diverged": len(all_trials) - len(scores),
            }
        )
    sign = -1 if scoring.is_error(score) else 1
    means = {row["rate"]: sign * row["validation"]["mean"] for row in rows if row["validation"] is not None}
    best = max(means.values(), default=-np.inf)
    learns = not guesses and best > sign * scoring.of_validation(score, guess, deviation) + margin
    works = [
        rate
        for rate in base_grid
        if learns
        and means.get(rate, -np.inf) >= best - margin
        and 2 * next(r["diverged"] for r in rows if r["rate"] == rate) <= len(trials.by_setting[size, rate])
    ]
    chosen, noise = trials.best()[1], noise_between(trials, base_grid, score, deviation)
    hidden = learns and noise is not None and noise >= HIDDEN * margin
    counts = [(row["diverged"], row["diverged"] + row["trained"]) for row in rows if row["rate"] in base_grid]
    return Ease(
        rows,
        None if hidden else len(works) / len(base_grid),
        bool(learns),
        noise,
        chosen in (rates[0], rates[-1]) and strictly_best(means, chosen, rates),
        sum(d for d, _ in counts) / max(sum(n for _, n in counts), 1),
    )


def find(inquiry: Inquiry) -> Measurement:
    study, task = inquiry.study, inquiry.study.dataset.task
    guess = guessing(study.prepared, task)
    evidence: list[Evidence] = []
    rows = []
    for family, trials in inquiry.trials.items():
        found = of_family(
            trials,
            study.effort.learning_rates,
            task.score,
            inquiry.margin,
            study.deviation,
            guess,
            family in inquiry.guessing,
        )
        gap = scoring.units(task.score)[1]
        of_this = [
            _share(family, found, gap),
            _steps(family, _kept(trials), guess, found.learns),
            _scatter(family, _kept(trials), task.score, study.deviation),
            Evidence(
                "share diverged", family, found.diverged, FRACTION, method="loss not finite", source=SOURCE
            ),
        ]
        evidence += of_this
        if found.noise is not None:
            method = "standard error of the difference of two rates, from splits"
            evidence.append(Evidence(NOISE_OF_RATES, family, found.noise, gap, method=method, source=SOURCE))
        rows.append({"family": title(family)} | {e.measure: _shown(e) for e in of_this})
    columns = ("family", *(e.measure for e in of_this)) if rows else ()
    figure = Figure("ease", "table", "Ease of training", tuple(rows), columns=columns)
    return Measurement(*NAMES, _answer(evidence), (figure,), tuple(evidence))


def _kept(trials: Trials) -> list[Trial]:
    """The runs of the chosen setting that did not diverge."""
    return [trial for trial in trials.of(trials.best()) if not trial.diverged]


def _share(family: str, found: Ease, gap: str) -> Evidence:
    method = "validation score within the margin of the best, which beats a guess by more than it"
    if not found.learns:
        return Evidence(WORKS, family, None, FRACTION, reason=GUESSES)
    if found.share is None:
        hidden = f"noise between rates, {show(found.noise or 0.0, gap)}, is at least twice the margin"
        return Evidence(WORKS, family, None, FRACTION, reason=hidden)
    return Evidence(WORKS, family, found.share, FRACTION, method=method, source=SOURCE)


def _steps(family: str, trials: list[Trial], guess: float, learns: bool) -> Evidence:
    """The median number of steps after which a run has come 90 % of the way from guessing to its final score."""
    if not learns:
        return Evidence(STEPS, family, None, "count", reason=GUESSES)
    steps = [near_the_end(t.check_steps, t.validation_curve, guess, t.validation_score) for t in trials]
    reached = [step for step in steps if step is not None]
    if not reached:
        return Evidence(STEPS, family, None, "count", reason="no run ends better than a guess")
    span = (min(reached), max(reached))
    method = "median run, from the fastest to the slowest; validation score, linear between checks"
    return Evidence(
        STEPS, family, float(np.median(reached)), "count", span, method, "runs of the chosen setting"
    )


def near_the_end(steps: np.ndarray, scores: np.ndarray, guess: float, final: float) -> float | None:
    """The step at which a curve first reaches guess + 0.9 (final - guess); None where it ends no better.

    ``final`` is the score of the weights that were kept: the last, or the best of a run that stopped.

    >>> near_the_end(np.array([10, 20, 30]), np.array([0.5, 0.9, 1.0]), guess=0.0, final=1.0)
    20.0
    """
    goal = guess + NEAR * (final - guess)
    if not final > guess:
        return None
    curve, at = np.concatenate([[guess], scores]), np.concatenate([[0], steps])
    after = int(np.argmax(curve >= goal))
    before, here = curve[after - 1], curve[after]
    return float(at[after - 1] + (at[after] - at[after - 1]) * (goal - before) / (here - before))


def _scatter(family: str, trials: list[Trial], score: str, deviation: float) -> Evidence:
    """The standard deviation of the validation score over seeds, within splits."""
    by_split: dict[tuple[int, int], list[float]] = {}
    for t in trials:
        by_split.setdefault((t.part, t.run.split), []).append(
            scoring.of_validation(score, t.validation_score, deviation)
        )
    repeated = [scores for scores in by_split.values() if len(scores) > 1]
    if not repeated:
        return Evidence(SCATTER, family, None, reason="one seed")
    value = float(np.sqrt(np.mean([np.var(scores, ddof=1) for scores in repeated])))
    unit = scoring.units(score)[1]
    method = "standard deviation over seeds, pooled within splits"
    return Evidence(SCATTER, family, value, unit, method=method, source="runs of the chosen setting")


def _shown(found: Evidence) -> str:
    return show(found.value, found.unit) if found.value is not None else f"– ({found.reason})"


def _answer(evidence: list[Evidence]) -> str:
    """Which family takes most rates, and which least; which is soonest near its end."""
    facts = Facts(evidence)

    def one(found: Evidence, words: str) -> Sentence:
        return facts.say(words, family=title(found.subject), value=Cite(found.measure, found.subject))

    def alike(found: Evidence) -> list[str]:
        """The families of which the same is found."""
        same = [e for e in evidence if e.measure == found.measure and _shown(e) == _shown(found)]
        return [title(e.subject) for e in same]

    def all_of(found: Evidence, words: str) -> Sentence:
        names = enumerated(alike(found))
        family = {"family": names} if "{family}" in words else {}
        return facts.say(words, value=Cite(found.measure, found.subject, whole=found.measure == WORKS), **family)

    counted = [e for e in evidence if e.measure == WORKS and e.applicable]
    guessing = [e for e in evidence if e.measure == WORKS and e.reason == GUESSES]
    told = {e.subject for e in (*counted, *guessing)}
    hidden = [e for e in evidence if e.measure == NOISE_OF_RATES and e.subject not in told]
    shares, parts = sorted(counted, key=lambda e: -(e.value or 0.0)), []
    even = len(shares) > 1 and shares[0].value == shares[-1].value
    if shares:
        near = "Of the learning rates of the base grid, {value} come near the best in "
        everywhere = "each family where they can be told apart" if hidden or guessing else "every family"
        parts.append(all_of(shares[0], near + (everywhere if even else "{family}")))
    if len(shares) > 1 and not even:
        parts.append(all_of(shares[-1], "{value} in {family}"))
    if len(guessing) == len([e for e in evidence if e.measure == WORKS]) > 1:
        parts.append(Sentence("In no family is a rate shown to beat a guess by more than the margin"))
    elif guessing:
        names = enumerated([title(e.subject) for e in guessing])
        parts.append(Sentence(f"{'i' if parts else 'I'}n {names} {GUESSES}"))
    if hidden:
        noise = facts.join(", ", [one(e, "{family} {value}") for e in hidden])
        why = "hich learning rates work can't be told where noise between them is at least twice the margin: "
        parts.append(Sentence(("w" if parts else "W") + why + noise, noise.numbers))
    soonest = sorted(
        (e for e in evidence if e.measure == STEPS and e.applicable), key=lambda e: e.value or 0.0
    )
    if soonest:
        first, count = soonest[0], len(alike(soonest[0]))
        words = "{family} is the first to be near its" if count == 1 else "{family} are the first to be near their"
        words = f"{'e' if parts else 'E'}very family is near its" if 1 < count == len(soonest) else words
        parts.append(all_of(first, f"{words} final score, after {{value}} steps"))
    joined = facts.join("; ", parts)
    return Sentence(f"{joined}.", joined.numbers)


MEASURE = Measure("ease", find)
