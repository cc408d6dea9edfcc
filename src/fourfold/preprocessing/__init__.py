"""Statistics learnt from training data, in NumPy."""

from .preparation import Preparation
from .table import Column, Table
from .task import Task

__all__ = ["Column", "Preparation", "Table", "Task"]
