"""Which graphs treat the rows of a batch apart, so that devices may share a batch.

Our layers do, or see to a batch that is split themselves (moments of a batch, dropout's random numbers). Of operations
(``x + y``), of layers that users write, and of models that are classes it is read from what they compute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fourfold.core.inference import abstract_call
from fourfold.core.symbols import Node
from fourfold.graph import Graph
from fourfold.layers.base import Layer
from fourfold.ops import independence

_LENGTHS = (97, 103, 109, 127, 137)
"""Of open axes other than the rows'."""


def rows_apart(graph: Graph) -> bool:
    """Whether a graph's rows can be computed apart from each other.

    >>> import fourfold as ff
    >>> x = ff.Input((4,))
    >>> rows_apart(Graph(x, x + ff.layers.Dense(4)(x)))
    True
    >>> rows_apart(Graph(x, x - ff.ops.mean(x, axis=0)))
    False
    """
    return all(symbol.shape[0] is None for symbol in graph.input_symbols) and all(map(_apart, graph.nodes))


def all_layers(layers: Iterable[Any]) -> Iterator[Layer]:
    """Layers and those inside them: of models, of wrappers, among the attributes of a user's layer."""
    for layer in layers:
        if isinstance(layer, Layer):
            yield layer
            yield from all_layers(layer.inside())


def _apart(node: Node) -> bool:
    if any(getattr(layer, "stateful", False) for layer in all_layers([node.layer])):
        return False
    return known_apart(node) or _seen(node)


def known_apart(node: Node) -> bool:
    """Whether a node is one of our layers, of which it is known without a look at the program that rows are apart."""
    return getattr(node.layer, "rows_apart", False)


def _seen(node: Node) -> bool:
    """Whether the program of a call says so, as it trains and as it predicts."""
    return all(_apart_in(node, training) for training in (True, False))


def _apart_in(node: Node, training: bool) -> bool:
    def called(rows: int) -> Any:
        return abstract_call(node.layer, node.args, node.kwargs, (rows, *_LENGTHS), training)

    def function(batch: Any, fixed: Any) -> Any:
        applied = run(*batch, *fixed)
        return (applied.outputs, applied.masks, applied.losses), applied.updates

    run, (_, _, *fixed) = called(1)
    try:
        return independence.apart(function, lambda rows: called(rows)[1][:2], fixed)
    except (TypeError, ValueError):  # a call that takes batches of one size alone
        return False
