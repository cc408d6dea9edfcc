"""Which trained model predicted which example, and what the examples are to each other and to the score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from fourfold.errors import OptionError

BLOCKS = 50
"""As many blocks of neighbours as rows in order of time are parted into, if there are enough rows."""


class Examples(TypedDict, total=False):
    """What n examples are to each other and to the score.

    ``groups``: which depend on each other; None if each stands alone. ``strata``: the classes that a balanced accuracy
    is the mean over; else None. ``weights``: the loss of a wrong example, to a factor; None if all are alike.
    """

    groups: np.ndarray | None
    strata: np.ndarray | None
    weights: np.ndarray | None


@dataclass(frozen=True)
class Design:
    """S seeds, R repeats of K folds (one: a hold-out), n examples in G groups and C strata."""

    seeds: int
    folds: int
    fold: np.ndarray  # (R, n), numbered 0 to K - 1
    repeat: np.ndarray  # (S,), numbered 0 to R - 1: whose folds a seed was trained with
    group: np.ndarray  # (n,), numbered 0 to G - 1: examples of one group depend on each other
    stratum: np.ndarray  # (n,), numbered 0 to C - 1: the score is a sum over strata, each of a weight that is given
    weight: np.ndarray  # (n,), the loss of an example that is wrong

    @property
    def examples(self) -> int:
        return len(self.group)

    @property
    def repeats(self) -> int:
        return len(self.fold)

    @property
    def shares(self) -> np.ndarray:
        """The share of the seeds that each repeat (R,) has."""
        return np.bincount(self.repeat) / self.seeds

    @property
    def groups(self) -> int:
        """G, as many as examples where each stands alone."""
        return int(self.group.max()) + 1

    @property
    def strata(self) -> int:
        return int(self.stratum.max()) + 1

    @property
    def parted(self) -> int:
        """The degrees of freedom that the means of folds take from the groups: R (K - 1); none where each fold is a
        group of its own, whose difference from the others is then all that is seen of groups."""
        return 0 if self.groups == self.folds else self.repeats * (self.folds - 1)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the examples of each group: (..., n) to (..., G)."""
        if self.groups == self.examples:
            return values
        return _sums(values, self.group, self.groups)

    def by_stratum(self, values: np.ndarray) -> np.ndarray:
        """Sums over the examples of each stratum: (..., n) to (..., C)."""
        return _sums(values, self.stratum, self.strata)

    def parts(self) -> tuple[np.ndarray, np.ndarray]:
        """The part of a group in a stratum that each example (n,) lies in, and the stratum of each part (P,)."""
        pairs, part = np.unique(self.group * self.strata + self.stratum, return_inverse=True)
        return part, pairs % self.strata

    @classmethod
    def of(
        cls,
        runs: np.ndarray,
        fold: np.ndarray,
        groups: np.ndarray | None = None,
        strata: np.ndarray | None = None,
        weights: np.ndarray | None = None,
    ) -> Design:
        """From `runs` (S, n), the number of the model that predicted each entry, and `fold` (n,) or (S, n).

        Seeds whose folds differ are of different repeats of the cross-validation.

        ``groups`` (n,) names the examples that depend on each other, such as those of one patient; ``strata`` (n,) the
        classes of a balanced accuracy; ``weights`` (n,) are what examples count in the score.

        Raises:
            OptionError: ``bad-runs``, if a (seed, fold) was predicted by several models, or a model
                predicted several.
        """
        runs, fold = np.atleast_2d(runs), np.atleast_2d(fold)
        if fold.shape not in {runs.shape, (1, runs.shape[1])} or fold.size == 0:
            raise OptionError(
                "bad-runs",
                "runs and fold don't fit",
                got=f"runs {runs.shape}, fold {fold.shape}",
                wanted="runs (S, n) and fold (n,) or (S, n) with n >= 1",
                do="give the fold of each test example, and for each seed the run that predicted it",
            )
        count, number = len(runs), np.stack([np.unique(line, return_inverse=True)[1] for line in fold])
        fold, repeat = np.unique(number, axis=0, return_inverse=True)
        repeat = np.broadcast_to(repeat.reshape(-1), count)
        folds = int(fold.max()) + 1
        if not (fold.max(axis=1) + 1 == folds).all() or 1 < len(fold) == count:
            raise OptionError(
                "bad-runs",
                "the folds of the seeds don't fit each other",
                got=f"{count} seeds with {len(fold)} partitions into {', '.join(map(str, fold.max(axis=1) + 1))} folds",
                wanted="as many folds in each repeat of the cross-validation, and fewer repeats than seeds",
                do="give several seeds the same folds",
            )
        cells = count * folds
        cell = np.arange(count)[:, None] * folds + fold[repeat]
        names, run = np.unique(runs, return_inverse=True)
        if not len(np.unique(run.reshape(cell.shape) * cells + cell)) == len(names) == cells:
            raise OptionError(
                "bad-runs",
                "runs must number the trained models: one for each seed and fold",
                got=f"{len(names)} runs for {cells} pairs of seed and fold",
                wanted="runs[s, i] equal where, and only where, seed and fold are",
                do="number the runs by seed * K + fold",
            )
        n = runs.shape[1]
        group = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
        stratum = np.zeros(n, int) if strata is None else np.unique(strata, return_inverse=True)[1]
        weight = np.ones(n) if weights is None else np.asarray(weights, float)
        return cls(count, folds, fold, repeat, group, stratum, weight / weight.mean())


def _sums(values: np.ndarray, number: np.ndarray, count: int) -> np.ndarray:
    flat = values.reshape(-1, len(number))
    return np.stack([np.bincount(number, row, count) for row in flat]).reshape(*values.shape[:-1], count)


def blocks_in_time(fold: np.ndarray) -> np.ndarray:
    """A block of neighbours for each of n examples in order of time, whose folds (n,) stand one after the other.

    Examples of one block may depend on each other in any way, those of different blocks are taken as independent: what
    joins them are the ends of blocks. So few long blocks err less, and more of them are known better. There are
    `BLOCKS`, or fewer so that each has n^(1/3) examples, none of them in two folds.

    Source: Schmeiser 1982, "Batch size effects in the analysis of simulation output"; Carlstein 1986, "The use of
    subseries values for estimating the variance of a general statistic from a stationary sequence", for n^(1/3).

    >>> blocks_in_time(np.repeat([0, 1], [8, 4])).tolist()
    [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4]
    """
    length = max(len(fold) / BLOCKS, len(fold) ** (1 / 3))
    sizes = np.unique(fold, return_counts=True)[1]
    counts = np.maximum(np.round(sizes / length).astype(int), 1)
    within = [np.arange(size) * count // size for size, count in zip(sizes, counts)]
    return np.concatenate([numbers + before for numbers, before in zip(within, np.cumsum(counts) - counts)])
