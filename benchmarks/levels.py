"""Are the candidates at the level of their families? Published accuracies, and a peer on the same splits.

    uv run python -m benchmarks.levels [--sets GunPoint ItalyPowerDemand OSULeaf digits wine ...]
                                       [--families dense convolution] [--sizes S M L] [--archive FOLDER]

The candidates are trained as a comparison with ``--effort thorough`` trains them (steps, batch, sizes, the choice
of size and rate on validation rows), at two learning rates and for at most 300 epochs:

- series in the archive's own parts, three seeds, beside Fawaz et al., "Deep learning for time series classification:
  a review", 2019 (MLP and FCN; here folds of the training rows choose size and rate, then all train the network);
- tables in the study's folds, five seeds, the dense candidate beside scikit-learn's MLP with its defaults.

The series are read from aeon's package, which has four of them, or with ``--archive`` from a folder that holds the UCR
archive as it is distributed, NAME/NAME_TRAIN.ts and NAME/NAME_TEST.ts. GunPoint and ItalyPowerDemand take minutes on
two cores, OSULeaf most of an hour: name it when you want it.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from fourfold.data import Dataset, read
from fourfold.evidence.statistics import Analysis, Interval
from fourfold.study import tested
from fourfold.study.efforts import EFFORTS
from fourfold.study.study import Study
from fourfold.study.trials import Trials

PUBLISHED = {
    row["data"]: {family: float(row[family]) for family in ("dense", "convolution")}
    for row in csv.DictReader((Path(__file__).parent / "published.csv").read_text().splitlines())
}
"""Accuracy in %, the mean of ten runs: the MLP and the FCN of Fawaz et al. 2019 on 85 sets of the archive."""

TABLES = ("wine", "breast-cancer", "diabetes", "digits")
NEAR = 3.0  # points of accuracy
SERIES_SEEDS, TABLE_SEEDS = 3, 5
RATES = (3e-3, 1e-2)
EPOCHS = 300
SIZES = EFFORTS["thorough"].sizes
USUAL = ("GunPoint", "ItalyPowerDemand", *TABLES)


@dataclass(frozen=True)
class Level:
    """A family's accuracies in % on the test rows, one a seed, and what was published (None: nothing)."""

    family: str
    accuracies: tuple[float, ...]
    published: float | None
    sizes: tuple[str, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def deviation(self) -> float:
        return float(np.std(self.accuracies, ddof=1))

    @property
    def near(self) -> bool:
        """Not more than three points below what was published."""
        return self.published is None or self.mean >= self.published - NEAR


@dataclass(frozen=True)
class Beside:
    """The dense candidate's score, the peer's, and how much better the candidate is (RMSE: lower by)."""

    score: str
    candidate: float
    peer: float
    difference: Interval

    @property
    def not_worse(self) -> bool:
        return self.difference.high >= 0


def levels(
    name: str,
    families: Sequence[str] = ("dense", "convolution"),
    sizes: Sequence[str] = SIZES,
    rates: Sequence[float] = RATES,
    folder: Path | None = None,
) -> Iterator[Level]:
    """What each family comes to on a set of the archive, which lies in a folder or in aeon."""
    dataset = archive(name, folder)
    with tempfile.TemporaryDirectory() as place:
        for family in families:
            study = thorough(dataset, family, SERIES_SEEDS, sizes, rates, Path(place))
            chosen = trained(study)
            predictions = tested.of_trials(study, chosen)
            target = tested.truth(dataset, study.preparations, tested.tested(study.prepared))
            right = (predictions.values.argmax(axis=-1) == target).mean(axis=1)
            used = tuple(sorted({trial.size for trial in chosen.values()}))
            published = PUBLISHED.get(name, {}).get(family)
            yield Level(family, tuple(100 * right), published, used)


def beside_mlp(name: str, sizes: Sequence[str] = SIZES, rates: Sequence[float] = RATES) -> Beside:
    """The dense candidate and scikit-learn's MLP on a table: the same folds, training rows and seeds."""
    dataset = read(name)
    with tempfile.TemporaryDirectory() as folder:
        study = thorough(dataset, "dense", TABLE_SEEDS, sizes, rates, Path(folder))
        found = tested.of_trials(study, trained(study))
    rows = tested.tested(study.prepared)
    target = tested.truth(dataset, study.preparations, rows)
    losses = {
        name: tested.losses(dataset.task, values, target, study.prepared.weights[rows])
        for name, values in (("dense", found.values), ("MLP", mlp(study)))
    }
    analysis = Analysis(losses, found.runs, found.fold, dataset.task.score)
    difference = analysis.pairs()["dense"]["MLP"]
    return Beside(dataset.task.score, analysis.values["dense"], analysis.values["MLP"], difference)


def thorough(
    dataset: Dataset, family: str, seeds: int, sizes: Sequence[str], rates: Sequence[float], folder: Path
) -> Study:
    """A study of one family as a thorough comparison makes it, within the epochs."""
    effort = replace(
        EFFORTS["thorough"], sizes=tuple(sizes), learning_rates=tuple(rates), extensions=0, seeds=seeds
    )
    study = Study(dataset, effort, list(range(seeds)), 0, folder, families=(family,))
    most = EPOCHS * study.training_rows // study.batch
    study.effort = replace(effort, steps=min(effort.steps, most))
    return study


def trained(study: Study) -> dict:
    """The trials that answer for each seed and split."""
    found: dict[str, Trials] = study.run()
    return found[study.families[0]].answers()


def mlp(study: Study) -> np.ndarray:
    """scikit-learn's MLP with its defaults on prepared inputs: values (S, n, K) as the candidates'."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    make: Any = MLPClassifier if study.dataset.task.kind == "classification" else MLPRegressor
    prepared, rows = study.prepared, tested.tested(study.prepared)
    values = np.zeros((len(study.seeds), len(rows), max(len(study.dataset.task.classes), 1)))
    for number, split in enumerate(prepared.splits):
        x = prepared.inputs[number].reshape(study.dataset.rows, -1)
        y = prepared.targets[number % len(prepared.targets), :, 0]
        places = np.searchsorted(rows, split.test)
        learnt = np.union1d(split.train, split.validation)  # as the candidates in the end
        for line, seed in enumerate(study.seeds):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # 200 iterations are its default, converged or not
                model = make(random_state=seed).fit(x[learnt], y[learnt])
            if make is MLPClassifier:
                values[line, places] = model.predict_proba(x[split.test])
            else:
                predicted = model.predict(x[split.test])[:, None]
                values[line, places] = tested.predicted(
                    prepared, study.preparations[number], predicted, split.test
                )
    return values


def archive(name: str, folder: Path | None = None) -> Dataset:
    """A set of the archive, with its own test part."""
    if folder is None:
        found = find_spec("aeon")
        if found is None or found.origin is None:
            raise SystemExit("the series are in the package aeon: install the test dependencies")
        folder = Path(found.origin).parent / "datasets" / "data"
    place = folder / name
    if not place.is_dir():
        raise SystemExit(f"no set {name!r} in {folder}: --archive FOLDER says where the archive lies")
    return read(place / f"{name}_TRAIN.ts", test=place / f"{name}_TEST.ts")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--sets", nargs="+", default=USUAL, metavar="NAME", help=f"of the archive, {', '.join(TABLES)}"
    )
    parser.add_argument("--archive", type=Path, metavar="FOLDER", help="where the archive lies; else in aeon")
    parser.add_argument("--families", nargs="+", default=("dense", "convolution"))
    parser.add_argument("--sizes", nargs="+", default=SIZES, choices=SIZES)
    options = parser.parse_args()
    if named := [name for name in options.sets if name not in TABLES]:
        print(
            f"{'data':31}{'family':14}{'accuracy, %':>14}{'published':>11}{'difference':>12}  near size{'s':>9}"
        )
        for name in named:
            started = time.perf_counter()
            for level in levels(name, options.families, options.sizes, folder=options.archive):
                published, difference = "", ""
                if level.published is not None:
                    published, difference = f"{level.published:.1f}", f"{level.mean - level.published:+.1f}"
                measured = f"{level.mean:.1f} +- {level.deviation:.1f}"
                near = "" if level.published is None else "yes" if level.near else "NO"
                took, started = time.perf_counter() - started, time.perf_counter()
                print(
                    f"{name:31}{level.family:14}{measured:>14}{published:>11}{difference:>12}  {near:5}"
                    f"{','.join(level.sizes):5}{took:6.0f} s",
                    flush=True,
                )
    if named := [name for name in options.sets if name in TABLES]:
        print(
            f"\n{'data':18}{'score':18}{'dense':>9}{'MLP':>9}{'better by':>11}{'95 % interval':>21}  not worse"
        )
        for name in named:
            started = time.perf_counter()
            found = beside_mlp(name, options.sizes)
            d, scale = found.difference, 1 if found.score == "rmse" else 100
            interval = f"{scale * d.low:+.2f} to {scale * d.high:+.2f}"
            print(
                f"{name:18}{found.score:18}{scale * found.candidate:9.2f}{scale * found.peer:9.2f}"
                f"{scale * d.value:+11.2f}{interval:>21}  {'yes' if found.not_worse else 'NO':6}"
                f"{time.perf_counter() - started:6.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
