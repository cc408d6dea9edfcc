"""Scores of probabilities p (n, K) of classes y (n,), each row of which has a weight w (n,).

Source: Hand and Till 2001 (AUC of several classes); DeLong, DeLong and Clarke-Pearson 1988 (its parts); Bröcker 2012,
Kumar et al. 2019 (debiased calibration).
"""

from __future__ import annotations

import numpy as np

CALIBRATION_BINS = 15


def surprise(p: np.ndarray) -> np.ndarray:
    """Minus the logarithm of probabilities, kept off 0 and 1 as scikit-learn keeps them."""
    tiny = np.finfo(float).eps
    return -np.log(np.clip(p, tiny, 1 - tiny))


def log_loss(p: np.ndarray, w: np.ndarray) -> float:
    """Minus the mean logarithm of the probabilities (n,) of what is true, kept off 0 and 1 as scikit-learn keeps them.

    >>> round(log_loss(np.array([1.0, 0.5, 0.0]), np.ones(3)), 2)
    12.25
    """
    return float(np.average(surprise(p), weights=w))


def balanced_accuracy(right: np.ndarray, target: np.ndarray, w: np.ndarray) -> float:
    """The mean over the classes of the share of their rows that is predicted right, ``right`` (n,) or not."""
    total, hits = np.bincount(target, w), np.bincount(target, w * right)
    return float(np.mean(hits[total > 0] / total[total > 0]))


def auc_parts(p: np.ndarray, target: np.ndarray, w: np.ndarray) -> tuple[float, np.ndarray]:
    """The area under the curve of each class against the rest, mean over the classes, and what each row adds to it
    (n,): with the area as their mean, their scatter is that of the area. NaN where all are of one class.

    The area is the share of the pairs of a row of the class and one of the rest whose probabilities are in this order,
    equal ones by half (Mann-Whitney).
    A row of the class adds the share of the rest that it stands before, one of the rest the share of the class that
    stands before it (DeLong, DeLong and Clarke-Pearson 1988).

    >>> area, parts = auc_parts(np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]), np.array([0, 0, 1]), np.ones(3))
    >>> area, float(parts.mean())
    (1.0, 1.0)
    """
    areas, added = [], []
    for k in np.unique(target[w > 0]):
        inside = np.where(target == k, w, 0.0)
        _, place = np.unique(p[:, k], return_inverse=True)
        own, rest = np.bincount(place, inside), np.bincount(place, w - inside)
        if not own.sum() * rest.sum() > 0:
            return np.nan, np.full(len(w), np.nan)
        before, behind = np.cumsum(rest) - rest / 2, own.sum() - np.cumsum(own) + own / 2
        area = own @ before / (own.sum() * rest.sum())
        ahead = np.where(target == k, before[place] / rest.sum(), behind[place] / own.sum())
        share = w / np.where(target == k, own.sum(), rest.sum())
        areas.append(area)
        added.append(area + len(w) * share * (ahead - area))
    return float(np.mean(areas)), np.mean(added, axis=0)


def calibration_error(p: np.ndarray, target: np.ndarray, w: np.ndarray, bins: int = CALIBRATION_BINS) -> float:
    """sqrt(max(mean_b [(conf_b - acc_b)^2 - acc_b (1 - acc_b) / (n_b - 1)], 0)) over equal-mass bins.

    n_b counts rows as sum(w)^2 / sum(w^2).
    """
    confidence, right, squares = p.max(-1), p.argmax(-1) == target, 0.0
    for part in np.array_split(np.argsort(confidence, kind="stable"), bins):
        mine = w[part]
        if (count := mine.sum() ** 2 / max((mine**2).sum(), 1e-300)) > 1:
            accuracy, sure = (np.average(values[part], weights=mine) for values in (right, confidence))
            squares += ((sure - accuracy) ** 2 - accuracy * (1 - accuracy) / (count - 1)) * mine.sum()
    return float(np.sqrt(max(squares / w.sum(), 0.0)))
