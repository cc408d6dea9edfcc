"""How large an error is, and as how many independent ones the errors of families count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fourfold.evidence.design import Design

WEIGHTLESS = 1e-100
"""The weight of a stratum none of whose examples has any."""

ROUNDING = 1e-12
"""Of the largest error, what is none: losses that are equal, summed in another order."""


@dataclass(frozen=True, eq=False)
class Units:
    """What F families lose in the P parts of C strata, a part being a group's examples of one stratum.

    An error is as large as the losses s of parts are where there are any, sum s^2 / sum s, among which one is counted
    that is as large as it can be: few errors say little of the next one's size. Where groups have several examples it
    counts 1 / (m + 1), the chance that of m + 1 errors the last is the largest. Of examples that are right or wrong by
    themselves an error is the example's weight.
    """

    losses: np.ndarray  # (F, P)
    stratum: np.ndarray  # (P,)
    weight: np.ndarray  # (C,), summing to n
    largest: np.ndarray  # (C,), the size of an error that is as large as it can be
    of_groups: bool  # which have several examples

    @classmethod
    def of(cls, design: Design, losses: Sequence[np.ndarray]) -> Units:
        """From losses (n,), each the mean over seeds."""
        part, stratum = design.parts()
        weights = np.bincount(part, design.weight)
        weight = np.maximum(np.bincount(stratum, weights), WEIGHTLESS)
        largest = np.maximum(np.bincount(stratum, weights**2) / weight, WEIGHTLESS)
        sums = np.stack([np.bincount(part, loss) for loss in losses])
        return cls(sums, stratum, weight, largest, design.groups < design.examples)

    @cached_property
    def count(self) -> np.ndarray:
        """The groups of each stratum (C,)."""
        return np.bincount(self.stratum)

    @cached_property
    def rates(self) -> np.ndarray:
        """The loss over the weight (F, C)."""
        return np.stack([np.bincount(self.stratum, loss) for loss in self.losses]) / self.weight

    @cached_property
    def size(self) -> np.ndarray:
        """That of an error (F, C)."""
        return np.stack([self.sized(loss) for loss in self.losses])

    @property
    def examples(self) -> np.ndarray:
        """As how many independent ones examples count (F, C)."""
        return self.weight / self.size

    def sized(self, losses: np.ndarray) -> np.ndarray:
        """The size (C,) of an error among what the parts lose (P,).

        >>> stratum, largest = np.zeros(3, int), np.array([10.0])
        >>> units = Units(np.zeros((1, 3)), stratum, 3 * largest, largest, of_groups=True)
        >>> units.sized(np.zeros(3)).tolist(), units.sized(np.array([2.0, 2.0, 2.0])).round(2).tolist()
        ([10.0], [4.35])
        >>> [units.sized(np.array([2.0, 2.0, nothing])).round(2).tolist() for nothing in (0.0, 1e-17)]
        [[5.64], [5.64]]
        """
        lost = losses > ROUNDING * self.largest[self.stratum]
        count, loss, square = (np.bincount(self.stratum, each) for each in (lost, losses, losses**2))
        one = self.largest / (count + 1 if self.of_groups else 1)
        return (square + self.largest * one) / (loss + one)

    def dof(self, design: Design) -> np.ndarray:
        """Degrees of freedom (C,) of the variance over a stratum's groups within folds."""
        return np.maximum(self.count - 1 - design.parted * self.count / design.groups, 1)
