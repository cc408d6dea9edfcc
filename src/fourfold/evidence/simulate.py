r"""Losses drawn from a world whose components are known, to see whether the statistics cover.

A family is right about example i when a latent score is positive (a probit model, so that the variance
follows the mean as it does for accuracies):

    latent[s, i] = a + sqrt(q) example[i] + run[s, k] + training[k] + sqrt(1 - q) residual[s, i]
    example[i]   = sqrt(c) difficulty[i] + sqrt(1 - c) own[i]         difficulty: shared by the families
    training[k]  = sum_{j != k} block[j]                              folds' training sets overlap

so that E[accuracy] = Phi(a / sqrt(1 + Var run + Var training)) is exact. In a hold-out the training set is
given, and `training` is part of a.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

Study = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]  # losses by family, runs, fold


@dataclass(frozen=True)
class World:
    """Families of known expected accuracy, S seeds, K folds (one: a hold-out) and n examples.

    `run` and `training` are the standard deviations of their effects on the latent scale, where example
    and residual together have variance 1; near an accuracy p one unit is phi(Phi^-1(p)) of accuracy.
    `same_difficulty` (c) and `same_training` are the shares of variance that families have in common.

    >>> world = World((0.9, 0.8), seeds=3, folds=5, examples=200)
    >>> losses, runs, fold = world.draw(np.random.default_rng(0))
    >>> losses["family 1"].shape, runs.shape, fold.shape
    ((3, 200), (3, 200), (200,))
    """

    accuracies: tuple[float, ...]
    seeds: int
    folds: int
    examples: int
    run: float = 0.05
    training: float = 0.06
    example_share: float = 0.7
    same_difficulty: float = 0.6
    same_training: float = 0.7

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"family {f + 1}" for f in range(len(self.accuracies)))

    def draw(self, random: np.random.Generator) -> Study:
        """Losses (0 right, 1 wrong) by family, the runs and the folds."""
        S, K, n = self.seeds, self.folds, self.examples
        fold = random.permutation(np.arange(n) % K)
        runs = np.arange(S)[:, None] * K + fold
        difficulty, common = random.normal(size=n), random.normal(size=K)
        training_sd = self.training if K > 1 else 0.0
        block_sd = training_sd / np.sqrt(max(K - 1, 1))
        losses = {}
        for name, accuracy in zip(self.names, self.accuracies):
            centre = stats.norm.ppf(accuracy) * np.sqrt(1 + self.run**2 + training_sd**2)
            c, t = self.same_difficulty, self.same_training
            example = np.sqrt(c) * difficulty + np.sqrt(1 - c) * random.normal(size=n)
            block = block_sd * (np.sqrt(t) * common + np.sqrt(1 - t) * random.normal(size=K))
            training = (block.sum() - block)[fold]
            run = self.run * random.normal(size=(S, K))[:, fold]
            residual = np.sqrt(1 - self.example_share) * random.normal(size=(S, n))
            latent = centre + np.sqrt(self.example_share) * example + run + training + residual
            losses[name] = (latent <= 0).astype(float)
        return losses, runs, fold

    def draws(self, count: int, seed: int = 0) -> Iterator[Study]:
        """`count` studies; draw i is the same whatever `count` is."""
        for i in range(count):
            yield self.draw(np.random.default_rng([seed, i]))
