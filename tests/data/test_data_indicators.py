"""Words at the steps of series: each of the different words of a column is a channel."""

import numpy as np
import pandas as pd
import pytest

from fourfold import data as fourfold_data
from fourfold.data import read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.values.word_channels import MOST_LEVELS
from fourfold.errors import DataError
from fourfold.preprocessing.preparation import Preparation

USERS, STEPS = 12, 6


def events(**changes):
    generator = np.random.default_rng(0)
    rows = USERS * STEPS
    frame = pd.DataFrame(
        {
            "user": np.repeat([f"u{number}" for number in range(USERS)], STEPS),
            "at": np.tile(np.arange(STEPS), USERS),
            "event": generator.choice(["view", "cart", "buy"], rows),
            "spent": generator.random(rows).round(2),
            "left": np.repeat(np.arange(USERS) % 2, STEPS),
        }
    )
    return frame.assign(**changes)


def read(frame, target="left"):
    return fourfold_data.read(frame, target=target, roles=Roles(id="user", time="at"))


def test_words_are_channels_as_ones_and_zeros_would_be():
    frame = events()
    worded = read(frame)
    channels = ["event = buy", "event = cart", "event = view", "spent"]
    by_hand = frame[["user", "at"]].copy()
    for name in channels[:3]:
        by_hand[name] = (frame["event"] == name.removeprefix("event = ")).astype(float)
    numbers = read(by_hand.assign(spent=frame["spent"], left=frame["left"]))
    assert [column.name for column in worded.columns] == channels
    np.testing.assert_array_equal(worded.inputs, numbers.inputs)
    assert worded.fingerprint == numbers.fingerprint
    assert "event: a channel for each of 'buy', 'cart', 'view'" in "\n".join(map(str, worded.notes))


def test_an_event_that_is_missing_is_none_of_them_also_at_a_series_end():
    frame = events()
    frame.loc[STEPS - 1, "event"] = None
    data = read(frame.drop(columns="spent"))
    assert data.inputs[0, -1].tolist() == [0.0, 0.0, 0.0]
    assert data.lengths is None


def test_new_rows_have_the_words_of_training():
    frame = events()
    preparation = Preparation.fit(read(frame), range(USERS))
    new = frame.drop(columns="left")
    np.testing.assert_array_equal(read_inputs(new, preparation).inputs, read(frame).inputs)
    turned = read_inputs(new[["spent", "event", "at", "user"]], preparation)
    np.testing.assert_array_equal(turned.inputs, read(frame).inputs)
    some = read_inputs(new[new["event"] != "buy"], preparation)
    assert np.nanmax(some.inputs[:, :, 0]) == 0.0
    strange = read_inputs(new.replace({"event": {"buy": "sold"}}), preparation)
    assert strange.inputs[:, :, 0].max() == 0.0
    assert "not known: 'sold' of event" in "\n".join(map(str, strange.notes))
    with pytest.raises(DataError, match=r"wanted 'event', a channel\. Do this: rename 'events' to 'event'$"):
        read_inputs(new.rename(columns={"event": "events"}), preparation)


@pytest.mark.parametrize("rows", [0, 3])
def test_new_rows_may_have_no_words_at_all(rows, tmp_path):
    frame = events(event=["view;cart", "buy;view", "buy", "cart;view;buy"] * 18)
    preparation = Preparation.fit(fourfold_data.read(frame, target="left"), range(60))
    path = tmp_path / "new.csv"
    frame.head(rows).assign(event=None).to_csv(path, index=False)
    (new,) = parts_of_inputs(str(path), preparation)
    assert new.inputs["event = buy"].tolist() == [0.0] * rows


def test_words_beside_the_targets_of_steps():
    frame = events(left=np.arange(USERS * STEPS) % 3)
    data = read(frame)
    assert data.task.stepwise and data.inputs.shape == (USERS, STEPS, 4)
    preparation = Preparation.fit(data, range(USERS))
    new = read_inputs(frame.drop(columns="left"), preparation)
    assert new.placed is not None and new.others.names == ("user", "at")
    np.testing.assert_array_equal(new.inputs, data.inputs)


@pytest.mark.parametrize("kinds", [1, 2, MOST_LEVELS, MOST_LEVELS + 1])
def test_how_many_words_may_be_channels(kinds):
    frame = events(event=[f"w{place % kinds:02d}" for place in range(USERS * STEPS)])
    if kinds > MOST_LEVELS:
        with pytest.raises(DataError, match="got 'event', wanted .* Do this: --drop event") as caught:
            read(frame)
        assert caught.value.slug == "channel-type"
        return
    data = read(frame)
    assert data.inputs.shape[2] == 1 + (kinds if kinds > 1 else 0)
    assert any(str(note) == "left out: event (one word in all rows)" for note in data.notes) == (kinds == 1)
