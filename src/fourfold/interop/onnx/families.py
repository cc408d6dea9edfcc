"""Operations of Fourfold that ONNX has operators for: convolution, pooling, recurrent layers, softmax.

A row is a function ``(to, x, ..., **options) -> outputs`` with the operation's own arguments, some of which are values;
it gives None where ONNX's operator is another, and then what the operation consists of is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fourfold.interop.onnx.nodes import Nodes, Value, integers, is_open
from fourfold.ops import activations, convolution, depthwise, normalization, pooling, recurrent
from fourfold.ops.windows import Windows

ACTIVATIONS = {activations.tanh: "Tanh", activations.sigmoid: "Sigmoid", activations.relu: "Relu"}


# ---- windows -----------------------------------------------------------------------------------------------


def _channels_first(to: Nodes, x: Value, rank: int) -> Value:
    return to.permute(x, [0, rank - 1, *range(1, rank - 1)])


def _channels_last(to: Nodes, x: Value, rank: int) -> Value:
    return to.permute(x, [0, *range(2, rank), 1])


def _window(
    shape: Sequence[Any], sizes: Sequence[int], strides: Sequence[int], padding: str, dilation: Any = None
) -> dict[str, Any]:
    """A window's attributes. What ``same`` pads beside steps depends on the lengths; of open ones ONNX finds it."""
    lengths, dilation = shape[1:-1], dilation or (1,) * len(sizes)
    window = {"kernel_shape": list(sizes), "strides": list(strides)}
    if any(rate > 1 for rate in dilation):
        window["dilations"] = list(dilation)
    if not any(map(is_open, lengths)):
        edges = Windows.over(lengths, sizes, strides, padding, dilation).edges
    elif padding == "same" and max(strides) > 1:
        return window | {"auto_pad": "SAME_UPPER"}
    else:
        wider = [rate * (size - 1) if padding != "valid" else 0 for rate, size in zip(dilation, sizes)]
        edges = [(more, 0) if padding == "causal" else (more // 2, more - more // 2) for more in wider]
    return window | {"pads": [edge[0] for edge in edges] + [edge[1] for edge in edges]}


def _convolution(to, x, kernel, *, shapes, strides, padding="valid", dilation=None, groups=1):
    (shape, kernel_shape, *_), rank = shapes, len(shapes[0])
    window = _window(shape, kernel_shape[:-2], strides, padding, dilation)
    kernel = to.permute(kernel, [rank - 1, rank - 2, *range(rank - 2)])
    y = to.add("Conv", _channels_first(to, x, rank), kernel, group=groups, **window)
    return _channels_last(to, y, rank)


def _depthwise(to, x, kernel, *, shapes, strides, padding, dilation):
    (shape, kernel_shape, *_), rank = shapes, len(shapes[0])
    channels, more = kernel_shape[-2:]
    window = _window(shape, kernel_shape[:-2], strides, padding, dilation)
    kernel = to.reshape(kernel, [*kernel_shape[:-2], channels * more, 1])
    kernel = to.permute(kernel, [rank - 2, rank - 1, *range(rank - 2)])
    y = to.add("Conv", _channels_first(to, x, rank), kernel, group=channels, **window)
    return _channels_last(to, y, rank)


def _transposed(to, x, kernel, *, shapes, strides, padding, dilation, output_padding=None):
    """The products reach (S - 1) s + span numbers; of these ``same`` keeps S s, and ``valid`` has at least as many."""
    (_, kernel_shape, *_), rank = shapes, len(shapes[0])
    sizes = kernel_shape[:-2]
    spans = [rate * (size - 1) + 1 for rate, size in zip(dilation, sizes)]
    if output_padding is not None:
        edges = convolution.edges_behind(spans, padding, output_padding)
    else:
        cut = [max(span - s, 0) if padding == "same" else 0 for span, s in zip(spans, strides)]
        missing = [max(s - span, 0) for span, s in zip(spans, strides)]
        edges = [(-(number // 2), number // 2 - number + more) for number, more in zip(cut, missing)]
    if any(low > 0 for low, _ in edges):
        return None
    # what is cut off in front and behind are pads; what is missing behind is output padding
    pads = [-low for low, _ in edges] + [max(-high, 0) for _, high in edges]
    window = {"kernel_shape": list(sizes), "strides": list(strides), "dilations": list(dilation), "pads": pads}
    window["output_padding"] = [max(high, 0) for _, high in edges]
    kernel = to.permute(kernel, [rank - 1, rank - 2, *range(rank - 2)])
    y = to.add("ConvTranspose", _channels_first(to, x, rank), kernel, **window)
    return _channels_last(to, y, rank)


def _pooled(operator: str) -> Callable[..., Any]:
    def row(to, x, *, shapes, size, strides, padding="valid"):
        rank, window = len(shapes[0]), _window(shapes[0], size, strides, padding)
        return _channels_last(to, to.add(operator, _channels_first(to, x, rank), **window), rank)

    return row


# ---- recurrent layers --------------------------------------------------------------------------------------


def _simple_rnn(to, x, kernel, recurrent_kernel, bias=None, *, activation=activations.tanh, **options):
    return _recurrent(to, "RNN", [0], [activation], x, kernel, recurrent_kernel, bias, **options)


def _lstm(to, x, kernel, recurrent_kernel, bias=None, *, activation=activations.tanh,
          recurrent_activation=activations.sigmoid, **options):  # fmt: skip
    """Gates i f g o are i o f g there."""
    gates = [recurrent_activation, activation, activation]
    return _recurrent(to, "LSTM", [0, 3, 1, 2], gates, x, kernel, recurrent_kernel, bias, **options)


def _gru(to, x, kernel, recurrent_kernel, bias=None, *, activation=activations.tanh,
         recurrent_activation=activations.sigmoid, reset_after=True, **options):  # fmt: skip
    gates = [recurrent_activation, activation]
    options["linear_before_reset"] = int(reset_after)
    return _recurrent(to, "GRU", [0, 1, 2], gates, x, kernel, recurrent_kernel, bias, **options)


def _recurrent(
    to: Nodes,
    operator: str,
    order: list[int],
    functions: list[Any],
    x: Value,
    kernel: Value,
    recurrent_kernel: Value,
    bias: Value | None,
    *,
    shapes: Any,
    initial_state: Any = None,
    mask: Any = None,
    reverse: bool = False,
    return_sequences: bool = True,
    input_dropout: Any = None,
    recurrent_dropout: Any = None,
    unroll: bool = False,
    **attributes: Any,
) -> Any:
    """Outputs (N, T, U), or None, and the last states, of one of ONNX's layers, which read (T, N, F)."""
    if mask is not None or not all(function in ACTIVATIONS for function in functions):
        return None
    if isinstance(kernel, str) or isinstance(recurrent_kernel, str) or isinstance(bias, str):
        return None  # weights that are computed from inputs
    units, gates = recurrent_kernel.shape[0], len(order)

    def arranged(array: np.ndarray) -> np.ndarray:
        """(..., G U) to (1, G U, ...), with the gates in ONNX's order."""
        parts = array.reshape(*array.shape[:-1], gates, units)[..., order, :]
        return np.moveaxis(parts.reshape(array.shape), -1, 0)[None]

    biases = np.zeros((2, gates * units), np.float32)
    if bias is not None:
        biases[: len(np.atleast_2d(bias))] = bias
    inputs = [to.permute(x, [1, 0, 2]), arranged(kernel), arranged(recurrent_kernel)]
    inputs.append(np.concatenate([arranged(row) for row in biases], axis=1))
    if initial_state is not None:
        inputs += ["", *(to.add("Unsqueeze", state, integers([0])) for state in initial_state)]
    count = 2 if operator == "LSTM" else 1
    outputs, *states = to.add_many(
        operator,
        1 + count,
        *inputs,
        hidden_size=units,
        direction="reverse" if reverse else "forward",
        activations=[ACTIVATIONS[function] for function in functions],
        **attributes,
    )
    states = tuple(to.add("Squeeze", state, integers([0])) for state in states)
    if not return_sequences:
        return None, states
    return to.permute(to.add("Squeeze", outputs, integers([1])), [1, 0, 2]), states


# ---- the rest ----------------------------------------------------------------------------------------------


def _softmax(to, x, axis=-1, *, shapes):
    return to.add("Softmax", x, axis=axis) if isinstance(axis, int) else None


def _layer_normalization(to, x, gamma, beta, axes, epsilon, *, shapes):
    """Over one axis and those behind it, as ONNX has it."""
    rank = len(shapes[0])
    axes = sorted(axis % rank for axis in axes)
    lengths = shapes[0][axes[0] :]
    if axes != list(range(axes[0], rank)) or any(map(is_open, lengths)):
        return None
    gamma = np.ones(lengths, np.float32) if gamma is None else gamma
    terms = [gamma] if beta is None else [gamma, beta]
    return to.add("LayerNormalization", x, *terms, axis=axes[0], epsilon=float(epsilon))


ROWS: dict[Callable, Callable[..., Any]] = {
    convolution.convolution.__wrapped__: _convolution,
    convolution.transposed.__wrapped__: _transposed,
    depthwise.depthwise.__wrapped__: _depthwise,
    pooling.max_pool.__wrapped__: _pooled("MaxPool"),
    pooling.average_pool.__wrapped__: _pooled("AveragePool"),
    recurrent.simple_rnn.__wrapped__: _simple_rnn,
    recurrent.lstm.__wrapped__: _lstm,
    recurrent.gru.__wrapped__: _gru,
    activations.softmax.__wrapped__.__wrapped__: _softmax,
    normalization.layer_normalization.__wrapped__: _layer_normalization,
}
