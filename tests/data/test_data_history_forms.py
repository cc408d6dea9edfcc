"""The history of a forecast in another form than that of training."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

T, TOWNS = 80, ["Bern", "Graz", "Lyon"]
DAYS = pd.date_range("2024-01-01", periods=T).strftime("%Y-%m-%d")
OTHER_FORM = "(the model was trained on series in another form)"


def tables():
    """Series as each form has them, and what says in training what its columns are."""
    rng = np.random.default_rng(0)
    x = (20 + 5 * np.sin(np.arange(T) * 2 * np.pi / 7)[:, None] + rng.normal(size=(T, 3))).round(2)
    long = pd.DataFrame({"town": np.repeat(TOWNS, T), "day": np.tile(DAYS, 3), "sold": x.T.ravel()})
    return {
        "a row for each step": (long, {"target": "sold", "roles": Roles(id="town", time="day")}),
        "a row for each series": (pd.DataFrame({"town": TOWNS, **dict(zip(DAYS, x))}), {}),
        "a column for each series": (pd.DataFrame({"day": DAYS, **dict(zip(TOWNS, x.T))}), {"target": ",".join(TOWNS)}),
    }


def learnt_from(source, **options):
    data = read(source, ahead=Ahead(5), **options)
    return Preparation.from_json(Preparation.fit(data, range(20)).to_json())


def notes(rows):
    return "\n".join(map(str, rows.notes))


@pytest.mark.parametrize("form", tables())
def test_a_history_is_the_same_in_every_form(form, tmp_path):
    for name, (table, _) in tables().items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    preparation = learnt_from(tmp_path / f"{form}.csv", **tables()[form][1])
    own = read_inputs(tmp_path / f"{form}.csv", preparation)
    for name, (table, _) in tables().items():
        (from_file,) = parts_of_inputs(str(tmp_path / f"{name}.csv"), preparation)
        for rows in (read_inputs(table, preparation), from_file):
            np.testing.assert_array_equal(rows.inputs, own.inputs)
            np.testing.assert_array_equal(rows.following, own.following)
            assert [*rows.others] == [*own.others] == ["town"] * (form != "a column for each series")
            assert all((rows.others[key] == own.others[key]).all() for key in own.others)
            assert (OTHER_FORM in notes(rows)) == (name != form)


def test_a_single_series_is_the_same_by_its_steps_and_in_a_row():
    forms = [(table, options) for name, (table, options) in tables().items() if name.startswith("a row")]
    steps, row = (table[table["town"] == "Graz"] for table, _ in forms)
    of_steps, of_row = learnt_from(steps.drop(columns="town"), target="sold"), learnt_from(row)
    own = read_inputs(steps, of_steps)
    for preparation in (of_steps, of_row):
        for table in (steps, steps.drop(columns="town"), row):
            np.testing.assert_array_equal(read_inputs(table, preparation).inputs, own.inputs)
    with pytest.raises(FourfoldError, match="wanted 'day', the --time of each row"):
        read_inputs(forms[1][0], of_steps)  # three series for a model of one


def test_what_is_done_is_said():
    forms = tables()
    long, rows, columns = (learnt_from(table, **options) for table, options in forms.values())
    of_steps, of_rows, of_columns = (table for table, _ in forms.values())
    assert f"series: the columns 'Bern', 'Graz', 'Lyon' {OTHER_FORM}" in notes(read_inputs(of_columns, long))
    assert f"series: the rows of each town in order of day {OTHER_FORM}" in notes(read_inputs(of_steps, columns))
    told = notes(read_inputs(of_rows, columns))
    assert "steps: 80 columns, '2024-01-01' to '2024-03-20' (their names are dates; a row is a series)\n" in told
    assert f"series: the rows {OTHER_FORM}" in told and "--target" not in told
    assert f"series: the rows of each town in order of day {OTHER_FORM}" in notes(read_inputs(of_steps, rows))


def test_series_that_were_not_learnt_and_missing_values():
    forms = tables()
    (long, options), (columns, of_columns) = forms["a row for each step"], forms["a column for each series"]
    wide = columns.assign(Nice=np.where(np.arange(T) % 9 == 4, np.nan, columns["Lyon"]))
    rows = read_inputs(wide, learnt_from(long, **options))
    assert rows.others["town"].tolist() == [*TOWNS, "Nice"]
    assert "gaps: 9 steps without a row" in notes(rows)
    more = pd.concat([long, long[:T].assign(town="Nice")])
    preparation = learnt_from(columns, **of_columns)
    np.testing.assert_array_equal(read_inputs(more, preparation).inputs, read_inputs(columns, preparation).inputs)


def test_numbers_with_decimal_commas_and_rows_in_any_order():
    forms = tables()
    (long, options), (columns, of_columns) = forms["a row for each step"], forms["a column for each series"]
    commas = columns.assign(**{town: columns[town].map("{:.2f}".format).str.replace(".", ",") for town in TOWNS})
    preparation = learnt_from(long, **options)
    np.testing.assert_allclose(read_inputs(commas, preparation).inputs, read_inputs(long, preparation).inputs)
    preparation = learnt_from(columns, **of_columns)
    shuffled = long.sample(frac=1, random_state=0)
    np.testing.assert_array_equal(read_inputs(shuffled, preparation).inputs, read_inputs(columns, preparation).inputs)


def test_two_rows_of_a_series_at_one_time_are_refused_in_another_form():
    forms = tables()
    long, (columns, options) = forms["a row for each step"][0], forms["a column for each series"]
    with pytest.raises(FourfoldError, match="day 2024-01-01 in row 2, 1 such row in all") as caught:
        read_inputs(pd.concat([long, long[:1].assign(sold=9.0)]), learnt_from(columns, **options))
    assert caught.value.slug == "two-rows-at-one-time"


def test_what_can_not_be_told_is_refused():
    forms = tables()
    (long, options), (columns, of_columns) = forms["a row for each step"], forms["a column for each series"]
    of_long, of_columns = learnt_from(long, **options), learnt_from(columns, **of_columns)
    cases = [
        (of_columns, long[long["town"] != "Lyon"], "got no 'Bern', 'Graz', 'Lyon'"),  # one of the series is lacking
        (of_columns, long.assign(returned=1.5), "got no 'Bern', 'Graz', 'Lyon'"),  # two columns that may be the values
        (of_long, columns.assign(began=DAYS, ended=DAYS).drop(columns="day"), "lacks columns of the series"),  # two times
        (of_long, long[["day", "sold"]], "wanted 'town', the --id of each row"),
        (of_long, long.rename(columns={"town": "city", "sold": "revenue"}), "wanted 'town', the --id of each row"),
        (of_long, columns.to_numpy()[:, 1:].astype(float), r"got an array of shape \(80, 3\), wanted 3 columns: 'town', 'day'"),
    ]
    for preparation, table, words in cases:
        with pytest.raises(FourfoldError, match=words) as caught:
            read_inputs(table, preparation)
        assert caught.value.slug in ("new-series", "history-columns", "new-shape"), words


def test_other_inputs_of_the_model_are_not_made_up():
    long, options = tables()["a row for each step"]
    preparation = learnt_from(long.assign(price=np.linspace(1, 2, len(long))), **options)
    with pytest.raises(FourfoldError, match="wanted 'town', the --id of each row"):
        read_inputs(tables()["a column for each series"][0], preparation)


SERIES = np.random.default_rng(1).normal(size=(3, 60, 2)).cumsum(axis=1).round(3)


def test_an_array_is_a_series_and_its_columns_are_known_by_their_places():
    one, two = SERIES[0, :, 0], SERIES[0]
    of_one, of_two = learnt_from(one), learnt_from(two, target="x0,x1")
    assert of_one.windows.targets == ("x0",) and of_two.windows.targets == ("x0", "x1")
    for x in (one, one[:, None], one.tolist(), pd.Series(one), pd.Series(one, name="sold"), pd.DataFrame({"sold": one})):
        np.testing.assert_array_equal(learnt_from(x).windows.window, of_one.windows.window)
        np.testing.assert_array_equal(read_inputs(x, of_one).inputs, one[None, -of_one.windows.window :, None])
    for x in (two, pd.DataFrame(two), pd.DataFrame(two, columns=["height", "weight"])):
        np.testing.assert_array_equal(read_inputs(x, of_two).inputs, two[None, -of_two.windows.window :])
    of_names = learnt_from(pd.DataFrame(two, columns=["height", "weight"]), target="weight")
    rows = read_inputs(two, of_names)
    np.testing.assert_array_equal(rows.inputs, two[None, -of_names.windows.window :, ::-1])  # the target first
    assert "columns taken in their order (one side has no names)" in notes(rows)
    with pytest.raises(FourfoldError, match=r"got an array of shape \(60, 2\), wanted 1 column: 'x0'"):
        read_inputs(two, of_one)


def test_an_array_of_series_that_end_at_several_steps(tmp_path):
    x = SERIES.copy()
    x[1, 50:] = np.nan
    data = read(x, target="x0,x1", ahead=Ahead(5))
    assert "series: 3 values of row, 50 to 60 steps each" in "\n".join(map(str, data.notes))
    preparation = Preparation.fit(data, range(20))
    steps = preparation.windows.window
    ends = np.stack([x[0, -steps:], x[1, 50 - steps : 50], x[2, -steps:]])
    np.save(tmp_path / "x.npy", x)
    for source in (x, tmp_path / "x.npy"):
        rows = read_inputs(source, preparation)
        np.testing.assert_array_equal(rows.inputs, ends)
        assert rows.others["row"].tolist() == ["1", "2", "3"] and rows.following[:, 0].tolist() == [60, 50, 60]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "parquet"])
def test_lists_are_series_whatever_form_was_learnt(suffix, tmp_path):
    long = tables()["a row for each step"][0]
    lists = long.groupby("town")["sold"].agg(list).reset_index().assign(region=[1, 1, 2])
    path = tmp_path / f"lists.{suffix}"
    lists.to_parquet(path) if suffix == "parquet" else lists.to_json(path, orient="records", lines=suffix == "jsonl")
    of_lists = learnt_from(path, target="sold")
    of_steps = learnt_from(long.drop(columns="day"), target="sold", roles=Roles(id="town"))
    assert of_lists.windows == of_steps.windows and of_lists.windows.id == "town"
    own = read_inputs(long.drop(columns="day"), of_steps)
    shuffled = long.sample(frac=1, random_state=0)
    for preparation in (of_lists, of_steps):
        for source in (str(path), lists, long, shuffled, *(table for table, _ in tables().values())):
            (rows,) = parts_of_inputs(source, preparation)
            order = np.argsort(rows.others["town"])
            np.testing.assert_array_equal(rows.inputs[order], own.inputs)
    assert "order: the rows by day (the only dates)" in notes(read_inputs(shuffled, of_lists))
    assert "left out: 'region' (beside series)" in "\n".join(map(str, read(lists, ahead=Ahead(5)).notes))


def test_shorter_lists_are_no_series_and_what_has_no_name_is_numbered():
    rng = np.random.default_rng(0)
    ends = (60, 50, 55)
    frame = pd.DataFrame({"target": [rng.normal(size=end).tolist() for end in ends], "place": [[1.0, 2.0]] * 3})
    data = read(frame, target="target", ahead=Ahead(5))
    said = "\n".join(map(str, data.notes))
    assert "left out: 'place' (beside series)" in said and "series: 3 values of row, 50 to 60 steps each" in said
    rows = read_inputs(frame, Preparation.fit(data, range(20)))
    assert [one[-1, 0] for one in rows.inputs] == [one[-1] for one in frame["target"]]


def test_lists_without_the_time_that_was_learnt_are_refused_with_it():
    long, options = tables()["a row for each step"]
    lists = long.groupby("town")["sold"].agg(list).reset_index()
    with pytest.raises(FourfoldError, match="got the columns 'town', 'sold', wanted 'day', the --time of each row"):
        read_inputs(lists, learnt_from(long, **options))


def test_what_is_said_of_a_history_has_no_options_and_names_no_dates():
    """A model of rows in their order knows no time, though the history may have one."""
    long, options = tables()["a row for each step"]
    one = long[long["town"] == "Graz"].drop(columns="town")
    in_order, of_days = learnt_from(one[["sold"]]), learnt_from(one, target="sold")
    assert "time: the order of the rows (as in training)" in notes(read_inputs(one, in_order))
    assert "ignored: 'returned' (the training data had no such column)" in notes(read_inputs(one.assign(returned=1.5), of_days))
    gaps = notes(read_inputs(one.drop(one.index[40:43]), of_days))
    assert "gaps: 3 steps without a row (a window sees there what was last known)" in gaps
    with pytest.raises(FourfoldError) as caught:
        read_inputs(long.drop(columns="town"), of_days)
    assert caught.value.do == "join these rows, or keep those of one series, if they are of several"
    with pytest.raises(FourfoldError) as caught:
        read_inputs(long.assign(day="soon"), learnt_from(long, **options))
    assert caught.value.do == "write dates such as 2020-01-31"


def shops():
    draw = np.random.default_rng(0)
    rows = pd.DataFrame({"shop": np.repeat(["north", "south"], T), "day": np.tile(DAYS, 2)})
    rows["sold"] = draw.normal(size=2 * T)
    rows["price"], rows["promo"] = draw.normal(size=2 * T), np.where(draw.random(2 * T) > 0.7, "yes", "no")
    return rows


@pytest.mark.parametrize("names", [{"shop": "store"}, {"day": "date"}, {"shop": "store", "day": "date"}])
def test_series_and_time_of_several_channels_may_have_other_names(names, tmp_path):
    preparation = learnt_from(shops(), target="sold", roles=Roles(id="shop", time="day"))
    own, new = read_inputs(shops(), preparation), shops().rename(columns=names).assign(more=1.5)
    new.to_csv(tmp_path / "new.csv", index=False)
    (from_file,) = parts_of_inputs(str(tmp_path / "new.csv"), preparation)
    for rows in (read_inputs(new, preparation), from_file):
        np.testing.assert_array_equal(rows.inputs, own.inputs)
        np.testing.assert_array_equal(rows.following, own.following)
        assert rows.others["shop"].tolist() == ["north", "south"]
        for old, other in names.items():
            because = "words" if old == "shop" else "dates"
            assert f"column {other!r} taken for {old!r} (the only {because} beside the values)" in notes(rows)
        assert "ignored: 'more' (the training data had no such column)" in notes(rows)
    for doubtful in (new.assign(town="x", time=DAYS[0]), new.drop(columns="price"), new.drop(columns=[*names.values()])):
        with pytest.raises(FourfoldError, match="lacks columns of the series"):
            read_inputs(doubtful, preparation)
