"""The scikit-learn face: the comparison as an estimator, and each family as one.

X may be a table (N, F), series (N, T, C) or a list of them (T_n, C), images (N, H, W, C), or a data frame with words,
dates and missing values; whatever is learnt about it before training is learnt in ``fit``. Source of the
interface: Buitinck et al., "API design for machine learning software: experiences from the scikit-learn project", 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    assert_all_finite,
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from fourfold.comparison import Comparison, run
from fourfold.core import given
from fourfold.core.scratch import scratch_folder
from fourfold.data import Dataset, from_arrays
from fourfold.data.array_likes import familiar
from fourfold.data.columns.roles import Roles
from fourfold.data.objects import is_frame
from fourfold.data.unequal import unequal
from fourfold.errors import OptionError
from fourfold.estimator_inputs import are_texts, columns, has_words, labelled, labels, with_our_names
from fourfold.keywords import saying_keywords
from fourfold.options import Options
from fourfold.report.progress import open_progress
from fourfold.study.efforts import LEARNING_RATES, TINY
from fourfold.study.saved_model import SavedModel
from fourfold.study.single import train_family
from fourfold.study.workers import Inline

# ---- what is trained -----------------------------------------------------------------------------------------


class _Estimator(BaseEstimator):
    """Rows in, a `SavedModel` out. Subclasses say how it is trained, and whether it predicts labels or numbers."""

    layout: str | None
    model_: SavedModel
    n_features_in_: int
    __metadata_request__fit: ClassVar = {"sample_weight": None}

    def _train(self, dataset: Dataset) -> SavedModel:
        raise NotImplementedError

    def _rows(self, X: Any, reset: bool = False, y: Any = "no_validation") -> Any:
        """X as the data are read from it, the number and the names of its columns kept or checked."""
        if are_texts(X):
            X = np.asarray(X, object)[:, None]
        series = unequal(X, "X")
        X = X if series is None else series
        if not is_frame(X):
            least, X = 2 if reset else 1, familiar(X, "X")
            X = check_array(
                X,
                dtype=None if has_words(X) else "numeric",  # pyright: ignore[reportArgumentType]
                ensure_all_finite=False,
                allow_nd=True,
                ensure_min_samples=least,
                estimator=self,
                input_name="X",
            )
        if not reset and self.model_.preparation.masked and np.ndim(X) in (2, 3):  # series of any length
            X = np.asarray(X)
            X = X if X.ndim == 3 else X[:, :, None]
            of_rows: Any = np.empty((len(X), self.n_features_in_))
        else:
            of_rows = X
        validate_data(self, of_rows, y, reset=reset, skip_check_array=True)
        return X

    def _dataset(self, X: Any, y: Any, task: str, groups: Any, weights: dict[str, Any]) -> Dataset:
        """The rows with their targets, each of which is there, what they weigh, and which belong together."""
        if unknown := [name for name in weights if name != "sample_weight"]:
            raise TypeError(f"{type(self).__name__}.fit() got an unexpected keyword argument {unknown[0]!r}")
        roles = Roles(weight=weights.get("sample_weight"), group=groups)
        with saying_keywords(with_our_names):
            return labelled(from_arrays(X, y, task=task, layout=self.layout, target_per="series", roles=roles))

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return self.model_.outputs(self._rows(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.input_tags.sparse = True
        return tags


class _Comparing(_Estimator):
    """The comparison of the families; the model of the one that the verdict names predicts."""

    def __init__(
        self,
        effort: str = "standard",
        seed: int = 0,
        seeds: int | None = None,
        steps: int | None = None,
        margin: float | None = None,
        layout: str | None = None,
        candidates: Any = None,
        out: str | Path | None = None,
        verbose: bool = False,
    ) -> None:
        self.effort = effort
        self.seed = seed
        self.seeds = seeds
        self.steps = steps
        self.margin = margin
        self.layout = layout
        self.candidates = candidates
        self.out = out
        self.verbose = verbose

    def _train(self, dataset: Dataset) -> SavedModel:
        if self.out is not None:
            return self._compare(dataset, Path(self.out))
        with scratch_folder() as folder:
            return self._compare(dataset, Path(folder))

    @saying_keywords()
    def _compare(self, dataset: Dataset, folder: Path) -> SavedModel:
        options = Options(
            effort=self.effort,
            seed=self.seed,
            seeds=self.seeds,
            steps=self.steps,
            margin=self.margin,
            layout=self.layout,
            task=dataset.task.kind,
            candidates=self.candidates,
        )
        self.comparison_: Comparison = run(
            dataset,
            options,
            folder,
            source=dataset.name,
            call="X, y",
            explicit_folder=self.out is not None,
            executor=Inline() if self.effort == TINY else None,
            progress=open_progress(quiet=not self.verbose),
        )
        self.verdict_ = self.comparison_.verdict
        self.table_ = self.comparison_.table
        return self.comparison_.model


class _Family(_Estimator):
    """One family's candidate, trained as in a comparison."""

    family: ClassVar[str]

    def __init__(
        self,
        size: str = "M",
        learning_rate: float | Sequence[float] = LEARNING_RATES,
        steps: int | None = None,
        batch_size: int | None = None,
        layout: str | None = None,
        seed: int = 0,
    ) -> None:
        self.size = size
        self.learning_rate = learning_rate
        self.steps = steps
        self.batch_size = batch_size
        self.layout = layout
        self.seed = seed

    def _train(self, dataset: Dataset) -> SavedModel:
        return train_family(
            dataset,
            self.family,
            size=self.size,
            learning_rates=self._rates(),
            steps=None if self.steps is None else given.at_least("steps", self.steps, 1),
            batch=None if self.batch_size is None else given.at_least("batch_size", self.batch_size, 1),
            seed=given.at_least("seed", self.seed, 0),
        )

    def _rates(self) -> list[float]:
        """The learning rates, numbers above 0."""
        rates: Any = self.learning_rate
        several = isinstance(rates, (list, tuple, np.ndarray)) and np.ndim(rates) == 1
        found = [given.number("learning_rate", rate) for rate in (rates if several else [rates])]
        if not found or not all(0 < rate < np.inf for rate in found):
            raise OptionError(
                "no-learning-rate",
                "learning_rate is no number above 0",
                got=f"learning_rate={rates!r:.60}",
                wanted="a number above 0, or several of which the best is taken",
                do="learning_rate=0.001",
            )
        return found


# ---- what is predicted ---------------------------------------------------------------------------------------


class _Classifier(ClassifierMixin, _Estimator):
    """Labels and their probabilities."""

    classes_: np.ndarray

    def fit(self, X: Any, y: Any, *, groups: Any = None, **weights: Any) -> Any:
        """Learns from rows X and their labels y (N,), or y (N, K) with 1 for each label of a row; returns itself.

        ``sample_weight`` (N,): how much each row counts; rows of one of ``groups`` (N,) stay on one side of each split.
        """
        X = self._rows(X, reset=True, y=y)
        several = columns(y) > 1
        y = check_array(y, input_name="y") if several else labels(y)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        check_consistent_length(X, y)
        task = "multilabel" if several else "classification"
        dataset = self._dataset(X, y, task, groups, weights)
        if several:
            self.classes_, self._places = np.arange(y.shape[1]), np.arange(y.shape[1])
        else:
            self.classes_, numbers = np.unique(y, return_inverse=True)
            first = [np.argmax(dataset.target == label) for label in dataset.task.classes]
            self._places = numbers[first]  # of the task's classes in classes_
        self._y_type = y.dtype
        self.model_ = self._train(dataset)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class (N, K), in the order of ``classes_``, or of each label."""
        return self._probabilities(X)[:, np.argsort(self._places)]

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row (N,), or 1 for each label (N, K) more probable than not.

        The most probable class; where one class has more than 80 % of the rows that were learnt from, the class whose
        probability is the largest multiple of its share, as the balanced accuracy wants it.
        """
        probabilities = self._probabilities(X)
        task = self.model_.preparation.task
        if task.several:
            return (probabilities > 0.5).astype(self._y_type)
        return self.classes_[self._places[task.predicted_class(probabilities)]]

    def _probabilities(self, X: Any) -> np.ndarray:
        """In the order of the task's classes."""
        outputs = self._outputs(X)  # says so where there is no model
        return self.model_.preparation.probabilities(outputs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class _Regressor(RegressorMixin, _Estimator):
    """Numbers."""

    def fit(self, X: Any, y: Any, *, groups: Any = None, **weights: Any) -> Any:
        """Learns from rows X and their numbers y (N,) or (N, K), and returns itself; the rest as of the classifiers."""
        X = self._rows(X, reset=True, y=y)
        y = check_array(y if columns(y) > 1 else column_or_1d(y, warn=True), ensure_2d=False, input_name="y")
        check_consistent_length(X, y)
        self.model_ = self._train(self._dataset(X, y, "regression", groups, weights))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The prediction of each row (N,) or (N, K), in the unit of y."""
        outputs = self._outputs(X)
        return self.model_.preparation.decode(outputs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


# ---- the public names ----------------------------------------------------------------------------------------


class FourfoldClassifier(_Classifier, _Comparing):
    """Trains a candidate of each family on labelled rows, says which to use and why, and predicts with it.

    Args:
        effort: ``"quick"``, ``"standard"`` or ``"thorough"``; ``"tiny"`` only shows that everything runs.
        seed, seeds: the first seed, and how many; the effort's number by default.
        steps: of each training; the effort's by default.
        margin: the difference in accuracy that matters; 0.01 by default.
        layout: ``"flat"``, ``"sequence"``, ``"image"`` or ``"text"``, where the guess from X is wrong.
        candidates: families, or candidates of your own; all four families by default.
        out: the folder of the study, continued if it is there; by default none is left.
        verbose: shows progress on standard error.

    Shapes: X (N, F), (N, T, C), N arrays (T_n, C), (N, H, W, C) or a data frame; y (N,), or (N, K) with 1 for
    each label of a row.

    Attributes: ``verdict_`` (kind, family, sentence, reasons), ``table_`` (one row a family), ``model_`` (takes
    raw rows), ``comparison_``; ``classes_``, ``n_features_in_`` and, for frames, ``feature_names_in_``.

    Errors: ``DataError`` and ``OptionError``, which are ValueErrors, say what is wrong and what to do.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FourfoldClassifier(effort="tiny", candidates=["dense"]).fit(X, y)
    >>> model.verdict_["family"], bool(model.score(X, y) > 0.9)
    ('dense', True)
    """


class FourfoldRegressor(_Regressor, _Comparing):
    """Trains a candidate of each family on rows with numbers, says which to use and why, and predicts with it.

    As `FourfoldClassifier`; the score is the root mean squared error, and ``margin`` has the unit of y.
    """


class DenseClassifier(_Classifier, _Family):
    """The fully connected candidate: trained as in a comparison, alone.

    Args:
        size: the cap on parameters: ``"S"`` 3,000, ``"M"`` 20,000, ``"L"`` 100,000.
        learning_rate: one, or several of which the best on validation rows, a fifth of all, is taken.
        steps: steps of the optimizer; by default 600, or two passes over many rows, at most 3,000.
        batch_size: rows of a step; 16 or 32 by default, by the number of rows.
        layout: ``"flat"``, ``"sequence"``, ``"image"`` or ``"text"``, where the guess from X is wrong.
        seed: of the weights, the order of the rows, dropout and the validation rows.

    Shapes: X (N, F), (N, T, C), N arrays (T_n, C), (N, H, W, C) or a data frame; y (N,), or (N, K) with 1 for
    each label of a row.

    Attributes: ``model_`` (takes raw rows; ``model_.network`` is the `Model`), ``classes_``, ``n_features_in_`` and,
    for frames, ``feature_names_in_``.

    Errors: ``DataError`` and ``OptionError``, which are ValueErrors, say what is wrong and what to do.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> bool(DenseClassifier(size="S", learning_rate=0.03, steps=60).fit(X, y).score(X, y) > 0.9)
    True
    """

    family = "dense"


class DenseRegressor(_Regressor, _Family):
    """The fully connected candidate for numbers, as `DenseClassifier`."""

    family = "dense"


class ConvolutionClassifier(_Classifier, _Family):
    """The convolutional candidate for labels, as `DenseClassifier`."""

    family = "convolution"


class ConvolutionRegressor(_Regressor, _Family):
    """The convolutional candidate for numbers, as `DenseClassifier`."""

    family = "convolution"


class RecurrentClassifier(_Classifier, _Family):
    """The recurrent candidate for labels, as `DenseClassifier`."""

    family = "recurrent"


class RecurrentRegressor(_Regressor, _Family):
    """The recurrent candidate for numbers, as `DenseClassifier`."""

    family = "recurrent"


class AttentionClassifier(_Classifier, _Family):
    """The attention candidate for labels, as `DenseClassifier`."""

    family = "attention"


class AttentionRegressor(_Regressor, _Family):
    """The attention candidate for numbers, as `DenseClassifier`."""

    family = "attention"
