"""Models as plain data and back, and models like others: their layers, structure, names, weights of their own."""

import copy
import json
import pickle

import numpy as np
import pytest

from fourfold import Input, Layer, Model, Sequential, layers, ops
from fourfold.errors import OptionError
from fourfold.models import clone_model, load_model, model_from_json

RNG = np.random.default_rng(0)
ROWS, SERIES = RNG.normal(size=(5, 4)).astype("float32"), RNG.normal(size=(5, 6, 3)).astype("float32")


class Scale(Layer):
    """A layer of a user's own, with an argument."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return self.factor * x


def sequential():
    return Sequential([Input((4,)), layers.Dense(3, activation="relu", kernel_regularizer="l2"), layers.Dense(1)], name="s")


def without_input():
    model = Sequential([layers.Dense(3), layers.Dropout(0.5), layers.Dense(1)])
    model.build((None, 4))
    return model


def shared():
    x = Input((4,), name="rows")
    layer = layers.Dense(4, name="twice")
    return Model(x, layers.Add()([layer(layer(x)), x]), name="shared")


def nested():
    x = Input((4,))
    return Model(x, layers.Dense(2)(shared()(sequential_of_four()(x))))


def sequential_of_four():
    return Sequential([Input((4,)), layers.Dense(4)])


def several():
    rows, series = Input((4,), name="rows"), Input((6, 3), name="series")
    read, state = layers.GRU(3, return_state=True)(series)
    both = layers.Concatenate()([rows, read])
    return Model({"rows": rows, "series": series}, {"a": layers.Dense(1)(both), "b": state})


def wrapped():
    x = Input((6, 3))
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    return Model(x, layers.MultiHeadAttention(2, 3)(y, y))


def cells():
    x = Input((6, 3))
    return Model(x, layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True)(x))


def own():
    x = Input((4,))
    return Model(x, Scale(3.0)(layers.Dense(2)(x)))


def operations():
    x = Input((4,))
    y = layers.Dense(4)(x)
    return Model(x, (y + x)[:, 1:] * 2)


def strange():
    x = Input((4,))
    return Model(x, ops.meshgrid(x[0], x[1])[0])


def changed(change):
    """The model with operations, of a configuration with a change in it."""
    config = json.loads(json.dumps(operations().get_config()))
    change(config)
    return Model.from_config(config)


def turned_round(config):
    """The first layer takes what an operation on its output gives."""
    config["layers"][1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = ["add", 0, 0]


def with_function():
    return Sequential([Input((4,)), layers.Lambda(lambda x: x + 1), layers.Dense(1)])


BOTH = {
    "sequential": (sequential, ROWS),
    "without an input": (without_input, ROWS),
    "shared": (shared, ROWS),
    "nested": (nested, ROWS),
    "several": (several, {"rows": ROWS, "series": SERIES}),
    "wrapped": (wrapped, SERIES),
    "own": (own, ROWS),
    "cells": (cells, SERIES),
    "operations": (operations, ROWS),
}
CLONED = BOTH | {"with a function": (with_function, ROWS)}


def assert_twins(model, twin, x):
    assert type(twin) is type(model) and twin.name == model.name
    assert [layer.name for layer in twin.layers] == [layer.name for layer in model.layers]
    assert not {id(w) for w in twin.weights} & {id(w) for w in model.weights}
    assert twin.output_names == model.output_names and twin.input_names == model.input_names
    twin.set_weights(model.get_weights())
    wanted = model.predict(x, verbose=0)
    got = twin.predict(x, verbose=0)
    for name in wanted if isinstance(wanted, dict) else [...]:
        np.testing.assert_array_equal(got[name], wanted[name])


@pytest.mark.parametrize("make, x", CLONED.values(), ids=CLONED)
def test_a_clone(make, x):
    model = make()
    assert_twins(model, clone_model(model), x)


@pytest.mark.parametrize("make, x", BOTH.values(), ids=BOTH)
def test_a_configuration_makes_the_same_model(make, x):
    model = make()
    config = json.loads(json.dumps(model.get_config()))
    twin = type(model).from_config(config, custom_objects={"Scale": Scale})
    assert_twins(model, twin, x)
    assert twin.get_config() == config
    assert_twins(model, model_from_json(model.to_json(), {"Scale": Scale}), x)


def test_a_clone_shares_the_functions_of_a_user():
    def doubled(x):
        return 2 * x

    model = Sequential([Input((4,)), layers.Dense(3, activation=doubled), layers.Activation(doubled)])
    clone = clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(ROWS), model(ROWS))
    assert [layer.activation for layer in clone.layers] == [doubled, doubled]


def test_a_clone_with_other_layers():
    def wider(layer):
        return layers.Dense(8, name=layer.name) if layer.name == "dense" else type(layer).from_config(layer.get_config())

    twin = clone_model(sequential(), clone_function=wider)
    assert [w.shape for w in twin.weights] == [(4, 8), (8,), (8, 1), (1,)]


def test_a_clone_on_symbols():
    x = Input((4,))
    assert clone_model(shared(), input_tensors=x).inputs == [x]
    assert clone_model(sequential(), input_tensors=x).inputs == [x]


def test_calls_of_a_clone():
    x = Input((4,))
    noisy = Model(x, layers.Dense(2)(layers.Dropout(0.5)(x)))

    def quiet(layer, *args, **kwargs):
        return args[0] if isinstance(layer, layers.Dropout) else layer(*args, **kwargs)

    assert [type(layer).__name__ for layer in clone_model(noisy, call_function=quiet).layers] == ["InputLayer", "Dense"]


class Written(Model):
    def __init__(self, width=2, **kwargs):
        super().__init__(**kwargs)
        self.last = layers.Dense(width)

    def get_config(self):
        return super().get_config() | {"width": self.last.units}

    def call(self, x):
        return self.last(x)


def test_a_class_is_made_of_its_own_configuration():
    twin = Written.from_config(Written(3).get_config())
    assert twin.predict(ROWS, verbose=0).shape == (5, 3)


class Built(Model):
    """A class whose constructor builds the graph."""

    def __init__(self, width=2, **kwargs):
        x = Input((4,))
        super().__init__(x, layers.Dense(width)(layers.Dense(3)(x)), **kwargs)
        self.width = width

    def get_config(self):
        return {"name": self.name, "width": self.width}


class Handed(Model):
    """A class that hands its graph on, and has more to say."""

    def __init__(self, *args, factor=1, **kwargs):
        super().__init__(*args, **kwargs)
        self.factor = factor

    def get_config(self):
        return super().get_config() | {"factor": self.factor}


def handed():
    x = Input((4,))
    return Handed(x, layers.Dense(2)(x), factor=3)


@pytest.mark.parametrize("make, kept", [(lambda: Built(5), {"width": 5}), (handed, {"factor": 3})])
def test_a_class_with_a_graph_is_made_of_its_own_configuration(make, kept, tmp_path):
    model = make()
    model.save(tmp_path / "model.keras")
    known = {type(model).__name__: type(model)}
    again = load_model(tmp_path / "model.keras", custom_objects=known)
    np.testing.assert_array_equal(again(ROWS), model(ROWS))
    for twin in (again, type(model).from_config(model.get_config()), model_from_json(model.to_json(), known)):
        assert type(twin) is type(model) and twin.predict(ROWS, verbose=0).shape == model.predict(ROWS, verbose=0).shape
        assert {name: getattr(twin, name) for name in kept} == kept


def test_layers_of_one_kind_before_the_first_data():
    model = Sequential([layers.Dense(3), layers.Dense(2), layers.Dense(1, name="last")])
    for twin in (clone_model(model), Sequential.from_config(model.get_config())):
        assert [layer.name for layer in twin.layers] == ["dense", "dense_1", "last"]
        assert twin(ROWS).shape == (5, 1)


@pytest.mark.parametrize("wrap", [list, lambda pair: dict(zip("ab", pair))])
def test_a_sequential_begins_with_a_layer_of_several_inputs(wrap):
    class Joined(Layer):
        def call(self, x):
            first, second = x.values() if isinstance(x, dict) else x
            return first - second

    model = Sequential([Joined(), layers.Dense(2)])
    x = wrap([ROWS, 2 * ROWS])
    assert model(x).shape == (5, 2)
    np.testing.assert_allclose(model.predict(x, verbose=0), -model.layers[1](ROWS), rtol=1e-5, atol=1e-6)
    model.compile("sgd", "mse")
    assert model.fit(x, np.zeros((5, 2)), epochs=2, verbose=0).history["loss"][1] > 0
    twin = clone_model(model)
    assert [layer.name for layer in twin.layers] == ["joined", "dense"] and twin(x).shape == (5, 2)


@pytest.mark.parametrize(
    "text, wrong",
    [
        (r"no graph of layers to copy: got Written.*another Written\(...\), and set_weights", lambda: clone_model(Written())),
        (r"can't hold this: got the operation meshgrid, wanted operations of symbols", lambda: strange().get_config()),
        (r"can't hold this: got a function without a name, .*a function by def", lambda: Sequential([Input((4,)), layers.Dense(2, activation=lambda x: x)]).get_config()),
        (r"two layers of a model have the same name: got 'input_layer'", lambda: changed(lambda c: c["layers"].append(c["layers"][0]))),
        (r"wait for each other: got add, dense, wanted a graph without cycles", lambda: changed(turned_round)),
        (r"an operation that is not known: got 'Ad' \(did you mean 'Add'\?\)", lambda: changed(lambda c: c["layers"][2].update(class_name="Ad"))),
        (r"the operation GetItem an argument that it does not have: got 'axis', wanted none", lambda: changed(lambda c: c["layers"][3]["config"].update(axis=1))),
        (r"an operation on numbers alone: got Multiply", lambda: changed(lambda c: c["layers"][4]["inbound_nodes"][0].update(args=[1, 2]))),
        (r"Dense an argument that it does not have here: got lora='x', wanted units", lambda: changed(lambda c: c["layers"][1]["config"].update(lora="x"))),
        (r"layer that is not known: got 'Scale'.*custom_objects=\{'Scale': Scale\}", lambda: Model.from_config(own().get_config())),
        (r"layer that is not known: got 'Dens' \(did you mean 'Dense'\?\)", lambda: Sequential.from_config({"layers": [{"class_name": "Dens", "config": {}}]})),
        (r"no configuration of a model: got KeyError: 'layers'", lambda: Model.from_config({"name": "m"})),
        (r"holds a configuration|that no configuration holds: got a Lambda", lambda: with_function().get_config()),
    ],
)  # fmt: skip
def test_errors(text, wrong):
    with pytest.raises(OptionError, match=text):
        wrong()


def test_a_layer_that_models_inside_each_other_share_is_one(tmp_path):
    inner = Input((4,))
    block = Model(inner, layers.Dense(4)(inner), name="block")
    tower = Sequential([Input((4,)), block, layers.Dense(4)])
    x = Input((4,))
    model = Model(x, block(tower(block(x))))
    assert len(model.weights) == 4
    assert_twins(model, Model.from_config(json.loads(json.dumps(model.get_config()))), ROWS)


@pytest.mark.parametrize("make", [sequential, nested, several, handed, lambda: Built(3)])
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_has_the_weights_of_its_own_and_trains_on_as_the_model_would(make, copied):
    model = make()
    x = {"rows": ROWS, "series": SERIES} if make is several else ROWS
    y = {"a": ROWS[:, :1], "b": ROWS[:, :3]} if make is several else np.zeros((5, *model.output_shape[1:]))
    twin = copied(model)
    assert type(twin) is type(model) and not twin.compiled
    model.compile("adam", "mse", metrics=None if make is several else ["mae"])
    model.fit(x, y, verbose=0)
    twin = copied(model)
    assert all(own is not known for own, known in zip(twin.weights, model.weights))
    for _ in range(2):
        for own, known in zip(twin.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(own, known, rtol=1e-6, atol=1e-7)
        assert int(twin.optimizer.iterations) == int(model.optimizer.iterations)
        losses = [one.fit(x, y, verbose=0, shuffle=False).history for one in (twin, model)]
        assert sorted(losses[0]) == sorted(losses[1]) and losses[0]["loss"] == pytest.approx(losses[1]["loss"])
