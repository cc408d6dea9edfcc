"""A recurrent layer that reads in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jax import Array

from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError
from fourfold.layers.base import Layer
from fourfold.layers.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from fourfold.layers.over_steps import OverSteps, zeroed
from fourfold.layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN
from fourfold.layers.rnn import RNN
from fourfold.ops import random

_MERGES = {
    "concat": lambda forward, backward: jnp.concatenate([forward, backward], axis=-1),
    "sum": lambda forward, backward: forward + backward,
    "ave": lambda forward, backward: (forward + backward) / 2,
    "mul": lambda forward, backward: forward * backward,
}
_LAYERS: dict[str, Any] = {
    layer.__name__: layer for layer in (SimpleRNN, LSTM, GRU, RNN, ConvLSTM1D, ConvLSTM2D, ConvLSTM3D)
}
_DIRECTIONS = ("forward_layer", "backward_layer")


class Bidirectional(Layer):
    """merge(layer over time, layer against time): two layers of one recipe, each with its own weights.

    Args: ``layer``, a SimpleRNN, LSTM or GRU, or an RNN of their cells; ``merge_mode`` "concat", "sum", "mul",
    "ave", or None for both outputs; ``backward_layer``, a recipe of its own with the other ``go_backwards``.
    Input (N, T, F); output (N, 2U) or (N, T, 2U) with "concat", (N, U) or (N, T, U) with the others; with
    ``return_state`` of the layer (output, forward states, backward states). ``initial_state`` holds the forward
    layer's states, then the backward layer's. Masked steps give 0 in a sequence of outputs. Weights: the layer's,
    as ``forward_layer/kernel``, ..., ``backward_layer/kernel``, .... Errors: `OptionError` for a layer that is
    not recurrent, an unknown merge mode, or two layers that don't fit each other.

    >>> import numpy as np
    >>> Bidirectional(LSTM(3, return_sequences=True))(np.ones((2, 5, 4), "float32")).shape
    (2, 5, 6)

    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal
    Processing 45 (1997). Good where the whole sequence is there before the answer; wrong for forecasts.
    """

    supports_masking = True

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if merge_mode is not None and merge_mode not in _MERGES:
            wanted = f"one of {', '.join(map(repr, _MERGES))}, or None"
            raise OptionError(
                "merge-mode", "this merge_mode is not known", got=repr(merge_mode), wanted=wanted
            )
        if weights is not None:
            raise OptionError(
                "bidirectional-weights",
                "Bidirectional takes no initial weights",
                got="weights=...",
                do="call set_weights once the layer is built",
            )
        layer = _recipe(layer)
        self.layer, self.merge_mode = layer, merge_mode
        self.forward_layer = _clone(layer, "forward")
        if backward_layer is None:
            self.backward_layer = _clone(layer, "backward", go_backwards=True)
        else:
            self.backward_layer = _recipe(backward_layer)
        self._check_pair()
        if layer.activity_regularizer or self.backward_layer.activity_regularizer:
            raise OptionError(
                "bidirectional-activity",
                "Bidirectional has no penalty on the outputs of its layers",
                got="activity_regularizer in a layer",
                wanted="None",
                do="Bidirectional(layer, activity_regularizer=...)",
            )
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state
        self.stateful = self.updates_state = layer.stateful

    def _check_pair(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        same = ("stateful", "return_sequences", "return_state")
        wrong = [name for name in same if getattr(forward, name) != getattr(backward, name)]
        if forward.go_backwards == backward.go_backwards or wrong:
            name = wrong[0] if wrong else "go_backwards"
            raise OptionError(
                "bidirectional-pair",
                "the two layers of Bidirectional don't fit each other",
                got=f"{name}={getattr(forward, name)} forward, {getattr(backward, name)} backward",
                wanted=f"{'the same' if wrong else 'opposite'} {name}",
            )

    def state_names(self) -> tuple[str, ...]:
        return tuple(f"{way}/{name}" for way in _DIRECTIONS for name in getattr(self, way).state_names())

    def weight_specs(
        self, sequences: TensorSpec, initial_state: Any = None, **_: Any
    ) -> dict[str, WeightSpec]:
        return {
            f"{direction}/{name}": spec
            for direction in _DIRECTIONS
            for name, spec in getattr(self, direction).weight_specs(sequences).items()
        }

    def call(
        self,
        weights: Mapping[str, Array],
        sequences: Array,
        initial_state: Any = None,
        *,
        mask: Array | None = None,
        training: bool = False,
        key: Array | None = None,
    ) -> Any:
        half = len(initial_state) // 2 if initial_state else 0
        given = (initial_state[:half], initial_state[half:]) if initial_state else (None, None)
        outputs: list[Array] = []
        states: tuple[Any, ...] = ()
        updates: dict[str, Array] = {}
        for number, direction in enumerate(_DIRECTIONS):
            layer: OverSteps = getattr(self, direction)
            own = {name: weights[f"{direction}/{name}"] for name in _names(weights, direction)}
            own_key = None if key is None else random.fold_in(key, number)
            output, last = layer.run(own, sequences, given[number], mask=mask, training=training, key=own_key)
            if output is not None and self.return_sequences and mask is not None:
                output = zeroed(output, mask)
            outputs.append(last[0] if output is None else output)
            states += tuple(last)
            updates |= {f"{direction}/{name}": value for name, value in layer.updates(last).items()}
        if self.forward_layer.go_backwards and self.return_sequences:
            outputs = [jnp.flip(output, axis=1) for output in outputs]  # the order is the forward layer's
        parts: tuple = tuple(outputs) if self.merge_mode is None else (_MERGES[self.merge_mode](*outputs),)
        parts += states if self.return_state else ()
        result = parts if len(parts) > 1 else parts[0]  # pyright: ignore[reportGeneralTypeIssues]
        return (result, updates) if self.stateful else result

    def compute_mask(self, *inputs: Any, mask: Array | None = None) -> Any:
        if not self.return_sequences or mask is None:
            return None
        return [mask, mask] if self.merge_mode is None else mask

    def reset_state(self) -> None:
        """Puts the stored states of a stateful layer back to 0."""
        for name in self.state_names():
            handle = self.handles[name]
            handle.assign(jnp.zeros(handle.shape, handle.dtype))

    reset_states = reset_state


def _names(weights: Mapping[str, Array], direction: str) -> list[str]:
    return [path.removeprefix(f"{direction}/") for path in weights if path.startswith(f"{direction}/")]


def _recipe(layer: Any) -> OverSteps:
    """The layer, or the one that a configuration describes."""
    if isinstance(layer, Mapping) and layer.get("class_name") in _LAYERS:
        return _LAYERS[layer["class_name"]].from_config(layer["config"])
    if isinstance(layer, Recurrent) or (isinstance(layer, RNN) and layer.of_own_cells and not layer.stateful):
        return layer
    raise OptionError(
        "bidirectional-layer",
        "Bidirectional goes around a recurrent layer",
        got=type(layer).__name__ + (" of other cells, or stateful" if isinstance(layer, RNN) else ""),
        wanted="SimpleRNN, LSTM or GRU, or an RNN of their cells that keeps no states",
        do="Bidirectional(LSTM(32))",
    )


def _clone(layer: OverSteps, direction: str, **changes: Any) -> Any:
    name = f"{direction}_{layer.name.removeprefix(f'{direction}_')}"
    return type(layer)(**{**layer._arguments, "name": name, **changes})
