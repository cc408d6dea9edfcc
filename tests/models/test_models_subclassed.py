"""Models written as classes: when they are built, their weights' names, files, nesting, what they can't be."""

import numpy as np
import pytest

from fourfold import Input, Model, Sequential
from fourfold.errors import OptionError
from fourfold.layers import Dense, Dropout

X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
Y = X.sum(1)


class Net(Model):
    def __init__(self, width=3, rate=0.0, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [Dense(width, activation="relu"), Dense(width)]
        self.drop = Dropout(rate)
        self.last = Dense(1, name="last")

    def call(self, x, training=False):
        for layer in self.hidden:
            x = layer(x)
        return self.last(self.drop(x, training=training))


PATHS = [f"net/{name}/{weight}" for name in ("dense", "dense_1", "last") for weight in ("kernel", "bias")]


@pytest.mark.parametrize(
    "see",
    [
        lambda net: net.build((None, 4)),
        lambda net: net.build(input_shape=(None, 4)),
        lambda net: net(X),
        lambda net: net(X.tolist()),
        lambda net: net(Input(shape=(4,))),
        lambda net: net.predict(X, verbose=0),
        lambda net: net.fit(X, Y, verbose=0),
        lambda net: net.train_on_batch(X, Y),
        lambda net: net.evaluate(X, Y, verbose=0),
        lambda net: net.fit(((X[i : i + 5], Y[i : i + 5]) for i in range(0, 20, 5)), verbose=0),
    ],
)
def test_the_first_data_make_the_graph(see):
    net = Net()
    net.compile("sgd", "mse")
    assert net.weights == [] and not net.built
    see(net)
    assert [weight.path for weight in net.weights] == PATHS and net.built
    assert [layer.name for layer in net.layers] == ["dense", "dense_1", "dropout", "last"]
    assert net.get_layer("last").kernel.shape == (3, 1)
    assert net.count_params() == 15 + 12 + 4
    net.fit(X, Y, epochs=2, verbose=0)


def test_training_reaches_the_call():
    net = Net(50, rate=0.9)
    assert np.array_equal(net(X), net(X)) and not np.array_equal(net(X, training=True), net(X))
    assert np.array_equal(net.predict(X, verbose=0), net.predict(X, verbose=0))


def test_frozen_layers_stay():
    net = Net()
    net.last.trainable = False
    net.compile("sgd", "mse")
    net.build((None, 4))
    before = net.get_weights()
    net.fit(X, Y, verbose=0)
    assert [np.array_equal(a, b) for a, b in zip(before, net.get_weights())][-2:] == [True, True]
    assert len(net.trainable_weights) == 4 and not np.array_equal(before[0], net.get_weights()[0])


def test_in_other_models():
    class Outer(Model):
        def __init__(self):
            super().__init__()
            self.inner, self.plain = Net(), Sequential([Dense(2), Dense(1)])

        def call(self, x):
            return self.inner(x) + self.plain(x)

    outer = Outer()
    outer.compile("adam", "mse")
    first, *_, last = outer.fit(X, Y, epochs=60, verbose=0).history["loss"]
    assert last < first and len(outer.weights) == 6 + 4
    x = Input(shape=(4,))
    around = Model(x, Dense(1)(outer(x)))
    assert len(around.weights) == 12
    np.testing.assert_allclose(outer.predict(X, verbose=0), outer.inner(X) + outer.plain(X), rtol=1e-5, atol=1e-6)


def test_weights_go_to_a_file_and_back(tmp_path):
    net, other = Net(), Net()
    net.compile("adam", "mse")
    other.compile("adam", "mse")
    net.fit(X, Y, verbose=0)
    net.save_weights(tmp_path / "w.npz")
    other.build((None, 4))
    other.load_weights(tmp_path / "w.npz")
    assert net.fit(X, Y, verbose=0, shuffle=False).history == other.fit(X, Y, verbose=0, shuffle=False).history


def test_outputs_in_a_dict():
    class Two(Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = Dense(1), Dense(2)

        def call(self, inputs):
            return {"a": self.a(inputs["x"]), "b": self.b(inputs["z"])}

    outputs = Two().predict({"x": X, "z": X[:, :2]}, verbose=0)
    assert {name: value.shape for name, value in outputs.items()} == {"a": (20, 1), "b": (20, 2)}


def test_the_summary(capsys):
    net = Net()
    net.build((None, 4))
    net.summary()
    text = capsys.readouterr().out
    assert 'Model: "net"' in text and "dense_1 (Dense)" in text and "Total params: 31" in text


def test_a_build_of_its_own_may_call_the_first():
    class Built(Model):
        def build(self, input_shape):
            self.last = Dense(input_shape[-1])
            super().build(input_shape)

        def call(self, x):
            return self.last(x)

    for made in (Built(), Built()):
        made.build((None, 4))
        assert made.predict(X, verbose=0).shape == (20, 4)
    assert Built().predict(X, verbose=0).shape == (20, 4)


class Without(Model):
    def __init__(self):
        super().__init__()


@pytest.mark.parametrize(
    "text, wrong",
    [
        (r"got a Net without Input\. Do this: call the model on data, or build\(\(None, ...\)\)", lambda: Net().summary()),
        (r"got a Net without Input", lambda: compiled(Net()).metrics_names),
        (r"does not know yet how to train", lambda: Net().fit(X, Y, verbose=0)),
        (r"got Without without them, wanted Model\(inputs, outputs\).*Do this: a method call\(self, x\) in Without", lambda: Without().predict(X, verbose=0)),
        (r"has the weights of its layers: got add_weight", lambda: functional().add_weight(shape=(1,))),
        (r"fit has one compiled step", lambda: type("Stepping", (Net,), {"train_step": lambda self, data: None})),
    ],
)  # fmt: skip
def test_errors(text, wrong):
    with pytest.raises(OptionError, match=text):
        wrong()


def compiled(model):
    model.compile("sgd", "mse")
    return model


def functional():
    x = Input(shape=(4,))
    return Model(x, Dense(1)(x))
