"""Layers written as for Keras: weights by `add_weight`, and ``call(self, inputs)``, which calls sublayers.

Beneath they are as pure as the others: while ``call`` runs, the handles hold the values that it is computed from, and
what it assigns becomes the layer's new state.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from typing import Any

import jax

from fourfold.core.attributes import among_attributes, first_free
from fourfold.core.calls import CURRENT, Call, put
from fourfold.core.symbols import Applied
from fourfold.ops import random as keys


@cache
def as_for_keras(cls: type) -> bool:
    """Whether a layer's ``call`` takes inputs alone; ours take the weights first.

    >>> from fourfold.layers import Dense
    >>> as_for_keras(Dense)
    False
    """
    return next(itertools.islice(inspect.signature(cls.call).parameters, 1, None), None) != "weights"


def once(build: Callable[..., Any]) -> Callable[..., Any]:
    """A ``build`` that a second call doesn't repeat."""

    @wraps(build)
    def building(self: Any, *args: Any, **kwargs: Any) -> None:
        if not self.built:
            build(self, *args, **kwargs)
            self.built = True

    return building


def also_without_weights(call: Callable[..., Any]) -> Callable[..., Any]:
    """A ``call`` that takes the weights first, and which ``super().call(inputs)`` of a class below may reach."""
    draws = "key" in inspect.signature(call).parameters

    @wraps(call)
    def calling(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not as_for_keras(type(self)):
            return call(self, *args, **kwargs)
        values = {local: weight.__jax_array__() for local, weight in (self._weights or {}).items()}
        running = CURRENT.get()
        key = {"key": running.draw()} if draws and running is not None else {}
        if running is not None and kwargs.get("training") and not running.training:
            running.draws_always = True
        outputs = call(self, values, *args, **key, **kwargs)
        outputs, updates = outputs if self.updates_state else (outputs, {})
        for local, value in updates.items():
            put(self.handles[local], value)
        return outputs

    return calling


def sublayers(layer: Any, kind: type) -> Iterator[tuple[str, Any]]:
    """The layers among a layer's attributes, each once, with a name of its own."""
    taken: set[str] = set()
    for sublayer in among_attributes(layer, kind):
        name = first_free(sublayer.given_name or sublayer.usual_name, taken)
        taken.add(name)
        yield name, sublayer


def input_shapes(layer: Any, specs: tuple, kwargs: Mapping[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """The arguments of ``build(self, input_shape)``, or of one with a shape for each input of ``call``."""
    parameters = list(inspect.signature(type(layer).build).parameters.values())[1:]
    shapes = [jax.tree.map(lambda spec: tuple(spec.shape), spec) for spec in specs]
    named = {p.name for p in parameters}
    own = {f"{name}_shape": spec for name, spec in kwargs.items() if f"{name}_shape" in named}
    by_name = {name: jax.tree.map(lambda spec: tuple(spec.shape), spec) for name, spec in own.items()}
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    several = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return tuple(shapes if several else shapes[: len(positional) - len(by_name)]), by_name


def call(
    layer: Any,
    weights: Mapping[str, Any],
    args: tuple,
    kwargs: dict[str, Any],
    accepted: frozenset[str],
    masks: tuple,
    training: bool,
    key: Any,
) -> Applied:
    """Runs ``call`` on values: outputs, what it assigned, the outputs' masks, and the losses that it added."""
    running = Call(training, drawing(key), CURRENT.get())
    handles = layer.handles
    for local, value in weights.items():
        running.put(handles[local], value)
    for leaf, mask in zip(jax.tree.leaves(args), jax.tree.leaves(masks, is_leaf=lambda m: m is None)):
        running.note_mask(leaf, mask)
    token = CURRENT.set(running)
    try:
        first_mask = masks[0] if masks else None
        implied = {"training": training, "mask": first_mask}
        given = {name: value for name, value in implied.items() if name in accepted and name not in kwargs}
        outputs = layer.call(*args, **given, **kwargs)
        made = jax.tree.map(running.mask_of, outputs)
        if all(mask is None for mask in jax.tree.leaves(made, is_leaf=lambda m: m is None)):
            made = _computed_mask(layer, args, kwargs.get("mask", first_mask))
        if running.draws_always:
            layer.draws_always = True
            if (outer := running.outer) is not None:
                outer.draws_always = True
        changed = {
            local: handle.value
            for local, handle in layer.handles.items()
            if handle.value is not weights.get(local, handle.value)
        }
    finally:
        CURRENT.reset(token)
        running.end()
    return Applied(outputs, changed, made, tuple(running.losses))


def _computed_mask(layer: Any, args: tuple, mask: Any) -> Any:
    """What ``compute_mask`` says; a layer that has none of its own hands a mask on if ``supports_masking``."""
    return layer.compute_mask(*args[:1], mask=mask) if args else None


def drawing(key: Any) -> Callable[[], Any]:
    """Another key each time; None where there is none."""
    numbers = itertools.count()
    return lambda: None if key is None else keys.fold_in(key, next(numbers))
