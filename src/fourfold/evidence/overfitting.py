"""When a family overfits: its loss on the data that is held out rises while its loss on the data it learns falls."""

from __future__ import annotations

from collections.abc import Sequence

RISEN = 0.05
"""By which share a validation loss ends above its lowest value where a family is said to overfit."""

NOTICED = 0.01
"""Which share of a guess's loss this is at least, where the loss is that of probabilities: a rise from 0.00001 to
0.0001 costs nothing."""


def lowest(validation: Sequence[float]) -> int:
    """At which check the validation loss is lowest, the first of equals."""
    return min(range(len(validation)), key=validation.__getitem__)


def overfits(training: Sequence[float], validation: Sequence[float], noticed: float = 0.0) -> bool:
    """Whether the validation loss ends more than `RISEN` above its lowest value, and by more than is ``noticed``, and
    the training loss below what it was there.

    >>> overfits([0.9, 0.5, 0.1], [1.0, 0.6, 0.9])
    True
    >>> overfits([0.9, 0.5, 0.1], [1.0, 0.6, 0.61])
    False
    >>> overfits([0.9, 1e-5, 1e-6], [1.0, 1e-5, 1e-4], noticed=NOTICED * 0.69)
    False
    """
    at = lowest(validation)
    rise = validation[-1] - validation[at]
    return rise > max(RISEN * validation[at], noticed) and training[-1] < training[at]
