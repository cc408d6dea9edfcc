"""When a family overfits: its loss on the data that is held out rises while its loss on the data it learns falls."""

from __future__ import annotations

from collections.abc import Sequence

RISEN = 0.05
"""By which share a validation loss ends above its lowest value where a family is said to overfit."""


def lowest(validation: Sequence[float]) -> int:
    """At which check the validation loss is lowest, the first of equals."""
    return min(range(len(validation)), key=validation.__getitem__)


def overfits(training: Sequence[float], validation: Sequence[float]) -> bool:
    """Whether the validation loss ends more than `RISEN` above its lowest value, and the training loss below what it
    was there.

    >>> overfits([0.9, 0.5, 0.1], [1.0, 0.6, 0.9])
    True
    >>> overfits([0.9, 0.5, 0.1], [1.0, 0.6, 0.61])
    False
    """
    at = lowest(validation)
    return validation[-1] > (1 + RISEN) * validation[at] and training[-1] < training[at]
