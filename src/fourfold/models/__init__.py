"""The mutable face: models that own weights and are fitted, as in Keras."""

from typing import Any

from fourfold.errors import no_such_name
from fourfold.models.copying import clone_model
from fourfold.models.keras_files import save_model
from fourfold.models.loading import load_model
from fourfold.models.model import Model, model_from_json
from fourfold.models.sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]


def __getattr__(name: str) -> Any:
    raise no_such_name("models", name, globals())
