r"""Variance components of per-example losses: example, run, fold, training set.

Family f's loss on example i, predicted by the model that seed s trained without fold k(i), is

    loss[s, i] = mu + example[i] + run[s, k(i)] + training[k(i)] + residual[s, i]

The families see the same examples, so `example` is correlated among them; their seeds are not paired, so
`run` is not. A hold-out has one fold and its training set is fixed: no `training`. In K-fold
cross-validation the training sets overlap in all but one fold each, which the spread between folds hides:
with effects that add up over training examples the mean of K such effects has the variance
(K - 1)/K Var(training), not 1/K of it. Where the cross-validation is repeated, with other folds for other seeds, that
remains: the repeats' training sets overlap alike. What an example and the training set without its fold have to do with
each other is averaged over the repeats, and `example` is that much less.

A score is sum w loss / sum w, of balanced accuracy over each class's examples for themselves: how many there are of a
class, and what they weigh, is given and no part of the variance. So a loss stands for what it adds to that of its
stratum, L[s, i] = loss[s, i] - w[i] sum_stratum loss / sum_stratum w + mean (the linearised ratio; Särndal, Swensson
and Wretman 1992, chapter 5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from fourfold.errors import OptionError
from fourfold.evidence.design import Design
from fourfold.evidence.units import Units

# Var(training) / Var(run), and the share of Var(training) that two families have in common, which leaves
# their difference. Folds can't tell, as their training sets overlap. Measured on fresh examples with small
# networks (16 to 20 training sets of 300 to 1,600 rows, 4 or 5 seeds each, three tasks): ratios .3 to 13,
# median 1.4; for the difference of two families .2 to 1.7, median .45.
TRAINING_PER_RUN = 1.5
TRAINING_SHARED = 0.7
# An unsteady family's Var(run), above so many times that of the steady ones (which differ by as much among
# themselves), is the luck of single trainings: whether the task is learned at all. The first ratio is then the
# second. Measured as above where a family learned in some trainings only: -.04 and -.07, at most .02 and .29.
ORDINARY, TRAINING_PER_EXCESS = 9.0, 0.1
# That folds scatter beyond examples and runs, or a family's runs beyond the others', is believed below this; the
# second, from the folds of one seed, below the lower one: 4 equal families of 1,000 rows are then covered at 93.4 to
# 94.9 % (94.0 to 95.1 % in one pool, 92.5 to 94.4 % at .05). Where one of them scatters eight times as much the others
# are covered at 95.2 % by intervals of 7.1 points instead of 20.2.
P_VALUE, P_VALUE_OF_FOLDS = 0.05, 0.02

TINY = 1e-300
"""Keeps quotients of nothing by nothing at zero."""

ROUNDING = 1e-20
"""What equal means scatter as squares, of a variance: the order in which losses are summed must not decide."""


@dataclass(frozen=True)
class _Scatter:
    """The variances (2, F) of a family's cells, in all and by their examples alone: its own, and if it were steady."""

    own: np.ndarray
    steady: np.ndarray
    dof: np.ndarray  # (F,)


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
        errors: whether a loss is an error or a share of one. Then one error each way is added to each stratum
            (Bonett and Price 2012), without which families that agree everywhere, or make no error, would be known
            exactly; see `Units`.
        constant: names of predictors that read no input, which get no such error.

    Raises:
        OptionError: ``bad-losses``, if shapes don't fit, or a loss is not finite.
    """

    def __init__(
        self,
        losses: Mapping[str, np.ndarray],
        design: Design,
        *,
        deterministic: Collection[str] = (),
        errors: bool = False,
        constant: Collection[str] = (),
    ) -> None:
        self.names, self.design = tuple(losses), design
        S, K, R, n, G = design.seeds, design.folds, design.repeats, design.examples, design.groups
        F, repeat, fold = len(self.names), design.repeat, design.fold[design.repeat]  # (S, n), of each seed
        sizes = np.stack([np.bincount(line) for line in design.fold])[repeat]  # (S, K)
        of_repeat = (np.arange(R)[:, None] == repeat) / np.bincount(repeat)[:, None]  # (R, S), means over seeds
        self.units = Units.of(design, [_checked(name, losses[name], S, n).mean(0) for name in self.names])
        self.counted = errors * np.array([name not in constant for name in self.names])
        self.pseudo = self.counted[:, None] * self.units.size**2 / n**2  # (F, C), of a mean's variance
        in_parts = self.units.dof(design)
        unbiased = np.sqrt(self.units.count / in_parts)[design.stratum]
        self.means, self.fold_means = np.zeros(F), np.zeros((F, R, K))
        centred = np.zeros((F, R, n))  # of each repeat, within its folds, if these hold several groups
        self.random = np.zeros(F, bool)  # has seeds of its own
        square, noise = np.zeros(F), np.zeros(F)  # of cells among seeds: in all, and by their examples alone
        for f, name in enumerate(self.names):
            loss = _checked(name, losses[name], S, n)
            self.random[f] = name not in deterministic and len(loss) == S
            self.means[f] = loss.mean()
            loss = loss - design.weight * self.units.rates[f, design.stratum] + self.means[f]
            loss = np.broadcast_to(loss, (S, n))
            cells = np.stack([np.bincount(k, row, K) for k, row in zip(fold, loss)]) / sizes  # (S, K)
            self.fold_means[f] = of_repeat @ cells
            inside = loss - np.take_along_axis(cells, fold, axis=1)
            centred[f] = of_repeat @ (inside if design.parted or K == 1 else loss - self.means[f])
            if self.random[f] and S > R:
                square[f] = ((cells - self.fold_means[f, repeat]) ** 2).sum() / (K * (S - R))
                residual = inside - (of_repeat @ inside)[repeat]
                noise[f] = (design.sums(residual) ** 2).sum() / max((S - R) * (G - K), 1) * K * G / n**2
        centred *= unbiased
        by_repeat = design.sums(centred)
        self.of_repeats = np.einsum("frg,hrg->rfh", by_repeat, by_repeat) / n  # (R, F, F), the same of one repeat
        centred = np.einsum("r,frn->fn", design.shares, centred)
        self.example_dof, self.group_sums = max(G - 1 - design.parted, 1), design.sums(centred)
        self.example_covariance = self.group_sums @ self.group_sums.T / n
        self.part_sums = np.stack([np.bincount(design.parts()[0], row) for row in centred])
        self.run_pool = np.arange(F) if S > 1 else np.zeros(F, int)  # whose runs are one estimate
        self.run_variance, self.training_variance, self.run_dof = self._runs(square, noise)

    @property
    def runs_identified(self) -> bool:
        """Whether the data show what training again would change: several seeds, or several folds."""
        return self.design.seeds > 1 or self.design.folds > 1 or not self.random.any()

    @property
    def unsteady(self) -> tuple[str, ...]:
        """From one seed: the families whose lead over the others scatters most over folds; they stand by themselves."""
        return tuple(n for n, pool in zip(self.names, self.run_pool) if pool > 0 and self.design.seeds == 1)

    def _runs(self, square: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """By family: Var(run), what cells scatter beyond their examples, Var(training), and degrees of freedom."""
        S, K = self.design.seeds, self.design.folds
        scale, random = np.diag(self.example_covariance), self.random
        if S == K == 1 or not scale[random].sum() > 0:
            return np.zeros(len(scale)), np.zeros(len(scale)), np.ones(len(scale))
        found = self._seeds(square, noise, scale) if S > 1 else self._folds(scale)
        run, steady = (
            np.where(random, _positive_part(square - noise, np.maximum(square, noise) * np.sqrt(2 / found.dof)), 0.0)
            for square, noise in (found.own, found.steady)
        )
        ordinary = np.minimum(run, ORDINARY * steady)
        return run, TRAINING_PER_RUN * ordinary + TRAINING_PER_EXCESS * (run - ordinary), found.dof

    def _seeds(self, square: np.ndarray, noise: np.ndarray, scale: np.ndarray) -> _Scatter:
        """From seeds: half a family's own scatter, which is noisy (two degrees of freedom with three seeds in
        a hold-out), half the families' pool, in proportion to their variances over examples.

        A family that scatters significantly more than the others stands by itself: it is unsteady.
        """
        own_dof, steady = self.design.folds * (self.design.seeds - self.design.repeats), self.random.copy()
        for f in np.flatnonzero(self.random):
            others = self.random & (np.arange(len(scale)) != f)
            expected = square[others].sum() / max(scale[others].sum(), TINY) * scale[f]
            if expected > ROUNDING * scale[f]:
                steady[f] = special.fdtrc(own_dof, own_dof * others.sum(), square[f] / expected) > P_VALUE
        count, own = max(int(steady.sum()), 1), np.stack([square, noise])
        pool = np.outer(own[:, steady].sum(1) / max(scale[steady].sum(), TINY), scale)
        half = (own + pool) / 2
        # Var((own + pool) / 2) = (1 + 3 / count) / 4 Var(own)
        dof = np.where(steady, own_dof * 4 * count / (count + 3), own_dof)
        return _Scatter(np.where(steady, half, own), np.where(steady, half, pool), dof)

    def _folds(self, scale: np.ndarray) -> _Scatter:
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
        pool, dof = np.outer(pooled, scale), np.full(len(scale), dof)
        own = pool.copy()
        for f in unsteady:
            weights = self._against(f, steady)
            of_others = pooled * (weights[steady] ** 2 @ scale[steady])
            own[:, f] = np.maximum(self._scatter(weights) - of_others, pool[:, f])
            self.run_pool[f], dof[f] = f + 1, self.design.folds - 1.0
        return _Scatter(own, pool, dof)

    def _pool(self, families: list[int], scale: np.ndarray) -> tuple[np.ndarray, float]:
        """What the paired differences of families scatter over folds, for each unit of scale, and its dof."""
        eye = np.eye(len(scale))
        pairs = [eye[f] - eye[g] for i, f in enumerate(families) for g in families[:i]]
        pairs = pairs or [eye[f] for f in families]
        size = max(sum(w**2 @ scale for w in pairs), TINY)
        dof = max(len(families) - 1, 1) * (self.design.folds - 1.0)
        return np.sum([self._scatter(w) for w in pairs], axis=0) / size, dof

    def _scatter(self, weights: np.ndarray) -> np.ndarray:
        """The variance of a contrast over folds: in all, and by their examples alone."""
        by_examples = weights @ self.example_covariance @ weights * self.design.folds / self.design.examples
        return np.array([self._between(weights), by_examples])

    def _between(self, weights: np.ndarray) -> float:
        """The variance of a contrast over the folds of a repeat."""
        return float(np.einsum("f,frk->rk", weights, self.fold_means).var(axis=1, ddof=1).mean())

    def _against(self, family: int, others: list[int]) -> np.ndarray:
        """The contrast of a family with the mean of others."""
        weights = np.eye(len(self.names))[family]
        weights[others] = -1 / len(others)
        return weights

    def _stands_out(self, family: int, others: list[int], scale: np.ndarray) -> bool:
        (square, _), dof = self._pool(others, scale)
        weights = self._against(family, others)
        expected = square * (weights**2 @ scale)
        if not expected > ROUNDING * scale[family]:
            return False
        ratio = self._scatter(weights)[0] / expected
        return bool(special.fdtrc(self.design.folds - 1, dof, ratio) < P_VALUE_OF_FOLDS)

    def covariance(self) -> np.ndarray:
        """The modelled covariance of the means, (F, F): examples, runs and training sets."""
        S, K, n = self.design.seeds, self.design.folds, self.design.examples
        deviation = np.sqrt(self.training_variance)
        shared = TRAINING_SHARED * np.outer(deviation, deviation)
        training = np.diag((1 - TRAINING_SHARED) * self.training_variance) + shared
        examples = self.example_covariance / n + np.diag(self.pseudo.sum(1))
        return examples + np.diag(self.run_variance) / (S * K) + training * (K - 1) / K

    def contrast(self, weights: Mapping[str, float], *, errors: bool = True) -> Estimate:
        r"""sum_f w_f mean_f with its variance (Satterthwaite's degrees of freedom go with it):

        example  = w' E w / n + sum_k p_k^2 / (p_k + 2 v_k)      E: covariance over examples within folds and strata
        run      = sum_f w_f^2 Var(run_f) / (S K)
        training = (K - 1)/K ((1 - c) sum_f w_f^2 Var(training_f) + c (sum_f w_f sd(training_f))^2)
        fold     = what the means of a repeat's folds scatter beyond its examples and runs, over K R, where it is
                   significant; of predictors with seeds alone

        v_k is the part of stratum k in the first term, p_k that of one error of each family: without any the variance
        is p_k, with many the second term vanishes. Not so without ``errors``.
        """
        S, K, n = self.design.seeds, self.design.folds, self.design.examples
        w = np.array([weights.get(name, 0.0) for name in self.names])
        in_strata, example_dof = self._examples(w)
        one_error = self._one_error(w) * errors
        example = float(w @ self.example_covariance @ w / n)
        example += float((one_error**2 / np.maximum(one_error + 2 * in_strata, TINY)).sum())
        runs, sets = w**2 * self.run_variance / (S * K), w**2 * self.training_variance
        common = float(w @ np.sqrt(self.training_variance)) ** 2
        run = float(runs.sum())
        training = (K - 1) / K * ((1 - TRAINING_SHARED) * float(sets.sum()) + TRAINING_SHARED * common)
        fold, squares = 0.0, example**2 / example_dof
        if run > 0:
            parts = np.bincount(self.run_pool, runs + sets * (training / max(sets.sum(), TINY)))
            dofs = np.bincount(self.run_pool, self.run_dof) / np.maximum(np.bincount(self.run_pool), 1)
            squares += float((parts**2 / np.maximum(dofs, 1)).sum())
        if K > 1 and S > 1 and w[self.random].any():
            between, dof = self._between(w) / K, self.design.repeats * (K - 1)
            known = example + run + self._of_one_repeat(w, run)
            if between > known and special.fdtrc(dof, example_dof, between / known) < P_VALUE:
                part = float((self.design.shares**2).sum())  # 1 / R
                fold, rest = part * (between - known), example + run - part * known
                squares = (part * between) ** 2 / dof + rest**2 / example_dof
                squares += training**2 / float(self.run_dof.min())
        total = example + run + fold + training
        dof = total**2 / squares if squares > 0 else example_dof
        return Estimate(float(w @ self.means), example, run, fold, training, max(dof, 1.0))

    def _one_error(self, weights: np.ndarray) -> np.ndarray:
        """The variance (C,) that one error of each family would give a contrast; of a difference, where groups have
        several examples, no more than errors of the size in which the families disagree there."""
        own = weights**2 @ self.pseudo
        if not (self.units.of_groups and (weights < 0).any()):
            return own
        apart = self.units.sized(np.abs(weights @ self.units.losses))
        return np.minimum(own, weights**2 @ self.counted * (apart / self.design.examples) ** 2)

    def _of_one_repeat(self, weights: np.ndarray, run: float) -> float:
        """How much more examples and runs let the mean of one repeat vary than that of all."""
        one = np.einsum("f,rfh,h->r", weights, self.of_repeats, weights).mean()
        examples = float(one - weights @ self.example_covariance @ weights) / self.design.examples
        return examples + run * (float((1 / self.design.shares).mean()) - 1)

    def skewness(self, name: str, error: float) -> float:
        """That of a mean with this standard error, of which examples are the skewed part; never negative.

        Errors end at 0, and large ones are rare: a skewness below 0, which few groups often show, is chance.
        """
        return max(float(((self.group_sums[self.names.index(name)] / self.design.examples / error) ** 3).sum()), 0.0)

    def _examples(self, weights: np.ndarray) -> tuple[np.ndarray, float]:
        """The variance of a contrast by strata (C,), of examples alone, and Satterthwaite's degrees of freedom."""
        variances = np.bincount(self.units.stratum, (weights @ self.part_sums) ** 2) / self.design.examples**2
        squares = (variances**2 / self.units.dof(self.design)).sum()
        return variances, float(variances.sum() ** 2 / squares) if squares > 0 else float(self.example_dof)


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
