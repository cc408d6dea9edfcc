"""What each effort means: one table, printed by `--help` and by the documentation."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fourfold.errors import OptionError, closest

LEARNING_RATES = (1e-3, 3e-3, 1e-2, 3e-2)
"""The base grid. If the best rate lies at its edge, it grows there for every family."""


MOST = 5
"""How many times an effort's steps a training takes at most on data of many rows."""

LONGER = 2
"""Of how many times the steps the longer training is that says what a family would gain by it."""

SEEDS_OF_A_REPEAT = 5
"""Each so many seeds of a cross-validation have a partition of the rows of their own."""


@dataclass(frozen=True)
class Effort:
    """Seeds, steps of each run, sizes to choose from, how often the grid may grow, minutes.

    On data of many rows a run takes more steps, so that it passes over its training rows ``passes`` times (`over`).
    With a hold-out there are at least ``hold_out_seeds``: one trained model says nothing of what another would give,
    and where cross-validation trains a model a fold, a hold-out has seeds only. The first ``choosing_seeds`` of a
    repeat are trained in every setting, the others in those that these choose. Each probe is trained on ``probe_seeds``
    x ``probe_splits`` of the seeds and splits: for the permutations ``orders``, the ``shares`` of the training rows,
    `LONGER` times the steps and, where ``memorisation``, shuffled labels. The shift probe moves ``moved_rows`` at most.
    Without ``measures`` only the score is measured.
    """

    name: str
    seeds: int
    steps: int
    sizes: tuple[str, ...]
    extensions: int
    minutes: str
    passes: float = 0
    learning_rates: tuple[float, ...] = LEARNING_RATES
    hold_out_seeds: int = 3
    choosing_seeds: int = 2
    probe_seeds: int = 2
    probe_splits: int = 5
    hyperparameters: bool = False
    orders: tuple[str, ...] = ("whole", "block", "local")
    shares: tuple[float, ...] = (0.1, 0.25, 0.5)
    memorisation: bool = True
    moved_rows: int = 1024
    measures: bool = True

    def over(self, rows: int, batch: int) -> Effort:
        """The effort for so many training rows: as many steps as its passes over them take, up to `MOST` times its own.

        >>> effort("standard").over(rows=1000, batch=32).steps, effort("standard").over(rows=20000, batch=32).steps
        (600, 1250)
        """
        steps = min(math.ceil(self.passes * rows / batch), self.most_steps)
        return replace(self, steps=max(self.steps, steps))

    @property
    def most_steps(self) -> int:
        """The steps of a run on data of as many rows as there may be."""
        return MOST * self.steps if self.passes else self.steps

    @property
    def steps_in_words(self) -> str:
        """The steps of a run on few rows, and on many.

        >>> effort("tiny").steps_in_words, effort("standard").steps_in_words
        ('60', '600 to 3,000')
        """
        return f"{self.steps:,} to {self.most_steps:,}" if self.passes else f"{self.steps:,}"

    def probes(self, ordered: bool) -> int:
        """How many probes a family is trained for, on data whose positions have an order or not."""
        kinds = len(self.orders) * ordered + len(self.shares) + self.memorisation + 1
        return kinds if self.measures else 0

    @property
    def longest(self) -> int:
        """The steps of the longest training."""
        return LONGER * self.steps if self.measures else self.steps


TINY = "tiny"
"""The effort that only shows that everything runs: one learning rate, one seed, few steps, the score alone."""

DEFAULT_EFFORT = "standard"

EFFORTS = {
    effort.name: effort
    for effort in (
        Effort(
            TINY,
            seeds=1,
            steps=60,
            sizes=("S",),
            extensions=0,
            minutes="under 1",
            learning_rates=(3e-2,),
            hold_out_seeds=1,
            measures=False,
        ),
        Effort(
            "quick",
            seeds=1,
            steps=300,
            sizes=("M",),
            extensions=1,
            minutes="about 1",
            passes=1,
            probe_splits=3,
            orders=("whole",),
            shares=(0.25,),
            memorisation=False,
            moved_rows=256,
        ),
        Effort("standard", seeds=5, steps=600, sizes=("S", "M"), extensions=1, minutes="5 to 10", passes=2),
        Effort(
            "thorough",
            seeds=10,
            steps=3000,
            sizes=("S", "M", "L"),
            extensions=2,
            minutes="an estimated 190 to 300",
            passes=3,
            hyperparameters=True,
        ),
    )
}


def effort(name: str) -> Effort:
    if name not in EFFORTS:
        raise OptionError(
            "effort", "unknown effort", got=f"{name!r}{closest(name, EFFORTS)}", wanted=", ".join(EFFORTS)
        )
    return EFFORTS[name]
