"""Is the verdict calibrated on real trainings? Studies drawn from stored pools of them.

    python -m benchmarks.pools FOLDER [--studies 400] [--seed 0] [--only NAME ...]

Trains what FOLDER lacks (minutes), then draws studies: some of a pool's seeds, of its test rows and one of its
training sets, with the learning rate chosen on the validation rows of the first seeds, as a comparison does.

- A/A: one family under two names, on disjoint seeds. Any choice is a false winner.
- planted: the same, but one name is right on some more of the test rows: the gap is known, its choice is right.
- noise: four families on labels that depend on nothing. Any family that is chosen or called equivalent to another
  beats a baseline that can't be beaten.

Studies from one pool share its trainings: their number narrows the bound of *this pool's* rate.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from benchmarks.calibration import upper_bound
from fourfold.data import from_arrays
from fourfold.data.dataset import Dataset
from fourfold.data.synthetic import TASKS, flat_features
from fourfold.evidence.findings import BaselineFindings, FamilyFindings, Findings, Verdict
from fourfold.evidence.statistics import Analysis
from fourfold.evidence.verdict import decide
from fourfold.study import tested
from fourfold.study.baseline_blocks import of_each_part
from fourfold.study.baselines import BASELINES, kind_of
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study
from fourfold.study.trials import Setting, Trial, Trials
from fourfold.study.workers import Inline

STUDY_SEEDS = 5
GAP = 0.04
TASK = {task.name: task for task in TASKS}
FEW_FEATURES = partial(flat_features, features=16, products=2)
"""Of a few hundred rows, which say too little of the task's 64 features."""


@dataclass(frozen=True)
class Pool:
    """Trainings of families on ``sets`` training sets of ``rows`` rows each, ``seeds`` times.

    ``test`` rows are drawn once for all training sets, and a study takes ``study_test`` of them; 0: the rows of a set
    are tested by cross-validation.
    """

    name: str
    task: str
    families: tuple[str, ...]
    rows: int
    sets: int
    seeds: int
    test: int = 0
    study_test: int = 0
    rates: tuple[float, ...] = (3e-3, 1e-2)
    steps: int = 200

    def dataset(self, number: int) -> Dataset:
        task = TASK[self.task]
        examples = FEW_FEATURES if self.task == "flat-features" else task.examples
        x, y = examples(self.rows, 1000 + number)
        x_test, y_test = examples(self.test, 1) if self.test else (None, None)
        return from_arrays(
            x, y, layout=task.layout, task="classification", x_test=x_test, y_test=y_test, name=self.task
        )


POOLS = (
    Pool("A/A, hold-out", "flat-features", ("dense",), 500, 3, 40, test=10_000, study_test=1_000),
    Pool("A/A, cross-validation", "flat-features", ("dense",), 300, 12, 12),
    Pool(
        "noise, hold-out",
        "noise",
        ("dense", "convolution", "recurrent", "attention"),
        300,
        1,
        20,
        test=5_000,
        study_test=1_000,
    ),
)


class Trained:
    """One training set of a pool: its trainings, from which studies are drawn."""

    def __init__(self, pool: Pool, number: int, folder: Path) -> None:
        effort = replace(
            EFFORTS["quick"],
            steps=pool.steps,
            learning_rates=pool.rates,
            extensions=0,
            hold_out_seeds=1,
            choosing_seeds=pool.seeds,  # any of them may choose in a study that is drawn
        )
        place = folder / f"{pool.name.replace('/', '').replace(', ', '-')}-{number}"
        self.pool = pool
        seeds = list(range(pool.seeds))
        self.study = Study(
            pool.dataset(number), effort, seeds, 0, place, pool.families, seeds_of_a_repeat=len(seeds)
        )
        self.trials = self.study.run(Inline())
        self.rows = tested.tested(self.study.prepared)
        self.target = tested.truth(self.study.dataset, self.study.preparations, self.rows)

    def losses(self, family: str, seeds: np.ndarray) -> tested.Predictions:
        """What these seeds predict at the learning rate that the first of them choose; losses as values."""
        count = EFFORTS["standard"].choosing_seeds

        def trials(some: np.ndarray) -> dict[Setting, list[Trial]]:
            every = self.trials[family].by_setting
            return {setting: [t for t in found if t.run.seed in some] for setting, found in every.items()}

        study = Trials(family, trials(seeds[:count]), trials(seeds[count:]))
        found = tested.of_trials(self.study, study.chosen())
        return replace(found, values=self._wrong(found.values))

    def _wrong(self, values: np.ndarray) -> np.ndarray:
        return tested.losses(self.study.dataset.task, values, self.target, np.ones(len(self.rows)))

    @cached_property
    def baselines(self) -> dict[str, BaselineFindings]:
        found = {}
        for name, results in self.study.baselines().items():
            guess = BASELINES[kind_of(self.study.dataset.task)][name].guess
            values = tested.of_baseline(self.study, results, guess)
            validation = np.mean([of_each_part(arrays, "validation") for arrays in results])
            found[name] = BaselineFindings(self._wrong(values), float(validation))
        return found

    def truth(self, family: str) -> float:
        """The mean score of all seeds on all test rows."""
        return 1 - float(self.losses(family, np.arange(self.pool.seeds)).values.mean())


def draw(trained: Trained, random: np.random.Generator, gap: float = 0.0) -> Findings:
    """A study of five seeds a name: of two names for one family, or of all families against the baselines."""
    pool, twins = trained.pool, len(trained.pool.families) == 1
    some = np.arange(len(trained.rows))
    if pool.study_test:
        some = np.sort(random.choice(some, pool.study_test, replace=False))
    seeds = random.permutation(pool.seeds)
    names = ("A", "B") if twins else pool.families
    losses, found = {}, None
    for place, name in enumerate(names):
        mine = (
            seeds[place * STUDY_SEEDS :][:STUDY_SEEDS] if twins else random.choice(seeds, STUDY_SEEDS, False)
        )
        found = trained.losses(pool.families[0] if twins else name, mine)
        losses[name] = found.values[:, some]
    assert found is not None
    if gap:  # A is right, whatever its seed, on rows that are fixed for the pool
        error = 1 - trained.truth(pool.families[0])
        losses["A"] = losses["A"] * (np.random.default_rng(0).random(len(trained.rows)) > gap / error)[some]
    baselines = {
        name: BaselineFindings(item.losses[:, some], item.validation)
        for name, item in trained.baselines.items()
    }
    return Findings(
        "accuracy",
        {name: FamilyFindings(loss, 100, 100.0) for name, loss in losses.items()},
        found.runs[:, some],
        found.fold[some],
        {} if twins else baselines,
        protocol="hold-out" if pool.test else "cross-validation",
    )


def studies(
    sets: list[Trained], count: int, seed: int, gap: float = 0.0
) -> Iterator[tuple[int, Findings, Verdict]]:
    """Studies in turn from each training set, with its number."""
    for i in range(count):
        findings = draw(sets[i % len(sets)], np.random.default_rng([seed, i]), gap)
        yield i % len(sets), findings, decide(findings)


def report(name: str, kinds: Counter[str], wrong: int, right: int | None = None) -> None:
    count = sum(kinds.values())
    rate, bound = 100 * wrong / count, 100 * upper_bound(wrong, count)
    shares = "".join(
        f"{100 * kinds[kind] / count:12.1f}" for kind in ("choose", "equivalent", "undecided", "none")
    )
    chosen = "" if right is None else f"{100 * right / count:10.1f}"
    print(f"{name:34}{count:8}{rate:8.1f}{bound:8.1f}{shares}{chosen}", flush=True)


def covered(sets: list[Trained], count: int, seed: int) -> float:
    """How often the 95 % interval of one score holds the pool's own.

    A hold-out's truth is the training set's own mean over all seeds and test rows; cross-validation's the mean over the
    other training sets.
    """
    family, pool = sets[0].pool.families[0], sets[0].pool
    truths = np.array([trained.truth(family) for trained in sets])
    inside = 0
    for number, f, _ in studies(sets, count, seed):
        name = next(iter(f.families))
        found = Analysis({name: np.asarray(f.families[name].losses)}, f.runs, f.fold).mean(name)
        truth = truths[number] if pool.test else np.delete(truths, number).mean()
        inside += found.low <= truth <= found.high
    return 100 * inside / count


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pools lie")
    parser.add_argument("--studies", type=int, default=400, help="studies for each rate of verdicts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=[pool.name for pool in POOLS])
    options = parser.parse_args()
    columns = "".join(f"{kind:>12}" for kind in ("choose", "equivalent", "undecided", "none"))
    print("False winners among studies drawn from real trainings, in %, with the one-sided 95 % upper bound")
    print(f"{'pool':34}{'studies':>8}{'false':>8}{'bound':>8}{columns}{'right':>10}")
    for pool in POOLS:
        if options.only and pool.name not in options.only:
            continue
        sets = [Trained(pool, number, options.folder) for number in range(pool.sets)]
        twins = len(pool.families) == 1
        verdicts = [verdict for _, _, verdict in studies(sets, options.studies, options.seed)]
        kinds = Counter(str(verdict.kind) for verdict in verdicts)
        report(pool.name, kinds, kinds["choose"] + (0 if twins else kinds["equivalent"]))
        if twins:
            verdicts = [v for _, _, v in studies(sets, options.studies, options.seed, GAP)]
            right = sum(v.kind == "choose" and v.family == "A" for v in verdicts)
            kinds = Counter(str(verdict.kind) for verdict in verdicts)
            report(f"{pool.name}, {100 * GAP:.0f} points planted", kinds, kinds["choose"] - right, right)
        inside = covered(sets, options.studies, options.seed)
        print(f"{'':34}an interval of a score holds the pool's in {inside:.1f} % of the studies", flush=True)


if __name__ == "__main__":
    main()
