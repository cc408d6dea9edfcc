"""Measures: each asks the trials one question and yields evidence. One file each."""

from fourfold.study.measure import Measure
from fourfold.study.measures import confusion, ease, memorisation, order, parallelism, sample_efficiency

MEASURES: tuple[Measure, ...] = (
    order.MEASURE,
    sample_efficiency.MEASURE,
    memorisation.MEASURE,
    parallelism.MEASURE,
    ease.MEASURE,
    confusion.MEASURE,
)
"""In the order in which a report shows them."""
