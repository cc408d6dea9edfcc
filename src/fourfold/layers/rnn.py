"""RNN, the layer that takes a cell over all steps, and StackedRNNCells, several cells as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from fourfold import initializers
from fourfold.core.specs import TensorSpec, WeightSpec
from fourfold.errors import OptionError, ShapeError
from fourfold.layers import arguments
from fourfold.layers.base import Layer
from fourfold.layers.cells import Cell
from fourfold.layers.over_steps import OverSteps
from fourfold.layers.wrapping import described
from fourfold.ops import random
from fourfold.ops.recurrent_scan import Run, scan_of_outputs, time_major

Weights = Mapping[str, Array]


class _Around(Layer):
    """What is made of cells alone, and has their weights."""

    def _cells(self) -> dict[str, Layer]:
        """The cells by what stands before the local names of their weights."""
        raise NotImplementedError

    @property
    def handles(self) -> dict[str, Any]:
        inner = {
            f"{before}{local}": weight
            for before, cell in self._cells().items()
            for local, weight in cell.handles.items()
        }
        return inner | (self._weights or {})

    @property
    def weights(self) -> list[Any]:
        return [weight for cell in self._cells().values() for weight in cell.weights]


def _of_cell(weights: Weights, before: str) -> dict[str, Array]:
    return {path.removeprefix(before): value for path, value in weights.items() if path.startswith(before)}


def _sizes(cell: Any) -> list[int]:
    """The sizes of a cell's states."""
    size = cell.state_size
    return [size] if isinstance(size, int) else list(size)


def _checked(cell: Any) -> Layer:
    """A cell: a layer that says how large its states are, or the configuration of one of Fourfold's."""
    cell = described(cell)
    if isinstance(cell, Layer) and hasattr(cell, "state_size"):
        return cell
    raise OptionError(
        "rnn-cell",
        "RNN goes over steps by a cell",
        got=type(cell).__name__ if isinstance(cell, Layer) else repr(cell),
        wanted="LSTMCell, GRUCell, SimpleRNNCell, or a Layer with state_size and call(self, inputs, states)",
        do="RNN(LSTMCell(32)), say",
    )


class StackedRNNCells(_Around):
    """Cells one above the other, as one cell: each takes the output of the one below.

    Call: ``cell(x, states)`` with x (N, F) and a list of the states of each cell; gives (output of the last, their
    states). Weights: those of the cells. Errors: `OptionError` for anything but cells.

    >>> import numpy as np
    >>> from fourfold.layers import GRUCell, LSTMCell
    >>> RNN(StackedRNNCells([LSTMCell(3), GRUCell(2)]))(np.ones((2, 5, 4), "float32")).shape
    (2, 2)
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cells = [_checked(cell) for cell in cells]
        if not self.cells:
            raise OptionError(
                "rnn-cells", "StackedRNNCells takes cells", got="none", do="[LSTMCell(32), LSTMCell(32)]"
            )
        self._arguments["cells"] = list(self.cells)

    def _cells(self) -> dict[str, Layer]:
        names: dict[str, Layer] = {}
        for cell in self.cells:
            base = cell.given_name or cell.usual_name
            number = sum(name == f"{base}/" or name.startswith(f"{base}_") for name in names)
            names[f"{base}_{number}/" if number else f"{base}/"] = cell
        return names

    @property
    def state_size(self) -> list[Any]:
        return [cell.state_size for cell in self.cells]  # type: ignore[attr-defined]

    @property
    def output_size(self) -> int:
        return _output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int) -> list[Any]:
        return [_initial(cell, batch_size) for cell in self.cells]

    def weight_specs(self, inputs: TensorSpec, *states: Any, **_: Any) -> dict[str, WeightSpec]:
        specs = {}
        for before, cell in self._cells().items():
            specs |= {f"{before}{local}": spec for local, spec in cell.weight_specs(inputs).items()}
            inputs = TensorSpec((inputs.shape[0], _output_size(cell)))
        return specs

    def build(self, *inputs: Any, **kwargs: Any) -> None:
        if self._weights is None:
            spec = inputs[0] if isinstance(inputs[0], TensorSpec) else TensorSpec(tuple(inputs[0]))
            for cell in self.cells:
                cell._prepare((spec,), {})
                spec = TensorSpec((spec.shape[0], _output_size(cell)))
            self._weights = {}

    def call(
        self,
        weights: Weights,
        inputs: Array,
        states: Any,
        *,
        training: bool = False,
        key: Array | None = None,
    ) -> Any:
        after = []
        for number, (before, cell) in enumerate(self._cells().items()):
            own = None if key is None else random.fold_in(key, number)
            inputs, new = _step(cell, _of_cell(weights, before), inputs, states[number], training, own)
            after.append(new)
        return inputs, after


def _output_size(cell: Any) -> int:
    return getattr(cell, "output_size", None) or _sizes(cell)[0]


def _initial(cell: Any, batch: int) -> list[Any]:
    """States of zeros, or those that a cell begins with."""
    if hasattr(cell, "get_initial_state"):
        made = cell.get_initial_state(batch_size=batch)
        return list(made) if isinstance(made, (list, tuple)) else [made]
    return [jnp.zeros((batch, size), jnp.float32) for size in _sizes(cell)]


def _step(
    cell: Layer, weights: Weights, inputs: Array, states: Any, training: bool, key: Array | None
) -> tuple[Array, Any]:
    """A cell's output and its new states, nested as those before were."""
    states = list(states) if isinstance(states, (list, tuple)) else [states]
    output, after = cell.apply(weights, inputs, states, training=training, key=key).outputs
    return output, list(after) if isinstance(after, (list, tuple)) else [after]


class RNN(_Around, OverSteps):
    """output_t, states_t = cell(x_t, states_{t-1}), over all steps.

    Args: ``cell``, a cell, or a list of them for `StackedRNNCells`: SimpleRNNCell, LSTMCell, GRUCell, or a `Layer` with
    ``state_size`` (a number, or a list of them) and ``call(self, inputs, states) -> (output, new states)``. Input
    (N, T, F); output (N, U), the last, or (N, T, U) with ``return_sequences``; with ``return_state`` (output, states of
    the cell). Weights: the cell's. Masked steps leave the states as they are. Errors: `OptionError` for anything but a
    cell; `ShapeError` for an input that is not (N, T, F), or another batch size than a stateful layer's.

    Fourfold's own cells run as `SimpleRNN`, `LSTM` and `GRU` do, alone or in a stack: their inputs' part is one product
    for all steps.

    >>> import numpy as np
    >>> class Sum(Layer):
    ...     state_size = 4
    ...     def call(self, x, states):
    ...         return states[0] + x, [states[0] + x]
    >>> RNN(Sum(), return_sequences=True)(np.ones((1, 3, 4), "float32"))[0, :, 0].tolist()
    [1.0, 2.0, 3.0]

    Source: Elman (1990); stacks: Graves, Mohamed and Hinton (2013). Good for cells of one's own.
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cell = StackedRNNCells(cell) if isinstance(cell, (list, tuple)) else _checked(cell)
        self._arguments["cell"] = self.cell
        self.return_sequences, self.return_state = bool(return_sequences), bool(return_state)
        self.go_backwards, self.unroll = bool(go_backwards), bool(unroll)
        self.zero_output_for_mask = bool(zero_output_for_mask)
        self.stateful = self.updates_state = bool(stateful)

    def _cells(self) -> dict[str, Layer]:
        return {"": self.cell}

    @property
    def state_size(self) -> list[Any]:
        """The numbers of each state of the cell, or cells, for one row."""
        size = self.cell.state_size  # type: ignore[attr-defined]
        return list(size) if isinstance(size, (list, tuple)) else [size]

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """The states that a sequence begins with: those of the cell, zeros (batch_size, units) where it says none."""
        return _initial(self.cell, batch_size)

    def state_names(self) -> tuple[str, ...]:
        if not self.stateful:
            return ()
        return tuple(f"state_{number}" for number, _ in enumerate(jax.tree.leaves(self.state_size)))

    def weight_specs(self, sequences: TensorSpec, *states: Any, **_: Any) -> dict[str, WeightSpec]:
        return self.cell.weight_specs(self._a_step(sequences))

    def _a_step(self, sequences: TensorSpec) -> TensorSpec:
        arguments.check_axes(self, sequences, "NTF", least=True)
        return TensorSpec((sequences.shape[0], *sequences.shape[2:]), sequences.dtype)

    def build(self, *inputs: Any, **kwargs: Any) -> None:
        if self._weights is not None:
            return
        spec = inputs[0] if isinstance(inputs[0], TensorSpec) else TensorSpec(tuple(inputs[0]))
        self.cell._prepare((self._a_step(spec),), {})
        self._weights = {}
        if self.stateful:
            batch = arguments.known(self, spec, 0)
            sizes = jax.tree.leaves(self.state_size)
            for name, size in zip(self.state_names(), sizes):
                state = WeightSpec((batch, size), initializers.Zeros(), trainable=False)
                self._weights[name] = self._made(name, state)

    def run(
        self,
        weights: Weights,
        sequences: Array,
        initial_state: Any = None,
        *,
        mask: Array | None = None,
        training: bool = False,
        key: Array | None = None,
    ) -> tuple[Array, list[Any]]:
        self._a_step(sequences)  # type: ignore[arg-type]
        states = self._initial_states(weights, sequences.shape[0], initial_state)
        run = self._fast if self.of_own_cells else self._plain
        return run(weights, sequences, states, mask, training, key)

    def _initial_states(self, weights: Weights, batch: int, given: Any) -> list[Any]:
        fresh = _initial(self.cell, batch)
        if given is None and not self.stateful:
            return fresh
        stored = [weights[name] for name in self.state_names()]
        leaves = stored if given is None else jax.tree.leaves(given)
        shapes, wanted = (
            [tuple(leaf.shape) for leaf in states] for states in (leaves, jax.tree.leaves(fresh))
        )
        if shapes != wanted:
            raise ShapeError(
                "rnn-state",
                f"the states of {self.name} don't fit its input",
                got=f"states of shapes {shapes}",
                wanted=f"{wanted}, since the batch has {batch} rows",
            )
        return jax.tree.unflatten(jax.tree.structure(fresh), leaves)

    @property
    def of_own_cells(self) -> bool:
        """Whether it is made of Fourfold's cells, which are layers on one step."""
        cells = self.cell.cells if isinstance(self.cell, StackedRNNCells) else [self.cell]
        return all(isinstance(cell, Cell) for cell in cells)

    def _fast(self, weights, sequences, states, mask, training, key) -> tuple[Array, list[Any]]:
        """Layer by layer over all steps."""
        if not isinstance(self.cell, StackedRNNCells):
            return self._over(
                self.cell, weights, sequences, states, mask, training, key, self.return_sequences
            )
        cells, after = self.cell._cells(), []
        for number, (before, cell) in enumerate(cells.items()):
            own = None if key is None else random.fold_in(key, number)
            whole = self.return_sequences or number + 1 < len(cells)
            sequences, new = self._over(
                cell, _of_cell(weights, before), sequences, states[number], mask, training, own, whole
            )
            after.append(new)
        return sequences, after

    def _over(
        self, cell: Any, weights, sequences, states, mask, training, key, whole
    ) -> tuple[Array, list[Any]]:
        how = {"reverse": self.go_backwards, "return_sequences": whole, "unroll": self.unroll}
        outputs, after = cell.layer.over(
            weights, sequences, states, mask=mask, training=training, key=key, **how
        )
        return after[0] if outputs is None else outputs, list(after)

    def _plain(self, weights, sequences, states, mask, training, key) -> tuple[Array, list[Any]]:
        """Step by step."""
        own = {local: weights[local] for local in self.cell.handles if local in weights}

        def step(inputs: Array, before: Any) -> tuple[Array, Any]:
            return _step(self.cell, own, inputs, before, training, key)

        def shown(states: Any) -> Array:
            """The output before, which a cell keeps as its first state; of a stack the last cell's."""
            last = states[-1] if isinstance(self.cell, StackedRNNCells) else states
            return last[0]

        run = Run(self.go_backwards, self.return_sequences, self.unroll)
        output, outputs, states = scan_of_outputs(step, run, time_major(sequences), states, mask, shown)
        return output if outputs is None else outputs, states
