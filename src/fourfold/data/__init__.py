"""Bytes become a data set: read, infer the layout and the task, split.

From the ground up: what cells stand for (``values``), what columns are (``columns``), which rows are steps of
``series``, the forms of ``files``; from these `infer` and `read` make a data set. Above it: what can be said against it
(``judgement``), and new rows (``prediction``).
"""

from .arrays import from_arrays
from .dataset import Dataset, Note
from .prediction.new_rows import NewRows, read_inputs
from .read import read
from .splits import Split, plan

__all__ = ["Dataset", "NewRows", "Note", "Split", "from_arrays", "plan", "read", "read_inputs"]
