"""What a measure is: the trainings it asks for beside the sweep, and what it finds in all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fourfold.evidence.measurement import Measurement

if TYPE_CHECKING:
    from fourfold.study.runner import Task
    from fourfold.study.study import Study
    from fourfold.study.trials import Trials


@dataclass(frozen=True, eq=False)
class Inquiry:
    """What a measure may look at: the study, the trials of its sweep by family, the margin that matters, and the
    families whose tested models are not shown to be better than a guess."""

    study: Study
    trials: Mapping[str, Trials]
    margin: float
    guessing: Collection[str] = ()


def nothing(study: Study, trials: Mapping[str, Trials]) -> list[Task]:
    """A measure that asks for no training of its own."""
    return []


@dataclass(frozen=True)
class Measure:
    """One question to a study.

    ``wants`` names the tasks (blocks of replicas, examinations of a trained model) that must be on disk before
    ``find`` can answer; most are replicas of programs that the sweep has compiled already.
    """

    name: str
    find: Callable[[Inquiry], Measurement]
    wants: Callable[[Study, Mapping[str, Trials]], list[Task]] = nothing
