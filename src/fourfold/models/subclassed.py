"""Models written as classes: what ``call`` computes is the one layer of a graph, which the first data make."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from fourfold.core.attributes import among_attributes
from fourfold.core.specs import TensorSpec
from fourfold.core.symbols import Input, Symbol
from fourfold.core.weights import Weight
from fourfold.layers import written
from fourfold.layers.base import Layer
from fourfold.variables import Variable

if TYPE_CHECKING:
    from fourfold.models.model import Model


class Body(Layer):
    """A model's ``call`` and the layers among its attributes, as a layer that is written as for Keras."""

    model: Model
    traces = False
    """Whether symbols go through it, so that a model becomes a graph."""

    def _sublayers(self) -> list[tuple[str, Layer]]:
        return list(written.sublayers(self.model, Layer))

    def inside(self) -> list[Layer]:
        return [layer for _, layer in self._sublayers()]

    def _attribute_variables(self) -> list[Variable]:
        return among_attributes(self.model, Variable)

    @property
    def own_weights(self) -> list[Weight]:
        """The weights that the model added itself."""
        return list(self.own_handles.values())


class Parts(Body):
    """The layers of a model that has no ``call``: what they compute its ``train_step`` says."""

    def call(self, inputs: Any) -> Any:
        if not self.traces or not self.model.has_own_steps:
            raise self.model._without_a_call()
        return inputs


def body_of(model: Model, builds: bool) -> Body:
    """The body of a model whose class says what it computes, and, if it ``builds``, makes its layers in ``build``."""
    cls = type(model)
    if written.as_for_keras(cls) is False:
        parts = Parts(name=model.given_name)
        parts.model = model
        return parts

    @wraps(cls.call)
    def call(self: Body, *args: Any, **kwargs: Any) -> Any:
        return cls.call(self.model, *args, **kwargs)

    @wraps(cls.build)
    def build(self: Body, *args: Any, **kwargs: Any) -> None:
        cls.build(self.model, *args, **kwargs)

    own = {"call": call, "build": build} if builds else {"call": call}
    body = type(cls.__name__, (Body,), own)(name=model.given_name)
    body.model = model
    return body


def traced(body: Body, like: Any) -> tuple[Any, Any]:
    """Symbols like some data (arrays, specs or symbols, nested as ``call`` takes them), and what ``call`` gives."""
    inputs = inputs_like(specs_of(like))
    body.traces = True
    try:
        outputs = body(inputs)
    finally:
        body.traces = False
    for local, layer in body._sublayers():
        layer.model_name = layer.model_name or local
    return inputs, outputs


def specs_of(data: Any) -> Any:
    """What is known of data before there is a model: axes and kinds of numbers, of batches of any size."""
    if isinstance(data, (list, tuple)) and not any(hasattr(item, "shape") for item in data):
        data = np.asarray(data)
    return jax.tree.map(_spec, data)


def _spec(data: Any) -> TensorSpec:
    if isinstance(data, (Symbol, TensorSpec)):
        return getattr(data, "spec", data)  # type: ignore[return-value]
    array = data if hasattr(data, "dtype") else np.asarray(data)
    return TensorSpec((None, *array.shape[1:]), "int32" if array.dtype.kind in "iu" else "float32")


def inputs_like(specs: Any) -> Any:
    """An input for batches of any size for each spec, in their structure."""
    return jax.tree.map(lambda spec: Input(batch_shape=(None, *spec.shape[1:]), dtype=spec.dtype), specs)
