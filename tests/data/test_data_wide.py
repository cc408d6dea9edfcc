"""Series that lie along the rows of a table, a column a step: how their names tell channels and order."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.columns.wide import beside_steps, steps_of
from fourfold.errors import OptionError
from fourfold.preprocessing import Preparation

N, T = 24, 12
X = np.random.default_rng(0).normal(size=(N, T, 2))
Y = np.array(["ab"[place % 2] for place in range(N)])
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

NAMES = {
    "CHANNEL_STEP": lambda c, t: f"{'xy'[c]}_{t}",
    "CHANNEL STEP": lambda c, t: f"{'xy'[c]} {t + 1}",
    "CHANNELSTEP": lambda c, t: f"acc{'xy'[c]}{t:02d}",
    "STEP_CHANNEL": lambda c, t: f"t{t}_{'xy'[c]}",
    "channels with numbers": lambda c, t: f"s{c}_{t}",
}


def table(names, array, order=None):
    flat = {names(c, t): array[:, t, c] for t in range(array.shape[1]) for c in range(array.shape[2])}
    columns = list(flat) if order is None else [list(flat)[place] for place in order]
    return pd.DataFrame({name: flat[name] for name in columns})


@pytest.mark.parametrize("way", NAMES)
@pytest.mark.parametrize("shuffled", [False, True])
def test_columns_in_any_order_are_the_series_that_an_array_holds(way, shuffled):
    order = np.random.default_rng(1).permutation(2 * T) if shuffled else None
    frame = table(NAMES[way], X, order)
    data = read(frame.assign(y=Y), target="y", layout="sequence")
    assert data.inputs.shape == (N, T, 2)
    both = [np.array_equal(data.inputs[..., [first, 1 - first]], X) for first in (0, 1)]
    assert sum(both) == 1  # channels stand in the order in which they first occur
    new = read_inputs(frame[:5], Preparation.fit(data, range(N)))
    np.testing.assert_array_equal(new.inputs, data.inputs[:5])


@pytest.mark.parametrize(
    "names",
    [
        lambda c, t: f"t{t + 1}",
        lambda c, t: str(400 + 10 * t),
        lambda c, t: f"{MONTHS[t]}-20",
        lambda c, t: f"2020-{t + 1:02d}-15",
    ],
    ids=["numbered", "wavelengths", "months", "days"],
)
def test_one_channel_is_taken_by_its_numbers_or_dates(names):
    one = X[..., :1]
    frame = table(names, one)
    by_word = frame[sorted(frame.columns)]
    plain, turned = (read(own.assign(y=Y), target="y", layout="sequence") for own in (frame, by_word))
    np.testing.assert_array_equal(plain.inputs, one)
    np.testing.assert_array_equal(turned.inputs, one)
    told = [str(note) for note in turned.notes if str(note).startswith("layout")]
    by_number = list(by_word.columns) == list(frame.columns)
    assert by_number or "by their" in told[0]
    new = read_inputs(by_word[:3], Preparation.fit(turned, range(N)))
    np.testing.assert_array_equal(new.inputs, one[:3])


def test_a_column_that_is_no_step_is_named():
    for names in (*NAMES.values(), lambda c, t: f"t{t}", lambda c, t: f"{MONTHS[t]}-20"):
        array = X if names(0, 0) != names(1, 0) else X[..., :1]
        frame = table(names, array).assign(age=np.arange(N) % 7, y=Y)
        with pytest.raises(OptionError, match=r"no steps of the series.*got 'age'.*--drop age"):
            read(frame, target="y", layout="sequence")


@pytest.mark.parametrize("pixel", ["Image_{}", "pixel{}", "p{}"])
def test_a_column_that_is_no_pixel_is_named(pixel):
    pixels = {pixel.format(place): np.random.default_rng(place).integers(0, 256, N) for place in range(64)}
    frame = pd.DataFrame({"nose_x": np.arange(N) * 1.5 % 7, "eye_y": np.arange(N) * 2.5 % 9, **pixels, "y": Y})
    with pytest.raises(OptionError, match=r"no pixels of the pictures.*got 'nose_x', 'eye_y'.*--drop nose_x,eye_y, or"):
        read(frame, target="y", layout="image")
    assert read(frame, target="y", layout="image", roles=Roles(drop="nose_x,eye_y")).inputs.shape == (N, 8, 8, 1)
    assert read(frame, target=["nose_x", "eye_y"], layout="image", roles=Roles(drop="y")).inputs.shape == (N, 8, 8, 1)


def test_pictures_of_more_pixels_than_a_list_has_are_refused_with_how_to_read_them(tmp_path):
    rng, cells = np.random.default_rng(0), " ".join
    pictures = rng.integers(0, 256, (N, 72 * 72))
    table = pd.DataFrame({"Image": [cells(map(str, one)) for one in pictures], "y": Y})
    table.to_csv(tmp_path / "faces.csv", index=False)
    with pytest.raises(OptionError, match="no numbers: 'Image'") as caught:
        read(tmp_path / "faces.csv", target="y", layout="image")
    known = {"numpy": np, "table": table}
    exec(caught.value.do.partition(", then")[0], known)  # the recipe as it stands
    np.testing.assert_array_equal(known["x"], pictures.reshape(N, 72, 72))


def test_names_that_tell_nothing_stay_in_their_order():
    for names in (["b", "a", "c", "d"], ["a1", "b2", "c3", "d4"], ["x_0", "x_2", "y_0", "y_1"], ["v1.5", "v0.5"]):
        assert steps_of(names) is None and beside_steps(names) == []
    frame = pd.DataFrame(X[:, :4, 0], columns=list("bacd"))
    np.testing.assert_array_equal(read(frame.assign(y=Y), target="y", layout="sequence").inputs[..., 0], X[:, :4, 0])


def test_axes_that_may_be_turned_are_told_only_where_nothing_else_tells():
    notes = "\n".join(map(str, from_arrays(np.zeros((N, 3, 50)) + X[:, :1, :1], Y).notes))
    assert "transpose(0, 2, 1)" in notes


def test_gaps_in_hundreds_of_columns_take_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("fourfold.data.files.sql.available_memory", lambda: 2**31)
    draw = np.random.default_rng(0)
    for name in ("train", "test"):
        x = np.round(draw.normal(size=(60, 380)), 3).astype(str)
        x[::3, 1:] = "NaN"
        rows = (",".join([*row, "pq"[i % 2]]) for i, row in enumerate(x.tolist()))
        head = ",".join([*(f"v{place}" for place in range(380)), "y"])
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n")
    data = read(tmp_path / "train.csv", test=tmp_path / "test.csv")
    assert data.inputs.rows == 120 and len(data.test_rows) == 60
