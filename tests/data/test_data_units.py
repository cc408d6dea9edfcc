"""Rows of one subject are told from rows that are one each."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge


def cases():
    """48 rows, the last column of which is the class."""
    rng = np.random.default_rng(0)
    return pd.DataFrame({"size": rng.normal(size=48), "town": rng.choice([*"uvw"], 48), "ill": ["no", "yes"] * 24})


def found(frame, **options):
    return {finding.slug: finding for finding in judge(read(frame, **options))}


def test_subjects_that_repeat_without_a_time_are_found():
    frame = cases().assign(Subject=[f"s{i // 4}" for i in range(48)])
    finding = found(frame, target="ill")["repeated-units"]
    assert finding.important and finding.number == 12 and finding.columns == ("Subject",)
    assert finding.what == (
        "column 'Subject' repeats, and by its name says whose the rows are: rows are not independent"
    )
    assert finding.do.startswith("--group Subject, or --id Subject --time COLUMN if its rows")


@pytest.mark.parametrize(
    ("change", "roles"),
    [
        (lambda f: f.assign(Subject=["mr", "ms"] * 24), Roles()),
        (lambda f: f.rename(columns={"Subject": "subjects"}), Roles()),
        (lambda f: f.assign(ward=np.arange(48) // 8), Roles(group="ward")),
    ],
    ids=["two words", "a number of them", "in groups that are known"],
)
def test_other_words_are_no_subjects_that_repeat(change, roles):
    frame = change(cases().assign(Subject=[f"s{i // 4}" for i in range(48)]))
    assert "repeated-units" not in found(frame, target="ill", roles=roles)


def days(series, each=30, back=0):
    """Rows that are series, one below the other, of one day after the other; ``back`` rows stand two days early."""
    day = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.tile(np.arange(each), series), unit="D")
    day = pd.Series(day)
    day[10 : 10 + 7 * back : 7] -= pd.Timedelta(days=2)
    rng = np.random.default_rng(0)
    rows = series * each
    return pd.DataFrame({"day": day, "v": rng.normal(size=rows), "w": rng.integers(0, 5, rows), "y": rng.choice([*"pq"], rows)})


@pytest.mark.parametrize("falls", [False, True])
def test_dates_that_begin_anew_are_those_of_several_series(falls):
    frame = days(6)[:: -1 if falls else 1].reset_index(drop=True)
    slugs = found(frame, target="y")
    finding = slugs["dates-begin-anew"]
    assert "in-order-of-time" not in slugs and finding.important and finding.number == 5
    assert finding.what.startswith("the date 'day' begins anew 5 times: the rows may be 6 series, one below the other")
    assert finding.do.endswith("--group COLUMN, or --id COLUMN --time day")


def test_two_columns_that_name_series_together_are_said():
    """Neither of them is a panel's unit alone."""
    frame = days(6).assign(name=np.repeat([*"aabbcc"], 30), part=np.repeat([*"uvuvuv"], 30))
    finding = found(frame, target="y")["dates-of-named-series"]
    assert finding.important and "where 'name', 'part' change: the rows are 6 series" in finding.what
    assert finding.do == "--group name,part, or --id name,part --time day if its rows are the steps of a series"
    asked = found(frame, target="v")["dates-of-named-series"].do
    assert asked.endswith("; --id name,part --time day --forecast HORIZON if the next values of the target are asked for")


@pytest.mark.parametrize(
    ("frame", "options", "sorted_by"),
    [
        (days(1, 180), {}, True),
        (days(1, 180, back=4), {}, True),
        (days(6).assign(name=np.repeat([*"abcdef"], 30)), {}, False),
        (days(6).assign(name=np.repeat([*"aabbcc"], 30), part=np.repeat([*"uvuvuv"], 30)), {}, False),
        (days(6).assign(name=np.arange(180) // 30), {"roles": Roles(group="name")}, False),
        (days(6), {"roles": Roles(time_ordered=True)}, False),
    ],
    ids=["one series", "some rows early", "named", "named by two columns", "grouped", "in order of time"],
)
def test_dates_that_do_not_begin_anew_or_those_of_known_series(frame, options, sorted_by):
    slugs = found(frame, target="y", **options)
    assert "dates-begin-anew" not in slugs and ("in-order-of-time" in slugs) is sorted_by


def test_dates_that_begin_anew_together_are_told_at_once():
    frame = days(6)
    frame.insert(1, "until", frame["day"] + pd.Timedelta(days=1))
    told = [one for one in judge(read(frame, target="y")) if one.slug == "dates-begin-anew"]
    assert [one.columns for one in told] == [("day", "until")]
    assert told[0].what.startswith("the dates 'day', 'until' begin anew 5 times: the rows may be 6 series")
    (told,) = [one for one in judge(read(frame[:30], target="y")) if one.slug == "in-order-of-time"]
    assert told.what.startswith("the rows are sorted by the dates 'day', 'until': ") and told.columns == ("day", "until")


def trials():
    """20 participants, each on a day of its own, in 30 trials."""
    rng = np.random.default_rng(0)
    who, trial = np.divmod(np.arange(600), 30)
    return pd.DataFrame({
        "participant": [f"p{one}" for one in who], "place": trial, "when": pd.Timestamp("2023-03-01") + pd.to_timedelta(who, unit="D"),
        "rt": rng.normal(size=600), "right": rng.integers(0, 2, 600),
    })  # fmt: skip


def test_the_day_of_a_participant_is_no_time_at_which_trials_are_measured():
    slugs = found(trials(), target="right")
    assert slugs["panel"].columns == ("participant",)
    assert slugs["panel"].do.endswith("--id participant --time place if its rows are the steps of a series")


@pytest.mark.parametrize(("names", "panel"), [(("Row", "Col"), False), (("line", "part"), True)])
def test_the_places_of_a_grid_are_no_steps(names, panel):
    row, column = np.divmod(np.arange(96), 12)
    frame = pd.DataFrame({names[0]: row % 8 + 1, names[1]: column + 1, "v": np.random.default_rng(0).normal(size=96), "y": [*"pq"] * 48})
    assert ("panel" in found(frame, target="y")) == panel


def test_the_unit_of_a_panel_is_no_class():
    rng = np.random.default_rng(0)
    unit, step = np.divmod(np.arange(600), 50)
    table = {"x0": unit + 1, "x1": step + 1, **{f"x{place}": rng.normal(size=600) for place in (2, 3, 4)}}
    slugs = {one.slug: one for one in judge(read(table))}
    assert slugs["panel"].columns == ("x0",) and "classes-elsewhere" not in slugs
