"""One bare layer of each family on a sequence of n positions: work, sequential steps and longest path.

Work and steps are counted on the traced reference formulation at small sizes, and are exact polynomials:

    n  positions    c  numbers a position that go in    d  that come out    k  kernel    m  units

Terms in c of attention and of recurrence are products with each position alone, the projections: they are work of
another layer (a fully connected one at each position) and are listed apart. With c = d, as Table 1 has it, they could
not be told from the rest.

The longest path goes from the first position to the last: as many layers as it takes until the last output depends on
the first input, times the sequential steps of one. What depends on what is probed: one input changes, and the outputs
that change with it are seen.

Source: Vaswani et al., "Attention is all you need" (NIPS 2017), Table 1; van den Oord et al., "WaveNet", 2016
(dilations that grow with the depth).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import jax
import numpy as np
from jax import Array

from fourfold.ops.attention import attend_reference, join_heads, split_heads
from fourfold.ops.convolution import convolution_reference
from fourfold.ops.counting import Count, count
from fourfold.ops.dense import linear
from fourfold.ops.recurrent import lstm_reference, simple_rnn_reference
from fourfold.study.polynomials import Polynomial, interpolate

Shapes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Orders:
    """A row of Table 1: orders of growth, with c = d."""

    work: str
    steps: str
    path: str


@dataclass(frozen=True)
class BareLayer:
    """A layer without bias, activation or heads beside what makes it what it is.

    ``function(x, *weights)`` maps (1, n, c) to (1, n, d), or to (1, m); ``weights(sizes)`` gives the weights' shapes,
    ``degrees`` how high each size can rise in the work. ``dilated``: in a stack, layer i has its taps k^i apart.
    """

    family: str
    title: str
    function: Callable[..., Array]
    weights: Callable[[dict[str, int]], Shapes]
    degrees: tuple[tuple[str, int], ...]
    table_1: Orders
    projections: bool = False
    dilated: bool = False

    @property
    def work(self) -> Polynomial:
        """FLOPs of the layer without its projections, with c = d."""
        whole = _polynomials(self)[0]
        return (whole.of_degree("c", 0) if self.projections else whole).replaced("c", by="d")

    @property
    def projected(self) -> Polynomial | None:
        """FLOPs of the projections, with c = d; None for a layer without any."""
        if not self.projections:
            return None
        return _polynomials(self)[0].of_degree("c", 1).replaced("c", by="d")

    @property
    def steps(self) -> Polynomial:
        """Sequential steps of the whole layer."""
        return _polynomials(self)[1].replaced("c", by="d")

    def depends(self, length: int, kernel: int, dilation: int = 1) -> np.ndarray:
        """Whether output t depends on input s: booleans (n, n), probed at width 1 with weights of 1."""
        sizes = {"n": length, "c": 1, "d": 1, "k": kernel, "m": length}
        weights = [np.ones(shape, np.float32) for shape in self.weights(sizes)]
        spread = {"dilation": (dilation,)} if self.dilated else {}
        inputs = np.concatenate([np.zeros((1, length)), np.eye(length)]).astype(np.float32)[..., None]
        with jax.default_device(jax.devices("cpu")[0]):
            outputs = np.asarray(jax.jit(lambda x: self.function(x, *weights, **spread))(inputs))
        changed = outputs[1:] != outputs[:1]
        return changed.reshape(length, length).T

    def paths(self, length: int, kernel: int) -> list[int]:
        """Sequential steps on the way from the first position to position 1, 2, ..., n: layers times steps of one."""
        return [layers * int(self.steps(n=n)) for n, layers in enumerate(_layers(self, length, kernel), 1)]


@lru_cache
def _polynomials(layer: BareLayer) -> tuple[Polynomial, Polynomial]:
    @cache
    def counted(**sizes: int) -> Count:
        shapes = ((1, sizes["n"], sizes["c"]), *layer.weights(sizes))
        return count(layer.function, *(jax.ShapeDtypeStruct(shape, np.float32) for shape in shapes))

    degrees = dict(layer.degrees)
    flops = interpolate(lambda **sizes: counted(**sizes).flops, **degrees)
    return flops, interpolate(lambda **sizes: counted(**sizes).span, **degrees)


@lru_cache
def _layers(layer: BareLayer, length: int, kernel: int) -> list[int]:
    """How many layers until output 1, 2, ..., n sees the first input: the shortest way through dependences."""
    needed = np.zeros(length, int)
    seen = np.arange(length) == 0
    depends = layer.depends(length, kernel)
    for depth in range(length):
        if depth and layer.dilated:
            depends = layer.depends(length, kernel, kernel**depth)
        seen = depends @ seen
        needed[seen & (needed == 0)] = depth + 1
        if needed.all():
            break
    return needed.tolist()


# ---- the layers --------------------------------------------------------------------------------------------


def self_attention(x: Array, query: Array, key: Array, value: Array, output: Array) -> Array:
    """One head of width d: softmax(Q K^T / sqrt(d)) V, with Q, K, V = x W, and its output projected back."""
    read, _ = attend_reference(split_heads(x, query), split_heads(x, key), split_heads(x, value))
    return join_heads(read, output)


def recurrent(x: Array, kernel: Array, recurrent_kernel: Array) -> Array:
    """h_t = tanh(x_t K + h_{t-1} R)."""
    outputs, _ = simple_rnn_reference(x, kernel, recurrent_kernel)
    assert outputs is not None
    return outputs


def lstm(x: Array, kernel: Array, recurrent_kernel: Array) -> Array:
    """Four gates, each with its share of K and R."""
    outputs, _ = lstm_reference(x, kernel, recurrent_kernel)
    assert outputs is not None
    return outputs


def convolution(x: Array, kernel: Array, dilation: tuple[int, ...] = (1,)) -> Array:
    """y_t = sum_i x_{t - i dilation} W_i, i < k."""
    return convolution_reference(x, kernel, strides=(1,), padding="causal", dilation=dilation)


def fully_connected(x: Array, kernel: Array) -> Array:
    """y = flatten(x) W."""
    return linear(x.reshape(x.shape[0], -1), kernel)


_RECURRENT = Orders("n d^2", "n", "n")
LAYERS = (
    BareLayer(
        "attention",
        "Self-attention",
        self_attention,
        lambda s: (*((s["c"], 1, s["d"]),) * 3, (1, s["d"], s["c"])),
        (("n", 2), ("c", 1), ("d", 1)),
        Orders("n^2 d", "1", "1"),
        projections=True,
    ),
    BareLayer(
        "recurrent",
        "Recurrent",
        recurrent,
        lambda s: ((s["c"], s["d"]), (s["d"], s["d"])),
        (("n", 1), ("c", 1), ("d", 2)),
        _RECURRENT,
        projections=True,
    ),
    BareLayer(
        "recurrent",
        "Recurrent, LSTM",
        lstm,
        lambda s: ((s["c"], 4 * s["d"]), (s["d"], 4 * s["d"])),
        (("n", 1), ("c", 1), ("d", 2)),
        _RECURRENT,
        projections=True,
    ),
    BareLayer(
        "convolution",
        "Convolution",
        convolution,
        lambda s: ((s["k"], s["c"], s["d"]),),
        (("k", 1), ("n", 1), ("c", 1), ("d", 1)),
        Orders("k n d^2", "1", "n/k"),
    ),
    BareLayer(
        "convolution",
        "Convolution, dilated",
        convolution,
        lambda s: ((s["k"], s["c"], s["d"]),),
        (("k", 1), ("n", 1), ("c", 1), ("d", 1)),
        Orders("k n d^2", "1", "log_k n"),
        dilated=True,
    ),
    BareLayer(
        "dense",
        "Fully connected",
        fully_connected,
        lambda s: ((s["n"] * s["c"], s["m"]),),
        (("n", 1), ("c", 1), ("m", 1)),
        Orders("n d m", "1", "1"),
    ),
)
"""Table 1, and below it the fully connected layer, which it leaves out."""
