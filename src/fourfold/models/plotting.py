"""A model as a picture: its layers as boxes, its symbols as arrows, drawn by Graphviz through pydot."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import jax

from fourfold.core.symbols import Operation, Symbol
from fourfold.errors import OptionError, installing
from fourfold.layers.input import InputLayer
from fourfold.models.model import Model

DIRECTIONS = ("TB", "LR", "BT", "RL")
LINES = ("ortho", "curved", "polyline", "spline", "line")
TRAINED, KEPT = "#d7ead9", "#f3ddd3"
"""The colours of layers that are trained, and of those that are frozen."""


def plot_model(
    model: Model,
    to_file: str | Path = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Any:
    """Writes a model's picture in the format of the file's end (png, svg, pdf, ...; dot needs no Graphviz).

    In notebooks it is shown, too. The arguments are those of `model_to_dot`.

    Errors: those of `model_to_dot`; ``OptionError``, if Graphviz is not installed, or does not know the format.

    Source: the function of this name in Keras 3.
    """
    path = Path(to_file)
    dot = model_to_dot(
        model,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
    )
    written = path.suffix[1:] or "png"
    try:
        dot.write(path, format="raw" if written == "dot" else written)
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise
        raise OptionError(
            "no-graphviz",
            "models are drawn by Graphviz, which is not installed",
            got="no program dot",
            do="install graphviz (apt, dnf, brew or conda); or plot_model(model, 'model.dot'), which needs none",
        ) from error
    except AssertionError as error:  # what pydot raises where Graphviz fails
        raise OptionError(
            "plot-format",
            "files of this kind are not drawn",
            got=f"to_file={str(to_file)!r}",
            wanted="a name that ends with .png, .svg, .pdf or .dot",
        ) from error
    return _shown(path) if written in ("png", "jpg", "jpeg", "svg") else None


def model_to_dot(
    model: Model,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Any:
    """A model as a ``pydot.Dot``, or a ``pydot.Cluster`` where it is a ``subgraph``.

    Args:
        show_shapes, show_dtype: what each layer takes and gives.
        show_layer_names: names beside the kinds of layers.
        rankdir: "TB" from top to bottom; "LR" from left to right; "BT" and "RL" the other way.
        expand_nested: draws the layers of a model that is a layer, in a frame, in its place.
        dpi: points an inch of pictures that have such.
        show_layer_activations, show_trainable: the activation; whether weights are trained.
        splines: how arrows are drawn: "ortho", "curved", "polyline", "spline" or "line".

    >>> from fourfold import Input
    >>> from fourfold.layers import Dense
    >>> x = Input((4,), name="x")
    >>> (arrow,) = model_to_dot(Model(x, Dense(1, name="y")(x))).get_edges()
    >>> arrow.get_source(), arrow.get_destination()
    ('"x"', '"y"')

    Errors: ``OptionError``, if pydot is not installed (extra ``fourfold[plot]``), of a model that does not know its
    inputs' shapes, of another ``rankdir`` or ``splines``.

    Source: the function of this name in Keras 3.
    """
    pydot = _pydot()
    _check(model, rankdir, splines)
    shown = _Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    if subgraph:
        dot: Any = pydot.Cluster("model", label=model.name, style="dashed")
    else:
        dot = pydot.Dot(model.name, graph_type="digraph", rankdir=rankdir, dpi=str(dpi), splines=splines)
        dot.set_node_defaults(shape="plaintext", fontname="Helvetica")
    _Drawing(pydot, shown, expand_nested).add(dot, dot, model)
    return dot


def _pydot() -> Any:
    """The package pydot. Errors: ``OptionError`` where it is missing."""
    try:
        import pydot
    except ImportError:
        raise OptionError(
            "no-pydot",
            "models are drawn by the package pydot and by Graphviz",
            got="import pydot fails",
            do=f"{installing('plot')}; or model.summary()",
        ) from None
    return pydot


def _check(model: Model, rankdir: str, splines: str) -> None:
    if not model.built and not model.is_class:
        raise OptionError(
            "plot-unbuilt",
            "the model does not know its inputs' shapes",
            got=f"{model.name!r}, which is not built",
            do="model.build(input_shape), or call it on data, or begin with an Input",
        )
    for name, value, known in (("rankdir", rankdir, DIRECTIONS), ("splines", splines, LINES)):
        if value not in known:
            raise OptionError("plot-option", f"{name} is unknown", got=repr(value), wanted=", ".join(known))


class _Shown:
    """What the box of a layer shows."""

    def __init__(self, shapes: bool, dtypes: bool, names: bool, activations: bool, trainable: bool) -> None:
        self.shapes, self.dtypes, self.names = shapes, dtypes, names
        self.activations, self.trainable = activations, trainable

    def label(self, layer: Any, taken: list[Symbol], given: list[Symbol]) -> str:
        """The box of a layer that takes and gives symbols, in Graphviz's markup."""
        kind = layer.kind.title().replace("_", "") if isinstance(layer, Operation) else type(layer).__name__
        name = f"{html.escape(layer.name)} ({kind})" if self.names else kind
        colour = (TRAINED if layer.trainable else KEPT) if self.trainable and layer.weights else "#ffffff"
        lines = [f"<b>{name}</b>"]
        if self.activations and (activation := _activation(layer)):
            lines.append(f"activation: {html.escape(activation)}")
        if self.trainable and layer.weights:
            lines.append("trainable" if layer.trainable else "not trainable")
        for what, symbols in (("in", taken), ("out", given)):
            if (self.shapes or self.dtypes) and symbols:
                lines.append(f"{what}: {', '.join(map(self._symbol, symbols))}")
        rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines)
        return f'<<table border="1" cellborder="0" cellspacing="0" cellpadding="4" bgcolor="{colour}">{rows}</table>>'

    def _symbol(self, symbol: Symbol) -> str:
        parts = [str(symbol.shape)] * self.shapes + [str(symbol.dtype)] * self.dtypes
        return html.escape(" ".join(parts))


class _Drawing:
    """The boxes and arrows of a model and of those within it."""

    def __init__(self, pydot: Any, shown: _Shown, expand: bool) -> None:
        self.pydot, self.shown, self.expand, self.frames = pydot, shown, expand, 0

    def add(self, dot: Any, whole: Any, model: Model, path: str = "") -> tuple[list[str], list[str]]:
        """Draws a model in ``dot``, and arrows in the ``whole``; where arrows to its inputs end, and those from its
        outputs begin. A `Sequential` has no box for its input, whose arrows end at its first layer."""
        if model.is_class:
            box = [self._box(dot, path + model.name, model, [], [])]
            return box, box
        boxes: dict[Symbol, str] = {}
        first: dict[Symbol, str] = {}
        named = dict(zip(model.input_names, model.graph.input_symbols))
        for layer in model.graph.layers:
            if isinstance(layer, InputLayer) and layer in model.layers:
                symbol = named[layer.name]
                boxes[symbol] = self._box(dot, path + layer.name, layer, [], [symbol])
        drawn: dict[int, tuple[list[str], list[str]]] = {}
        for node in model.graph.nodes:
            if id(node.layer) not in drawn:
                drawn[id(node.layer)] = self._layer(dot, whole, model, node.layer, path)
            entries, exits = drawn[id(node.layer)]
            for place, parent in enumerate(node.parents):
                entry = entries[min(place, len(entries) - 1)]
                if parent in boxes:
                    whole.add_edge(self.pydot.Edge(boxes[parent], entry))
                else:
                    first.setdefault(parent, entry)
            for place, symbol in enumerate(jax.tree.leaves(node.outputs)):
                boxes[symbol] = exits[min(place, len(exits) - 1)]
        ends = [boxes[symbol] for symbol in model.graph.output_symbols]
        return [(boxes | first)[symbol] for symbol in model.graph.input_symbols], ends

    def _layer(self, dot: Any, whole: Any, model: Model, layer: Any, path: str) -> tuple[list[str], list[str]]:
        name = f"{path}{layer.name}"
        if self.expand and isinstance(layer, Model) and not layer.is_class:
            self.frames += 1
            frame = self.pydot.Cluster(f"model_{self.frames}", label=layer.name, style="dashed")
            dot.add_subgraph(frame)
            return self.add(frame, whole, layer, f"{name}/")
        calls = [node for node in model.graph.nodes if node.layer is layer]
        box = self._box(dot, name, layer, list(calls[0].parents), jax.tree.leaves(calls[0].outputs))
        return [box], [box]

    def _box(self, dot: Any, name: str, layer: Any, taken: list[Symbol], given: list[Symbol]) -> str:
        dot.add_node(self.pydot.Node(_identifier(name), label=self.shown.label(layer, taken, given)))
        return _identifier(name)


def _identifier(name: str) -> str:
    """A name in quotes, as Graphviz has those with slashes and blanks."""
    return '"' + name.replace('"', "'") + '"'


def _activation(layer: Any) -> str:
    """The name of a layer's activation; "" where it has none."""
    function = getattr(layer, "activation", None)
    return "" if function is None else getattr(function, "__name__", type(function).__name__)


def _shown(path: Path) -> Any:
    """The picture, for notebooks to show; None where there is no IPython."""
    try:
        from IPython import display  # pyright: ignore[reportMissingImports]
    except ImportError:
        return None
    return display.SVG(filename=str(path)) if path.suffix == ".svg" else display.Image(filename=str(path))
