"""Where Keras puts the weights of a model in a file: ``layers/dense_1/vars/0``.

A layer's place is named by the attributes that lead to it, and in lists by its class, counted: ``dense``, ``dense_1``.
What several hold lies where it is met first. Keras keeps a recurrent layer's weights in its cell, and projections of
attention in layers of their own; Fourfold's layers have them themselves, so both are told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fourfold.core.catalog import snake_case
from fourfold.core.weights import Weight
from fourfold.errors import OptionError
from fourfold.interop.order import ordered
from fourfold.layers import RNN, Bidirectional, SpectralNormalization, StackedRNNCells, TimeDistributed
from fourfold.layers.base import Layer
from fourfold.layers.multi_head_attention import GroupQueryAttention, ProjectedAttention
from fourfold.layers.recurrent import Recurrent
from fourfold.layers.written import as_for_keras

_PROJECTIONS = {
    "query_dense": "query",
    "key_dense": "key",
    "gate_dense": "gate",
    "value_dense": "value",
    "output_dense": "attention_output",
}
_OWN_WAYS = ("save_own_variables", "load_own_variables", "save_assets", "load_assets")
_OF_CELL = ("kernel", "recurrent_kernel", "bias")


@dataclass
class Place:
    """Weights that lie together, in their order."""

    path: str
    name: str
    weights: list[Weight] = field(default_factory=list)
    elsewhere: bool = False
    """Whether what lies here lies also where it is met later."""


def places(model: Any, order: Mapping[int, list[Layer]] | None = None) -> list[Place]:
    """The places of all weights of a model, each weight once.

    Args:
        model: a model.
        order: layers of functional models in the order of a configuration, by the model's ``id``; by default Keras's.
    """
    found = list(_walk(model, "", set(), order or {}))
    seen: set[int] = set()
    for place in found:
        place.weights = [w for w in dict.fromkeys(place.weights) if id(w) not in seen]
        seen |= set() if place.elsewhere else {id(w) for w in place.weights}
    return found


def in_training(model: Any, order: Mapping[int, list[Layer]] | None = None) -> list[Weight]:
    """The trained weights of a model in the order in which Keras's optimizers keep what they remember of them."""
    found: dict[int, Weight] = {}
    stack: list[Any] = [model]
    while stack:
        thing = stack.pop()
        if (
            isinstance(thing, Layer)
            and not _is_class(thing)
            and ("graph" in vars(thing) or hasattr(thing, "_stack"))
        ):
            stack.extend(reversed(_layers(thing, order or {})))
        else:
            found |= {
                id(weight): weight for weight in thing.weights if weight.trainable and id(weight) not in found
            }
    return list(found.values())


def _is_class(thing: Any) -> bool:
    return getattr(thing, "is_class", False)


def _walk(thing: Any, path: str, seen: set[int], order: Mapping[int, list[Layer]]) -> Iterator[Place]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    _refuse_own_ways(thing)
    yield from _own(thing, path)
    for name, child in _children(thing, order):
        yield from _below(child, f"{path}/{name}" if path else name, seen, order)


def _refuse_own_ways(thing: Any) -> None:
    """Methods of Keras by which a class writes to a file what is no weight: nothing of it may be lost silently."""
    own = [name for name in _OWN_WAYS if callable(getattr(type(thing), name, None))]
    if own:
        raise OptionError(
            "own-ways-to-files",
            "a class writes and reads weights and configuration alone",
            got=f"{type(thing).__name__}.{own[0]}",
            wanted="weights of add_weight, and get_config",
            do="self.add_weight(..., trainable=False) for arrays; text and the like as arguments in get_config",
        )


def _below(child: Any, path: str, seen: set[int], order: Mapping[int, list[Layer]]) -> Iterator[Place]:
    if isinstance(child, Layer):
        yield from _walk(child, path, seen, order)
    elif isinstance(child, (list, tuple, dict)):
        counts: dict[str, int] = {}
        for item in child.values() if isinstance(child, dict) else child:
            if isinstance(item, Layer):
                base = "functional" if _is_functional(item) else item.usual_name
            elif isinstance(item, (list, tuple, dict)):
                base = "container"
            else:
                continue
            count = counts.get(base, 0)
            counts[base] = count + 1
            yield from _below(item, f"{path}/{base}_{count}" if count else f"{path}/{base}", seen, order)


def _is_functional(item: Any) -> bool:
    return type(item).__module__.startswith("fourfold.models") and not hasattr(item, "_stack")


def _own(thing: Any, path: str) -> Iterator[Place]:
    """The places of a layer's own weights."""
    start = f"{path}/" if path else ""
    if isinstance(thing, Bidirectional):
        yield Place(path, thing.name)
        for way in ("forward_layer", "backward_layer"):
            layer = getattr(thing, way)
            yield Place(f"{start}{way}", layer.name)
            for before, place, name in _cells(layer):
                names = [f"{way}/{before}{local}" for local in _OF_CELL]
                weights = [thing.handles[name] for name in names if name in thing.handles]
                yield Place(f"{start}{way}/{place}", name, weights)
    elif isinstance(thing, Recurrent):
        yield Place(path, thing.name)
        weights = [thing.handles[name] for name in _OF_CELL if name in thing.handles]
        yield Place(f"{start}cell", f"{snake_case(type(thing).__name__)}_cell", weights)
    elif isinstance(thing, ProjectedAttention):
        yield Place(path, thing.name)
        hidden = isinstance(thing, GroupQueryAttention)
        for place, part in _PROJECTIONS.items():
            place = f"_{place}" if hidden or part == "gate" else place
            names = [f"{part}/{name}" for name in ("kernel", "bias") if f"{part}/{name}" in thing.handles]
            yield Place(f"{start}{place}", part, [thing.handles[name] for name in names])
    elif isinstance(thing, SpectralNormalization):
        yield Place(path, thing.name, thing.own_in_order, elsewhere=True)
    else:
        body = getattr(thing, "_body", None)
        own = thing.own_handles if body is None else body.own_handles
        if ("graph" in vars(thing) and body is None) or isinstance(thing, TimeDistributed):
            own = {}
        weights = [w for name, w in own.items() if name not in thing.state_names()]
        ordered_ = [w for w in weights if w.spec.trainable] + [w for w in weights if not w.spec.trainable]
        yield Place(path, thing.name, ordered_)


def _cells(layer: Any) -> Iterator[tuple[str, str, str]]:
    """Of each cell of a layer that goes over steps: what stands before its weights, its place, its name."""
    if isinstance(layer, RNN) and isinstance(layer.cell, StackedRNNCells):
        counts: dict[str, int] = {}
        for before, cell in layer.cell._cells().items():
            count = counts[cell.usual_name] = counts.get(cell.usual_name, -1) + 1
            yield before, f"cell/cells/{cell.usual_name}" + (f"_{count}" if count else ""), cell.name
    else:
        yield "", "cell", layer.cell.name if isinstance(layer, RNN) else f"{layer.usual_name}_cell"


def _children(thing: Any, order: Mapping[int, list[Layer]]) -> Iterator[tuple[str, Any]]:
    """What a layer holds in turn, as Keras finds it: a model's layers, then attributes by name, private ones last."""
    if isinstance(thing, (TimeDistributed, SpectralNormalization)):
        yield "layer", thing.layer
        return
    if isinstance(thing, RNN):
        yield "cell", thing.cell
        return
    if isinstance(thing, StackedRNNCells):
        yield "cells", thing.cells
        return
    is_model = "graph" in vars(thing) or hasattr(thing, "_stack")
    if is_model and not _is_class(thing):
        yield "layers", _layers(thing, order)
    written = _is_class(thing) or (as_for_keras(type(thing)) and not is_model)
    if written:
        attributes = {name: value for name, value in vars(thing).items() if name not in _NOT_LOOKED_AT}
        for name in sorted(attributes, key=lambda name: f"~{name}" if name.startswith("_") else name):
            yield name, attributes[name]


_NOT_LOOKED_AT = frozenset(
    ("_arguments", "_body", "nodes", "_weights", "graph", "_compiled", "_compile_with")
)


def _layers(model: Any, order: Mapping[int, list[Layer]]) -> list[Layer]:
    if hasattr(model, "_stack"):
        return list(model._stack)
    if id(model) in order:
        return order[id(model)]
    return [layer for layer in ordered(model.graph) if isinstance(layer, Layer)]
