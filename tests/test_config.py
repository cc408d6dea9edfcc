"""What Keras lets one configure, held against Keras where it has a value."""

import logging

import keras
import numpy as np
import pytest

import fourfold
from fourfold import callbacks, config, layers
from fourfold.errors import OptionError


def test_the_policy_of_types():
    for library in (fourfold, keras):
        policy = library.config.dtype_policy()
        assert (policy.name, policy.compute_dtype, policy.variable_dtype) == ("float32",) * 3
        library.config.set_dtype_policy("float32")
        library.config.set_dtype_policy(library.DTypePolicy("float32"))
        layer = library.layers.Dense(2, dtype=library.DTypePolicy("float32"))
        assert layer.dtype_policy == policy
        layer.dtype_policy = policy
        assert library.layers.Dense.from_config(layer.get_config()).dtype_policy == policy


@pytest.mark.parametrize("ask", [config.set_dtype_policy, fourfold.DTypePolicy, lambda name: layers.Dense(2, dtype=name)])
def test_other_types_are_refused(ask):
    with pytest.raises(OptionError, match="float32: got 'mixed_float16', wanted 'float32'"):
        ask("mixed_float16")


def test_what_computes():
    config.set_backend("jax")
    with pytest.raises(OptionError, match="backend can't be set: got 'torch', wanted 'jax'. Do this: leave it out$"):
        config.set_backend("torch")
    config.enable_flash_attention()
    config.disable_flash_attention()
    assert config.is_flash_attention_enabled() is False
    assert config.is_nnx_enabled() is keras.config.is_nnx_enabled()


@pytest.mark.parametrize(
    "name, instead",
    [
        ("set_max_epochs", "say epochs in fit"),
        ("max_steps_per_epoch", "say steps_per_epoch in fit"),
        ("enable_unsafe_deserialization", "custom_objects"),
    ],
)
def test_what_is_not_configured_here_is_said(name, instead):
    assert hasattr(keras.config, name)
    with pytest.raises(AttributeError, match=f"fourfold.config has no '{name}'.*Do this: .*{instead}"):
        getattr(config, name)


def test_every_name_of_keras_is_answered():
    for name in dir(keras.config):
        try:
            getattr(config, name)
        except AttributeError as error:
            assert name.startswith("_") or "see what there is" not in str(error), name


def test_lines_of_progress_are_printed_or_logged(capsys, caplog):
    caplog.set_level(logging.INFO, "fourfold")
    model = fourfold.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    stop = callbacks.EarlyStopping("loss", patience=0, verbose=1, min_delta=1e9)

    def fit():
        model.fit(np.ones((8, 2)), np.ones(8), epochs=2, callbacks=[stop], validation_split=0.5)
        fourfold.utils.Progbar(1).add(1)
        return capsys.readouterr().out

    assert fourfold.utils.is_interactive_logging_enabled()
    printed = fit()
    assert "Epoch 1/2" in printed and "early stopping" in printed and "1/1" in printed and not caplog.records
    fourfold.utils.disable_interactive_logging()
    try:
        assert not config.is_interactive_logging_enabled() and fit() == ""
    finally:
        fourfold.utils.enable_interactive_logging()
    # times differ, so what is compared is the number of lines
    logged = [record.getMessage() for record in caplog.records if record.name == "fourfold"]
    assert len(logged) == len([line for line in printed.splitlines() if line.strip()])
    assert "Epoch 1/2" in logged and "Epoch 2: early stopping" in logged
    assert fit() and fourfold.config.is_interactive_logging_enabled()
