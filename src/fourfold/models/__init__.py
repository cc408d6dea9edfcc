"""The mutable face: models that own weights and are fitted, as in Keras."""

from typing import Any

from fourfold.errors import no_such_name
from fourfold.models.copying import clone_model
from fourfold.models.model import Model, model_from_json
from fourfold.models.sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "model_from_json"]

_INSTEAD = {
    "load_model": "build the model by the same code, and model.load_weights('model.weights.npz')",
    "save_model": "model.save_weights('model.weights.npz')",
}


def __getattr__(name: str) -> Any:
    raise no_such_name("models", name, globals(), _INSTEAD)
