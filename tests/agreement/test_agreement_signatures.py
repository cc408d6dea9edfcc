"""The arguments of all that Keras has and Fourfold too: their names, order and defaults, but for stated differences."""

import importlib
import inspect

import keras
import numpy as np
import pytest

import fourfold
from fourfold import ops

MODULES = (
    "layers", "optimizers", "optimizers.schedules", "losses", "metrics", "callbacks", "initializers", "regularizers",
    "constraints", "ops", "activations", "random", "saving", "utils",
)  # fmt: skip
OF_EVERY_LAYER = {"name", "dtype"}
"""Arguments that some of Keras's layers list, and every layer of Fourfold takes by name."""

STATED = {
    "layers.CategoryEncoding": ({"num_tokens"}, "Keras refuses its own default, None"),
    "layers.Cropping1D": ({"cropping"}, "1 is (1, 1)"),
    "layers.StringLookup": ({"salt"}, "in Keras it comes behind the name, which is named here"),
    "layers.PReLU": ({"alpha_initializer"}, "'Zeros' is 'zeros'"),
    "optimizers.Muon": (
        {
            *("exclude_layers", "exclude_embeddings", "muon_a", "muon_b", "muon_c", "adam_lr_ratio", "momentum"),
            *("ns_steps", "nesterov", "rms_rate"),
        },
        "what only Muon has is named",
    ),
    "losses.deserialize": ({"name"}, "what Keras calls a name is a configuration, as in all other modules"),
    "activations.deserialize": ({"config", "custom_objects"}, "functions have no configuration but their name"),
    "callbacks.CallbackList": (
        {"callbacks", "model", "add_history", "add_progbar"},
        "it is made by fit alone, which adds both",
    ),
    "ops.multi_hot": ({"num_classes"}, "Keras refuses its own default, None"),
    "ops.einsum": ({"subscripts"}, "it comes first, before the operands, and can't be named"),
    **dict.fromkeys(
        ("saving.deserialize_keras_object", "utils.deserialize_keras_object"),
        ({"safe_mode"}, "nothing that is read executes code, whatever it says"),
    ),
    "saving.save_model": ({"zipped"}, "a model is one file"),
    "saving.save_weights": ({"max_shard_size"}, "weights are one file"),
    "utils.timeseries_dataset_from_array": ({"format"}, "batches are NumPy's arrays, no tf.data"),
}
"""The arguments that differ, and why."""


def shared():
    for module in MODULES:
        ours, theirs = (importlib.import_module(f"{package}.{module}") for package in ("fourfold", "keras"))
        for name in sorted(dir(theirs)):
            both = getattr(ours, name, None), getattr(theirs, name)
            if not name.startswith("_") and all(map(callable, both)):
                yield pytest.param(f"{module}.{name}", *both, id=f"{module}.{name}")


def arguments(thing):
    parameters = inspect.signature(thing).parameters.values()
    return {p.name: p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def differing(name, ours, theirs):
    """The arguments of Keras that are missing, at another place, by name alone, or have another default."""
    own, wanted = arguments(ours), arguments(theirs)
    places = [key for key, one in own.items() if one.kind is not one.KEYWORD_ONLY]
    for place, (key, one) in enumerate(wanted.items()):
        if name.endswith(".serialize") and not place:
            continue  # each module of Keras has its own word for what is serialized
        if key not in own:
            if not (name.startswith("layers.") and key in OF_EVERY_LAYER):
                yield key
            continue
        by_place = one.kind is not one.KEYWORD_ONLY
        moved = by_place and (own[key].kind is not one.kind or places.index(key) != place)
        other = own[key].default != one.default and not _is_own_name(key, own[key], one, ours)
        if moved or other:
            yield key


def _is_own_name(key, own, one, cls):
    """Whether None, as the name, is the one that Keras has as the default."""
    required = [p for p in arguments(cls).values() if p.default is p.empty]
    return key == "name" and own.default is None and not required and cls().name == one.default


@pytest.mark.parametrize("name, ours, theirs", shared())
def test_arguments_are_those_of_keras(name, ours, theirs):
    assert set(differing(name, ours, theirs)) == STATED.get(name, (set(), ""))[0]


def test_every_stated_difference_has_its_reason():
    known = {one.id for one in shared()}
    assert {*STATED} <= known
    assert all(names and reason for names, reason in STATED.values())


X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
HOLES = np.where(X > 0.5, np.nan, X)
CALLS = {
    "argmax": lambda k: k.argmax(X, -1, True),
    "nanmean": lambda k: k.nanmean(HOLES, 1, True),
    "nanstd": lambda k: k.nanstd(HOLES, 1, True),
    "nan_to_num": lambda k: k.nan_to_num(HOLES, 7.0),
    "prod": lambda k: k.prod(X, 1, True),
    "quantile": lambda k: k.quantile(X, 0.3, 1, "lower", True),
    "ptp": lambda k: k.ptp(X, 1, True),
    "max": lambda k: k.max(X, 1, True, 2.0),
    "tile": lambda k: k.tile(repeats=(2, 1), x=X),
    "concatenate": lambda k: k.concatenate(axis=1, xs=[X, X]),
    "where": lambda k: k.where(x2=X, condition=X > 0, x1=-X),
    "bitwise_and": lambda k: k.bitwise_and(y=np.array([3]), x=np.array([6])),
    "rot90": lambda k: k.rot90(array=X, k=2),
    "searchsorted": lambda k: k.searchsorted(values=X[0], sorted_sequence=np.sort(X[1]), side="right"),
    "expand_dims": lambda k: k.expand_dims(axis=1, x=X),
    "pinv": lambda k: k.pinv(X, 0.1),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_arguments_by_place_and_by_name(call):
    got, wanted = call(ops), call(keras.ops)
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_arguments_by_place_and_by_name_on_symbols(tmp_path):
    x = fourfold.Input((4,))
    parts = [ops.max(x, 1, True), ops.tile(repeats=(1, 2), x=x), ops.where(x2=x, condition=x > 0, x1=-x)]
    model = fourfold.Model(x, ops.concatenate(axis=1, xs=parts))
    model.save(tmp_path / "model.keras")
    wanted = np.concatenate([X.max(1, keepdims=True), np.tile(X, (1, 2)), np.where(X > 0, -X, X)], 1)
    for found in (model, *(k.models.load_model(tmp_path / "model.keras") for k in (fourfold, keras))):
        np.testing.assert_allclose(found.predict(X, verbose=0), wanted, rtol=1e-6)


NAMED = {
    "average": (lambda k, x: k.ops.average(x, axis=1, weights=x), X + 5),
    "attention": (lambda k, x: k.ops.dot_product_attention(query=x, key=2 * x, value=x), X.reshape(1, 3, 2, 2)),
}


@pytest.mark.parametrize("call, x", NAMED.values(), ids=NAMED)
def test_symbols_by_names_that_layers_know_too(call, x):
    symbol = fourfold.Input(x.shape[1:])
    found = fourfold.Model(symbol, call(fourfold, symbol)).predict_on_batch(x)
    np.testing.assert_allclose(found, call(keras, x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("call, message", [
    (lambda: ops.mean(), r"ops.mean\(x, axis=None, keepdims=False\): missing a required argument: 'x'"),
    (lambda: ops.tan(X, 1), r"ops.tan\(x\): too many positional arguments"),
    (lambda: ops.sum(X, 1, axis=0), r"ops.sum.*: multiple values for argument 'axis'"),
])  # fmt: skip
def test_a_wrong_call_names_the_function_and_its_arguments(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_a_metric_s_base_takes_what_keras_s_takes_by_place():
    for k in (keras, fourfold):
        metric = k.metrics.Metric("float32", "share")
        assert (metric.dtype, metric.name) == ("float32", "share")


def test_objects_of_custom_objects_are_made_again():
    for k in (keras, fourfold):
        class Half(k.initializers.Initializer):
            def __call__(self, shape, dtype=None, **kwargs):
                return np.full(shape, 0.5)

            def get_config(self):
                return {}

        config = {"module": None, "class_name": "Half", "config": {}, "registered_name": "Half"}
        assert isinstance(k.initializers.deserialize(config, custom_objects={"Half": Half}), Half)
        assert k.saving.get_registered_object("Half", custom_objects={"Half": Half}) is Half
        assert k.saving.get_registered_object("Half") is None
