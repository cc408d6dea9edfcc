"""Models as pictures: the boxes and arrows that Keras's own function draws."""

import sys

import keras
import pydot
import pytest

import fourfold
from fourfold.errors import OptionError
from fourfold.utils import model_to_dot, plot_model


def siamese(of):
    a, b = of.Input((8,), name="a"), of.Input((8,), name="b")
    shared = of.layers.Dense(4, activation="relu", name="shared")
    both = of.layers.Concatenate(name="both")([shared(a), shared(b)])
    return of.Model([a, b], [of.layers.Dense(2, name="one")(both), of.layers.Dense(3, name="two")(both)])


def nested(of):
    inner = of.Input((4,), name="within")
    within = of.Model(inner, of.layers.Dense(3, name="last")(of.layers.Dense(5, name="first")(inner)), name="inner")
    x = of.Input((4,), name="x")
    return of.Model(x, of.layers.Add(name="sum")([within(x), of.layers.Dense(3, name="beside")(x)]))


def residual(of):
    x = of.Input((6, 6, 2), name="x")
    y = of.layers.Conv2D(2, 3, padding="same", name="conv")(x)
    return of.Model(x, of.layers.GlobalAveragePooling2D(name="mean")(of.layers.Add(name="sum")([x, y])))


def around_a_row(of):
    x = of.Input((5,), name="x")
    return of.Model(x, of.layers.Add(name="sum")([x, of.layers.Dense(5, name="last")(in_a_row(of)(x))]))


def in_a_row(of):
    return of.Sequential([of.Input((5,), name="x"), of.layers.Dense(4, name="one"), of.layers.Dense(1, name="two")], name="row")


MODELS = {make.__name__: make for make in (siamese, nested, residual, in_a_row, around_a_row)}


def boxes(dot):
    """The names of all boxes of a picture and of the frames in it, by their identifiers."""
    found = {node.get_name(): node.get_label() for node in dot.get_nodes() if node.get_label()}
    for frame in dot.get_subgraphs():
        found |= boxes(frame)
    return found


def arrows(dot, frames=True):
    """The pairs of layers between which there are arrows, those within frames included."""
    found = [(edge.get_source(), edge.get_destination()) for edge in dot.get_edges()]
    return found + [pair for frame in dot.get_subgraphs() for pair in arrows(frame)]


def named(dot, names):
    """The arrows, each end the layer whose name stands in its box."""
    labels = boxes(dot)
    of = {box: next(name for name in names if f">{name} (" in label or f"<b>{name}</b>" in label) for box, label in labels.items()}
    return sorted((of[start], of[end]) for start, end in arrows(dot))


@pytest.mark.parametrize("expand_nested", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_the_arrows_are_those_of_keras(name, expand_nested):
    theirs = keras.utils.model_to_dot(MODELS[name](keras), show_layer_names=True, expand_nested=expand_nested)
    ours = model_to_dot(MODELS[name](fourfold), expand_nested=expand_nested)
    names = ["a", "b", "x", "within", "shared", "both", "one", "two", "first", "last", "beside", "sum", "conv", "mean"]
    names += ["inner", "row"] * (not expand_nested)
    assert {*named(ours, names)} == {*named(theirs, names)}


def test_a_box_shows_what_is_asked_for():
    model = siamese(fourfold)
    model.layers[2].trainable = False
    plain = boxes(model_to_dot(model, show_layer_names=False))['"shared"']
    assert "<b>Dense</b>" in plain and "shared" not in plain and "(None" not in plain
    options = dict.fromkeys(("show_shapes", "show_dtype", "show_layer_activations", "show_trainable"), True)
    label = boxes(model_to_dot(model, **options))['"shared"']
    lines = ("<b>shared (Dense)</b>", "activation: relu", "not trainable", "in: (None, 8) float32", "out: (None, 4) float32")
    assert all(f"<td>{line}</td>" in label for line in lines)
    assert "<td>trainable</td>" in boxes(model_to_dot(model, **options))['"one"']


def test_operations_and_calls_of_one_layer_are_drawn():
    x = fourfold.Input((4,), name="x")
    dense = fourfold.layers.Dense(4, name="dense")
    dot = model_to_dot(fourfold.Model(x, dense(dense(x)) * 2.0 + x))
    assert sorted(arrows(dot)) == sorted(
        [('"x"', '"dense"'), ('"dense"', '"dense"'), ('"dense"', '"multiply"'), ('"multiply"', '"add"'), ('"x"', '"add"')]
    )


def test_names_with_marks_are_shown_as_text(tmp_path):
    x = fourfold.Input((4,), name="x")
    model = fourfold.Model(x, fourfold.layers.Dense(1, name="a/b <i>&")(x))
    plot_model(model, tmp_path / "model.dot", show_layer_names=True)
    read = (pydot.graph_from_dot_file(tmp_path / "model.dot") or [])[0]
    assert "a/b &lt;i&gt;&amp; (Dense)" in read.to_string()


def test_a_model_of_a_class_is_one_box_and_a_part_is_a_frame():
    class Own(fourfold.Model):
        def __init__(self):
            super().__init__(name="own")
            self.dense = fourfold.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    model = Own()
    model.build((None, 3))
    assert [*boxes(model_to_dot(model))] == ['"own"']
    assert isinstance(model_to_dot(in_a_row(fourfold), subgraph=True), pydot.Cluster)


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (lambda: fourfold.Sequential([fourfold.layers.Dense(1)]), {}, "the model does not know its inputs' shapes"),
        (lambda: in_a_row(fourfold), {"rankdir": "UP"}, "rankdir is unknown: got 'UP', wanted TB, LR, BT, RL"),
        (lambda: in_a_row(fourfold), {"splines": "round"}, "splines is unknown: got 'round', wanted ortho"),
    ],
)
def test_what_cannot_be_drawn_is_refused(make, options, message):
    with pytest.raises(OptionError, match=message):
        model_to_dot(make(), **options)


def test_without_pydot_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(OptionError, match=r"import pydot fails.*fourfold\[plot\].*model.summary"):
        plot_model(in_a_row(fourfold), "model.png")


def test_without_graphviz_only_dot_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OptionError, match="drawn by Graphviz, which is not installed.*model.dot"):
        plot_model(in_a_row(fourfold), tmp_path / "model.png")
    plot_model(in_a_row(fourfold), tmp_path / "model.dot")
    assert (tmp_path / "model.dot").read_text().startswith("digraph")
