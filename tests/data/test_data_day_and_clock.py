"""A day and its clock in two columns are one time, in training and in prediction."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.day_and_clock import columns_of_time
from fourfold.data.forecast import Ahead
from fourfold.data.new_rows import parts_of_inputs, read_inputs
from fourfold.data.roles import Roles
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

N = 24 * 20
DAYS = [f"2020-01-{n // 24 + 1:02d}" for n in range(N)]
LOAD = (np.arange(N) % 24 + np.random.default_rng(0).normal(size=N)).round(3)
CLOCKS = {
    "with colons": lambda hour: f"{hour:02d}:00",
    "with seconds": lambda hour: f"{hour:02d}:00:00",
    "with dots": lambda hour: f"{hour:02d}.00.00",
    "of twelve hours": lambda hour: f"{(hour + 11) % 12 + 1}:00 {'AM' if hour < 12 else 'PM'}",
    "whole hours": lambda hour: f"{hour}",
    "without marks": lambda hour: f"{100 * hour}",
}


def written(path, clock=CLOCKS["with colons"], names="day,at,load", upto=N, order=None):
    rows = [f"{day},{clock(n % 24)},{load}" for n, (day, load) in enumerate(zip(DAYS[:upto], LOAD))]
    rows = rows if order is None else [rows[n] for n in order]
    path.write_text("\n".join([names, *rows]) + "\n")
    return path


def joined(path):
    """The same data as a careful user would join them."""
    stamps = [f"{day} {n % 24:02d}:00" for n, day in enumerate(DAYS)]
    path.write_text("\n".join(["when,load", *(f"{t},{load}" for t, load in zip(stamps, LOAD))]) + "\n")
    return read(path, ahead=Ahead(24))


@pytest.mark.parametrize("how", CLOCKS)
def test_both_columns_are_the_stamps_that_they_make(how, tmp_path):
    found = read(written(tmp_path / "two.csv", CLOCKS[how]), ahead=Ahead(24))
    assert "time: day and at (a day and its clock); --time COLUMN overrides" in map(str, found.notes)
    assert np.array_equal(found.inputs, joined(tmp_path / "one.csv").inputs)
    asked = read(tmp_path / "two.csv", ahead=Ahead(24), roles=Roles(time="day,at"))
    assert np.array_equal(asked.inputs, found.inputs) and np.array_equal(asked.target, found.target)


def test_predictions_read_both_columns_again(tmp_path):
    found = read(written(tmp_path / "two.csv"), ahead=Ahead(24))
    preparation = Preparation.fit(found, range(10))
    whole = read_inputs(tmp_path / "two.csv", preparation)
    (parts,) = parts_of_inputs(tmp_path / "two.csv", preparation)
    for new in (whole, parts):
        assert new.following[0, 0] == np.datetime64("2020-01-21T00:00")
        assert np.array_equal(new.inputs, whole.inputs)


def test_rows_in_another_order_are_told_how_to_name_the_clock(tmp_path):
    order = np.random.default_rng(1).permutation(N)
    path = written(tmp_path / "two.csv", order=order)
    with pytest.raises(DataError, match="--time DAY,CLOCK, if the clock is in another column"):
        read(path, ahead=Ahead(24), roles=Roles(time="day"))
    found = read(path, ahead=Ahead(24), roles=Roles(time="day,at"))
    assert np.array_equal(found.inputs, joined(tmp_path / "one.csv").inputs)


def test_a_clock_written_as_one_goes_before_hours_and_two_of_them_are_not_guessed(tmp_path):
    hours = [f"{day},{n % 24},{n % 24:02d}:30,{load}" for n, (day, load) in enumerate(zip(DAYS, LOAD))]
    (tmp_path / "three.csv").write_text("\n".join(["day,hour,at,load", *hours]) + "\n")
    found = read(tmp_path / "three.csv", ahead=Ahead(24))
    assert any(str(note).startswith("time: day and at (") for note in found.notes)
    twice = [f"{row},{row.split(',')[2]}" for row in hours]
    (tmp_path / "four.csv").write_text("\n".join(["day,hour,at,load,from", *twice]) + "\n")
    with pytest.raises(DataError, match="two rows of one series have the same time"):
        read(tmp_path / "four.csv", target="load", ahead=Ahead(24))


def test_series_of_ids_whose_steps_have_a_day_and_a_clock(tmp_path):
    rows = [
        f"{who},2020-01-0{n // 4 + 1},{n % 4:02d}:00,{n + 10 * (who == 'b') + k},{'up' if k % 2 else 'down'}"
        for k, who in enumerate("abcdefghij" * 2)
        for n in range(8)
        if k < 10
    ]
    (tmp_path / "long.csv").write_text("\n".join(["who,day,at,value,label", *rows]) + "\n")
    found = read(tmp_path / "long.csv", target="label", roles=Roles(id="who", time="day,at"))
    assert found.inputs.shape == (10, 8, 1) and (np.diff(found.inputs[..., 0]) == 1).all()
    preparation = Preparation.fit(found, range(8))
    assert np.array_equal(read_inputs(tmp_path / "long.csv", preparation).inputs, found.inputs)


@pytest.mark.parametrize(
    "time, words",
    [
        ("day,load", "got 'load', such as "),
        ("load,at", "got 'load', such as "),
        ("at,day", "got 'day', such as 2020-01-01"),
    ],
)
def test_two_columns_that_are_no_day_and_clock_are_refused(time, words, tmp_path):
    with pytest.raises(DataError, match="a time of two columns is a day and a clock: " + words):
        read(written(tmp_path / "two.csv"), ahead=Ahead(24), roles=Roles(time=time), target="load")


def test_a_column_whose_name_has_a_comma_is_that_column():
    known = ("a,b", "a", "b", "c, d", "e")
    assert columns_of_time("a,b", known) == ("a,b",)
    assert columns_of_time("c, d,e", known) == ("c, d", "e")
    assert columns_of_time("a, b", known) == ("a", "b")
