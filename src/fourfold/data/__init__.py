"""Bytes become a data set: read, infer the layout and the task, split."""

from .arrays import from_arrays
from .dataset import Dataset, Note
from .new_rows import NewRows, read_inputs
from .read import read
from .splits import Split, plan

__all__ = ["Dataset", "NewRows", "Note", "Split", "from_arrays", "plan", "read", "read_inputs"]
