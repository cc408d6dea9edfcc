"""Important hyperparameters: which of them move a family's score, on a balanced grid around its recipe.

Three learning rates x two batch sizes x two levels of two or three settings of the family's own, which are at most
eight architectures, each with seeds of its own, on the validation rows of one split. Importance is the share of the
variance of a training's score (`evidence.anova`): over the whole grid, and with the rate chosen anew for each of the
other settings, since a rate that fits none of them else hides what they do. A training that diverged counts as a
guess that reads no input.

Source: Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", 2014.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from fourfold.evidence import scoring
from fourfold.evidence.anova import SEED_NOISE, Decomposition, Effect, decompose
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.measurement import Axis, Figure, Measurement
from fourfold.evidence.sentences import FRACTION, Cite, Facts, Sentence, enumerated
from fourfold.study.blocks import Block, Run
from fourfold.study.candidates import candidate
from fourfold.study.measure import Inquiry, Measure
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.tested import guessing
from fourfold.study.trials import Trials

RATES, SEEDS, SPLIT = 3, 3, 0
RUNS = RATES * SEEDS
FIRST_SEED = 1_000  # beyond those of the sweep; every cell has seeds of its own, so that its noise is its own
RATE, BATCH = "learning rate", "batch size"
ABOVE_ALL = (
    "What seeds alone would give is taken off each share, so that one of nothing comes to 0 on average: those that "
    "fall below are shown as 0, and the others then add up to more than 100 %."
)
SEEN = 0.0005
"""The least of a share that is seen in percent."""

WHOLE, AT_BEST = "share of variance", "share of variance at the best rate"
NAMES = ("hyperparameters", "Important hyperparameters", "Which hyperparameters does the score depend on?")
ON_REQUEST = "on request: --hyperparameters, and at thorough effort"


@dataclass(frozen=True, eq=False)
class Grid:
    """The factors of one family with their levels, and the blocks that train every combination of them."""

    study: Study
    family: str
    size: str
    rates: tuple[float, ...]

    @classmethod
    def around(cls, study: Study, trials: Trials) -> Grid:
        """At the chosen size, and at the chosen rate and its neighbours."""
        size, rate = trials.best()
        known = sorted({*study.learning_rates, rate})
        first = min(max(known.index(rate) - RATES // 2, 0), max(len(known) - RATES, 0))
        return cls(study, trials.family, size, tuple(known[first : first + RATES]))

    @cached_property
    def settings(self) -> dict[str, tuple[Any, Any]]:
        """The family's own factors: none for a user's candidate."""
        net = self.study.net(self.family, self.size)
        return candidate(self.family).factors(self.study.problem, net.width)

    @cached_property
    def factors(self) -> dict[str, tuple[Any, ...]]:
        """Levels by factor in the order of the axes; the recipe's come first, but for the rates."""
        batch = self.study.batch
        own = {name.replace("_", " "): levels for name, levels in self.settings.items()}
        return {RATE: self.rates, BATCH: (batch, max(batch // 2, 1)), **own}

    def blocks(self) -> list[Block]:
        """One block for each batch size and architecture: all rates and seeds in one program."""
        blocks = []
        for place, (batch, *levels) in enumerate(product(*list(self.factors.values())[1:])):
            first = self.study.base_seed + FIRST_SEED + place * RUNS
            runs = tuple(
                Run(rate, first + i * SEEDS + seed, SPLIT)
                for i, rate in enumerate(self.rates)
                for seed in range(SEEDS)
            )
            changed = tuple(
                (name, level)
                for (name, known), level in zip(self.settings.items(), levels)
                if level != known[0]
            )
            block = self.study.block(self.family, self.size, runs)
            capacity = max(block.capacity, len(runs))
            blocks.append(replace(block, batch=batch, settings=changed, capacity=capacity))
        return blocks

    def scores(self) -> np.ndarray | None:
        """Validation scores by rate, batch size, settings and seed, higher is better; None where one is missing."""
        study, task = self.study, self.study.dataset.task
        guess, scores = guessing(study.prepared, task), []
        for block in self.blocks():
            found = study.collect([block])
            if not found:
                return None
            by_run = {trial.run: trial for trial in found[self.family].all}
            mine = [by_run[run] for run in block.runs]
            scores.append([guess if t.diverged else t.validation_score for t in mine])
        values = np.nan_to_num(np.array(scores), nan=guess, posinf=guess, neginf=guess)
        if scoring.is_error(task.score):
            in_unit = [-scoring.of_validation(task.score, value, study.deviation) for value in values.ravel()]
            values = np.reshape(in_unit, values.shape)
        shape = [len(levels) for levels in list(self.factors.values())[1:]]
        return np.moveaxis(values.reshape(*shape, len(self.rates), SEEDS), -2, 0)


def programs(study: Study, family: str) -> int:
    """How many programs the grid of a family has, two batch sizes of each architecture; each trains `RUNS`."""
    settings = candidate(family).factors(study.problem, study.net(family, study.sizes(family)[0]).width)
    return 2 * 2 ** len(settings)


def wants(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    grids = _grids(study, trials) if study.hyperparameters else {}
    return [block for grid in grids.values() for block in grid.blocks()]


def _grids(study: Study, trials: Mapping[str, Trials]) -> dict[str, Grid]:
    """The grids of the families that have settings and rates to vary."""
    grids = {family: Grid.around(study, found) for family, found in trials.items()}
    return {family: grid for family, grid in grids.items() if grid.settings and len(grid.rates) > 1}


def find(inquiry: Inquiry) -> Measurement:
    study = inquiry.study
    if not study.hyperparameters:
        return Measurement(*NAMES, reason=ON_REQUEST)
    grids = _grids(study, inquiry.trials)
    evidence: list[Evidence] = []
    rows: dict[str, list[dict[str, Any]]] = {WHOLE: [], AT_BEST: []}
    levels: list[dict[str, Any]] = []
    leading: dict[str, dict[str, Effect | None]] = {WHOLE: {}, AT_BEST: {}}
    for family in inquiry.trials:
        scores = grids[family].scores() if family in grids else None
        if scores is None:
            why = "a training failed" if family in grids else "there are no settings to vary"
            evidence.append(Evidence(WHOLE, family, None, reason=why))
            continue
        factors = tuple(grids[family].factors)
        levels += _levels(study, grids[family], scores)
        for measure, best in ((WHOLE, ""), (AT_BEST, RATE)):
            found = decompose(scores, factors, best)
            leading[measure][family] = max(found.significant(), key=lambda e: e.share, default=None)
            evidence += _evidence(measure, family, found, scores.size)
            rows[measure] += _bars(family, found)
    if not levels:
        return Measurement(*NAMES, evidence=tuple(evidence), reason="no family could be varied")
    figures = (
        _figure("hyperparameters", "Over the whole grid", rows[WHOLE]),
        _figure("hyperparameters-at-best", "At the best learning rate of each setting", rows[AT_BEST]),
        Figure(
            "hyperparameters-levels",
            "table",
            "Levels, and the mean validation score at each",
            tuple(levels),
            y=Axis("score", scoring.units(study.dataset.task.score)[0]),
            columns=("Family", "Factor", "Level", "Mean score", "At the best rate"),
            note=f"{SEEDS} seeds a combination. Of all but the rates, the first level is the recipe's.",
        ),
    )
    return Measurement(*NAMES, _answer(evidence, leading), figures, tuple(evidence))


def _evidence(measure: str, family: str, found: Decomposition, trainings: int) -> list[Evidence]:
    method = "functional ANOVA, unbiased variance components; may fall below 0"
    source = f"{trainings} trainings, validation rows of one split"
    parts = (*found.effects, found.rest, found.noise)
    return [
        Evidence(measure, f"{family}: {part.name}", part.share, FRACTION, method=method, source=source)
        for part in parts
    ]


def _bars(family: str, found: Decomposition) -> list[dict[str, Any]]:
    """Factors, interactions that are there, all others together, seeds. What falls below 0 is shown as 0, and seeds
    that then have more than all as 1.

    ``found`` says of which the F test finds that they are there.
    """
    there = {effect.name for effect in found.significant()}
    named = [effect for effect in found.interactions if effect.name in there]
    others = found.rest.share + sum(effect.share for effect in found.interactions if effect not in named)
    shares = {effect.name: effect.share for effect in (*found.main, *named)}
    shares |= {"other interactions" if named else "interactions": others, SEED_NOISE: found.noise.share}
    return [
        {"series": family, "group": name, "value": min(max(share, 0.0), 1.0), "found": name in there}
        for name, share in shares.items()
    ]


def _figure(name: str, heading: str, rows: list[dict[str, Any]]) -> Figure:
    """The bars of each family; where they add up to more than all, as some that are shown as 0 were below it, why."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["series"]] = sums.get(row["series"], 0.0) + row["value"]
    note = ABOVE_ALL if max(sums.values(), default=0.0) > 1 + SEEN else ""
    return Figure(
        name, "bars", heading, tuple(rows), x=Axis("what is varied"), y=Axis("share of variance", FRACTION), note=note
    )


def _levels(study: Study, grid: Grid, scores: np.ndarray) -> list[dict[str, Any]]:
    """The mean score at every level: over the grid, and at the best rate of each setting."""
    sign = -1.0 if scoring.is_error(study.dataset.task.score) else 1.0
    means = scores.mean(-1)
    best = means.max(0)
    rows = []
    for axis, (factor, levels) in enumerate(grid.factors.items()):
        for place, level in enumerate(levels):
            rows.append(
                {
                    "Family": grid.family,
                    "Factor": factor,
                    "Level": level if isinstance(level, str) else f"{level:g}",
                    "Mean score": sign * float(means.take(place, axis).mean()),
                    "At the best rate": sign * float(best.take(place, axis - 1).mean()) if axis else None,
                }
            )
    return rows


def _answer(evidence: list[Evidence], leading: Mapping[str, Mapping[str, Effect | None]]) -> str:
    """The most important factor of each family, over the grid and at the best rate."""
    facts = Facts(evidence)

    def clauses(measure: str, start: str) -> Sentence:
        said, silent = [], []
        for family, effect in leading[measure].items():
            if effect is None:
                silent.append(title(family))
                continue
            of_it, of_seeds = (Cite(measure, f"{family}: {name}") for name in (effect.name, SEED_NOISE))
            of_what = "" if said else " of the variance"
            words = f"{{name}} for {{family}} ({{share}}{of_what}, seeds {{seeds}})"
            said.append(facts.say(words, name=effect.name, family=title(family), share=of_it, seeds=of_seeds))
        nothing = Sentence(f"nothing stands out from the seeds for {enumerated(silent) if said else 'any family'}")
        listed = facts.join(", ", said)
        moved = [Sentence(f"of what is varied the score moves most with {listed}", listed.numbers)] if said else []
        whole = facts.join("; ", [*moved, nothing] if silent else moved)
        return Sentence(f"{start}, {whole}.", whole.numbers)

    starts = {WHOLE: "Over the whole grid", AT_BEST: "At the best learning rate of each setting"}
    return facts.join(" ", (clauses(measure, start) for measure, start in starts.items()))


MEASURE = Measure("hyperparameters", find, wants)
