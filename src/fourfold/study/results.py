"""From what was measured to `results.json`: all that a report draws. Plain data, no times."""

from __future__ import annotations

from typing import Any

import fourfold
from fourfold.core.naming import as_read
from fourfold.evidence import scoring
from fourfold.evidence.compared import to_beat
from fourfold.evidence.design import Design
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.scoring import SCORE_WORDS
from fourfold.evidence.statistics import Analysis, Interval
from fourfold.study import cost
from fourfold.study.architecture import Architecture, cap
from fourfold.study.baseline_blocks import of_each_part, read_as
from fourfold.study.baselines import BASELINES, kind_of, weights_in_words
from fourfold.study.candidates import candidate
from fourfold.study.curves import curve
from fourfold.study.described import described, examples_of
from fourfold.study.measured import Measured, net_of
from fourfold.study.study import Study

SCHEMA = 1


def as_results(
    measured: Measured,
    command: str,
    folder: str,
    next_command: str | None,
    kept: dict[str, Any] | None,
    examples: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The content of `results.json`: counted and computed quantities only."""
    study, verdict, task = measured.study, measured.verdict, measured.study.dataset.task
    arrays = dict(measured.losses)
    arrays |= {name: values for name, (values, _) in measured.baselines.items()}
    analysis = Analysis(
        arrays,
        measured.findings.runs,
        measured.findings.fold,
        task.score,
        **measured.findings.examples,
        deterministic=tuple(measured.baselines),
        constant=[name for name, found in measured.findings.baselines.items() if found.guess],
    )
    families = Analysis(
        measured.losses,
        measured.findings.runs,
        measured.findings.fold,
        task.score,
        **measured.findings.examples,
    )
    effects, unseeded = random_effects(families.design, measured.findings.in_time)
    alone = f"families and baselines at once; random effects of {unseeded} alone"
    scores = {name: _score(interval, alone, study) for name, interval in analysis.means().items()}
    together = f"families at once; crossed random effects of {effects}"
    scores |= {name: _score(interval, together, study) for name, interval in families.means().items()}
    pairs = families.mutual_pairs() if len(measured.losses) > 1 else {}
    comparisons = []
    for family, interval in (families.best_others(pairs) if pairs else {}).items():
        others = {other: pairs[family][other].value for other in pairs[family]}
        comparisons.append(
            {
                "family": family,
                "against": min(others, key=lambda name: others[name]),
                "difference": interval.value,
                "low": interval.low,
                "high": interval.high,
            }
        )
    evidence: list[Evidence] = [*verdict.evidence, *measured.quality]
    for family in study.families:
        evidence += cost.evidence(family, net_of(study, family, measured.trials))
    for measurement in measured.measurements:
        evidence += measurement.evidence
    each = study.dataset.each
    verdict_facts = as_read(verdict.to_dict(), each) | {"next": next_command}
    if study.effort.name == "quick":
        verdict_facts["settle"] = None  # the next command takes another effort, not a number of seeds
    return {
        "schema": SCHEMA,
        "fourfold": fourfold.__version__,
        "command": command,
        "folder": folder,
        "data": described(study),
        "design": _design(measured),
        "families": [_family(measured, family, scores.get(family)) for family in study.families],
        "baselines": [_baseline(measured, name, scores[name]) for name in measured.baselines],
        "comparisons": comparisons,
        "evidence": [as_read(item.to_dict(), each) for item in _without_repeats(evidence)],
        "verdict": verdict_facts,
        "measures": [as_read(measurement.to_dict(), each) for measurement in measured.measurements],
        "model": kept,
        "examples": as_read(examples, each),
    }


def _design(measured: Measured) -> dict[str, Any]:
    study, score = measured.study, SCORE_WORDS[measured.study.dataset.task.score]
    over = (
        " and the training sets of the folds" if study.protocol == "cross-validation" else ", given this training set"
    )
    return {
        "effort": study.effort.name,
        "protocol": study.protocol,
        "rolling_origin": study.dataset.in_time,
        "augment": list(study.augment),
        "folds": len({split.fold for split in study.splits}),
        "validation_folds": len(study.prepared.parts[0]),
        "repeats": len(study.repeats),
        "seeds": list(study.seeds),
        "choosing_seeds": study.choosing,
        "learning_rates": list(study.learning_rates),
        "steps": study.effort.steps,
        "batch": study.batch,
        "sizes": list(study.effort.sizes),
        "parameter_cap": cap(study.problem, study.effort.sizes[-1]),
        "margin": measured.findings.margin,
        "estimand": f"expected {score} of this procedure on fresh {examples_of(study)}, averaged over its seeds{over}",
        "replicas": sum(len(found.of(setting)) for found in measured.trials.values() for setting in found.by_setting),
    }


def _family(measured: Measured, family: str, score: dict[str, Any] | None) -> dict[str, Any]:
    study = measured.study
    net = net_of(study, family, measured.trials)
    found = measured.findings.families[family]
    row: dict[str, Any] = {
        "family": family,
        "title": title(family),
        "reads": candidate(family).reads(study.problem),
        "architecture": net.description + _above_cap(study, net),
        "size": net.size,
        "status": found.status,
        "parameters": found.parameters,
        "flops": found.flops,
        "sequential_steps": found.sequential_steps,
        "score": score,
    }
    if family not in measured.trials:
        return row | {
            "learning_rates": [],
            "learning_rate": None,
            "learning_rate_share": None,
            "learning_rate_base": len(study.effort.learning_rates),
            "at_edge": False,
            "curve": None,
        }
    trials, found_ease = measured.trials[family], measured.eases[family]
    return row | {
        "learning_rates": found_ease.rates,
        "learning_rate": trials.best()[1],
        "learning_rate_share": found_ease.share,
        "learns": found_ease.learns,
        "learning_rate_base": len(study.effort.learning_rates),
        "at_edge": found_ease.at_edge,
        "curve": curve(study, trials, measured.findings.margin or 0.0),
    }


def _above_cap(study: Study, net: Architecture) -> str:
    """A user's own candidate has no cap on its parameters; where it has more than the others might, that is said."""
    most = cap(study.problem, study.effort.sizes[-1])
    return f" (more parameters than the cap of {most:,})" if net.parameters > most else ""


def _baseline(measured: Measured, name: str, score: dict[str, Any]) -> dict[str, Any]:
    study = measured.study
    baseline = BASELINES[kind_of(study.dataset.task)][name]
    strengths = [found for arrays in study.baselines()[name] for found in of_each_part(arrays, "strength")]
    strength = sorted(strengths)[len(strengths) // 2]
    task = study.dataset.task
    best = to_beat(measured.findings.baselines, scoring.is_error(task.score))
    column_by_column = "MultiOutputRegressor" if task.kind == "regression" else "MultiOutputClassifier"
    several = column_by_column if task.several else ""
    known = baseline.guess or study.dataset.forecast is not None
    words = study.problem.layout == "flat" and any(c.kind == "category" for c in study.dataset.columns)
    further = "" if known else read_as(study.problem, study.preparations[0].unit, baseline, words)
    said = words or study.problem.vocabulary > 0
    weights = weights_in_words(study.dataset.weights is not None, task.stepwise)
    usage = baseline.usage(
        strength, several, task.class_weights, further, said=said, weights=weights, chosen=strengths
    )
    return {"name": name, "reads": further, "score": score, "usage": usage, "to_beat": name == best}


def random_effects(design: Design, in_time: bool = False) -> tuple[str, str]:
    """What scores are known to vary with, in words: those of families, and those of baselines, without seeds."""
    parts = "blocks of examples near each other in time" if in_time else "groups of examples"
    of = parts if design.groups < design.examples else "examples"
    return f"{of}, seeds and folds" if design.folds > 1 else f"{of} and seeds", of


def _score(interval: Interval, together: str, study: Study) -> dict[str, Any]:
    """A score; its interval holds at once with those of ``together``, which ends with what it is made of."""
    return {
        "value": interval.value,
        "low": interval.low,
        "high": interval.high,
        "method": f"95 %, all {together}, {scoring.interval_of(study.dataset.task.score)}",
    }


def _without_repeats(evidence: list[Evidence]) -> list[Evidence]:
    return list({(item.measure, item.subject): item for item in evidence}.values())
