"""Masks that are lost where steps are joined: said, once for each such layer."""

import warnings

import pytest

from fourfold.layers import (
    LSTM,
    CarryMask,
    Conv1D,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    Input,
    MaskWarning,
    MaxPooling1D,
)


def said(*layers):
    """What is said of lost masks where these layers read a masked sequence, one after the other."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", MaskWarning)
        x = Embedding(5, 3, mask_zero=True)(Input(shape=(8,), dtype="int32"))
        for layer in layers:
            x = layer(x)
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("last", [GlobalMaxPooling1D, Flatten])
def test_a_layer_that_joins_the_steps_of_a_masked_sequence(last):
    (text,) = said(Dense(3), last(name="end"))
    assert text.startswith(f"{last.__name__} 'end' joins all steps, but uses no mask")
    assert "masked steps count as real ones. Do this: GlobalAveragePooling1D or an RNN" in text


@pytest.mark.parametrize("last", [GlobalMaxPooling1D, Flatten, GlobalAveragePooling1D])
def test_the_first_layer_that_dropped_the_mask_is_named(last):
    (text,) = said(Conv1D(3, 2, name="taps"), MaxPooling1D(), last(name="end"))
    assert "'end'" in text and "Conv1D 'taps' before it dropped the one it was given" in text


def test_nothing_is_said_where_masked_steps_were_left_out_before():
    assert said(GlobalAveragePooling1D(), Dense(3)) == []
    assert said(LSTM(3), Dense(3)) == []
    assert said(CarryMask(-1e9), GlobalMaxPooling1D()) == []
    assert said(LSTM(3, return_sequences=True), GlobalMaxPooling1D()) == []  # the last real state again
