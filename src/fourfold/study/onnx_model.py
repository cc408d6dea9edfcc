"""A saved model as one ONNX model, from rows as the user has them to predictions in the user's units.

The same steps as in `fourfold.preprocessing`, as JAX traces them, around the network: in single precision, where those
are taken in double. Words are looked up by ONNX itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from onnx import ModelProto, helper

from fourfold.core.specs import TensorSpec
from fourfold.data.values.word_channels import channels_of
from fourfold.interop.onnx.model import written
from fourfold.preprocessing.categories import Categories
from fourfold.preprocessing.numbers import BOUND, LARGEST, REAL, Channels, Numbers, inverse_of
from fourfold.preprocessing.preparation import Preparation
from fourfold.preprocessing.target import Target
from fourfold.preprocessing.windows import Windows

if TYPE_CHECKING:
    from fourfold.study.saved_model import SavedModel

NUMBERS, CATEGORIES = "numbers", "categories"
_INPUTS = {"sequence": "series", "image": "images", "text": "tokens"}
CONSTANT = 1e-6
"""A window's deviation below this part of its values is what rounding leaves of none in single precision."""


def onnx_of(model: SavedModel) -> ModelProto:
    """The ONNX model of a saved model.

    Inputs: of a table ``numbers`` (N, F) with NaN for missing ones, and ``categories`` (N, K) of words with "" for
    missing ones; else ``series`` (N, T, C), with NaN behind the end of a series, ``images`` (N, H, W, C), ``history``
    (N, T, C) of a forecast, or the ``tokens`` (N, T) of texts. Outputs: ``label`` and ``probabilities``, or
    ``prediction``. The metadata name the columns, and hold the preparation, by which dates and texts become numbers.
    """
    preparation, graph = model.preparation, model.network.graph
    inputs = _inputs(preparation, model.net.problem.shape)
    task = preparation.task

    def predicted(weights: Mapping[str, Array], *arrays: Array) -> Any:
        raw = dict(zip(inputs, arrays))
        prepared = _prepared(preparation, raw)
        if model.order is not None:
            prepared = prepared[:, model.order]
        outputs = graph.apply(weights, prepared).outputs
        return _decoded(preparation, outputs, raw)

    labels = {"label": preparation.learnt_target.labels()} if task.kind == "classification" else {}
    several = ["labels", "probabilities"] if task.kind == "multilabel" else ["prediction"]
    return written(
        predicted,
        graph.values(),
        inputs,
        [*labels, "probabilities"] if labels else several,
        _facts(model),
        looked_up={CATEGORIES: [_words(one) for one in preparation.categories]} if preparation.categories else {},
        named=labels,
    )


def _inputs(preparation: Preparation, prepared: tuple[int, ...]) -> dict[str, TensorSpec]:
    """The inputs by name; words have been looked up, and are the numbers of their levels."""
    if preparation.layout != "flat":
        name = "history" if preparation.windows is not None else _INPUTS[preparation.layout]
        return {name: TensorSpec((None, *prepared), "int32" if preparation.layout == "text" else "float32")}
    assert preparation.numbers is not None
    widths = {NUMBERS: len(preparation.numbers.names), CATEGORIES: len(preparation.categories)}
    dtypes = {NUMBERS: "float32", CATEGORIES: "int32"}
    return {name: TensorSpec((None, width), dtypes[name]) for name, width in widths.items() if width}


def _words(categories: Categories) -> dict[str, int]:
    """The numbers of a column's levels; a missing value is an empty word."""
    return {level or "": place for place, level in enumerate(categories.levels)}


def _prepared(preparation: Preparation, raw: Mapping[str, Array]) -> Array:
    if preparation.channels is not None:
        (array,) = raw.values()
        return _of_channels(preparation.channels, _relative(preparation.windows, array))
    if preparation.layout == "text":
        return raw["tokens"]
    parts = [] if NUMBERS not in raw else [_of_numbers(preparation.numbers, raw[NUMBERS])]
    for column, categories in enumerate(preparation.categories):
        parts.append(jax.nn.one_hot(raw[CATEGORIES][:, column], categories.width, dtype=jnp.float32))
    return jnp.concatenate(parts, axis=1)


def _of_numbers(learnt: Numbers | None, x: Array) -> Array:
    """`Numbers.apply`"""
    assert learnt is not None
    absent = ~(jnp.abs(x) <= LARGEST)
    values = _standardised(jnp.where(absent, _row(learnt.fill), x), learnt.center, learnt.scale)
    return jnp.concatenate([values, absent[:, list(learnt.indicated)].astype(jnp.float32)], axis=1)


def _of_channels(learnt: Channels, x: Array) -> Array:
    """`Channels.apply`"""
    values = _standardised(x, learnt.center, learnt.scale)
    result = jnp.where(jnp.isnan(values), 0.0, values)
    if not learnt.padded:
        return result
    held = ~jnp.isnan(x).all(axis=-1)
    real = jnp.flip(jnp.cumsum(jnp.flip(held, axis=1).astype(jnp.int32), axis=1), axis=1) > 0
    real = jnp.concatenate([jnp.ones_like(real[:, :1]), real[:, 1:]], axis=1)  # a series has one step at least
    empty = real & (result == 0).all(axis=-1)
    first = jnp.where(empty, REAL, result[..., 0])
    return jnp.concatenate([first[..., None], result[..., 1:]], axis=-1)


def _standardised(x: Array, center: Any, scale: Any) -> Array:
    inverse = np.minimum(inverse_of(np.asarray(scale)), LARGEST)  # which is infinite in single precision, else
    return jnp.clip((x - _row(center)) * _row(inverse), -BOUND, BOUND)


def _row(numbers: Any) -> Array:
    return jnp.asarray(numbers, jnp.float32)


def _relative(windows: Windows | None, x: Array) -> Array:
    """`Windows.relative`"""
    if windows is None:
        return x
    past = x[..., : len(windows.targets)]
    own = (past - past.mean(axis=1, keepdims=True)) / _size(windows, past)
    return jnp.concatenate([own, x[..., len(windows.targets) :]], axis=-1)


def _size(windows: Windows, past: Array) -> Array:
    """(N, 1, K): each target's deviation in its window."""
    deviation = past.std(axis=1, keepdims=True)
    varies = deviation > CONSTANT * jnp.abs(past).max(axis=1, keepdims=True)
    return jnp.where(varies, deviation, _row(windows.usual or [1.0]))


def _decoded(preparation: Preparation, outputs: Array, raw: Mapping[str, Array]) -> list[Array]:
    target, task = preparation.learnt_target, preparation.task
    if task.kind == "multilabel":
        return [(outputs > 0.5).astype(jnp.int32), outputs]
    if task.kind == "classification":
        probabilities = jnp.concatenate([1 - outputs, outputs], axis=-1) if task.output == "sigmoid" else outputs
        weighted = probabilities * _row(task.class_weights) if task.class_weights else probabilities
        return [jnp.argmax(weighted, axis=-1).astype(jnp.int32), probabilities]
    found = _in_units(target, outputs)
    if preparation.windows is not None:
        found = _continued(preparation.windows, found, raw["history"])
    return [found]


def _in_units(target: Target, outputs: Array) -> Array:
    found = outputs if target.task.several else outputs[..., 0]
    return found * _row(target.scale) + _row(target.center)


def _continued(windows: Windows, values: Array, x: Array) -> Array:
    """`Windows.decode`"""
    past = x[..., : len(windows.targets)]
    number, season = windows.repeated(windows.base)
    seasons = past[:, windows.window - number * season :].reshape(past.shape[0], number, season, past.shape[-1])
    mean = seasons.mean(axis=1)
    naive = jnp.stack([mean[:, step % season] for step in range(windows.horizon)], axis=1)
    steps = values.reshape(values.shape[0], windows.horizon, len(windows.targets))
    return (steps * _size(windows, past) + naive).reshape(values.shape[0], -1)


def _facts(model: SavedModel) -> dict[str, str]:
    preparation = model.preparation
    names = {
        NUMBERS: list(preparation.numbers.names) if preparation.numbers else [],
        CATEGORIES: [one.name for one in preparation.categories],
        **_channels(preparation),
        "classes": list(model.classes),
        "prediction": list(preparation.task.names) if preparation.task.kind == "regression" else [],
    }
    said = {name: json.dumps(each, ensure_ascii=False) for name, each in names.items() if each}
    return {"family": model.net.family, "data": str(model.facts.get("data", ""))} | said | {
        "preparation": preparation.to_json()
    }  # fmt: skip


def _channels(preparation: Preparation) -> dict[str, list[str]]:
    """The names of the channels of a history, or of series; none where these come from arrays without names."""
    windows, columns = preparation.windows, preparation.columns
    if windows is not None:
        return {"history": list(channels_of(columns, windows.levels, windows.phases))}
    named = preparation.layout == "sequence" and len(columns) == preparation.row_shape[-1]
    return {"series": [one.name for one in columns]} if named else {}


def described(model: ModelProto) -> list[str]:
    """What goes in and comes out, a line each, with the columns that an input or an output has."""
    facts = {one.key: one.value for one in model.metadata_props}
    lines = []
    for way, ends in (("input", model.graph.input), ("output", model.graph.output)):
        for end in ends:
            kind = end.type.tensor_type
            shape = ", ".join(one.dim_param or str(one.dim_value) for one in kind.shape.dim)
            of = facts.get("classes" if end.name in ("labels", "probabilities") else end.name)
            columns = f": {', '.join(map(_apart, json.loads(of)))}" if of else ""
            lines.append(f"{way} {end.name} ({shape}), {_type(kind.elem_type)}{columns}")
    return lines


def _apart(name: str) -> str:
    """A name as it stands in a list: between quotes where it could be taken for several, or for none."""
    return json.dumps(name, ensure_ascii=False) if name != name.strip() or not name or set(name) & set(',"\n') else name


def _type(number: int) -> str:
    name = helper.tensor_dtype_to_np_dtype(number).name
    return "string" if name == "object" else name
