"""Models with several outputs, in lists and dicts, under Keras and under Fourfold: names and numbers of what is reported."""

import keras
import numpy as np
import pytest

import fourfold

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
PRICE, RISK = X[:, :1], (X[:, 1:2] > 0).astype("float32")
FORMS = {
    "list": lambda price, risk: [price, risk],
    "tuple": lambda price, risk: (price, risk),
    "dict": lambda price, risk: {"r": risk, "p": price},
}


def of_symbols(k, form):
    inputs = k.Input((4,))
    price, risk = k.layers.Dense(1, name="price"), k.layers.Dense(1, activation="sigmoid", name="risk")
    return k.Model(inputs, form(price(inputs), risk(inputs)))


def of_a_class(k, form):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.price, self.risk = k.layers.Dense(1), k.layers.Dense(1, activation="sigmoid")

        def call(self, x):
            return form(self.price(x), self.risk(x))

    net = Net()
    net(X)
    return net


LOSSES = {
    "names": lambda k, form: form("mse", "binary_crossentropy"),
    "objects": lambda k, form: form(k.losses.MeanSquaredError(), k.losses.BinaryCrossentropy(name="own")),
    "functions": lambda k, form: form(k.losses.mean_absolute_error, "mse"),
    "one": lambda k, form: form("mse", None),
}


@pytest.mark.parametrize("net", [of_symbols, of_a_class])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("loss", LOSSES)
def test_histories_of_several_outputs(net, form, loss):
    histories, weights = [], None
    for k in (keras, fourfold):
        model = net(k, FORMS[form])
        weights = model.get_weights() if weights is None else weights
        model.set_weights(weights)
        metrics = FORMS[form](["mae"], ["mae", "accuracy"])
        model.compile("sgd", loss=LOSSES[loss](k, FORMS[form]), metrics=metrics, weighted_metrics=FORMS[form](["mse"], ["mae"]))
        y = FORMS[form](PRICE, RISK)
        told = model.fit(X, y, epochs=2, verbose=0, shuffle=False, validation_data=(X, y), batch_size=8)
        histories.append({**told.history, **model.evaluate(X, y, verbose=0, return_dict=True)})
    assert list(histories[0]) == list(histories[1])
    for name, wanted in histories[0].items():
        np.testing.assert_allclose(histories[1][name], wanted, rtol=1e-4, atol=1e-5, err_msg=name)


def test_losses_of_one_name_are_numbered():
    model = of_a_class(fourfold, FORMS["list"])
    model.compile("sgd", "mse")
    assert list(model.fit(X, [PRICE, RISK], verbose=0).history) == ["loss", "mse_1_loss", "mse_loss"]


def told(model, y):
    """All lists of numbers that a model gives for a batch, and its history."""
    lists = [*model.train_on_batch(X, y), *model.test_on_batch(X, y), *model.evaluate(X, y, verbose=0)]
    history = model.fit(X, y, epochs=2, verbose=0, shuffle=False).history
    return np.array(lists), history


AGAIN = {
    "nothing": {},
    "a loss": {"loss": ["mae", None]},
    "metrics": {"weighted_metrics": [["mse"], []]},
    "both": {"loss": ["mse", "hinge"], "loss_weights": [1.0, 0.5], "metrics": [[], ["mae"]]},
}


@pytest.mark.parametrize("net", [of_symbols, of_a_class])
@pytest.mark.parametrize("again", AGAIN)
def test_lists_and_what_a_model_keeps_when_it_is_compiled_again(net, again):
    found, weights = [], None
    for k in (keras, fourfold):
        model = net(k, FORMS["list"])
        weights = model.get_weights() if weights is None else weights
        model.set_weights(weights)
        losses = ["mse", "binary_crossentropy"]
        model.compile("sgd", losses, [2.0, 1.0], metrics=[["mse"], ["mae", "accuracy"]])
        first = told(model, [PRICE, RISK])
        model.compile("sgd", **AGAIN[again])
        found.append([first, told(model, [PRICE, RISK])])
    for (wanted, history), (got, our_history) in zip(*found):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)
        assert list(our_history) == list(history)
        for name in history:
            np.testing.assert_allclose(our_history[name], history[name], rtol=1e-4, atol=1e-5, err_msg=name)
