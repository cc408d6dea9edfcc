"""Is it the training set, or the luck of a training? Variances of a family's scores over both.

    python -m benchmarks.training_sets TASK FAMILY FOLDER [--sets 12] [--seeds 4]

Draws training sets of a task of known answer, as large as those of its folds, trains the family on each from several
seeds at quick effort, the learning rate chosen each time on validation rows, and tests on 2,000 fresh rows. Prints the
scores and, from the analysis of variance of sets and seeds, Var(training set) / Var(run) with its one-sided 95 % upper
bound: what `fourfold.evidence.components` assumes of families that learn in each training, and of those that do not.
Minutes on two cores; FOLDER keeps what was trained.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import stats

from fourfold.data import from_arrays
from fourfold.data.synthetic import TASKS, Synthetic
from fourfold.study import tested
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study
from fourfold.study.trials import Trials
from fourfold.study.workers import Inline

FIRST_SET, TEST_ROWS, OF_FOLDS = 2_000, 2_000, 0.8
"""The seed of the first training set, the fresh rows, and the share of a task's rows that models of five folds see."""


def accuracies(task: Synthetic, family: str, number: int, seeds: int, folder: Path) -> list[float]:
    """The accuracy of each seed on fresh rows, trained on one training set."""
    x, y = task.examples(int(OF_FOLDS * task.rows), FIRST_SET + number)
    x_test, y_test = task.examples(TEST_ROWS, 1)
    data = from_arrays(
        x, y, x_test=x_test, y_test=y_test, layout=task.layout, task="classification", name=task.name
    )
    effort = replace(EFFORTS["quick"], hold_out_seeds=1, choosing_seeds=seeds, measures=False)
    place = folder / f"{task.name}-{family}-{number}"
    study = Study(data, effort, list(range(seeds)), 0, place, (family,), seeds_of_a_repeat=seeds)
    by_setting = study.run(Inline())[family].by_setting
    rows = tested.tested(study.prepared)
    target = tested.truth(data, study.preparations, rows)
    found = []
    for seed in range(seeds):
        mine = {setting: [t for t in trials if t.run.seed == seed] for setting, trials in by_setting.items()}
        predicted = tested.of_trials(study, Trials(family, mine, mine).chosen())
        wrong = tested.losses(data.task, predicted.values, target, np.ones(len(rows)))
        found.append(1 - float(wrong.mean()))
    return found


def ratio(scores: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """Var(training set) / Var(run) of scores (sets, seeds), its upper bound, and the standard deviation of runs.

    A run is its seed and what the seed and the set have to do with each other; the same seeds train on all sets.

    >>> scores = np.array([[0.9, 0.5, 0.9], [0.9, 0.5, 0.9], [0.9, 0.5, 0.8], [0.9, 0.6, 0.9]])
    >>> [round(float(value), 2) for value in ratio(scores)]
    [0.01, 0.13, 0.21]
    """
    sets, seeds = scores.shape
    of_set, of_seed = scores.mean(1) - scores.mean(), scores.mean(0) - scores.mean()
    rest = scores - scores.mean() - of_set[:, None] - of_seed
    residual = (rest**2).sum() / ((sets - 1) * (seeds - 1))
    square, by_seed = seeds * of_set.var(ddof=1), sets * of_seed.var(ddof=1)
    run = max((by_seed - residual) / sets, 0.0) + residual
    most = square * (sets - 1) / stats.chi2.ppf(1 - level, sets - 1)
    return (square - residual) / seeds / run, (most - residual) / seeds / run, float(np.sqrt(run))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", choices=[task.name for task in TASKS])
    parser.add_argument("family", choices=["dense", "convolution", "recurrent", "attention"])
    parser.add_argument("folder", type=Path, help="where the trainings lie")
    parser.add_argument("--sets", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=4)
    options = parser.parse_args()
    task = next(task for task in TASKS if task.name == options.task)
    scores = []
    for number in range(options.sets):
        scores.append(accuracies(task, options.family, number, options.seeds, options.folder))
        print(f"set {number}: " + ", ".join(f"{100 * score:.1f}" for score in scores[-1]), flush=True)
    found, most, deviation = ratio(np.array(scores))
    print(f"trainings differ by {100 * deviation:.1f} points (standard deviation);", end=" ")
    print(f"Var(training set) / Var(run) {found:.2f}, at most {most:.2f}")


if __name__ == "__main__":
    main()
