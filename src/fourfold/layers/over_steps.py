"""What SimpleRNN, LSTM, GRU, RNN and Bidirectional share: which outputs over the steps they give, and kept states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from fourfold.layers.base import Layer

Weights = Mapping[str, Array]


class OverSteps(Layer):
    """What layers share that go over the steps of sequences: which outputs they give, and states that they keep."""

    supports_masking = True
    fills_masked_steps = True

    return_sequences: bool
    return_state: bool
    go_backwards: bool
    stateful: bool
    unroll: bool
    zero_output_for_mask: bool

    def call(
        self,
        weights: Weights,
        sequences: Array,
        initial_state: Any = None,
        *,
        mask: Array | None = None,
        training: bool = False,
        key: Array | None = None,
    ) -> Any:
        outputs, states = self.run(weights, sequences, initial_state, mask=mask, training=training, key=key)
        return self.given(states[0] if outputs is None else outputs, states, mask)

    def run(
        self,
        weights: Weights,
        sequences: Array,
        initial_state: Any = None,
        *,
        mask: Array | None = None,
        training: bool = False,
        key: Array | None = None,
    ) -> tuple[Array | None, Sequence[Any]]:
        """The outputs at their own times, also with ``go_backwards``, and the last states.

        Where only the last output is asked for it may be None: then it is the first of the states.
        """
        raise NotImplementedError

    def given(self, output: Array, states: Sequence[Any], mask: Array | None) -> Any:
        """What is asked for of an output, the last or all at their own times, and of the last states."""
        if self.zero_output_for_mask and mask is not None:
            valid = mask if self.return_sequences else mask[:, 0 if self.go_backwards else -1]
            output = zeroed(output, valid)
        if self.go_backwards and self.return_sequences:
            output = jnp.flip(output, axis=1)  # in the order in which they were computed
        result = (output, *states) if self.return_state else output
        return (result, self.updates(states)) if self.stateful else result

    def updates(self, states: Sequence[Any]) -> dict[str, Array]:
        """New values of the stored states of a stateful layer, by local name."""
        return dict(zip(self.state_names(), jax.tree.leaves(states)))

    def compute_mask(self, *inputs: Any, mask: Array | None = None) -> Array | None:
        return mask if self.return_sequences else None

    @property
    def states(self) -> list[Any] | None:
        """The handles of the stored states of a stateful layer."""
        return [self.handles[name] for name in self.state_names()] if self.stateful and self.built else None

    def reset_state(self) -> None:
        """Puts the stored states of a stateful layer back to 0."""
        for handle in self.states or []:
            handle.assign(np.zeros(handle.shape, handle.dtype))

    reset_states = reset_state


def zeroed(output: Array, valid: Array) -> Array:
    """The output, 0 where ``valid``, whose axes are the first of the output's, is not True."""
    return jnp.where(valid.astype(bool).reshape(*valid.shape, *(1,) * (output.ndim - valid.ndim)), output, 0)
