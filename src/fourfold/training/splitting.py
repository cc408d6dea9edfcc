"""One training, or one prediction, on several cores: each takes an equal part of every batch.

    forward and backward on a device's own rows;  the loss on the whole batch's outputs, on each device;
    gradients summed over devices;  the optimizer's step on each device, all the same

The loss, its denominators, masks and metrics see whole batches, moments of a batch are summed over devices, and a
row's dropout is drawn by its place in the batch: the numbers are those of one device, but for the order of sums.

XLA's loops over time and over pieces of a batch keep one core busy, so a split helps where they take the time; products
of two matrices use all cores as they are (three layers of 1,024 units, written by a user: 5.9 ms a step, split 8.4).
Devices wait for each other about a tenth of a millisecond a step, and as long again twice for each layer that
normalises a batch, so a step must be worth it. Steps of `fit` on one device over those on two, 54 models, batches of 2
to 64, two cores of an EPYC (Zen 4): below 8 million FLOPs forward .4 to 1.2, above them .8 to 1.0 with one row a
device, .9 to 1.4 with two and 1.0 to 1.3 with four and more; with two layers of batch normalisation .3 to 1.0 below 40
million, .8 to 2.3 above.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from fourfold.core.symbols import Symbol
from fourfold.graph import Graph
from fourfold.layers.base import Layer
from fourfold.layers.normalization import BatchNormalization
from fourfold.ops import rows
from fourfold.ops.counting import count
from fourfold.ops.independence import equations
from fourfold.training.independence import all_layers, known_apart, rows_apart
from fourfold.training.objective import Batch
from fourfold.training.program import Found, Program, TrainState, take

MOST = 8
"""Devices that share a batch at most: the gradients' sum costs more with each."""
LARGEST_DATA = 1 << 30
"""Bytes of training data at most: each device holds a copy."""
HELPED = {"convolution", "recurrent", "rnn", "bidirectional", "attention", "multi_head_attention"}
"""The modules of the layers that a split speeds up."""
HELPED_OPERATIONS = {"conv_general_dilated", "scan", "while"}
"""The operations of a program that it speeds up, beside products of many matrices."""
FEWEST = 4
"""Rows of a batch that a device should have at least."""
LEAST_FLOPS, NORMALIZATION_FLOPS = 8e6, 16e6
"""FLOPs of a batch's outputs that are worth a split, and how many more for each layer of batch normalisation."""


class SplitProgram(Program):
    """A program whose `run` splits each batch over devices; a single batch runs on one, as in `Program`."""

    def __init__(self, program: Program, devices: list[Any]) -> None:
        super().__init__(program.graph, program.objective, program.optimizer)
        mesh = Mesh(np.array(devices), (rows.AXIS,))
        self._everywhere = NamedSharding(mesh, PartitionSpec())
        everywhere = PartitionSpec()
        self._split_run = jax.jit(
            jax.shard_map(self._run, mesh=mesh, in_specs=everywhere, out_specs=everywhere, check_vma=False)
        )
        self.run = self._run_everywhere
        self.run_batch = program.run_batch

    def place(self, data: Batch) -> Batch:
        """The data on each device."""
        return jax.device_put(data, self._everywhere)

    def place_part(self, data: Batch) -> Batch:
        return jax.device_put(data, self._everywhere)

    def rows(self, data: Batch, numbers: Any) -> Batch:
        return super().rows(_first(data), numbers)

    def batch(self, data: Batch, indices: Array) -> Batch:
        """Inputs of the device's rows; targets and weights of all."""
        return Batch(take(data.inputs, rows.own(indices)), *take((data.targets, data.weights), indices))

    def gradients(self, state: TrainState, batch: Batch) -> tuple[dict[str, Array], Found]:
        def forward(weights):
            result = self.forward(weights, state, batch)
            return jax.tree.leaves(result.outputs), result

        def loss(outputs):
            losses = self.objective.losses_of(batch, outputs, masks)
            return self.objective.total(losses, jnp.zeros(())), losses

        own_outputs, backward, result = jax.vjp(forward, state.weights, has_aux=True)
        masks = rows.whole(result.masks)
        own = Batch(batch.inputs, *rows.own((batch.targets, batch.weights)))
        parts = self.parts_of(own, backward, state.weights, own_outputs, result.masks, result.losses)
        if parts > 1:
            grads, own_outputs, losses = self.gradients_of_parts(state, own, parts)
            grads, losses = jax.tree.map(lambda x: x / rows.parts(), (grads, losses))
            outputs, losses = rows.whole(own_outputs), rows.total_of_all(losses)
            total = self.objective.total(losses, jnp.zeros(()))
        else:
            outputs = rows.whole(own_outputs)
            (total, losses), d_outputs = jax.value_and_grad(loss, has_aux=True)(outputs)
            (grads,) = backward(rows.own(d_outputs))
        grads = rows.total_of_all(grads)
        added, d_added = self.regularization(state)
        grads = jax.tree.map(jnp.add, grads, d_added)
        return grads, Found(outputs, masks, result.updates, total + added, losses)

    def _run_everywhere(self, state: TrainState, logs: Any, data: Batch, indices: Array, *rest: Any) -> Any:
        """One run on all devices, whose results go on from the first."""
        given = jax.device_put((state, logs, indices), self._everywhere)
        found = self._split_run(*given[:2], data, given[2], *rest)
        return _first(found)


class SplitPrediction:
    """The outputs of a graph for rows of which each device takes an equal part.

    Args:
        graph: one that treats rows alone (`prediction_devices`).
        devices: those that share the rows.
    """

    def __init__(self, graph: Graph, devices: list[Any]) -> None:
        mesh = Mesh(np.array(devices), (rows.AXIS,))
        everywhere, by_rows = PartitionSpec(), PartitionSpec(rows.AXIS)
        self.parts = len(devices)
        self._everywhere, self._by_rows = NamedSharding(mesh, everywhere), NamedSharding(mesh, by_rows)
        self._run = jax.jit(
            jax.shard_map(
                lambda values, inputs: graph.apply(values, inputs).outputs,
                mesh=mesh,
                in_specs=(everywhere, by_rows),
                out_specs=by_rows,
                check_vma=False,
            )
        )

    def place(self, values: dict[str, Array]) -> dict[str, Array]:
        """The weights on each device."""
        return jax.device_put(values, self._everywhere)

    def __call__(self, values: dict[str, Array], inputs: Any) -> Any:
        """Outputs for placed weights and inputs whose rows `parts` divides."""
        return self._run(values, jax.device_put(inputs, self._by_rows))


def split_devices(graph: Graph, inputs: Any, data_bytes: int) -> list[Any]:
    """The devices that share each batch of a training; only one where a split helps not, or isn't possible.

    ``inputs`` are the shapes of a batch's.
    """
    devices = jax.devices()
    batch_size = jax.tree.leaves(inputs)[0].shape[0]
    floats = all(symbol.dtype.startswith("float") for symbol in graph.output_symbols)
    if devices[0].platform != "cpu" or not floats or data_bytes > LARGEST_DATA or not _helped(graph, inputs):
        return devices[:1]
    most = min(len(devices), MOST, batch_size // FEWEST)
    number = next((count for count in range(most, 1, -1) if batch_size % count == 0), 1)
    split = number > 1 and _worth_it(graph, inputs) and rows_apart(graph)
    return devices[: number if split else 1]


def _helped(graph: Graph, inputs: Any) -> bool:
    """Whether a split speeds up what a graph computes: of operations and users' layers its program says so."""
    if any(_module(layer) in HELPED for layer in all_layers(graph.layers)):
        return True
    if all(map(known_apart, graph.nodes)):
        return False
    program = jax.make_jaxpr(lambda values, inputs: graph.apply(values, inputs).outputs)(graph.values(), inputs)
    return any(map(_keeps_one_core_busy, equations(program.jaxpr)))


def _keeps_one_core_busy(equation: Any) -> bool:
    name, params = equation.primitive.name, equation.params
    batched = name == "dot_general" and any(params["dimension_numbers"][1])
    return batched or name in HELPED_OPERATIONS


def _worth_it(graph: Graph, inputs: Any) -> bool:
    """Whether a batch's outputs are work enough for several devices."""
    normalizations = sum(isinstance(layer, BatchNormalization) for layer in all_layers(graph.layers))
    flops = count(lambda values, inputs: graph.apply(values, inputs).outputs, graph.values(), inputs).flops
    return flops >= LEAST_FLOPS + NORMALIZATION_FLOPS * normalizations


def prediction_devices(graph: Graph) -> list[Any]:
    """The devices that share the rows of a prediction: the cores, where no row's output depends on another row."""
    devices = jax.devices()
    splits = (
        devices[0].platform == "cpu"
        and rows_apart(graph)
        and all(map(_any_batch, graph.output_symbols))
        and not graph.draws_always
    )
    return devices[: MOST if splits else 1]


def _any_batch(symbol: Symbol) -> bool:
    return symbol.shape[0] is None


def _module(layer: Layer) -> str:
    return type(layer).__module__.rpartition(".")[2]


def _first(tree: Any) -> Any:
    """What the first device holds of arrays that all devices hold."""
    return jax.tree.map(lambda leaf: leaf.addressable_shards[0].data, tree)
