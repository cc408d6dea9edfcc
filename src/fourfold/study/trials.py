"""What the blocks of a study hold, side by side: one trial a training, and the choices made on validation data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fourfold.study.blocks import Block, Run
from fourfold.study.prepared import Prepared
from fourfold.training.replicas import DIVERGED

Setting = tuple[str, float]
"""A size and a learning rate: what is chosen on validation data."""
ALL_DIVERGED = "the loss of every training stopped being a number"


@dataclass(frozen=True, eq=False)
class Trial:
    """One training's result. ``outputs`` (test rows, units) are those of the trained graph; scores and losses are those
    of the weights that were kept, curves those of every check. Scores of all splits are in one scale
    (`Prepared.alike_scaled`); losses are in that of their split.

    ``part`` numbers the test part, of all repeats: trials of one part choose their setting together.
    """

    family: str
    size: str
    run: Run
    part: int
    status: int
    steps: int
    validation_score: float
    validation_loss: float
    training_loss: float
    outputs: np.ndarray
    check_steps: np.ndarray
    validation_curve: np.ndarray
    validation_losses: np.ndarray
    training_losses: np.ndarray

    @property
    def setting(self) -> Setting:
        return self.size, self.run.learning_rate

    @property
    def diverged(self) -> bool:
        return self.status == DIVERGED


@dataclass(eq=False)
class Trials:
    """The trials of one family by setting: of the seeds that choose every setting, of the others the chosen ones.

    ``refits`` are trained again at the chosen settings, on the validation rows, too, by (seed, split).
    """

    family: str
    by_setting: dict[Setting, list[Trial]] = field(default_factory=lambda: defaultdict(list))
    others: dict[Setting, list[Trial]] = field(default_factory=dict)
    refits: dict[tuple[int, int], Trial] = field(default_factory=dict)

    def add(self, trial: Trial) -> None:
        self.by_setting[trial.setting].append(trial)

    def of(self, setting: Setting) -> list[Trial]:
        """All trials of a setting, refits apart."""
        return [*self.by_setting[setting], *self.others.get(setting, ())]

    @property
    def all(self) -> list[Trial]:
        return [trial for trials in self.by_setting.values() for trial in trials]

    @property
    def diverged(self) -> bool:
        """Whether every training of the grid did: nothing can be chosen."""
        return all(trial.diverged for trial in self.all)

    def rank(self, setting: Setting, part: int | None = None) -> tuple[float, float]:
        """How good a setting is on validation data, of one test part or of all: mean score, ties by loss.

        A diverged training counts as the worst of the family.
        """
        trials = [t for t in self.by_setting[setting] if part is None or t.part == part]
        if not trials:
            return (-np.inf, -np.inf)
        worst_score = min((t.validation_score for t in self.all if not t.diverged), default=-np.inf)
        worst_loss = max((t.validation_loss for t in self.all if not t.diverged), default=np.inf)
        scores = [worst_score if t.diverged else t.validation_score for t in trials]
        losses = [worst_loss if t.diverged else t.validation_loss for t in trials]
        return (round(float(np.mean(scores)), 9), -float(np.mean(losses)))

    def best(self, part: int | None = None) -> Setting:
        """The setting chosen on the validation rows of one test part, or of all."""
        return max(self.by_setting, key=lambda setting: (self.rank(setting, part), -setting[1]))

    def answers(self) -> dict[tuple[int, int], Trial]:
        """The trial that is tested for each (seed, split): the chosen one's refit, unless that failed to train."""
        return self.chosen() | self.trained_refits()

    def trained_refits(self) -> dict[tuple[int, int], Trial]:
        """The refits that did not fail.

        A refit has learnt from the validation rows. One that scores lower on them than the chosen trial, which has
        not, failed.
        """
        chosen = self.chosen()
        return {
            key: refit
            for key, refit in self.refits.items()
            if not refit.diverged and refit.validation_score >= chosen[key].validation_score
        }

    def chosen(self) -> dict[tuple[int, int], Trial]:
        """The trial of each seed and test part at the setting chosen for this part, by (seed, split).

        Of several splits of one part it is that of the first.
        """
        found = {}
        for part, split in self._answering().items():
            for trial in self.of(self.best(part)):
                if (trial.part, trial.run.split) == (part, split):
                    found[trial.run.seed, split] = trial
        return found

    def _answering(self) -> dict[int, int]:
        """The first split of each test part."""
        found: dict[int, int] = {}
        for trial in self.all:
            found[trial.part] = min(trial.run.split, found.get(trial.part, trial.run.split))
        return dict(sorted(found.items()))

    def median(self, latest: bool = False) -> Trial:
        """Of the trials of the best setting that may answer the one whose validation score is the median.

        ``latest``: only of those of the last test part.
        """
        answering = list(self._answering().items())
        answering = answering[-1:] if latest else answering
        mine = [t for t in self.of(self.best()) if (t.part, t.run.split) in answering]
        trials = [t for t in mine if not t.diverged] or mine
        ordered = sorted(
            trials, key=lambda t: (t.validation_score, -t.validation_loss, t.run.seed, t.run.split)
        )
        return ordered[len(ordered) // 2]


def collect(done: list[Block], folder: Path, repeats: Sequence[Prepared]) -> dict[str, Trials]:
    """The trials of all blocks that are on disk, by family; a block has read the data of one of the repeats."""
    families: dict[str, Trials] = {}
    sources, parts = {prepared.key: prepared for prepared in repeats}, {}
    for prepared in repeats:
        for numbers in prepared.parts:
            place = len(set(parts.values()))
            for number in numbers:
                parts[prepared.key, number] = place
    for block in done:
        arrays = block.load(folder)
        if arrays is None:
            continue
        prepared = sources[block.data]
        trials = families.setdefault(block.family, Trials(block.family))
        for i, run in enumerate(block.runs):
            split = prepared.splits[run.split]
            first = len(split.validation)
            reached = np.flatnonzero(arrays["check_steps"][i])
            curve = reached if len(reached) else np.array([0])
            status = int(arrays["status"][i])
            last = _kept_check(arrays["validation_score"][i][curve], status)
            scores = prepared.alike_scaled(arrays["validation_score"][i][curve], run.split)
            trials.add(
                Trial(
                    block.family,
                    block.size,
                    run,
                    parts[block.data, run.split],
                    status,
                    int(arrays["steps"][i]),
                    float(scores[last]),
                    float(arrays["validation_loss"][i][curve][last]),
                    float(arrays["training_loss"][i][curve][last]),
                    arrays["outputs"][i][first : first + len(split.test)],
                    arrays["check_steps"][i][curve],
                    scores,
                    arrays["validation_loss"][i][curve],
                    arrays["training_loss"][i][curve],
                )
            )
    return families


def _kept_check(scores: np.ndarray, status: int) -> int:
    """The check whose weights were kept: the last, or the best (the latest of equals) after an early stop."""
    if status == 0:
        return len(scores) - 1
    finite = np.where(np.isfinite(scores), scores, -np.inf)
    return int(len(scores) - 1 - np.argmax(finite[::-1]))
