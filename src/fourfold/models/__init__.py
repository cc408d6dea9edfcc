"""The mutable face: models that own weights and are fitted, as in Keras."""

from fourfold.models.model import Model
from fourfold.models.sequential import Sequential

__all__ = ["Model", "Sequential"]
