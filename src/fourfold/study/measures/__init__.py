"""Measures: each asks the trials one question and yields evidence. One file each."""

from fourfold.study.measure import Measure
from fourfold.study.measures import (
    confusion,
    ease,
    gradients,
    hyperparameters,
    longer,
    looks,
    memorisation,
    memory,
    order,
    parallelism,
    reach,
    sample_efficiency,
    shift,
)

MEASURES: tuple[Measure, ...] = (
    order.MEASURE,
    sample_efficiency.MEASURE,
    memorisation.MEASURE,
    shift.MEASURE,
    reach.MEASURE,
    looks.MEASURE,
    gradients.MEASURE,
    memory.MEASURE,
    parallelism.MEASURE,
    ease.MEASURE,
    longer.MEASURE,
    confusion.MEASURE,
    hyperparameters.MEASURE,
)
"""In the order in which a report shows them."""
