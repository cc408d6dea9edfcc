r"""Losses drawn from a world whose components are known, to see whether the statistics cover.

A family is right about row i when a latent score is positive (a probit model, so that the variance
follows the mean as it does for accuracies):

    latent[s, i] = a + run[s, k] + training[k] + noise[s, i]
    noise[s, i]  = sqrt(q) (sqrt(c) difficulty[i] + sqrt(1 - c) own[i]) + sqrt(1 - q) residual[s, i]
    training[k]  = sum_{j != k} block[j]                              folds' training sets overlap

where the families share `difficulty`, so that E[accuracy] = Phi(a / sqrt(1 + Var run + Var training)) is exact. In a
hold-out the training set is given, and `training` is part of a. Of several classes runs and training sets have effects
on each, and so on the balanced accuracy. Rows of a group have a share of all three parts of the noise in common.

Repeats of the cross-validation part the same rows into other blocks, so that sum_j block[j] is the same in each. A row
and the training set without it have something to do with each other,

    own[i] = sqrt(1 - p) itself[i] + sqrt(p) partition[r, i]

A number is missed by e = h[i] exp(run[s, k] + training[k]) noise[s, i] times what makes E[e^2] (the RMSE's square) or
E|e| exact; h[i], the same for all families, makes the tails of h noise those of Student's t.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import signal, special, stats

Study = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]  # losses by family, runs, fold


@dataclass(frozen=True)
class World:
    """Families of known expected score, S seeds, K folds (one: a hold-out) and n examples.

    `repeats` are those of the cross-validation, each with a part of the seeds; `partition_share` is p.

    `run` and `training` are the standard deviations of their effects on the latent scale, where the noise has variance
    1; near an accuracy p one unit is phi(Phi^-1(p)) of accuracy. `same_difficulty` (c) and `same_training` are the
    shares of variance that families have in common, `example_share` is q.

    `unsteady`: how many times as much the first family's runs scatter; what training sets do to it stays the same.

    `classes`: their shares of the rows; the score is the balanced accuracy. `groups`: that many, of one, two or three
    parts of the rows; `group_share` is what their rows have in common. `steps`: an example is a series of so many rows,
    a group, and its loss their mean. `score`: one of `statistics.SCORES`; errors have Student's t with `tails` degrees
    of freedom (0: normal). `memory`: the correlation of the noise of neighbours where rows stand in order of time, and
    folds are one part after the other; None where they do not.

    >>> world = World((0.9, 0.8), seeds=3, folds=5, examples=200)
    >>> losses, runs, fold = world.draw(np.random.default_rng(0))
    >>> losses["family 1"].shape, runs.shape, fold.shape
    ((3, 200), (3, 200), (200,))
    """

    scores: tuple[float, ...]
    seeds: int
    folds: int
    examples: int
    run: float = 0.05
    training: float = 0.06
    unsteady: float = 1.0
    example_share: float = 0.7
    same_difficulty: float = 0.6
    same_training: float = 0.7
    classes: tuple[float, ...] = ()
    groups: int = 0
    group_share: float = 0.5
    steps: int = 1
    score: str = "accuracy"
    tails: float = 0.0
    repeats: int = 1
    partition_share: float = 0.0
    memory: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"family {f + 1}" for f in range(len(self.scores)))

    @cached_property
    def strata(self) -> np.ndarray:
        """The class of each example (n,), the same in each draw."""
        ends = np.cumsum(self.classes or (1.0,))[:-1] * self.examples
        return np.searchsorted(np.round(ends), np.arange(self.examples), side="right")

    @cached_property
    def weights(self) -> np.ndarray:
        """What each example counts (n,), of mean 1: of each class alike."""
        counts = np.bincount(self.strata)
        return (self.examples / (len(counts) * counts))[self.strata]

    @cached_property
    def group(self) -> np.ndarray:
        """The group of each example (n,), the same in each draw."""
        if not self.groups:
            return np.arange(self.examples)
        parts = np.cumsum(1 + np.arange(self.groups) % 3)
        ends = parts[:-1] / parts[-1] * self.examples
        return np.searchsorted(np.round(ends), np.arange(self.examples), side="right")

    def draw(self, random: np.random.Generator) -> Study:
        """Losses (S, n) by family, as `statistics.Analysis` takes them, the runs and the folds."""
        S, K, R = self.seeds, self.folds, self.repeats
        folds = np.stack([self._folds(random) for _ in range(R)])  # (R, n)
        repeat = np.arange(S) * R // S
        fold = folds[repeat] if R > 1 else folds[0]
        training_sd = self.training if K > 1 else 0.0
        block_sd = training_sd / np.sqrt(max(K - 1, 1))
        cells, seed = (K, self.strata[-1] + 1), np.arange(S)[:, None]
        runs = seed * K + fold
        difficulty, common = self._normal(random), random.normal(size=(R, *cells))
        tails = self._tails(random)
        losses = {}
        for name, score in zip(self.names, self.scores):
            c, t, q = self.same_difficulty, self.same_training, self.example_share
            own = self._normal(random)
            if self.partition_share:
                of_partition = np.stack([self._normal(random) for _ in range(R)])[repeat]
                p = self.partition_share
                own = np.sqrt(1 - p) * own + np.sqrt(p) * of_partition
            row = np.sqrt(c) * difficulty + np.sqrt(1 - c) * own
            block = block_sd * (np.sqrt(t) * common + np.sqrt(1 - t) * random.normal(size=common.shape))
            block += block[0].mean(0) - block.mean(1, keepdims=True)  # the rows are the same in each repeat
            training = (block.sum(1, keepdims=True) - block)[repeat[:, None], fold, self.strata]
            run_sd = self.run * (self.unsteady if name == self.names[0] else 1.0)
            run = run_sd * random.normal(size=(S, *cells))[seed, fold, self.strata]
            noise = np.sqrt(q) * row + np.sqrt(1 - q) * self._normal(random, S)
            loss = self._loss(score, (run + training)[..., None], tails * noise, run_sd**2 + training_sd**2)
            losses[name] = loss.mean(-1) * self.weights
        return losses, runs, fold

    def draws(self, count: int, seed: int = 0) -> Iterator[Study]:
        """`count` studies; draw i is the same whatever `count` is."""
        for i in range(count):
            yield self.draw(np.random.default_rng([seed, i]))

    def _folds(self, random: np.random.Generator) -> np.ndarray:
        """The fold of each example: each holds as many of a class's groups out."""
        if self.memory is not None:
            return np.arange(self.examples) * self.folds // self.examples
        first = np.unique(self.group, return_index=True)[1]
        fold, dealt = np.zeros(len(first), int), 0
        for stratum in range(self.strata[-1] + 1):
            mine = self.strata[first] == stratum
            fold[mine] = random.permutation((dealt + np.arange(mine.sum())) % self.folds)
            dealt += mine.sum()
        return fold[self.group]

    def _normal(self, random: np.random.Generator, *shape: int) -> np.ndarray:
        """Standard normals (..., n, steps), which rows of a group share in part."""
        own = random.normal(size=(*shape, self.examples, self.steps))
        if self.memory:
            own[..., 1:, :] *= np.sqrt(1 - self.memory**2)
            return np.asarray(signal.lfilter([1.0], [1.0, -self.memory], own, axis=-2))
        if not self.groups and self.steps == 1:
            return own
        common = random.normal(size=(*shape, self.group[-1] + 1, 1))[..., self.group, :]
        return np.sqrt(self.group_share) * common + np.sqrt(1 - self.group_share) * own

    def _tails(self, random: np.random.Generator) -> np.ndarray:
        """h (n, 1), whose square has the mean 1: one for each group."""
        if not self.tails:
            return np.ones((self.examples, 1))
        return np.sqrt((self.tails - 2) / random.chisquare(self.tails, self.group[-1] + 1))[self.group, None]

    def _loss(self, score: float, effect: np.ndarray, noise: np.ndarray, variance: float) -> np.ndarray:
        """Losses of expectation 1 - score, or of the error ``score``, from effects (S, n, 1) of a variance."""
        if self.score == "rmse":
            return (score * np.exp(effect - variance) * noise) ** 2
        if self.score == "mase":
            half = self.tails / 2
            h = np.sqrt(half - 1) * np.exp(special.gammaln(half - 0.5) - special.gammaln(half)) if half else 1.0
            return np.abs(score * np.exp(effect - variance / 2) * noise) / (h * np.sqrt(2 / np.pi))
        return (stats.norm.ppf(score) * np.sqrt(1 + variance) + effect + noise <= 0).astype(float)
