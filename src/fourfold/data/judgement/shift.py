"""Whether the user's own test rows come from where the other rows come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fourfold.data.dataset import Finding
from fourfold.data.messages import counted, listed

from .case import MOST_ROWS, Case
from .leaks import LARGEST

LEVEL, DISTANCE = 0.001, 0.1
"""A column is shifted if the two-sample test says so at this level (divided by the columns), and if the largest
distance between the two distribution functions (or the total variation) is above this."""

TELLING = 0.65
"""The area under the curve from which on a tree is said to tell test rows from training rows."""

FEWEST = 20


def judge(case: Case) -> Iterator[Finding]:
    """Each column by two-sample tests (Kolmogorov-Smirnov and the sum of ranks; chi squared for words), all of them by
    a small tree."""
    test = case.dataset.test_rows
    if test is None or len(test) < FEWEST or case.dataset.rows - len(test) < FEWEST:
        return
    rng = np.random.default_rng(0)
    train = rng.permutation(np.setdiff1d(np.arange(case.dataset.rows), test))[:MOST_ROWS]
    test = rng.permutation(test)[:MOST_ROWS]
    looked_at = np.concatenate([train, test])
    columns = list(_columns(case, looked_at))
    targets = [
        (f"target {name}", "category" if classes else "number", codes[looked_at].astype(float))
        for name, (codes, classes) in case.targets.items()
    ]
    shifted = []
    for name, kind, values in [*columns, *targets]:
        distance, chance = _two_samples(kind, values[: len(train)], values[len(train) :])
        if distance >= DISTANCE and chance < LEVEL / (len(columns) + len(targets)):
            shifted.append((distance, name))
    if shifted:
        shifted.sort(reverse=True)
        names = [name for _, name in shifted]
        yield Finding(
            "shifted-columns",
            f"{counted(len(names), 'column')} with another distribution in the test rows: {listed(names)}",
            "largest distance of the distributions",
            shifted[0][0],
            "ask where the test rows come from; their score is not that of the other rows",
            important=True,
            columns=tuple(names),
        )
    if columns:
        area = _telling(np.stack([values for *_, values in columns], axis=1), len(train), len(test))
        if area >= TELLING:
            yield Finding(
                "test-rows-told",
                f"a small tree tells test rows from the others (area under the curve {area:.2f}, chance is 0.5)",
                "area under the curve",
                area,
                "ask where the test rows come from; their score is not that of the other rows",
                important=True,
            )


def _columns(case: Case, rows: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
    if case.dataset.layout == "flat":
        yield from case.columns(rows)
    elif isinstance(case.dataset.inputs, np.ndarray):
        yield from case.pixels(rows)


def _two_samples(kind: str, first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """How far the two samples are apart (0 to 1), and how probable as much is by chance: of numbers as the largest
    distance of their distributions and, if they have moved, which shows in fewer rows, as the sum of their ranks."""
    from scipy import stats  # half a second of start-up time

    first, second = (np.nan_to_num(part, nan=-1e300) for part in (first, second))
    if kind != "category":
        found: Any = stats.ks_2samp(first, second, method="asymp")
        moved = stats.mannwhitneyu(first, second, method="asymptotic").pvalue if found.pvalue < 1 else 1.0
        return float(found.statistic), min(1.0, 2 * float(min(found.pvalue, moved)))
    levels, inverse = np.unique(np.concatenate([first, second]), return_inverse=True)
    counts = np.stack(
        [np.bincount(part, minlength=len(levels)) for part in (inverse[: len(first)], inverse[len(first) :])]
    )
    if len(levels) < 2:
        return 0.0, 1.0
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(np.abs(shares[0] - shares[1]).sum() / 2), float(stats.chi2_contingency(counts)[1])  # pyright: ignore


def _telling(matrix: np.ndarray, train: int, test: int) -> float:
    """The area under the curve of a tree that tells the last rows, which are tested, from the others, on rows it has
    not seen."""
    from sklearn.metrics import roc_auc_score  # a second of start-up time
    from sklearn.model_selection import cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    is_test = np.repeat([0, 1], [train, test])
    leaf = max(5, min(train, test) // 20)
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=leaf, class_weight="balanced", random_state=0)
    inputs = np.clip(np.nan_to_num(matrix, nan=-LARGEST), -LARGEST, LARGEST)
    order = np.random.default_rng(0).permutation(len(is_test))
    told = np.asarray(cross_val_predict(tree, inputs[order], is_test[order], cv=3, method="predict_proba"))
    return float(roc_auc_score(is_test[order], told[:, 1]))
