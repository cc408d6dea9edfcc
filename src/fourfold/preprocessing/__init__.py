"""Statistics learnt from training data, in NumPy; and `sequence`, which is Keras's."""

from . import sequence
from .preparation import Preparation
from .table import Column, Table
from .task import Task

__all__ = ["Column", "Preparation", "Table", "Task", "sequence"]
