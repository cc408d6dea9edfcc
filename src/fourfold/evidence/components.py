r"""Variance components of per-example losses: example, run, fold, training set.

Family f's loss on example i, predicted by the model that seed s trained without fold k(i), is

    loss[s, i] = mu + example[i] + run[s, k(i)] + training[k(i)] + residual[s, i]

The families see the same examples, so `example` is correlated among them; their seeds are not paired, so
`run` is not. A hold-out has one fold and its training set is fixed: no `training`. In K-fold
cross-validation the training sets overlap in all but one fold each, which the spread between folds hides:
with effects that add up over training examples the mean of K such effects has the variance
(K - 1)/K Var(training), not 1/K of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from fourfold.errors import OptionError

# Var(training) / Var(run), and the share of Var(training) that two families have in common, which leaves
# their difference. Folds can't tell, as their training sets overlap. Measured on fresh examples with small
# networks (16 to 20 training sets of 300 to 1,600 rows, 4 or 5 seeds each, three tasks): ratios .3 to 13,
# median 1.4; for the difference of two families .2 to 1.7, median .45.
TRAINING_PER_RUN = 1.5
TRAINING_SHARED = 0.7
# That folds scatter beyond examples and runs, or a family's runs beyond the others', is believed below this; the
# second, from the folds of one seed, below the lower one: 4 equal families of 1,000 rows are then covered at 93.4 to
# 94.9 % (94.0 to 95.1 % in one pool, 92.5 to 94.4 % at .05). Where one of them scatters eight times as much the others
# are covered at 95.2 % by intervals of 7.1 points instead of 20.2, and the one itself at 79 % instead of 72.
P_VALUE, P_VALUE_OF_FOLDS = 0.05, 0.02


@dataclass(frozen=True)
class Design:
    """Which trained model predicted which entry: S seeds, K folds (one: a hold-out), n examples."""

    seeds: int
    folds: int
    fold: np.ndarray  # (n,), numbered 0 to K - 1
    group: np.ndarray  # (n,), numbered 0 to G - 1: examples of one group depend on each other

    @property
    def examples(self) -> int:
        return len(self.fold)

    @property
    def groups(self) -> int:
        """G, as many as examples where each stands alone."""
        return int(self.group.max()) + 1

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the examples of each group: (..., n) to (..., G)."""
        if self.groups == self.examples:
            return values
        flat = values.reshape(-1, self.examples)
        return np.stack([np.bincount(self.group, row, self.groups) for row in flat]).reshape(
            *values.shape[:-1], self.groups
        )

    @classmethod
    def of(cls, runs: np.ndarray, fold: np.ndarray, groups: np.ndarray | None = None) -> Design:
        """From `runs` (S, n), the number of the model that predicted each entry, and `fold` (n,).

        ``groups`` (n,) names the examples that depend on each other, such as those of one patient.

        Raises:
            OptionError: ``bad-runs``, if a (seed, fold) was predicted by several models, or a model
                predicted several.
        """
        runs, fold = np.atleast_2d(runs), np.asarray(fold)
        if runs.shape[1] != len(fold) or len(fold) == 0:
            raise OptionError(
                "bad-runs",
                "runs and fold don't fit",
                got=f"runs {runs.shape}, fold {fold.shape}",
                wanted="runs (S, n) and fold (n,) with n >= 1",
                do="give the fold of each test example, and for each seed the run that predicted it",
            )
        _, number = np.unique(fold, return_inverse=True)
        cells = len(runs) * (int(number.max()) + 1)
        cell = np.arange(len(runs))[:, None] * (int(number.max()) + 1) + number
        names, run = np.unique(runs, return_inverse=True)
        if not len(np.unique(run.reshape(cell.shape) * cells + cell)) == len(names) == cells:
            raise OptionError(
                "bad-runs",
                "runs must number the trained models: one for each seed and fold",
                got=f"{len(names)} runs for {cells} pairs of seed and fold",
                wanted="runs[s, i] equal where, and only where, seed and fold are",
                do="number the runs by seed * K + fold",
            )
        group = np.arange(len(fold)) if groups is None else np.unique(groups, return_inverse=True)[1]
        return cls(len(runs), int(number.max()) + 1, number, group)


@dataclass(frozen=True)
class Estimate:
    """A contrast of mean losses with its variance by source and Satterthwaite's degrees of freedom."""

    value: float
    example: float
    run: float
    fold: float
    training: float
    dof: float

    @property
    def variance(self) -> float:
        return self.example + self.run + self.fold + self.training

    @property
    def standard_error(self) -> float:
        return float(np.sqrt(self.variance))


class Components:
    """The moments of F families' losses, from which the variance of any contrast of their means follows.

    Args:
        losses: name -> (S, n), or (1, n) for a predictor without seeds of its own.
        design: which trained model predicted which entry.
        deterministic: names of predictors without seeds of their own, where S is 1.
        pseudo: the square of the loss of one error, for losses that are 0 or more by whole errors. It adds
            one error each way to the examples (Bonett and Price 2012), without which families that agree
            everywhere, or make no error, would be known exactly.

    Raises:
        OptionError: ``bad-losses``, if shapes don't fit, or a loss is not finite.
    """

    def __init__(
        self,
        losses: Mapping[str, np.ndarray],
        design: Design,
        *,
        deterministic: Collection[str] = (),
        pseudo: float = 0.0,
    ) -> None:
        self.names, self.design, self.pseudo = tuple(losses), design, pseudo
        S, K, n, fold, G = design.seeds, design.folds, design.examples, design.fold, design.groups
        F, sizes = len(self.names), np.bincount(design.fold)
        self.means, self.fold_means, centred = np.zeros(F), np.zeros((F, K)), np.zeros((F, n))
        self.random = np.zeros(F, bool)  # has seeds of its own
        square, noise = np.zeros(F), np.zeros(F)  # of cells among seeds: in all, and by their examples alone
        for f, name in enumerate(self.names):
            loss = _checked(name, losses[name], S, n)
            self.random[f] = name not in deterministic and len(loss) == S
            example = loss.mean(0)
            cells = np.stack([np.bincount(fold, row, K) for row in loss]) / sizes  # (S, K)
            self.means[f], self.fold_means[f] = example.mean(), cells.mean(0)
            centred[f] = example - self.fold_means[f, fold]
            if len(loss) > 1:
                square[f] = cells.var(0, ddof=1).mean()
                residual = loss - cells[:, fold] - centred[f]
                noise[f] = (design.sums(residual) ** 2).sum() / max((S - 1) * (G - K), 1) * K * G / n**2
        self.example_dof, sums = max(G - K, 1), design.sums(centred)
        self.example_covariance = sums @ sums.T / self.example_dof * G / n
        self.run_pool = np.arange(F) if S > 1 else np.zeros(F, int)  # whose runs are one estimate
        self.run_variance, self.run_dof = self._runs(square, noise)

    @property
    def runs_identified(self) -> bool:
        """Whether the data show what training again would change: several seeds, or several folds."""
        return self.design.seeds > 1 or self.design.folds > 1 or not self.random.any()

    def _runs(self, square: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Var(run) by family, what cells scatter beyond their examples, and its degrees of freedom."""
        S, K = self.design.seeds, self.design.folds
        scale, random = np.diag(self.example_covariance), self.random
        if S == K == 1 or not scale[random].sum() > 0:
            return np.zeros(len(scale)), np.ones(len(scale))
        square, noise, dof = self._seeds(square, noise, scale) if S > 1 else self._folds(scale)
        error = np.maximum(square, noise) * np.sqrt(2 / dof)
        return np.where(random, _positive_part(square - noise, error), 0.0), dof

    def _seeds(self, square: np.ndarray, noise: np.ndarray, scale: np.ndarray):
        """From seeds: half a family's own scatter, which is noisy (two degrees of freedom with three seeds in
        a hold-out), half the families' pool, in proportion to their variances over examples.

        A family that scatters significantly more than the others stands by itself: it is unsteady.
        """
        own_dof, steady = self.design.folds * (self.design.seeds - 1), self.random.copy()
        for f in np.flatnonzero(self.random):
            others = self.random & (np.arange(len(scale)) != f)
            expected = square[others].sum() / max(scale[others].sum(), 1e-300) * scale[f]
            if expected > 0:
                steady[f] = special.fdtrc(own_dof, own_dof * others.sum(), square[f] / expected) > P_VALUE
        count, size = max(int(steady.sum()), 1), max(scale[steady].sum(), 1e-300)
        square, noise = (
            np.where(steady, (part + part[steady].sum() / size * scale) / 2, part) for part in (square, noise)
        )
        # Var((own + pool) / 2) = (1 + 3 / count) / 4 Var(own)
        return square, noise, np.where(steady, own_dof * 4 * count / (count + 3), own_dof)

    def _folds(self, scale: np.ndarray):
        """From one seed: how paired differences scatter over folds, in one pool for all.

        A family that scatters significantly more than the others stands by itself, against their mean: it is unsteady.
        """
        seeded = np.flatnonzero(self.random).tolist()
        others = {f: [g for g in seeded if g != f] for f in seeded}
        unsteady = [f for f in seeded if len(seeded) > 2 and self._stands_out(f, others[f], scale)]
        steady = [f for f in seeded if f not in unsteady]
        if len(steady) < 2:
            steady, unsteady = seeded, []
        pooled, dof = self._pool(steady, scale)
        square, noise = np.outer(pooled, scale)
        dof = np.full(len(scale), dof)
        for f in unsteady:
            weights = self._against(f, steady)
            of_others = pooled * (weights[steady] ** 2 @ scale[steady])
            square[f], noise[f] = np.maximum(self._scatter(weights) - of_others, pooled * scale[f])
            self.run_pool[f], dof[f] = f + 1, self.design.folds - 1.0
        return square, noise, dof

    def _pool(self, families: list[int], scale: np.ndarray) -> tuple[np.ndarray, float]:
        """What the paired differences of families scatter over folds, for each unit of scale, and its dof."""
        eye = np.eye(len(scale))
        pairs = [eye[f] - eye[g] for i, f in enumerate(families) for g in families[:i]]
        pairs = pairs or [eye[f] for f in families]
        size = max(sum(w**2 @ scale for w in pairs), 1e-300)
        dof = max(len(families) - 1, 1) * (self.design.folds - 1.0)
        return np.sum([self._scatter(w) for w in pairs], axis=0) / size, dof

    def _scatter(self, weights: np.ndarray) -> np.ndarray:
        """The variance of a contrast over folds: in all, and by their examples alone."""
        by_examples = weights @ self.example_covariance @ weights * self.design.folds / self.design.examples
        return np.array([(weights @ self.fold_means).var(ddof=1), by_examples])

    def _against(self, family: int, others: list[int]) -> np.ndarray:
        """The contrast of a family with the mean of others."""
        weights = np.eye(len(self.names))[family]
        weights[others] = -1 / len(others)
        return weights

    def _stands_out(self, family: int, others: list[int], scale: np.ndarray) -> bool:
        (square, _), dof = self._pool(others, scale)
        weights = self._against(family, others)
        expected = square * (weights**2 @ scale)
        if not expected > 0:
            return False
        ratio = self._scatter(weights)[0] / expected
        return bool(special.fdtrc(self.design.folds - 1, dof, ratio) < P_VALUE_OF_FOLDS)

    def covariance(self) -> np.ndarray:
        """The modelled covariance of the means, (F, F): examples, runs and training sets."""
        S, K, n, G = self.design.seeds, self.design.folds, self.design.examples, self.design.groups
        deviation = np.sqrt(self.run_variance)
        shared = TRAINING_SHARED * np.outer(deviation, deviation)
        training = np.diag((1 - TRAINING_SHARED) * self.run_variance) + shared
        examples = self.example_covariance / n + np.eye(len(self.names)) * self.pseudo / G**2
        return examples + np.diag(self.run_variance) / (S * K) + training * TRAINING_PER_RUN * (K - 1) / K

    def contrast(self, weights: Mapping[str, float]) -> Estimate:
        r"""sum_f w_f mean_f with its variance (Satterthwaite's degrees of freedom go with it):

        example  = w' E w / n + |w|^2 pseudo / G^2      E: covariance over examples within folds
        run      = sum_f w_f^2 Var(run_f) / (S K)
        training = (K - 1)/K TRAINING_PER_RUN ((1 - c) sum_f w_f^2 Var(run_f) + c (sum_f w_f sd(run_f))^2)
        fold     = what the means of folds scatter beyond example and run, over K, where it is significant
        """
        S, K, n, G = self.design.seeds, self.design.folds, self.design.examples, self.design.groups
        w = np.array([weights.get(name, 0.0) for name in self.names])
        example = float(w @ self.example_covariance @ w / n + w @ w * self.pseudo / G**2)
        own, common = w**2 * self.run_variance, float(w @ np.sqrt(self.run_variance)) ** 2
        overlap = TRAINING_PER_RUN * (K - 1) / K
        run = float(own.sum()) / (S * K)
        training = overlap * ((1 - TRAINING_SHARED) * float(own.sum()) + TRAINING_SHARED * common)
        fold, squares = 0.0, example**2 / self.example_dof
        if run > 0:
            parts = np.bincount(self.run_pool, own * (run + training) / own.sum())
            dofs = np.bincount(self.run_pool, self.run_dof) / np.maximum(np.bincount(self.run_pool), 1)
            squares += float((parts**2 / np.maximum(dofs, 1)).sum())
        if K > 1 and S > 1:
            between, known = float((w @ self.fold_means).var(ddof=1)) / K, example + run
            if between > known and special.fdtrc(K - 1, self.example_dof, between / known) < P_VALUE:
                fold = between - known
                squares = between**2 / (K - 1) + training**2 / float(self.run_dof.min())
        total = example + run + fold + training
        dof = total**2 / squares if squares > 0 else float(self.example_dof)
        return Estimate(float(w @ self.means), example, run, fold, training, max(dof, 1.0))


def _positive_part(estimate: np.ndarray, error: np.ndarray) -> np.ndarray:
    """E[max(estimate + error Z, 0)], Z standard normal.

    Cut off at zero instead, the estimate from an unlucky draw of few seeds would leave runs out altogether,
    and the interval would be too short just then.
    """
    z = estimate / np.where(error > 0, error, 1.0)
    smooth = estimate * special.ndtr(z) + error * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.where(error > 0, smooth, np.maximum(estimate, 0))


def _checked(name: str, losses: np.ndarray, seeds: int, examples: int) -> np.ndarray:
    loss = np.atleast_2d(np.asarray(losses, float))
    if loss.shape not in {(seeds, examples), (1, examples)}:
        raise OptionError(
            "bad-losses",
            f"the losses of {name!r} don't fit the runs",
            got=f"shape {loss.shape}",
            wanted=f"({seeds}, {examples}) or (1, {examples})",
            do="give one loss for each seed and test example",
        )
    if not np.isfinite(loss).all():
        raise OptionError(
            "bad-losses",
            f"the losses of {name!r} are not all finite",
            got=f"{int((~np.isfinite(loss)).sum())} that are not",
            wanted="finite losses",
            do="give a family that diverged a status in place of losses",
        )
    return loss
