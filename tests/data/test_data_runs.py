"""Recordings of what several subjects do, one below the other: their rows are steps of series that no column names."""

import numpy as np
import pandas as pd
import pytest
from data_samples import found

from fourfold.data import read
from fourfold.data.columns.roles import Roles

DO = (
    "in pandas table['run'] = table[['subject', 'activity']].ne(table[['subject', 'activity']].shift()).any(axis=1)"
    ".cumsum(); then --id run --time timestamp --target activity --group subject"
)


def motion(steps=12, time="timestamp", activities=("walk", "sit", "run")):
    rows = [(s, what, 0.02 * k) for s in range(1, 5) for what in activities for k in range(steps)]
    random = np.random.default_rng(0)
    frame = pd.DataFrame(rows, columns=["subject", "activity", time])
    return frame.assign(**{axis: random.normal(size=len(frame)) for axis in ("acc_x", "acc_y", "acc_z")})


def test_a_time_that_begins_anew_in_runs_of_two_columns():
    of_target, guessed = (found(motion(), target=target)["steps-of-runs"] for target in ("activity", None))
    assert of_target.do == DO and of_target.important and of_target.columns == ("subject", "activity")
    assert of_target.what == (
        "'timestamp' begins anew where 'subject', 'activity' change, in 12 runs of rows: these are the steps of series, "
        "and not independent"
    )
    assert guessed.do == f"{DO}, if 'activity' is the target; --id subject,activity --time timestamp, if 'acc_z' is"
    table = motion()
    exec(DO.split("; then ")[0].removeprefix("in pandas "), {"table": table})
    data = read(table, target="activity", roles=Roles(id="run", time="timestamp", group="subject"))
    assert data.rows == 12 and data.layout == "sequence" and data.task.classes == ("run", "sit", "walk")


def test_long_runs_in_which_a_number_counts_whatever_it_is_called():
    assert "steps-of-runs" in found(motion(24, "no of row"), target=None)


@pytest.mark.parametrize(
    "frame",
    [
        motion().sample(frac=1, random_state=0),
        motion(6, "dose"),
        motion().assign(timestamp=np.arange(144) * 0.02),
        motion().assign(timestamp=np.random.default_rng(1).normal(size=144)),
        motion().drop(columns="subject"),
        motion().assign(recording=np.arange(144) // 12 + 1),
    ],
    ids=["in no order", "settings in turn", "one time for all", "no time", "one column", "a column that names them"],
)
def test_other_rows_are_none(frame):
    assert "steps-of-runs" not in found(frame, target="activity")


@pytest.mark.parametrize("in_order", [["dteday"], ["year", "month", "day"]])
def test_hours_of_days_in_order_are_no_steps_of_series(in_order):
    """Of one series each day has all hours, and a month and a day, or a season and a day of the week, tell it apart."""
    times = pd.date_range("2020-01-01", periods=24 * 60, freq="h")
    parts = {"year": times.year, "month": times.month, "day": times.day, "weekday": times.weekday, "season": times.month // 2}
    frame = pd.DataFrame({"dteday": times.strftime("%Y-%m-%d"), **parts, "hour": times.hour})
    frame = frame[[*in_order, "season", "weekday", "hour"]].assign(cnt=np.random.default_rng(0).normal(size=len(times)))
    slugs = found(frame, target="cnt")
    assert "in-order-of-time" in slugs and "steps-of-runs" not in slugs


@pytest.mark.parametrize("roles", [Roles(group="subject"), Roles(time_ordered=True)])
def test_where_something_was_said_of_it(roles):
    assert "steps-of-runs" not in found(motion(), target=None, roles=roles)
