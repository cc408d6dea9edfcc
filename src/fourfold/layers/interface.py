"""What a layer tells without being changed: its weights as lists, types and shapes, and calls from values alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fourfold import config
from fourfold.core import streams
from fourfold.core.inference import infer
from fourfold.core.specs import WeightSpec
from fourfold.core.symbols import Symbol
from fourfold.core.weights import Weight
from fourfold.errors import ShapeError
from fourfold.layers.calling import as_array, as_spec, call_parameters, is_shape, note_masks
from fourfold.ops import random as keys


class Interface:
    """The part of a layer that only reads the others."""

    name: str
    built: bool
    weights: list[Weight]
    trainable_weights: list[Weight]
    non_trainable_weights: list[Weight]
    handles: dict[str, Weight]
    inside: Callable[[], list[Any]]
    apply: Callable[..., Any]
    add_weight: Callable[..., Weight]
    _prepare: Callable[[tuple, dict], None]

    dtype = compute_dtype = variable_dtype = input_dtype = "float32"
    dtype_policy = config.dtype_policy()
    _seed_state: Weight | None = None

    @property
    def path(self) -> str:
        return self.name

    def add_variable(self, *args: Any, **kwargs: Any) -> Weight:
        """`add_weight`."""
        return self.add_weight(*args, **kwargs)

    # ---- weights as lists --------------------------------------------------------------------------------

    def get_weights(self) -> list[np.ndarray]:
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, values: list[Any]) -> None:
        """Replaces all weights, or none: the shapes are checked first."""
        handles = self.weights
        shapes = [tuple(np.shape(value)) for value in values]
        if shapes != [weight.shape for weight in handles]:
            raise ShapeError(
                "set-weights",
                f"these weights don't fit {self.name}",
                got=f"{len(shapes)} arrays of shapes {shapes}",
                wanted=f"{len(handles)} arrays of shapes {[weight.shape for weight in handles]}",
            )
        for weight, value in zip(handles, values):
            weight.assign(value)

    def count_params(self) -> int:
        return sum(weight.size for weight in self.weights)

    @property
    def trainable_variables(self) -> list[Weight]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Weight]:
        """The weights that are not trained, and the state of the random numbers, where there are any."""
        return [*self.non_trainable_weights, *self._seeds()]

    @property
    def variables(self) -> list[Weight]:
        return [*self.weights, *self._seeds()]

    def _seeds(self) -> list[Weight]:
        if not draws(self):
            return []
        if self._seed_state is None:
            first = np.array([streams.current().seed & 0xFFFFFFFF, 0], np.uint32)
            spec = WeightSpec((2,), lambda *_: first, trainable=False, dtype="uint32")
            self._seed_state = Weight("seed_generator_state", spec, first)
        return [self._seed_state]

    # ---- shapes ------------------------------------------------------------------------------------------

    def compute_output_shape(self, *shapes: Any, **named: Any) -> Any:
        """The outputs' shapes for inputs of these shapes, with the batch axis; the layer is not built by it."""
        specs = jax.tree.map(as_spec, (shapes or tuple(named.values())), is_leaf=is_shape)
        outputs = self._outputs_of(jax.tree.map(Symbol, specs))
        return jax.tree.map(lambda spec: spec.shape, outputs)

    def compute_output_spec(self, *inputs: Any, **kwargs: Any) -> Any:
        """Symbols like the outputs."""
        return jax.tree.map(Symbol, self._outputs_of(inputs, **kwargs))

    def _outputs_of(self, inputs: tuple, **kwargs: Any) -> Any:
        layer = self if self.built else copy.deepcopy(self)
        specs = jax.tree.map(lambda leaf: leaf.spec if isinstance(leaf, Symbol) else leaf, inputs)
        with streams.use(streams.Stream(0)):
            layer._prepare(specs, kwargs)
        return infer(layer, inputs, kwargs)[0]

    # ---- without a state ---------------------------------------------------------------------------------

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple:
        """Outputs, and the new values of ``non_trainable_variables``, from values; pure. With ``return_losses``, the
        losses that the call added and the regularizers' as well.
        """
        fixed = self.non_trainable_variables
        given = [*zip(self.trainable_variables, trainable_variables, strict=True)]
        given += zip(fixed, non_trainable_variables, strict=True)
        values = {id(handle): jnp.asarray(value) for handle, value in given}
        weights = {local: values.get(id(weight), weight.value) for local, weight in self.handles.items()}
        seed = values.get(id(self._seed_state))
        args, kwargs = jax.tree.map(as_array, (args, kwargs))
        key = None if seed is None else keys.fold_in(seed, 0)
        applied = self.apply(weights, *args, key=key, **{"training": False} | kwargs)
        new = {id(self.handles[local]): value for local, value in applied.updates.items()}
        if seed is not None:
            new[id(self._seed_state)] = seed + jnp.array([0, 1], jnp.uint32)
        note_masks(applied.outputs, applied.masks)
        after = [new.get(id(handle), values[id(handle)]) for handle in fixed]
        if not return_losses:
            return applied.outputs, after
        terms = [
            handle.spec.regularizer(values[id(handle)])
            for handle in self.trainable_variables
            if handle.spec.regularizer
        ]
        return applied.outputs, after, [*applied.losses, *terms]


def draws(layer: Any) -> bool:
    """Whether a layer, or one inside, may draw random numbers in training."""
    own = "key" in call_parameters(type(layer))[1] and getattr(layer, "rate", 1) != 0
    own = own or any(type(value).__name__ == "SeedGenerator" for value in vars(layer).values())
    return (own and "graph" not in vars(layer)) or any(draws(part) for part in layer.inside())
