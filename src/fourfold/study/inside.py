"""A trained network laid open: what it predicts, what would change that, and what its attention reads.

Each question is one compiled program that takes the weights, so trained, initial and re-drawn weights share it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fourfold.errors import OptionError
from fourfold.graph import Graph
from fourfold.layers import Conv1D, Conv2D, Embedding, MultiHeadAttention
from fourfold.study.architecture import Architecture
from fourfold.study.blocks import loss_of
from fourfold.study.stepwise import counted

Array = jax.Array
Weights = Mapping[str, Any]

CLASSES = ("softmax", "sigmoid")
REPEATS, MOST_SECONDS = 15, 0.5


class Pulled(NamedTuple):
    """How a number made of the outputs answers to small changes of everything before it.

    ``outputs`` (N, units); ``by_weights`` the norm of its gradient by each weight; ``by_inputs`` (N, places...,
    channels) its gradient by what each place of the input holds; ``attention`` (N, H, T, T) of each block.
    """

    outputs: Any
    by_weights: dict[str, Any]
    by_inputs: Any
    attention: list[Any]


class Inside:
    """The trained graph of an architecture, and two ways to ask it.

    A place of an input is a step, a pixel or a column, and holds its channels; a place of a text holds the vector
    of its token, since a number of a token has no neighbours to move to. By ``class_weights`` classes are predicted.
    """

    def __init__(
        self, net: Architecture, absolute: bool = False, class_weights: np.ndarray | None = None
    ) -> None:
        self.graph, self.output = net.trained, net.output
        weights = None if class_weights is None or net.output != "softmax" else class_weights
        self.log_weights = 0.0 if weights is None else np.log(weights).astype(np.float32)
        self.loss, self.stepwise = loss_of(net, absolute), net.problem.stepwise
        self.targets = 1 if net.output == "softmax" else net.problem.units
        (self.input,) = self.graph.input_symbols
        self.text = net.problem.layout == "text"
        self._attention = [node for node in self.graph.nodes if isinstance(node.layer, MultiHeadAttention)]
        self._opened = Graph(self.input, [self.graph.outputs, [node.args for node in self._attention]])
        self._paths = {id(layer): paths for layer, paths in self.graph.layer_weights()}
        self._pull = jax.jit(self._pulled)

    # ---- predictions -------------------------------------------------------------------------------------

    def predictor(self, weights: Weights, inputs: np.ndarray) -> Any:
        """The program, compiled, that gives the outputs of as many rows as ``inputs`` holds."""
        return jax.jit(lambda w, x: self.graph.apply(w, x).outputs).lower(weights, inputs).compile()

    # ---- gradients ---------------------------------------------------------------------------------------

    def of_answer(self, weights: Weights, inputs: np.ndarray, lengths: np.ndarray | None = None) -> Pulled:
        """Gradients of each row's answer: the output of its predicted class (before softmax), or its number.

        Of labels it is the most probable one, of several numbers their sum; where each step has an answer that of the
        last step, at place lengths - 1.
        """
        kind = np.int32 if self.output in CLASSES else np.float32
        targets = np.zeros((len(inputs), self.targets), kind)
        if self.stepwise:
            steps = np.full(len(inputs), inputs.shape[1]) if lengths is None else lengths
            last = np.arange(inputs.shape[1]) == steps[:, None] - 1
            targets = np.where(last, 0, -1 if kind is np.int32 else np.nan).astype(kind)
        return jax.device_get(self._pull(dict(weights), inputs, targets, False))

    def of_loss(self, weights: Weights, inputs: np.ndarray, targets: np.ndarray) -> Pulled:
        """Gradients of the mean loss of rows with targets (N, 1), (N, K) of several columns, (N, T) of steps."""
        return jax.device_get(self._pull(dict(weights), inputs, targets, True))

    def _pulled(self, weights: dict[str, Array], inputs: Array, targets: Array, of_loss: Array) -> Pulled:
        def forward(weights, moved):
            return self._forward(*self._moved(weights, inputs, moved))

        still = jnp.zeros(self._held(weights, inputs))
        outputs, back, attention = jax.vjp(forward, weights, still, has_aux=True)
        by_loss = jax.grad(lambda outputs: self.loss.call(targets, outputs).mean())(outputs)
        largest = jax.nn.one_hot((outputs + self.log_weights).argmax(-1), outputs.shape[-1])
        answer = largest if self.output in CLASSES else jnp.ones_like(outputs)
        if self.stepwise:
            answer = answer * counted(targets)[..., None]
        by_weights, by_inputs = back(jnp.where(of_loss, by_loss, answer))
        norms = {path: jnp.sqrt(jnp.sum(gradient**2)) for path, gradient in by_weights.items()}
        return Pulled(outputs, norms, by_inputs, attention)

    def _held(self, weights: dict[str, Array], inputs: Array) -> tuple[int, ...]:
        """The shape of what all places hold."""
        return (*inputs.shape, weights[self._embedding].shape[1]) if self.text else inputs.shape

    def _moved(
        self, weights: dict[str, Array], inputs: Array, moved: Array
    ) -> tuple[dict[str, Array], Array]:
        """Weights and inputs with what each place holds moved.

        For a text each place gets a row of the table of vectors to itself, its token's vector plus ``moved``;
        padding keeps the number 0, which masks look for.
        """
        if not self.text:
            return weights, inputs + moved
        table = weights[self._embedding]
        vectors = table[inputs] + moved
        own = jnp.concatenate([table[:1], vectors.reshape(-1, table.shape[1])])
        rows = 1 + jnp.arange(inputs.size, dtype=inputs.dtype).reshape(inputs.shape)
        return weights | {self._embedding: own}, jnp.where(inputs == 0, 0, rows)

    @property
    def _embedding(self) -> str:
        for node in self.graph.nodes:
            if isinstance(node.layer, Embedding) and node.args[0] is self.input:
                return self._paths[id(node.layer)][0]
        raise OptionError(
            "no-embedding",
            "what the network looks at in a text can't be found",
            got="a network whose first layer is no Embedding",
            wanted="Embedding as the layer that reads the tokens",
        )

    def _forward(self, weights: dict[str, Array], inputs: Array) -> tuple[Array, list[Array]]:
        """Outputs, and the attention of each layer that attends among the same tokens."""
        result = self._opened.apply(weights, inputs)
        outputs, arguments = result.outputs
        masks = iter(result.masks[1:])
        found = []
        for node, args in zip(self._attention, arguments):
            local = dict(zip(node.layer.handles, (weights[path] for path in self._paths[id(node.layer)])))
            given = tuple(next(masks) for _ in args)
            options = node.kwargs | {"return_attention_scores": True}
            found.append(node.layer.apply(local, *args, masks=given, **options).outputs[1])
        tokens = {scores.shape[-1] for scores in found}
        square = all(scores.shape[-2:] == (max(tokens),) * 2 for scores in found)
        return outputs, found if square else []

    # ---- weights -----------------------------------------------------------------------------------------

    def by_layer(self, norms: Mapping[str, Any]) -> dict[str, float]:
        """The norm over all trained weights of each layer that has some, from norms by path, first layer first."""
        trainable = set(self.graph.trainable_paths())
        squares = {
            self.graph.names[id(layer)]: sum(float(norms[path]) ** 2 for path in paths if path in trainable)
            for layer, paths in self.graph.layer_weights()
            if trainable.intersection(paths)
        }
        return {name: square**0.5 for name, square in squares.items()}

    def first_filters(self) -> str | None:
        """The path of the first convolution's kernel, (k..., C, filters)."""
        for layer, paths in self.graph.layer_weights():
            if isinstance(layer, (Conv1D, Conv2D)):
                return paths[0]
        return None


def on_device(weights: Weights) -> dict[str, Array]:
    """The weights where predictions are made, so that handing them over isn't timed."""
    return jax.device_put(dict(weights))


def seconds_of(function: Callable[..., Any], *args: Any) -> float:
    """The median of some runs after a first."""
    jax.block_until_ready(function(*args))
    taken: list[float] = []
    while len(taken) < REPEATS and (len(taken) < 3 or sum(taken) < MOST_SECONDS):
        started = time.perf_counter()
        jax.block_until_ready(function(*args))
        taken.append(time.perf_counter() - started)
    return median(taken)


def bytes_of(compiled: Any) -> int:
    """What a compiled program holds at once: arguments, outputs and the largest need of its intermediates."""
    found = compiled.memory_analysis()
    return found.argument_size_in_bytes + found.output_size_in_bytes + found.temp_size_in_bytes
