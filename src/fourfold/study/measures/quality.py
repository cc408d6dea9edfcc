"""Quality beside the score that decides, of what every seed predicts for every test example.

For probabilities p (n, K) of classes y, or predictions of numbers:

    log loss           -mean ln p[y], p within 2.2e-16 of 0 and 1 taken as that, as scikit-learn does
    Brier score        mean sum_k (p[k] - 1{y = k})^2
    AUC                chance that a row of a class gets a higher p than a row of another, mean over the classes
    calibration error  root mean square of confidence - accuracy over equal-mass bins, less what chance alone gives
    R2                 1 - sum (y - f)^2 / sum (y - mean y)^2; of several targets the mean of theirs
    RMSE, MAE          sqrt(mean (y - f)^2), mean |y - f|, each in its target's unit
    MASE               mean |y - f| / scale, of each step of a forecast

and for probabilities of labels, told above one half, with the counts of labels told rightly (tp), wrongly (fp) or
missed (fn)

    F1                 2 tp / (2 tp + fp + fn): of a label; macro, their mean; micro, of the counts of all labels
    AUC                of a label, the chance that a row that has it gets a higher p than one that has not
    subset accuracy    the share of rows all of whose labels are told right
    label accuracy     the share of labels of all rows that are told right; guessing makes it high where they are rare

Where rows have weights, all means, sums, shares and counts are of weighted rows.

Their intervals are those of the score that decides, from what each example adds to the score. Where it is no mean over
examples (AUC, R2, F1) that is its first-order part, which is what resampling examples lets vary. The calibration
error, the root of what is left after chance is taken off, has none.

Source: Brier 1950; Tsoumakas and Katakis 2007 (labels); those of `class_scores`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from fourfold.evidence.class_scores import auc_parts, balanced_accuracy, calibration_error, log_loss, surprise
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.names import AUC
from fourfold.evidence.sentences import FRACTION, SCALED, TARGET
from fourfold.evidence.statistics import Analysis, Interval
from fourfold.preprocessing.task import Task
from fourfold.study.tested import wrong

FEWEST_FOR_CALIBRATION = 500
FEWEST_BEHIND = 3
"""Rows that stand behind others, below which the interval of an AUC is not told. Of 300 rows and areas from 0.991 to
0.9996, 30 to 60 rows in the class, the told ones cover in 91 to 95 % of 400 draws, of the others as few as 40 %."""
TINY = 1e-100
MOST_TARGETS = 12
"""Targets, or labels, that are listed one by one."""
OWN_UNIT = "unit of its target"
"""That of one of several targets, where those of all are measured in standard deviations."""
NO_NUMBERS = "for some rows no numbers are predicted"
"""Why there is no score of probabilities; a row of which there are none is told wrongly."""
MEAN = "mase"
"""How `Analysis` reads losses whose mean is the score."""


@dataclass(frozen=True, eq=False)
class Score:
    """A score of each line of predictions, ``values`` (S,), and what each example adds to it.

    ``losses`` makes (S, n) as `Analysis` reads them for ``kind``, of a score whose best is 1, and whose worst is
    ``least``, those of what is left to it: made when they are asked for, since those of all scores together outweigh
    the predictions. None where no interval is known; in ``reason`` stands why there is no score.
    """

    measure: str
    values: np.ndarray
    unit: str
    losses: Callable[[], np.ndarray] | None = None
    kind: str = MEAN
    from_one: bool = False
    least: float = 0.0
    strata: np.ndarray | None = None
    weights: np.ndarray | None = None
    reason: str = ""

    @property
    def over_seeds(self) -> tuple[float, str]:
        """The score of all lines, and what it is of theirs: an RMSE, as the one that decides, the root of the mean
        square."""
        if not len(self.values):
            return np.nan, ""
        if self.kind == "rmse":
            return float(np.sqrt(np.mean(np.square(self.values)))), "root of the mean square over seeds"
        return float(np.mean(self.values)), "mean over seeds"


def told(
    name: str,
    found: Sequence[Score],
    what: str,
    shape: tuple[int, ...],
    intervals: Mapping[str, Interval] | None = None,
    method: str = "",
) -> list[Evidence]:
    """Scores as evidence, each over its lines, of ``shape`` (S, n) predictions of ``what``."""
    source, known, items = f"{shape[0]} x {shape[1]} predictions of {what}", intervals or {}, []
    for score in found:
        value, how = score.over_seeds
        reason = score.reason or f"the target does not vary over the {what}"
        if not np.isfinite(value):
            items.append(Evidence(score.measure, name, None, score.unit, reason=reason))
            continue
        ends = known.get(score.measure)
        span = None if ends is None else (min(ends.low, value), max(ends.high, value))
        how = how if span is None else f"{how}; {method}"
        items.append(Evidence(score.measure, name, value, score.unit, span, how, source))
    return items


def intervals(
    found: Mapping[str, Sequence[Score]],
    runs: np.ndarray,
    fold: np.ndarray,
    groups: np.ndarray | None,
    deterministic: Collection[str] = (),
    constant: Collection[str] = (),
) -> dict[str, dict[str, Interval]]:
    """The intervals of scores of the same examples, name by name; for each score all names at once.

    The arguments are those of `Analysis`. A score that no example changes has none.
    """
    spans: dict[str, dict[str, Interval]] = {name: {} for name in found}
    for measure in dict.fromkeys(score.measure for scores in found.values() for score in scores):
        mine = {name: score for name, scores in found.items() for score in scores if score.measure == measure}
        made = {name: score.losses() for name, score in mine.items() if score.losses is not None}
        losses = {
            name: lines.mean(axis=0, keepdims=True) if name in deterministic else lines
            for name, lines in made.items()
            if np.isfinite(lines).all()
        }
        if not losses:
            continue
        one = mine[next(iter(losses))]
        analysis = Analysis(
            losses, runs, fold, one.kind, groups=groups, strata=one.strata, weights=one.weights,
            deterministic=[name for name in losses if name in deterministic],
            constant=[name for name in losses if name in constant],
        )  # fmt: skip
        for name, span in analysis.means().items():
            if one.from_one:
                low, high = max(1 - span.high, one.least), 1 - span.low
                span = Interval(1 - span.value, low, high, span.standard_error, span.dof)
            if span.low < span.high:
                spans[name][measure] = span
    return spans


def scores(
    task: Task,
    values: np.ndarray,
    target: np.ndarray,
    unit: np.ndarray | float = 1.0,
    weights: np.ndarray | None = None,
) -> list[Score]:
    """Scores beside the one that decides, of the lines of ``values`` (S, n, K).

    ``unit`` is what the errors of several targets are measured in (K,), those of a forecast (n, K); ``weights`` (n,)
    are what rows count, alike without any; those of a forecast have none.
    """
    w = np.ones(values.shape[1]) if weights is None else weights.astype(float)
    if task.score == "mase":
        return _of_forecast(task, np.abs(values - target), unit)
    if task.kind == "regression":
        return _of_numbers(task, values, target.reshape(len(target), -1), unit, w)
    if task.kind == "multilabel":
        return _of_labels(task, values, target > 0, w)
    return _of_classes(task, values, target, w)


def _of_numbers(
    task: Task, values: np.ndarray, target: np.ndarray, unit: np.ndarray | float, w: np.ndarray
) -> list[Score]:
    errors, share = np.abs(values - target), w / w.mean()
    mean_error, mean_square = (np.average(each, axis=1, weights=w) for each in (errors, errors**2))  # (S, K)
    around = (target - np.average(target, axis=0, weights=w)) ** 2
    spread = np.average(around, axis=0, weights=w)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = mean_square / spread  # (S, K), no number where a target does not vary
    alike = np.all(unit == 1)
    one, own = (TARGET, TARGET) if alike else ("standard deviations", OWN_UNIT)

    def of_left(k: int) -> np.ndarray:
        """What each row adds to 1 - R2 of target k, the quotient of two means."""
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = errors[..., k] ** 2 - mean_square[:, None, k] - left[:, None, k] * (around - spread)[:, k]
            return left[:, None, k] + share * parts / spread[k]

    found = [
        Score(
            "R2", (1 - left).mean(axis=1), FRACTION, lambda: _mean(map(of_left, range(len(spread)))),
            from_one=True, least=-np.inf,
        ),
        Score("MAE", (mean_error / unit).mean(axis=1), one, lambda: (errors / unit).mean(axis=2) * share, weights=w),
    ]
    for k, name in enumerate(task.names[:MOST_TARGETS]):
        found += [
            Score(f"R2 of {name}", 1 - left[:, k], FRACTION, partial(of_left, k), from_one=True, least=-np.inf),
            Score(
                f"RMSE of {name}", np.sqrt(mean_square[:, k]), own,
                lambda k=k: errors[..., k] ** 2 * share, "rmse", weights=w,
            ),
            Score(f"MAE of {name}", mean_error[:, k], own, lambda k=k: errors[..., k] * share, weights=w),
        ]  # fmt: skip
    return found


def _mean(parts: Iterable[np.ndarray]) -> np.ndarray:
    """The mean of arrays that are made one after the other."""
    total, count = np.zeros(()), 0
    for part in parts:
        total, count = total + part, count + 1
    return total / count


def _of_forecast(task: Task, errors: np.ndarray, unit: np.ndarray | float) -> list[Score]:
    """Of errors (S, n, H K): the scaled ones step by step; those of one column in its unit, too."""
    places = np.unique(np.linspace(0, len(task.names) - 1, min(MOST_TARGETS, len(task.names))).astype(int))
    found = []
    for k in places:
        of_step = partial(_scaled, errors, unit, k)
        found.append(Score(f"MASE of {task.names[k]}", of_step().mean(axis=1), SCALED, of_step))
    if len({name.rpartition("+")[0] for name in task.names}) == 1:
        square = np.sqrt((errors**2).mean(axis=(1, 2)))
        found += [
            Score("MAE", errors.mean(axis=(1, 2)), TARGET, lambda: errors.mean(axis=2)),
            Score("RMSE", square, TARGET, lambda: (errors**2).mean(axis=2), "rmse"),
        ]
    return found


def _scaled(errors: np.ndarray, unit: np.ndarray | float, k: int) -> np.ndarray:
    """The errors (S, n) of a column in its unit: one number, one a column (K,), or one a row and column (n, K)."""
    return errors[..., k] / np.broadcast_to(unit, errors.shape[1:])[:, k]


def _of_labels(task: Task, values: np.ndarray, true: np.ndarray, w: np.ndarray) -> list[Score]:
    told, share = values > 0.5, w / w.mean()
    right, each = told == true, np.repeat(w, true.shape[1])  # what each label of each row counts
    f1 = f1_scores(told, true, w)
    micro = f1_scores(told.reshape(len(told), -1, 1), true.reshape(-1, 1), each)[:, 0]
    both, one = 2.0 * (told & true), told.astype(float) + true  # whose sums make F1

    def of_label(k: int) -> np.ndarray:
        return 1 - f1[:, None, k] - _of_ratio(both[..., k], one[..., k], f1[:, k], w)

    def of_all() -> np.ndarray:
        return 1 - micro[:, None] - _of_ratio(both.sum(axis=2), one.sum(axis=2), micro, w)

    of_true = np.where(true, values, 1 - values)
    whole = right.all(axis=2)
    found = [
        Score("micro F1", micro, FRACTION, of_all, from_one=True),
        Score("macro F1", f1.mean(axis=1), FRACTION, lambda: _mean(map(of_label, range(f1.shape[1]))), from_one=True),
        Score(
            "subset accuracy",
            np.average(whole, axis=1, weights=w),
            FRACTION,
            lambda: ~whole * share,
            "accuracy",
            weights=w,
        ),
        Score(
            "label accuracy",
            np.average(right.mean(axis=2), axis=1, weights=w),
            FRACTION,
            lambda: (1 - right.mean(axis=2)) * share,
            from_one=True,
            weights=w,
        ),
        Score(
            "log loss",
            np.array([log_loss(p.reshape(-1), each) for p in of_true]),
            "nats",
            lambda: surprise(of_true).mean(axis=2) * share,
            weights=w,
        ),
    ]
    for k, label in enumerate(task.classes[:MOST_TARGETS]):
        p = np.stack([1 - values[..., k], values[..., k]], axis=-1)
        found += [
            Score(f"F1 of {label}", f1[:, k], FRACTION, partial(of_label, k), from_one=True),
            _area(f"{AUC} of {label}", p, true[:, k].astype(int), w),
        ]
    return found


def _of_ratio(above: np.ndarray, below: np.ndarray, ratio: np.ndarray, w: np.ndarray) -> np.ndarray:
    """What each example (S, n) lets sum(w above) / sum(w below) = ``ratio`` (S,) vary by, times their number."""
    total = (below @ w)[:, None]
    return len(w) * w * (above - ratio[:, None] * below) / np.where(total > 0, total, 1.0)


def f1_scores(told: np.ndarray, true: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The F1 score (S, K) of each label, from what is told (S, n, K), true (n, K) and counts (n,); 0 where nothing is.

    >>> f1_scores(np.array([[[True], [True], [False]]]), np.array([[True], [False], [True]]), np.ones(3)).tolist()
    [[0.5]]
    """
    right, wrong = w @ (told & true), w @ (told != true)
    return np.divide(2 * right, 2 * right + wrong, out=np.zeros_like(right), where=right + wrong > 0)


def _of_classes(task: Task, values: np.ndarray, target: np.ndarray, w: np.ndarray) -> list[Score]:
    truth, right, share = np.eye(values.shape[-1])[target], ~wrong(task, values, target), w / w.mean()
    unknown = "" if np.isfinite(values).all() else NO_NUMBERS
    brier = np.sum((values - truth) ** 2, axis=-1)
    of_class = np.bincount(target, share)
    cost = share * len(share) / ((of_class > 0).sum() * np.maximum(of_class[target], TINY))  # of a wrong example
    few = f"{values.shape[1]} test rows, fewer than {FEWEST_FOR_CALIBRATION}"
    many = values.shape[1] >= FEWEST_FOR_CALIBRATION and not unknown
    errors = np.array([calibration_error(p, target, w) for p in values] if many else [])
    return [
        Score(
            "accuracy",
            np.average(right, axis=1, weights=w),
            FRACTION,
            lambda: ~right * share,
            "accuracy",
            weights=w,
        ),
        Score(
            "balanced accuracy",
            np.array([balanced_accuracy(line, target, w) for line in right]),
            FRACTION,
            lambda: ~right * cost,
            "balanced_accuracy",
            strata=target,
            weights=cost,
        ),
        Score(
            "log loss",
            np.array([log_loss(p[truth > 0], w) for p in values]),
            "nats",
            lambda: surprise(np.stack([p[truth > 0] for p in values])) * share,
            weights=w,
            reason=unknown,
        ),
        Score(
            "Brier score",
            np.average(brier, axis=1, weights=w),
            "squared probability",
            lambda: brier * share,
            weights=w,
            reason=unknown,
        ),
        _area(AUC, values, target, w, unknown),
        Score("calibration error", errors, FRACTION, reason=unknown or ("" if many else few)),
    ]


def _area(measure: str, values: np.ndarray, target: np.ndarray, w: np.ndarray, unknown: str = "") -> Score:
    """The AUC of probabilities (S, n, K); ``unknown``: why there is none."""
    ranked = [auc_parts(p, target, w) for p in values]
    left = 1 - np.stack([parts for _, parts in ranked])
    areas = np.array([np.nan if unknown else area for area, _ in ranked])
    made = (lambda: left) if not unknown and _known(left) else None
    return Score(measure, areas, FRACTION, made, from_one=True, reason=unknown)


def _known(left: np.ndarray) -> bool:
    """Whether enough rows are behind what an AUC lacks for its interval: as many as their sum and squares (Kish 1965)
    say, or an area of almost 1 would be known almost exactly."""
    above = np.maximum(left.mean(axis=0) - left.mean(), 0.0)
    return bool(above.sum() ** 2 >= FEWEST_BEHIND * (above**2).sum() > 0)
