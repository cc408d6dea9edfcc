"""What the measures found in the trials of a study, and the verdict on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from fourfold.data.series.steps import of_steps
from fourfold.evidence import scoring
from fourfold.evidence.compared import MARGIN, MARGIN_OF_ERROR
from fourfold.evidence.design import Examples
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.explain import explain
from fourfold.evidence.findings import BaselineFindings, FamilyFindings, Findings, Verdict
from fourfold.evidence.measurement import Measurement
from fourfold.evidence.names import AUC, OF_MEASURES
from fourfold.evidence.statistics import gains
from fourfold.evidence.verdict import decide
from fourfold.study import tested
from fourfold.study.architecture import Architecture
from fourfold.study.baseline_blocks import of_each_part
from fourfold.study.baselines import BASELINES, kind_of
from fourfold.study.concerns import concerns
from fourfold.study.measure import Inquiry
from fourfold.study.measures import MEASURES, ease, further_scores, quality, targets
from fourfold.study.stepwise import counted
from fourfold.study.study import Study
from fourfold.study.trials import Trials


@dataclass(eq=False)
class Measured:
    """What the measures found, family by family, and the verdict on it.

    ``baselines`` holds the losses (1, n) of each baseline and its validation score.
    """

    study: Study
    trials: dict[str, Trials]
    losses: dict[str, np.ndarray]
    baselines: dict[str, tuple[np.ndarray, float]]
    eases: dict[str, ease.Ease]
    findings: Findings
    verdict: Verdict
    quality: list[Evidence]
    measurements: list[Measurement]
    predictions: dict[str, np.ndarray]

    def predicted(self) -> dict[str, np.ndarray]:
        """All that a score can be computed from again: for each name (lines, rows, classes), line by line.

        ``rows`` numbers the tested rows among all that were read, ``true`` is their target, ``classes`` what it counts,
        ``fold`` the fold that held a row out; lines are seeds, one for a baseline. Where the score knows them,
        ``weights`` are those that the user gave, over their mean in all rows, ``class_weights`` what probabilities are
        multiplied by before the largest is taken, and ``scale`` is what errors are divided by.
        """
        study = self.study
        rows = tested.tested(study.prepared)
        given, scale = study.prepared.given, tested.measured_in(study.dataset, rows)
        known = {} if given is None else {"weights": given[rows]}
        if study.dataset.task.class_weights:
            known["class_weights"] = np.array(study.dataset.task.class_weights)
        known |= {"scale": scale} if study.dataset.task.kind == "regression" and np.any(scale != 1) else {}
        return {
            "rows": study.dataset.places[rows],
            "true": tested.truth(study.dataset, study.preparations, rows),
            "classes": np.array([str(name) for name in study.dataset.task.classes]),
            "fold": self.findings.fold,
            **known,
            **self.predictions,
        }


def measure(study: Study, trials: dict[str, Trials], margin: float | None) -> Measured:
    """Runs the measures on the trials of a study and asks for the verdict."""
    task, rows = study.dataset.task, tested.tested(study.prepared)
    target = tested.truth(study.dataset, study.preparations, rows)
    predictions = {
        family: tested.of_trials(study, found.answers()) for family, found in trials.items()
    }
    known = BASELINES[kind_of(task)]
    by_baseline = {
        name: tested.of_baseline(study, results, known[name].guess)
        for name, results in study.baselines().items()
    }

    def losses(values: np.ndarray) -> np.ndarray:
        return tested.losses_of(study, values, rows)

    family_losses = {family: losses(found.values) for family, found in predictions.items()}
    deviation = study.deviation
    baselines = {
        name: (
            losses(values).mean(axis=0, keepdims=True),  # over the repeats
            _baseline_validation(study.baselines()[name], task.score, deviation),
        )
        for name, values in by_baseline.items()
    }
    margin = default_margin(task.score, baselines) if margin is None else margin
    any_family, guesses = next(iter(predictions.values())), {name for name in by_baseline if known[name].guess}
    examples = tested.examples(study, rows, any_family.fold)
    guessed = next((baselines[name][0] for name in by_baseline if name in guesses), None)
    unlearnt = no_better(family_losses, guessed, any_family, task.score, examples)
    rates, guess = study.effort.learning_rates, tested.guessing(study.prepared, task)
    eases = {
        family: ease.of_family(found, rates, task.score, margin, deviation, guess, family in unlearnt)
        for family, found in trials.items()
    }
    families = {family: _family_findings(study, family, trials, family_losses) for family in study.families}
    further = {family: found.values for family, found in predictions.items()} | by_baseline
    scores = _further(study, further, target, rows, any_family, guesses)
    inquiry = Inquiry(study, trials, margin, unlearnt)
    measurements = [measure.find(inquiry) for measure in (MEASURES if study.effort.measures else ())]
    measured = [item for found in measurements for item in found.evidence]
    findings = Findings(
        score=task.score,
        families=families,
        runs=any_family.runs,
        fold=any_family.fold,
        baselines={
            name: BaselineFindings(values, score, known[name].guess)
            for name, (values, score) in baselines.items()
        },
        margin=margin,
        one_rate=len(rates) == 1,
        protocol="cross-validation" if study.protocol == "cross-validation" else "hold-out",
        further=(
            *concerns(study, trials),
            *(item for item in scores if item.measure == AUC),
            *(item for item in measured if item.measure in OF_MEASURES),
            *(targets.untold(task, list(trials), scores) if task.several else ()),
        ),
        **examples,
    )
    if study.effort.measures:
        measurements.insert(0, further_scores.side_by_side(task, list(trials), scores))
    if task.several:
        measurements.append(targets.of_each(task, list(trials), scores))
    verdict = explain(decide(findings), measured)
    return Measured(
        study,
        trials,
        family_losses,
        baselines,
        eases,
        findings,
        verdict,
        scores,
        measurements,
        further,
    )


def no_better(
    losses: Mapping[str, np.ndarray],
    guess: np.ndarray | None,
    predicted: tested.Predictions,
    score: str,
    examples: Examples,
) -> set[str]:
    """The families whose models, as they were trained, are not shown to test better than a guess (1, n)."""
    finite = {family: each for family, each in losses.items() if np.isfinite(each).all()}
    if guess is None or not finite:
        return set()
    runs, fold = predicted.runs, predicted.fold
    gained = gains(finite, guess, runs, fold, score, seeded=False, constant=True, **examples)
    return {family for family, gain in gained.items() if gain.low <= 0}


def _further(
    study: Study,
    predictions: Mapping[str, np.ndarray],
    target: np.ndarray,
    rows: np.ndarray,
    predicted: tested.Predictions,
    guesses: Collection[str],
) -> list[Evidence]:
    """The further scores of predictions by name, with the rows' weights; where steps have targets, of all steps alike.

    ``predicted`` says by which run and fold. Intervals are as those of the score that decides: of families at once, and
    of baselines with them. A guess gives the most probable class: by class weights all classes are the same to it but
    for rounding.
    """
    task, weights = study.dataset.task, study.prepared.given
    groups = tested.examples(study, rows, predicted.fold).get("groups")
    w, unit, what = None if weights is None else weights[rows], tested.measured_in(study.dataset, rows), "test rows"
    place = np.arange(len(rows))
    if task.stepwise:
        there, what, unit = counted(target), "steps of test rows", 1.0
        w = None if w is None else of_steps(w, there)
        place = np.nonzero(there)[0]
        groups = place if groups is None else groups[place]
        predictions = {name: values[:, there] for name, values in predictions.items()}
        target = target[there]
    runs, fold = predicted.runs[:, place], predicted.fold[..., place]
    scores = {
        name: quality.scores(
            replace(task, class_weights=()) if name in guesses else task, values, target, unit, weights=w
        )
        for name, values in predictions.items()
    }
    baselines = [name for name in scores if name not in study.families]
    alone = {name: found for name, found in scores.items() if name not in baselines}
    known = quality.intervals(scores, runs, fold, groups, baselines, guesses)
    known |= quality.intervals(alone, runs, fold, groups)
    method = {
        name: f"95 % interval, all families{' and baselines' * (name in baselines)} at once" for name in scores
    }
    return [
        item
        for name, found in scores.items()
        for item in quality.told(name, found, what, predictions[name].shape, known[name], method[name])
    ]


def _baseline_validation(results: list[dict[str, np.ndarray]], score: str, deviation: float) -> float:
    mean = float(np.mean([of_each_part(arrays, "validation") for arrays in results]))
    return scoring.of_validation(score, mean, deviation)


def default_margin(score: str, baselines: dict[str, tuple[np.ndarray, float]]) -> float:
    """What a difference must exceed to matter: a point of accuracy, or 2 % of the best baseline's error."""
    if not scoring.is_error(score):
        return MARGIN
    return MARGIN_OF_ERROR * min(
        scoring.of_loss(score, float(values.mean())) for values, _ in baselines.values()
    )


def _family_findings(
    study: Study,
    family: str,
    trials: dict[str, Trials],
    losses: dict[str, np.ndarray],
) -> FamilyFindings:
    net = net_of(study, family, trials)
    count = net.cost
    trained = family in trials
    return FamilyFindings(
        losses=losses[family] if trained else None,
        parameters=net.parameters,
        flops=count.flops,
        sequential_steps=count.span,
        status="trained" if trained else f"failed: {study.failures.get(family, 'no training ended')}",
    )


def net_of(study: Study, family: str, trials: dict[str, Trials]) -> Architecture:
    """The network of the size that a family chose; of the largest, where no training of it ended."""
    size = trials[family].best()[0] if family in trials else study.sizes(family)[-1]
    return study.net(family, size)
