"""A study from data to trials: the plan, the sweep of blocks, the grid that grows at its edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from fourfold.data.dataset import Dataset
from fourfold.data.splits import Split
from fourfold.data.splits import plan as plan_splits
from fourfold.errors import AllFamiliesFailedError, MachineError
from fourfold.evidence import scoring
from fourfold.evidence.scoring import SCORE_WORDS
from fourfold.evidence.sentences import show
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.target import Target
from fourfold.study.architecture import Architecture, Settings, architecture
from fourfold.study.augmentation import with_copies
from fourfold.study.baseline_blocks import BaselineBlock, Start, blocks_of, naive
from fourfold.study.baselines import kind_of
from fourfold.study.blocks import Block, Compilation, Run, batch_size
from fourfold.study.candidates import CANDIDATES, Problem, own
from fourfold.study.efforts import SEEDS_OF_A_REPEAT, Effort
from fourfold.study.examination import Examination
from fourfold.study.measure import Measure
from fourfold.study.prepared import Prepared, prepare
from fourfold.study.rates import at_edge, next_rate
from fourfold.study.runner import Done, Task, run_blocks
from fourfold.study.trials import ALL_DIVERGED, Setting, Trial, Trials, collect
from fourfold.study.variants import ALL_ROWS, in_place

RUNS_OF_A_BLOCK = 10
LARGE = 10**8
"""Bytes of prepared inputs from which on a further copy on each device is felt, and compiling is not."""


@dataclass(frozen=True, eq=False)
class Repeat:
    """The data as one repeat of the cross-validation parts and prepares them; a hold-out has one."""

    prepared: Prepared
    preparations: list[Preparation]


@dataclass(eq=False)
class Study:
    """The comparison's trainings on one data set. Everything it does is named by its blocks on disk.

    Below 5,000 rows each ``seeds_of_a_repeat`` seeds have folds of their own: the cross-validation is repeated.
    ``prepared``, ``preparations`` and ``splits`` are those of the first repeat.

    ``builders`` are a user's own candidates by name: functions from the prepared input to features. ``augment`` names
    how images are changed in training (`augmentation.KINDS`).
    """

    dataset: Dataset
    effort: Effort
    seeds: list[int]
    base_seed: int
    folder: Path
    families: tuple[str, ...] = tuple(CANDIDATES)
    builders: Mapping[str, own.Builder] = field(default_factory=dict)
    hyperparameters: bool = False
    augment: tuple[str, ...] = ()
    seeds_of_a_repeat: int = SEEDS_OF_A_REPEAT
    learning_rates: list[float] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.learning_rates = list(self.effort.learning_rates)
        repeats = max(1, len(self.seeds) // self.seeds_of_a_repeat)
        by_repeat: dict[int, list[Split]] = {}
        for split in plan_splits(self.dataset, seed=self.base_seed, repeats=repeats):
            by_repeat.setdefault(split.repeat, []).append(split)
        self.repeats = [self._repeat(splits) for splits in by_repeat.values()]
        self.training_rows = min(len(split.train) for split in self.splits)
        first = self.preparations[0]
        self.problem = Problem(
            self.dataset.layout,
            self.prepared.inputs.shape[2:],
            self.dataset.task.units,
            self.training_rows,
            first.vocabulary_size,
            first.masked,
            self.dataset.task.stepwise,
            self.dataset.task.kind == "regression",
            self.dataset.forecast is not None,
            first.levels,
        )
        self.families = tuple(dict.fromkeys([*self.families, *self.builders]))
        self.settings: dict[str, Settings] = dict.fromkeys(self.families, ())
        for name, builder in self.builders.items():
            self.settings[name] = (("layers", own.described(name, builder, self.problem)),)

    def _repeat(self, splits: list[Split]) -> Repeat:
        prepared, preparations = prepare(self.dataset, splits)
        if self.augment:
            prepared = with_copies(prepared, self.augment, self.base_seed)
        return Repeat(prepared, preparations)

    @property
    def prepared(self) -> Prepared:
        return self.repeats[0].prepared

    @property
    def preparations(self) -> list[Preparation]:
        return self.repeats[0].preparations

    @property
    def splits(self) -> tuple[Split, ...]:
        return self.prepared.splits

    def repeat_of(self, seed: int) -> Repeat:
        """That with whose folds a seed is trained; the last one has the seeds that are left."""
        return self.repeats[self._number_of_repeat(seed)]

    def _number_of_repeat(self, seed: int) -> int:
        place = self.seeds.index(seed) if seed in self.seeds else 0
        return min(place // self.seeds_of_a_repeat, len(self.repeats) - 1)

    @property
    def choosing(self) -> list[int]:
        """The first seeds of each repeat: trained in every setting, they choose that of the other seeds, too."""
        first = range(self.effort.choosing_seeds)
        places = [number * self.seeds_of_a_repeat + place for number in range(len(self.repeats)) for place in first]
        return [seed for place, seed in enumerate(self.seeds) if place in places]

    # ---- the plan ----------------------------------------------------------------------------------------

    @property
    def protocol(self) -> str:
        return "cross-validation" if len(self.prepared.answering) > 1 else "hold-out"

    @property
    def capacity(self) -> int:
        """Replicas of one block: about ten, in whole rounds over the splits, so that progress is seen."""
        return len(self.splits) * max(1, RUNS_OF_A_BLOCK // len(self.splits))

    @property
    def batch(self) -> int:
        return batch_size(self.training_rows)

    @property
    def deviation(self) -> float:
        """What a validation error of 1 is in the score's unit; 1 for classes, forecasts and standard deviations."""
        if self.prepared.scales is None or self.dataset.forecast is not None:
            return 1.0
        scale = Target.fit(self.dataset.task, self.dataset.target).scale
        assert isinstance(scale, float)
        return scale

    def net(self, family: str, size: str) -> Architecture:
        return architecture(family, self.problem, size, self.dataset.task.output, self.settings[family])

    def sizes(self, family: str) -> tuple[str, ...]:
        """The sizes that a family is trained in; a user's own candidate has one."""
        return (own.SIZE,) if family in self.builders else self.effort.sizes

    def blocks(self, rates: Iterable[float]) -> list[Block]:
        """The sweep: blocks of one seed, size and family each; seeds first, so that all families advance together."""
        runs = [(rate, split) for rate in rates for split in range(len(self.splits))]
        chunks = [runs[i : i + self.capacity] for i in range(0, len(runs), self.capacity)]
        return [
            self.block(family, size, tuple(Run(rate, seed, split) for rate, split in chunk))
            for seed in self.choosing
            for place in range(len(self.effort.sizes))
            for family in self.families
            for size in self.sizes(family)[place : place + 1]
            for chunk in chunks
        ]

    @property
    def varied(self) -> list[str]:
        """The families whose hyperparameters are varied: a user's own candidate has none that are known."""
        return [family for family in self.families if self.hyperparameters and family not in self.builders]

    def baseline_blocks(self) -> list[BaselineBlock]:
        """Of each baseline a block for each repeat."""
        data = [repeat.prepared.key for repeat in self.repeats]
        return blocks_of(kind_of(self.dataset.task), self.problem, self.preparations[0].unit, data)

    def block(self, family: str, size: str, runs: tuple[Run, ...], keep_weights: bool = False) -> Block:
        """Runs of a family's candidate on the study's data, all of one repeat."""
        return Block(
            data=self.repeat_of(runs[0].seed).prepared.key,
            family=family,
            size=size,
            problem=self.problem,
            output=self.dataset.task.output,
            steps=self.effort.steps,
            batch=self.batch,
            runs=runs,
            capacity=self.capacity,
            keep_weights=keep_weights,
            settings=self.settings[family],
            absolute=self.dataset.task.loss == "mean absolute error",
            room=self.effort.longest,
        )

    # ---- running -----------------------------------------------------------------------------------------

    def run(
        self, executor: Executor | None = None, tell: Callable[[Done], None] = lambda done: None
    ) -> dict[str, Trials]:
        """Trains what is missing, lets the grid grow, and gives the trials of every family."""
        for repeat in self.repeats:
            repeat.prepared.save(self.folder)
        blocks, baselines = self.blocks(self.learning_rates), self.baseline_blocks()
        starts = [] if executor is not None else [*map(Start, baselines), *map(Compilation, self._firsts(blocks))]
        self._run([*starts, *blocks, *baselines], executor, tell)
        for _ in range(self.effort.extensions):
            new = self._rates_beyond_the_edge(self._collect(blocks))
            if not new:
                break
            more = self.blocks(new)
            self._run(more, executor, tell)
            blocks += more
            self.learning_rates = sorted([*self.learning_rates, *new])
        trials = self._with_losses(self._collect(blocks))
        self._run(self.others(trials), executor, tell)
        trials = self._with_others(trials)
        self._run(self.refits(trials), executor, tell)
        trials = self._with_refits(trials)
        if not trials:
            raise AllFamiliesFailedError(
                "all-families-failed",
                "no family could be trained",
                got="; ".join(f"{family}: {why}" for family, why in self.failures.items()),
                do="try fewer rows or columns, or --effort quick",
            )
        return trials

    def _firsts(self, blocks: list[Block]) -> list[Block]:
        """The first block of each program but that of the first of all, which nothing is trained before. Of large data
        none: what is compiled beside a training reads copies of its own."""
        if self.prepared.inputs.nbytes > LARGE:
            return []
        by_program = {(block.family, block.size): block for block in reversed(blocks)}
        return [block for block in blocks[1:] if block is by_program[block.family, block.size]]

    def others(self, trials: Mapping[str, Trials]) -> list[Block]:
        """The seeds that didn't choose, each split in the setting that was chosen for it."""
        chosen = {family: self._chosen(found) for family, found in trials.items()}
        return [
            block
            for family, settings in chosen.items()
            for block in self._at(family, {run: s for run, s in settings.items() if run[0] not in self.choosing})
        ]

    def refits(self, trials: Mapping[str, Trials]) -> list[Block]:
        """The chosen setting of each family, seed and split, trained on all rows but the test rows, to be tested."""
        return [
            replace(block, variant=ALL_ROWS)
            for family, found in trials.items()
            for block in self._at(family, self._chosen(found))
        ]

    def _chosen(self, found: Trials) -> dict[tuple[int, int], Setting]:
        """The setting of each (seed, split), chosen by seeds of the same repeat."""
        by_split = {
            (self._number_of_repeat(seed), split): trial.setting for (seed, split), trial in found.chosen().items()
        }
        repeats = {seed: self._number_of_repeat(seed) for seed in self.seeds}
        return {
            (seed, split): setting
            for seed, mine in repeats.items()
            for (repeat, split), setting in by_split.items()
            if repeat == mine
        }

    def _at(self, family: str, settings: Mapping[tuple[int, int], Setting]) -> list[Block]:
        """Blocks of a family in which each (seed, split) has its setting."""
        together: dict[tuple[str, str], list[Run]] = {}
        for (seed, split), (size, rate) in sorted(settings.items()):
            data = self.repeat_of(seed).prepared.key
            together.setdefault((data, size), []).append(Run(rate, seed, split))
        return [
            self.block(family, size, tuple(runs[first : first + self.capacity]))
            for (_, size), runs in together.items()
            for first in range(0, len(runs), self.capacity)
        ]

    def probe(
        self,
        trials: Mapping[str, Trials],
        measures: Iterable[Measure],
        executor: Executor | None = None,
        tell: Callable[[Done], None] = lambda done: None,
    ) -> None:
        """Runs what the measures ask for beside the sweep. A probe that fails is left out by its measure."""
        for done in run_blocks(self.wanted(trials, measures), self.folder, executor, tell):
            self._count(done)

    def wanted(self, trials: Mapping[str, Trials], measures: Iterable[Measure]) -> list[Task]:
        """What the measures ask for beside the sweep, each task once."""
        return list(dict.fromkeys(task for measure in measures for task in measure.wants(self, trials)))

    def probe_runs(self) -> list[tuple[int, int]]:
        """The seeds and splits that probes are trained on: the first of each, seed by seed."""
        effort = self.effort
        cross_validated = self.protocol == "cross-validation"
        seeds = effort.probe_seeds if cross_validated else max(effort.probe_seeds, effort.hold_out_seeds)
        splits = self.prepared.answering[: effort.probe_splits]
        return [(seed, split) for seed in self.seeds[:seeds] for split in splits]

    def probe_blocks(self, trials: Trials, variant: str, times: int = 1) -> list[Block]:
        """A family's chosen setting trained on a variant of the data for ``times`` the steps, one block a seed."""
        size, rate = trials.best()
        by_seed: dict[int, list[Run]] = {}
        for seed, split in self.probe_runs():
            by_seed.setdefault(seed, []).append(Run(rate, seed, split))
        return [
            replace(
                self.block(trials.family, size, tuple(runs)), variant=variant, steps=times * self.effort.steps
            )
            for runs in by_seed.values()
        ]

    def probed(self, trials: Trials, variant: str, times: int = 1) -> dict[tuple[int, int], Trial]:
        """The trials of a variant by (seed, split), as far as they are on disk, outputs in the order of the data."""
        found = self.collect(self.probe_blocks(trials, variant, times))
        return {
            (t.run.seed, t.run.split): replace(
                t, outputs=in_place(t.outputs, self.prepared, variant, t.run.seed)
            )
            for t in (found[trials.family].all if found else ())
        }

    def examinations(self, trials: Mapping[str, Trials]) -> dict[str, Examination]:
        """A look at one trained network of each family, at its chosen setting.

        The seed and the split are those of the median run of the family that is best on validation rows.
        """
        leader = max(trials.values(), key=lambda found: found.rank(found.best()))
        run, rows = leader.median().run, self.effort.moved_rows
        return {family: Examination(self._kept(found, run), rows) for family, found in trials.items()}

    def _kept(self, trials: Trials, run: Run) -> Block:
        """A run of a family's chosen setting whose weights are kept: its refit, where that is what was tested."""
        size, rate = trials.best()
        run = replace(run, learning_rate=rate)
        block = self.block(trials.family, size, (run,), keep_weights=True)
        refit = trials.trained_refits().get((run.seed, run.split))
        tested = refit is not None and (refit.size, refit.run) == (size, run)
        return replace(block, variant=ALL_ROWS) if tested else block

    def keep(self, trials: Trials, executor: Executor | None = None) -> tuple[Run, dict[str, np.ndarray]]:
        """The run whose model is saved, the median one (in order of time, of the latest split), and its weights."""
        run = trials.median(latest=self.dataset.in_time).run
        block = self._kept(trials, run)
        self._run([block], executor, lambda done: None)
        arrays = block.load(self.folder)
        assert arrays is not None
        prefix = "weight:"
        return run, {name[len(prefix) :]: a for name, a in arrays.items() if name.startswith(prefix)}

    def preparation_of(self, run: Run) -> Preparation:
        return self.repeat_of(run.seed).preparations[run.split]

    def baselines(self) -> dict[str, list[dict[str, np.ndarray]]]:
        """The baselines' results by name, one for each repeat, as far as all of them are on disk."""
        found = {
            name: [arrays] for name, arrays in naive(self.dataset, self.prepared, self.preparations).items()
        }
        for block in self.baseline_blocks():
            if (arrays := block.load(self.folder)) is not None:
                found.setdefault(block.name, []).append(arrays)
        return {name: arrays for name, arrays in found.items() if len(arrays) == len(self.repeats)}

    def provisional(self, family: str) -> str:
        """A family's validation score so far, in words."""
        trials = self._collect(self.blocks(self.learning_rates))
        if family not in trials:
            return self.failures.get(family, "no result")
        if trials[family].diverged:
            return ALL_DIVERGED
        score = trials[family].rank(trials[family].best())[0]
        task = self.dataset.task
        value = scoring.of_validation(task.score, score, self.deviation)
        return f"validation {SCORE_WORDS[task.score]} {show(value, scoring.units(task.score)[0])}"

    def _run(self, blocks: list, executor: Executor | None, tell: Callable[[Done], None]) -> None:
        for done in run_blocks(blocks, self.folder, executor, tell):
            name = getattr(done.block, "family", "baselines")
            if done.failure and isinstance(done.block, BaselineBlock):
                raise MachineError(
                    "baseline-lost",
                    f"the baseline {done.block.name} could not be computed",
                    got=done.failure,
                    wanted="all baselines, which the verdict is against",
                    do="free memory, or give more, and run the same command: it goes on from what is written",
                )
            if done.failure:
                self.failures[name] = done.failure
            self._count(done)

    def _count(self, done: Done) -> None:
        if done.seconds is not None:
            name = getattr(done.block, "family", "baselines")
            self.seconds[name] = self.seconds.get(name, 0.0) + done.seconds

    def _collect(self, blocks: list[Block]) -> dict[str, Trials]:
        trials = self.collect(blocks)
        return {
            family: trials[family]
            for family in self.families
            if family in trials and family not in self.failures
        }

    def collect(self, blocks: list[Block]) -> dict[str, Trials]:
        """The trials of all blocks that are on disk, by family."""
        return collect(blocks, self.folder, [repeat.prepared for repeat in self.repeats])

    def _with_losses(self, trials: dict[str, Trials]) -> dict[str, Trials]:
        """The families some training of which did not diverge; the others failed."""
        self.failures |= {family: ALL_DIVERGED for family, found in trials.items() if found.diverged}
        return {family: found for family, found in trials.items() if not found.diverged}

    def _with_others(self, trials: dict[str, Trials]) -> dict[str, Trials]:
        """The families whose other seeds are on disk, if there are any."""
        for family, found in self._collect(self.others(trials)).items():
            trials[family].others = found.by_setting
        return {family: found for family, found in trials.items() if family not in self.failures}

    def _with_refits(self, trials: dict[str, Trials]) -> dict[str, Trials]:
        """The families whose refits are on disk."""
        again = self._collect(self.refits(trials))
        for family, found in again.items():
            trials[family].refits = {(trial.run.seed, trial.run.split): trial for trial in found.all}
        return {family: trials[family] for family in again}

    def _rates_beyond_the_edge(self, trials: dict[str, Trials]) -> list[float]:
        edges = [at_edge(found) for found in trials.values()]
        rates = []
        if any(low for low, _ in edges):
            rates.append(next_rate(self.learning_rates[0], up=False))
        if any(high for _, high in edges):
            rates.append(next_rate(self.learning_rates[-1], up=True))
        return rates
