"""New rows of series without one of the columns that a long form needs."""

import gc

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

rng = np.random.default_rng(0)
LONG = pd.DataFrame(
    {
        "subject": np.repeat([f"S{place:02d}" for place in range(24)], 10),
        "t": np.tile(np.arange(10), 24),
        "ax": rng.normal(size=240),
        "ay": rng.normal(size=240),
    }
)
SALES = pd.DataFrame(
    {
        "day": np.tile(pd.date_range("2024-01-01", periods=90), 2),
        "store": np.repeat(["north", "south"], 90),
        "sales": rng.normal(100, 9, 180),
    }
)


def of_series(**options):
    frame = LONG.assign(label=np.repeat(["walk", "run"] * 12, 10))
    data = read(frame, target="label", roles=Roles(id="subject", time="t"), **options)
    return Preparation.from_json(Preparation.fit(data, range(20)).to_json())


def of_sales():
    data = read(SALES, target="sales", roles=Roles(id="store", time="day"), ahead=Ahead(5))
    return Preparation.from_json(Preparation.fit(data, range(20)).to_json())


MISSING = [
    ({"columns": ["t"]}, "wanted 't', the --time of each row. Do this: add 't'$"),
    ({"columns": ["subject"]}, "wanted 'subject', the --id of each row. Do this: add 'subject'$"),
    ({"columns": ["ay"]}, "wanted 'ay', a channel. Do this: add 'ay'$"),
    ({"columns": ["subject", "t"]}, "wanted 'subject', the --id of each row, 't', the --time of each row"),
]


@pytest.mark.parametrize("dropped, words", MISSING)
def test_what_new_series_lack_is_named(dropped, words):
    with pytest.raises(FourfoldError, match=words) as caught:
        read_inputs(LONG.drop(**dropped), of_series())
    assert caught.value.slug == "new-series" and "lacks columns of the series that the model was" in str(caught.value)


def test_a_column_of_a_name_alike_is_meant():
    with pytest.raises(FourfoldError, match="Do this: rename 'subjects' to 'subject'$"):
        read_inputs(LONG.rename(columns={"subject": "subjects"}), of_series())


def test_whole_series_are_read():
    assert read_inputs(LONG[:100].assign(note="x"), of_series()).rows == 10


@pytest.mark.parametrize("stepwise", [False, True])
def test_a_table_of_another_form_is_told_with_the_form_that_is_wanted(stepwise):
    wide = LONG.pivot(index="subject", columns="t").droplevel(0, axis=1).iloc[:, :3].set_axis(["ax_0", "ax_1", "ay_0"], axis=1)
    lists = pd.DataFrame({"x": [[0.5, i / 7, 2.5, 3, 4.5][: 3 + i % 2] for i in range(9)]})
    label = np.where(LONG["ax"] > 0, "up", "down") if stepwise else np.repeat(["walk", "run"] * 12, 10)
    data = read(LONG.assign(label=label), target="label", roles=Roles(id="subject", time="t"))
    preparation = Preparation.fit(data, range(20))
    for new, got in ((wide, "'ax_0', 'ax_1', 'ay_0'"), (lists, "'x'")):
        with pytest.raises(FourfoldError, match=f"got the columns {got}, wanted 4 columns: 'subject', 't', 'ax', 'ay'") as caught:
            read_inputs(new, preparation)
        do = "Do this: write a row for each step, or for each series lists of its steps in 'ax', 'ay'"
        assert caught.value.slug == "new-shape" and str(caught.value).endswith(do)


@pytest.mark.parametrize(
    "name, words", [("day", "wanted 'day', the --time of each row"), ("store", "'store', the --id of each row")]
)
@pytest.mark.parametrize("parts", [False, True])
def test_what_the_past_of_a_forecast_lacks_is_named(tmp_path, name, words, parts):
    SALES.drop(columns=name).to_csv(tmp_path / "past.csv", index=False)
    with pytest.raises(FourfoldError, match=words) as caught:
        read = parts_of_inputs if parts else read_inputs
        list(read(str(tmp_path / "past.csv"), of_sales()))
    assert caught.value.slug == "new-series" and "past.csv lacks" in str(caught.value)
    assert read_inputs(SALES, of_sales()).rows == 2


def test_what_to_do_without_a_time_in_some_rows():
    with pytest.raises(FourfoldError, match="got 1 row, the first is row 4, .* Do this: fill them in, or remove"):
        read_inputs(LONG.assign(subject=[*LONG["subject"][:3], None, *LONG["subject"][4:]]), of_series())



def test_a_past_without_id_and_time_names_both():
    with pytest.raises(FourfoldError, match="wanted 'store', the --id of each row, 'day', the --time of each row"):
        read_inputs(SALES[["sales"]], of_sales())


def test_a_header_alone_is_no_rows_of_series_in_wide_form(tmp_path):
    wide = pd.DataFrame(rng.normal(size=(24, 6)), columns=[f"t{step}" for step in range(6)])
    data = read(wide.assign(name=[f"S{place}" for place in range(24)], y=["a", "b"] * 12), layout="sequence", roles=Roles(id="name"))
    learnt = Preparation.fit(data, range(20))
    path = tmp_path / "new.csv"
    wide.assign(name="")[:0].to_csv(path, index=False)
    (rows,) = parts_of_inputs(str(path), learnt)
    assert rows.inputs.shape == (0, 6, 1) and rows.others.names == ("name",)
    assert [str(note) for note in rows.notes] == [f"no rows: {path} (it has a header alone)"]


def test_a_header_alone_is_no_rows_of_series_and_of_histories(tmp_path):
    path = tmp_path / "new.csv"
    for frame, learnt, beside in (
        (LONG, of_series(), ("subject",)),
        (SALES, of_sales(), ("store",)),
    ):
        frame[:0].to_csv(path, index=False)
        (rows,) = parts_of_inputs(str(path), learnt)
        assert rows.rows == 0 and rows.others.names == beside
        assert f"no rows: {path} (it has a header alone)" in map(str, rows.notes)
        frame[:0].drop(columns=beside[0]).to_csv(path, index=False)
        with pytest.raises(FourfoldError, match="the --id of each row") as caught:
            list(parts_of_inputs(str(path), learnt))
        assert caught.value.slug == "new-series"
        with pytest.raises(FourfoldError, match="0 rows"):
            read_inputs(str(path), learnt)
    path.write_text("day,store,other\n")
    with pytest.raises(FourfoldError, match="got no 'sales'"):
        list(parts_of_inputs(str(path), of_sales()))


@pytest.mark.parametrize("axes", [(24, 6), (24, 6, 1)])
def test_an_array_needs_no_column_that_the_model_does_not_use(axes):
    x = rng.normal(size=(24, 6))
    wide = pd.DataFrame(x, columns=[f"t{step}" for step in range(6)])
    wide.insert(0, "name", [f"S{place}" for place in range(24)])
    learnt = Preparation.fit(read(wide.assign(y=["a", "b"] * 12), layout="sequence", roles=Roles(id="name")), range(20))
    rows = read_inputs(x.reshape(axes), learnt)
    np.testing.assert_array_equal(rows.inputs, read_inputs(wide, learnt).inputs)
    assert any("columns taken in their order: 't0'" in str(note) for note in rows.notes)
    with pytest.raises(FourfoldError, match=r"got rows of shape \(5,\)"):
        read_inputs(x[:, :5], learnt)


def test_a_past_that_is_refused_leaves_no_temporary_copies(tmp_path, recwarn):
    SALES.drop(columns="day").to_csv(tmp_path / "past.csv", index=False)

    def refused():
        with pytest.raises(FourfoldError) as error:
            list(parts_of_inputs(str(tmp_path / "past.csv"), of_sales()))
        return error.value.slug  # the error and this frame hold each other

    assert refused() == "new-series"
    gc.collect()
    assert not [one for one in recwarn if one.category is ResourceWarning]


def test_numbers_in_the_place_of_dates_are_refused_with_one_of_them():
    with pytest.raises(FourfoldError, match="got time stamps that are numbers, such as 0, wanted dates") as caught:
        read_inputs(SALES.assign(day=np.tile(np.arange(90), 2)), of_sales())
    assert caught.value.do.startswith("write the date of each row")


@pytest.mark.parametrize("per", ["series", "step"])
@pytest.mark.parametrize(
    ("at", "every", "said"),
    [
        (lambda t: t * 0.5, 1, ""),
        (lambda t: t * 0.5, 2, "time stamps: 1 apart, 0.5 in training"),
        (lambda t: pd.Timestamp("2024-01-01") + pd.to_timedelta(t * 20, "ms"), 5, "0.1 seconds apart, 0.02 seconds in training"),
        (lambda t: (pd.Timestamp("2024-01-01") + pd.to_timedelta(t, "h")).astype(str), 1, ""),
    ],
)
def test_new_series_of_another_sampling_rate_are_told(per, at, every, said):
    frame = LONG.assign(t=at(LONG["t"]), label=np.repeat(["walk", "run"] * 12, 10))
    data = read(frame, target="label", roles=Roles(id="subject", time="t"), target_per=per)
    preparation = Preparation.from_json(Preparation.fit(data, range(len(data.target))).to_json())
    new = LONG.assign(t=at(LONG["t"] * every))
    notes = "\n".join(map(str, read_inputs(new, preparation).notes))
    assert said in notes and ("in training" in notes) == bool(said)


def of_two_columns():
    frame = LONG.assign(label=np.repeat(["walk", "run"] * 12, 10), trial=LONG["subject"].str[2:])
    return Preparation.fit(read(frame, target="label", roles=Roles(id="subject,trial", time="t")), range(20))


def of_lists():
    return Preparation.fit(read(in_lists().assign(label=["walk", "run"] * 12), target="label"), range(20))


def in_lists(**more):
    return LONG.iloc[5:].assign(**more).groupby("subject").agg(list).drop(columns="t").reset_index(drop=True)


FURTHER = [
    (of_series, LONG.assign(label="walk"), []),
    (of_series, LONG.assign(az=1.0), ["left out: 'az' (the model has no such channel)"]),
    (of_two_columns, LONG.assign(trial=LONG["subject"].str[2:]), []),
    (of_lists, in_lists(), []),
    (of_lists, in_lists(az=1.0), ["left out: 'az' (the model has no such channel)"]),
]


@pytest.mark.parametrize(("model", "new", "said"), FURTHER)
def test_a_channel_that_was_not_learnt_is_said(model, new, said):
    rows = read_inputs(new, model())
    assert [str(note) for note in rows.noticed.said() if "left out" in str(note)] == said
