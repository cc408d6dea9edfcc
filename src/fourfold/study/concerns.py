"""What a study shows that should make one doubt its verdict, as evidence; `evidence.doubts` finds the words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from fourfold.data.dataset import Dataset
from fourfold.data.judgement.case import row_keys
from fourfold.data.judgement.targets import RARE
from fourfold.data.series.steps import of_steps
from fourfold.evidence import names, scoring
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.sentences import FRACTION, RATE
from fourfold.preprocessing.categories import WIDTH
from fourfold.preprocessing.table import Table, missing
from fourfold.preprocessing.task import largest_share
from fourfold.study import tested
from fourfold.study.architecture import cap
from fourfold.study.rates import at_edge, noise_between
from fourfold.study.stepwise import counted
from fourfold.study.study import Study
from fourfold.study.trials import Trial, Trials
from fourfold.training.replicas import DIVERGED, STOPPED

LEAVES, FOLDS = 64, 3
COPIES = "duplicates"
"""The finding about rows with equal inputs; where they are copies, it says what to do."""
TOLD = 0.5
"""Below which share of a guess's loss a family tells rows that it has not seen: the target can be told."""
MOST_ROWS, MOST_COLUMNS = 2_000, 300  # looked at: a few seconds at most


def concerns(study: Study, trials: Mapping[str, Trials]) -> tuple[Evidence, ...]:
    """All of them: of the data, of the trainings, of the choice of sizes."""
    budget = {names.RATES: len(study.effort.learning_rates), names.STEPS: study.effort.steps}
    found = [Evidence(measure, "study", value, "count") for measure, value in budget.items()]
    found += [*_data(study.dataset, study), *_sizes(study, trials), *_untold(study, trials)]
    found += _unlearnt(study, trials)
    for family, mine in trials.items():
        found += _trainings(study, family, mine)
    return tuple(found)


# ---- the data --------------------------------------------------------------------------------------------


def _data(dataset: Dataset, study: Study) -> list[Evidence]:
    splits = [study.splits[number] for number in study.prepared.answering]
    learnt = [np.concatenate([split.train, split.validation]) for split in splits]  # by what is tested
    keys = row_keys(dataset.inputs)
    share = twins(keys, list(zip(learnt, (split.test for split in splits))))
    found = [
        Evidence(names.TWINS, "study", share, FRACTION, method="equal inputs, counted in each split"),
        Evidence(names.DIFFERENT, "study", len(np.unique(keys)), "count", method="rows whose inputs differ"),
    ]
    found += [
        Evidence(names.FOUND, f.what, float(f.number), f.measure, method="judged before training", source=f.slug)
        for f in dataset.important
    ]
    found += [
        Evidence(names.BY_CHANCE, "study", float(f.number), FRACTION, method="judged before training", source=f.slug)
        for f in dataset.findings
        if f.slug == COPIES and not f.do
    ]
    if dataset.time_ordered:
        found.append(Evidence(names.IN_TIME, "study", dataset.rows, "count", method="as asked"))
    if dataset.weights is not None and dataset.task.score != "mase":  # which knows no weights
        alike = worth(np.asarray(dataset.weights, dtype=float)[tested.tested(study.prepared)])
        found.append(Evidence(names.ALIKE, "study", alike, "count", method="sum(w)^2 / sum(w^2) (Kish 1965)"))
    if dataset.task.kind == "classification":
        labels = dataset.target[~missing(dataset.target)].astype(str)
        measure, weights = names.LARGEST_CLASS, dataset.weights
        if dataset.task.stepwise:
            measure, there = names.LARGEST_OF_STEPS, ~missing(dataset.target)
            weights = None if weights is None else of_steps(np.asarray(weights), there)
        method = "counted" if weights is None else "counted, with the rows' weights"
        found.append(Evidence(measure, "study", largest_share(labels, weights), FRACTION, method=method))
    if dataset.layout == "flat":
        for column in dataset.columns:
            if column.kind == "category" and isinstance(dataset.inputs, Table):
                levels, share = merged(dataset.inputs[column.name])
                if share:
                    method = f"rows whose level is not among the {WIDTH} most frequent"
                    found.append(Evidence(names.LEVELS, column.name, levels, "count", method="counted"))
                    found.append(Evidence(names.MERGED, column.name, share, FRACTION, method=method))
        first = study.splits[0]
        rows = np.sort(np.concatenate([first.train, first.validation]))
        column, score = best_column(dataset, rows[:: -(-len(rows) // MOST_ROWS)])
        method = f"a decision tree of at most {LEAVES} leaves, {FOLDS} folds of the training rows"
        found.append(Evidence(names.ONE_COLUMN, column, score, FRACTION, method=method))
    return found


def twins(keys: np.ndarray, splits: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """The share of test rows whose key is that of a training row of the same split.

    >>> twins(np.array([7, 8, 7, 9]), [(np.array([0, 1]), np.array([2, 3]))])
    0.5
    """
    same = [np.isin(keys[test], keys[train], kind="sort") for train, test in splits]  # NumPy 2.0: tables overflow
    return float(np.concatenate(same).mean())


def worth(weights: np.ndarray) -> float:
    """As how many rows of one weight rows of these weights count.

    >>> worth(np.array([1.0, 1.0, 0.0])), worth(np.array([9.0, 1.0]))
    (2.0, 1.2195121951219512)
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def merged(values: np.ndarray) -> tuple[int, float]:
    """How many levels a column of words has, and the share of its rows whose level gets no place of its own.

    >>> merged(np.array(["a", "b"], dtype=object))
    (2, 0.0)
    """
    _, counts = np.unique(_codes(values), return_counts=True)
    return len(counts), float(np.sort(counts)[::-1][WIDTH:].sum() / len(values))


def best_column(dataset: Dataset, rows: np.ndarray) -> tuple[str, float]:
    """The column that alone predicts the target best on rows that its tree has not seen, and how well.

    Balanced accuracy, or the share of the variance that is explained, by the rows' weights; of several targets the
    largest share.
    """
    from sklearn.metrics import balanced_accuracy_score, r2_score  # a second of start-up time
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    rows = rows if dataset.weights is None else rows[dataset.weights[rows] > 0]
    inputs, target = dataset.inputs, dataset.target
    weights = None if dataset.weights is None else dataset.weights[rows]
    params = {} if weights is None else {"sample_weight": weights}
    tree, measure = DecisionTreeRegressor, partial(r2_score, multioutput="raw_values")
    if dataset.task.kind == "classification":
        tree, measure = DecisionTreeClassifier, balanced_accuracy_score
        target = np.unique(target, return_inverse=True)[1]
    model = tree(max_leaf_nodes=LEAVES, random_state=0)
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    scores = {}
    for number, column in enumerate(dataset.columns[:MOST_COLUMNS]):
        values = _codes(inputs[column.name]) if isinstance(inputs, Table) else inputs[:, number]
        said = cross_val_predict(model, values[rows, None], target[rows], cv=folds, params=params)
        scores[column.name] = float(np.max(measure(target[rows], said, sample_weight=weights)))
    best = max(scores, key=lambda name: scores[name])
    return best, scores[best]


def _codes(values: np.ndarray) -> np.ndarray:
    """A column as numbers: as it is, or the place of each value among the distinct ones."""
    if values.dtype.kind == "f":
        return values
    text = np.array(["" if value is None else str(value) for value in values])
    return np.unique(text, return_inverse=True)[1].astype(float)


def _untold(study: Study, trials: Mapping[str, Trials]) -> list[Evidence]:
    """Classes, not too rare to be measured, of which an accuracy counts rows and no family predicts a single one."""
    task = study.dataset.task
    if task.kind != "classification" or task.score != "accuracy" or not trials:
        return []
    truth = tested.truth(study.dataset, study.preparations, tested.tested(study.prepared))
    there = counted(truth)
    answers = [tested.of_trials(study, mine.answers()).values for mine in trials.values()]
    told = np.concatenate([task.predicted_class(values)[:, there].ravel() for values in answers])
    measure = names.UNTOLD_OF_STEPS if task.stepwise else names.UNTOLD
    return [
        Evidence(measure, str(task.classes[number]), rows, "count", method="of all runs that are tested")
        for number, rows in untold(truth[there], told).items()
    ]


def untold(truth: np.ndarray, told: np.ndarray) -> dict[int, int]:
    """The classes of enough examples that are never told, with how many examples each has.

    >>> untold(np.repeat([0, 1, 2], [50, 12, 9]), np.zeros(71, int))
    {1: 12}
    """
    numbers, many = np.unique(truth, return_counts=True)
    return {int(n): int(m) for n, m in zip(numbers, many) if m >= RARE and n not in told}


def _unlearnt(study: Study, trials: Mapping[str, Trials]) -> list[Evidence]:
    """What each family's trainings leave of a guess's loss on their own rows, where one leaves little on others.

    A run that stopped went back to weights that may have learnt less: what counts is the least of all its checks.
    """
    guess = tested.guessing_loss(study.prepared, study.dataset.task)
    runs = {family: [t for t in mine.of(mine.best()) if not t.diverged] for family, mine in trials.items()}
    runs = {family: mine for family, mine in runs.items() if mine}
    unseen = [float(np.mean([t.validation_loss for t in mine])) for mine in runs.values()]
    if guess <= 0 or min(unseen, default=guess) > TOLD * guess:
        return []
    method = "mean of the chosen setting's runs, of each the least that it came to"
    left = {family: float(np.mean([t.training_losses.min() for t in mine])) / guess for family, mine in runs.items()}
    return [Evidence(names.UNLEARNT, family, share, FRACTION, method=method) for family, share in left.items()]


# ---- the trainings ---------------------------------------------------------------------------------------


def _trainings(study: Study, family: str, trials: Trials) -> list[Evidence]:
    answers, failed = list(trials.answers().values()), len(trials.refits) - len(trials.trained_refits())
    method = "of the runs at the chosen settings"

    def share(status: int) -> float:
        return sum(t.status == status for t in answers) / len(answers)

    found = [
        Evidence(names.STOPPED, family, share(STOPPED), FRACTION, method=method),
        Evidence(names.DIVERGED, family, share(DIVERGED), FRACTION, method=method),
        Evidence(
            names.FAILED, family, failed / len(answers), FRACTION, method="of the runs that are tested"
        ),
    ]
    if lost := _lost_by_refits(study, trials):
        method = "mean on the validation rows, which they have learnt from"
        unit = scoring.units(study.dataset.task.score)[1]
        found.append(Evidence(names.WORSE, family, float(np.mean(lost)), unit, method=method))
    score = _in_units(study, trials.rank(trials.best())[0])
    found.append(
        Evidence(names.VALIDATION, family, score, _unit(study), method="mean of the chosen setting's runs")
    )
    if any(at_edge(trials)):
        found += _edge(study, family, trials)
    return found


def _lost_by_refits(study: Study, trials: Trials) -> list[float]:
    """What each refit that was left out scores less than the trial that is tested in its place; one that diverged
    counts as the worst of the family."""
    kept, chosen = trials.trained_refits(), trials.chosen()
    worst = min((trial.validation_score for trial in trials.all if not trial.diverged), default=0.0)
    pairs = [
        (chosen[key].validation_score, worst if refit.diverged else refit.validation_score)
        for key, refit in trials.refits.items()
        if key not in kept
    ]
    return [abs(_in_units(study, own) - _in_units(study, again)) for own, again in pairs]


def _edge(study: Study, family: str, trials: Trials) -> list[Evidence]:
    """The rate at the grid's edge, if it is better than all others by more than two standard errors."""
    size, chosen = trials.best()
    rates = [rate for s, rate in trials.by_setting if s == size]
    score, own = study.dataset.task.score, _in_units(study, trials.rank((size, chosen))[0])
    others = [_in_units(study, trials.rank((size, rate))[0]) for rate in rates if rate != chosen]
    gain = min(abs(own - other) for other in others)
    noise = noise_between(trials, rates, score, study.deviation)
    if noise is not None and gain <= 2 * noise:
        return []
    method = "on validation rows, over the best other rate"
    return [
        Evidence(names.EDGE_RATE, family, chosen, RATE),
        Evidence(names.EDGE_GAIN, family, gain, scoring.units(score)[1], method=method),
    ]


def _sizes(study: Study, trials: Mapping[str, Trials]) -> list[Evidence]:
    """The scores of all families at each size, learning rates chosen anew, and what the largest size gains."""
    found = [
        Evidence(names.SIZE_CAP, size, cap(study.problem, size), "count", method="the cap of the size")
        for size in study.effort.sizes
    ]
    for family, mine in trials.items():
        sizes = study.sizes(family)
        if len(sizes) < 2:  # a user's own candidate, or an effort of one size
            continue
        by_size = {size: _of_size(mine, size) for size in sizes}
        for size, some in by_size.items():
            method = "mean over test rows, at the best learning rate of this size"
            measure = names.SIZE_SCORE.format(size=size)
            found.append(Evidence(measure, family, _score(study, some), _unit(study), method=method))
        if mine.best()[0] == sizes[-1]:
            *smaller, largest = (_in_units(study, some.rank(some.best())[0]) for some in by_size.values())
            gap = scoring.units(study.dataset.task.score)[1]
            gain = min(abs(largest - value) for value in smaller)
            found.append(Evidence(names.SIZE_GAIN, family, gain, gap, method="on validation rows"))
    return found


def _score(study: Study, trials: Trials) -> float:
    """The mean score on test rows."""
    predicted = tested.of_trials(study, trials.chosen())
    losses = tested.losses_of(study, predicted.values, predicted.rows)
    return scoring.of_loss(study.dataset.task.score, float(losses.mean()))


def _of_size(trials: Trials, size: str) -> Trials:
    of_size: dict[tuple[str, float], list[Trial]] = {
        setting: found for setting, found in trials.by_setting.items() if setting[0] == size
    }
    return Trials(trials.family, of_size)


def _unit(study: Study) -> str:
    return scoring.units(study.dataset.task.score)[0]


def _in_units(study: Study, score: float) -> float:
    """A validation score as a report shows it."""
    return scoring.of_validation(study.dataset.task.score, score, study.deviation)
