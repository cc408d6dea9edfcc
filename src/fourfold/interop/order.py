"""The order in which Keras names the layers of a graph, which tells in a file whose weights are whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fourfold.core.symbols import Node, Symbol
from fourfold.graph import Graph
from fourfold.layers import Embedding, Masking, TimeDistributed
from fourfold.layers.base import Layer
from fourfold.layers.calling import call_parameters


def ordered(graph: Graph) -> list[Any]:
    """Layers and operations in the order in which Keras names where their weights lie.

    The deepest come first, by the longest way to an output; of one depth, what a search from the outputs meets first.
    """
    inputs: dict[Symbol, Any] = dict(zip(graph.input_symbols, graph.input_layers))
    masks = _Masks(inputs)
    met: dict[int, tuple[int, Any]] = {}
    finished: list[Any] = []
    done: set[int] = set()

    stack = [(masks.maker(symbol), False) for symbol in reversed(graph.output_symbols)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            finished.append(node)
            continue
        if id(node) in done:
            continue
        done.add(id(node))
        layer = node.layer if isinstance(node, Node) else node
        met.setdefault(id(layer), (len(met), layer))
        stack.append((node, True))
        stack.extend((parent, False) for parent in reversed(masks.sources(node)))
    depths: dict[int, int] = {}
    layer_depths: dict[int, int] = {}
    for node in reversed(finished):
        layer = node.layer if isinstance(node, Node) else node
        depth = max(depths.get(id(node), 0), layer_depths.get(id(layer), 0))
        depths[id(node)] = layer_depths[id(layer)] = depth
        for made in masks.sources(node):
            depths[id(made)] = max(depths.get(id(made), 0), depth + 1)
    unused = [layer for layer in graph.input_layers if id(layer) not in met]
    first = [(0, -1, layer) for layer in unused]
    found = first + [(-layer_depths[place], number, layer) for place, (number, layer) in met.items()]
    ordered_ = (layer for _, _, layer in sorted(found, key=lambda entry: entry[:2]))
    return [layer for layer in ordered_ if not isinstance(layer, _Mask)]


class _Mask:
    """An operation by which Keras computes a mask in a graph, where Fourfold's masks travel beside it."""

    def __init__(self, sources: list[Any]) -> None:
        self.sources = sources


class _Masks:
    """What calls wait for in Keras's graphs: what they are called on, and the operations that make their masks."""

    def __init__(self, inputs: Mapping[Symbol, Any]) -> None:
        self.inputs = inputs
        self._made: dict[int, _Mask | None] = {}
        self._sources: dict[int, list[Any]] = {}

    def maker(self, symbol: Symbol) -> Any:
        return self.inputs.get(symbol, symbol.node)

    def sources(self, node: Any) -> list[Any]:
        if isinstance(node, _Mask):
            return node.sources
        if not isinstance(node, Node):
            return []
        if id(node) not in self._sources:
            masks = [self._of(symbol) for symbol in node.parents] if _takes_masks(node.layer) else []
            made = [self.maker(symbol) for symbol in node.parents]
            self._sources[id(node)] = made + [mask for mask in masks if mask is not None]
        return self._sources[id(node)]

    def _of(self, symbol: Symbol) -> _Mask | None:
        """The last operation of a symbol's mask: of the layer that made the mask first, found without recursion."""
        way = []
        while symbol.mask is not None and symbol.node is not None and id(symbol.node) not in self._made:
            way.append(symbol.node)
            if isinstance(symbol.node.layer, (Embedding, Masking)) or not symbol.node.parents:
                break
            symbol = symbol.node.parents[0]
        known = self._made.get(id(symbol.node)) if symbol.mask is not None else None
        for node in reversed(way):
            if isinstance(node.layer, (Embedding, Masking)):
                known = _Mask([self.maker(parent) for parent in node.parents])
                known = _Mask([known]) if isinstance(node.layer, Masking) else known
            self._made[id(node)] = known
        return known


def _takes_masks(layer: Any) -> bool:
    accepted = call_parameters(type(layer))[1] if isinstance(layer, Layer) else ()
    return any(name.endswith("mask") for name in accepted) or isinstance(layer, TimeDistributed)
