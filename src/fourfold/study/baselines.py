"""What a comparison must beat: scikit-learn's models on the same splits, their strength tuned as the families' is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from fourfold.preprocessing.task import Task
from fourfold.preprocessing.windows import LAST_VALUE, SEASONAL_MEAN, SEASONAL_NAIVE, WINDOW_MEAN

MOST_BOOSTED = 2_000
"""Columns times trees a round up to which trees are boosted; beyond, a random forest takes their place, whose splits
look at the root of the columns. Seconds of one fit on one core of a Xeon (family 6, model 207), by rows, columns and
classes, boosted and forest: 300, 1,000, 2 2.2 .5; 300, 9,000, 2 22.6 1.1; 2,000, 784, 10 58.1 4.5."""

MOST_CLASSES = 500
"""Outputs up to which there are trees: a node of a forest holds a number for each class, and 100 trees of 30,000 rows
and 10,000 classes hold more than any memory."""

LEAF, LEAVES = 20, 8
"""Rows that a leaf of boosted trees holds at least, scikit-learn's default, and of few rows the share of them that it
may hold at most: with 36 rows to learn from no tree of such leaves has a single split."""


@dataclass(frozen=True)
class Baseline:
    """A model by task: its name, a maker of estimators from a strength, the strengths, and how to write it.

    The strength of boosted trees is how many rows a leaf holds at least, see `strengths_for`.
    Where there is nothing to make, nothing is fitted either: these are the forecasts of `Windows.naive`.
    """

    name: str
    make: Callable[[float], Any] | None
    strengths: tuple[float, ...]
    estimator: str
    remark: str = ""

    def strengths_for(self, rows: int) -> tuple[float, ...]:
        """Those to choose from with so many rows to learn from.

        >>> [TREE_CLASSIFIER.strengths_for(rows) for rows in (36, 1000)], LOGISTIC.strengths_for(36)
        ([(4,), (20,)], (0.01, 0.1, 1.0, 10.0))
        """
        boosted = self.make in (_tree_classifier, _tree_regressor)
        return (min(LEAF, max(rows // LEAVES, 1)),) if boosted else self.strengths

    @property
    def guess(self) -> bool:
        """Whether it reads no input."""
        return self.make in (_majority, _mean)

    @property
    def linear(self) -> bool:
        """Whether it has one weight a column and output, and takes columns that are mostly 0 as such."""
        return self.make in (_logistic, _ridge)

    @property
    def ridge(self) -> bool:
        """Whether it is ridge regression, whose strength is 1 / alpha. Of texts it reads counts beside logarithms of
        them, as a number may be a sum over what is counted."""
        return self.make is _ridge

    def spread(self, strengths: Sequence[float]) -> str:
        """In words from what to what test parts chose, of whose ``strengths`` the line has the median; "" if alike.

        >>> LOGISTIC.spread([0.1, 0.1]), LOGISTIC.spread([0.01, 1.0, 0.1])
        ('', 'C: the median, the test parts chose 0.01 to 1')
        >>> BASELINES["regression"]["ridge regression"].spread([0.001, 0.1])
        'alpha: the median, the test parts chose 10 to 1,000'
        """
        ends = sorted(1 / found if self.ridge else found for found in {min(strengths), max(strengths)})
        name = "alpha" if self.ridge else "C" if self.linear else "min_samples_leaf"
        return f"{name}: the median, the test parts chose {ends[0]:g} to {ends[1]:,g}" if len(ends) > 1 else ""

    def of(self, strength: float, y: np.ndarray) -> Any:
        """The estimator for a target (n,), or one a column for (n, K)."""
        assert self.make is not None
        return self.make(strength) if y.ndim == 1 else ByColumn(partial(self.make, strength))

    def usage(
        self,
        strength: float,
        several: str = "",
        class_weights: Sequence[float] = (),
        further: str = "",
        *,
        said: bool = False,
        weights: str = "",
        chosen: Sequence[float] = (),
    ) -> str:
        """A line that fits it, and what must be known of it, ``further`` included.

        ``several`` is the estimator of scikit-learn that fits one for each column of y; by ``class_weights`` classes
        are predicted; ``said``: whether ``further`` says what x holds; ``weights``: what the rows' weights w are, see
        `weights_in_words`, "" where there are none; ``chosen``: the strengths of all test parts.
        """
        if self.make is None:
            return self.estimator
        leaf = f", min_samples_leaf={strength:g}" if strength != LEAF else ""
        made = self.estimator.format(strength=strength, alpha=1 / strength, leaf=leaf)
        remarks = [further, self.remark if not said else "y standardised" if "y" in self.remark else ""]
        made = f"sklearn.multioutput.{several}({made})" if several else made
        if len(class_weights) == 2 and not self.guess and not weights:  # it takes none
            share = class_weights[0] / sum(class_weights)  # w p is larger for the second class from here on
            made = f"sklearn.model_selection.FixedThresholdClassifier({made}, threshold={share:.3g})"
        elif len(class_weights) and not self.guess:
            remarks.append("a row's class: (predict_proba(x) / shares of the classes).argmax(axis=1)")
        remarks += [weights, self.spread(chosen or (strength,))]
        remark = "; ".join(filter(None, remarks))
        return f"{made}.fit(x, y{', sample_weight=w' * bool(weights)})" + (f"  # {remark}" if remark else "")


def weights_in_words(given: bool, stepwise: bool) -> str:
    """What w is in the line that fits a baseline: the user's weights are ``given``; steps are weighted, too, so that
    series count alike. Their mean is 1, since what they sum to is weighed against a penalty.

    >>> weights_in_words(False, False), weights_in_words(True, False)
    ('', 'w: the weights of the rows over their mean')
    """
    if stepwise:
        whole = "the weight of the series" if given else "1"
        return f"w: {whole} / how many steps of the series have a target, over the mean"
    return "w: the weights of the rows over their mean" if given else ""


class ByColumn:
    """One model for each column of the target (n, K); of a label that no row or every row has, a constant."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make
        self.models: list[Any] = []

    def fit(self, x: np.ndarray, y: np.ndarray, **weighted: Any) -> ByColumn:
        from sklearn.dummy import DummyRegressor

        for column in y.T:
            model = self.make() if column.min() < column.max() else DummyRegressor()
            self.models.append(model.fit(x, column, **weighted))
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Numbers (n, K), of labels their probabilities."""
        return np.stack([_amount(model, x) for model in self.models], axis=1)


def _amount(model: Any, x: np.ndarray) -> np.ndarray:
    return model.predict_proba(x)[:, 1] if hasattr(model, "predict_proba") else model.predict(x)


def _majority(_: float) -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def _mean(_: float) -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor()


def _logistic(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=300)


def _ridge(strength: float) -> Any:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=1 / strength)


def _tree_classifier(leaf: float) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        random_state=0,
        early_stopping=False,  # type: ignore[arg-type]
        max_iter=60,
        min_samples_leaf=int(leaf),
    )


def _tree_regressor(leaf: float) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        random_state=0,
        early_stopping=False,  # type: ignore[arg-type]
        max_iter=60,
        min_samples_leaf=int(leaf),
    )


def _forest_classifier(_: float) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(random_state=0)


def _forest_regressor(_: float) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(max_features="sqrt", random_state=0)  # type: ignore[arg-type]


LOGISTIC = Baseline(
    "logistic regression",
    _logistic,
    (0.01, 0.1, 1.0, 10.0),
    "sklearn.linear_model.LogisticRegression(C={strength:g}, max_iter=300)",
    "x standardised",
)
TREE_CLASSIFIER = Baseline(
    "boosted trees",
    _tree_classifier,
    (LEAF,),
    "sklearn.ensemble.HistGradientBoostingClassifier(max_iter=60, early_stopping=False{leaf})",
)
FOREST_CLASSIFIER = Baseline(
    "random forest", _forest_classifier, (1.0,), "sklearn.ensemble.RandomForestClassifier()"
)

BASELINES: dict[str, dict[str, Baseline]] = {
    "classification": {
        b.name: b
        for b in (
            Baseline("majority class", _majority, (1.0,), "sklearn.dummy.DummyClassifier()"),
            LOGISTIC,
            TREE_CLASSIFIER,
            FOREST_CLASSIFIER,
        )
    },
    "multilabel": {
        b.name: b
        for b in (
            Baseline("share of each label", _majority, (1.0,), "sklearn.dummy.DummyClassifier()"),
            LOGISTIC,
            TREE_CLASSIFIER,
            FOREST_CLASSIFIER,
        )
    },
    "regression": {
        b.name: b
        for b in (
            Baseline("mean", _mean, (1.0,), "sklearn.dummy.DummyRegressor()"),
            Baseline(
                "ridge regression",
                _ridge,
                (0.001, 0.01, 0.1, 1.0, 10.0),
                "sklearn.linear_model.Ridge(alpha={alpha:g})",
                "x, y standardised",
            ),
            Baseline(
                "boosted trees",
                _tree_regressor,
                (LEAF,),
                "sklearn.ensemble.HistGradientBoostingRegressor(max_iter=60, early_stopping=False{leaf})",
            ),
            Baseline(
                "random forest",
                _forest_regressor,
                (1.0,),
                'sklearn.ensemble.RandomForestRegressor(max_features="sqrt")',
            ),
        )
    },
    "forecast": {
        b.name: b
        for b in (
            Baseline(SEASONAL_NAIVE, None, (1.0,), "y[T - m + h % m], the last season of m steps repeated"),
            Baseline(LAST_VALUE, None, (1.0,), "y[T - 1], the last value of the window"),
            Baseline(WINDOW_MEAN, None, (1.0,), "(y[0] + ... + y[T - 1]) / T, the mean of the window"),
            Baseline(
                SEASONAL_MEAN,
                None,
                (1.0,),
                "the mean over k of y[T - k m + h % m], of all seasons of m steps that the window holds whole",
            ),
            Baseline(
                "ridge regression",
                _ridge,
                (0.0001, 0.001, 0.01, 0.1, 1.0),
                "sklearn.linear_model.Ridge(alpha={alpha:g})",
                "windows made relative and flattened",
            ),
        )
    },
}


def kind_of(task: Task) -> str:
    """Which of the `BASELINES` a task has."""
    return "forecast" if task.score == "mase" else task.kind


def fitted_names(kind: str, columns: int, outputs: int) -> list[str]:
    """The names of the baselines that are fitted, for a table of so many columns and a model of so many outputs.

    >>> fitted_names("classification", 64, 10), fitted_names("regression", 9_000, 1)
    (['majority class', 'logistic regression', 'boosted trees'], ['mean', 'ridge regression', 'random forest'])
    >>> fitted_names("classification", 2, 10_000)
    ['majority class', 'logistic regression']
    """
    others = {"random forest" if columns * outputs <= MOST_BOOSTED else "boosted trees"}
    if outputs > MOST_CLASSES:
        others = {"random forest", "boosted trees"}
    made = [name for name, baseline in BASELINES[kind].items() if baseline.make is not None]
    return [name for name in made if name not in others]
