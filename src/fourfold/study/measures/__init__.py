"""Measures: each asks the trials one question and yields evidence. One file each."""

from fourfold.study.measure import Measure

MEASURES: tuple[Measure, ...] = ()
"""In the order in which a report shows them."""
