"""The history of a forecast, read part after part: the same windows as of all rows, whatever their order."""

import re

import numpy as np
import pandas as pd
import pytest

from fourfold.data import plan, read, read_inputs, reading
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)


def series(stamps, shops=("a", "b", "c")):
    """Some series, of which one ends earlier, with a column of words beside the target."""
    tables = []
    for place, shop in enumerate(shops):
        own = stamps if place else stamps[: len(stamps) - 20]
        level = 10 * place + np.sin(np.arange(len(own)) / 3) + RNG.normal(0, 0.1, len(own))
        day = RNG.choice(["open", "closed"], len(own))
        tables.append(pd.DataFrame({"shop": shop, "at": own, "state": day, "sales": level.round(4)}))
    return pd.concat(tables, ignore_index=True)


# name: (table, whether there is an id, whether all rows are needed)
HISTORIES = {
    "days": (series(pd.date_range("2020-01-01", periods=400)), True, False),
    "hours of one series": (series(pd.date_range("2020-01-01", periods=900, freq="h"), ["a", "b"])[lambda f: f["shop"] == "b"], False, False),
    "days without week-ends": (series(pd.bdate_range("2020-01-01", periods=300)), True, False),
    "months": (series(pd.date_range("2000-01-01", periods=200, freq="MS")), True, False),
    "numbers": (series(np.arange(500) * 5), True, False),
    "rows in any order": (series(pd.date_range("2020-01-01", periods=400)).sample(frac=1, random_state=0), True, False),
    "days that look like months": (series(pd.date_range("2020-01-01", periods=400).strftime("%d.%m.%Y")), True, True),
    "irregular stamps of several series": (series(pd.Timestamp("2020-01-01") + pd.to_timedelta(np.cumsum(RNG.integers(1, 9, 400)) * 3600, unit="s")), True, True),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_last_rows_give_the_same_windows_as_all(name, form, tmp_path, monkeypatch):
    table, several, whole = HISTORIES[name]
    table = table if several else table.drop(columns="shop")
    data = read(table, roles=Roles(id="shop" if several else None, time="at"), ahead=Ahead(3), target="sales")
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    path = tmp_path / f"new.{form}"
    table.to_csv(path, index=False) if form == "csv" else table.to_parquet(path)
    expected = read_inputs(path, preparation)
    monkeypatch.setattr(reading, "PART", 97 * table.shape[1])
    (found,) = parts_of_inputs(path, preparation)
    np.testing.assert_array_equal(found.inputs, expected.inputs)
    np.testing.assert_array_equal(found.following, expected.following)
    if several:
        assert sorted(found.others["shop"]) == sorted(expected.others["shop"]) == ["a", "b", "c"]
    said = "; ".join(map(str, found.notes))
    kept = re.search(r"read: the last (\d+) rows of ([\d,]+)", said)
    assert whole or (kept is not None and int(kept[1]) < len(table) and kept[2] == f"{len(table):,}"), said


def test_columns_that_lack_are_refused_part_after_part(tmp_path):
    table = HISTORIES["days"][0]
    data = read(table, roles=Roles(id="shop", time="at"), ahead=Ahead(3), target="sales")
    preparation = Preparation.fit(data, plan(data, seed=0)[0].train)
    table.rename(columns={"sales": "turnover"}).to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(DataError, match="no 'sales'"):
        list(parts_of_inputs(tmp_path / "new.csv", preparation))
    table.rename(columns=str.title).to_csv(tmp_path / "new.csv", index=False)
    (found,) = parts_of_inputs(tmp_path / "new.csv", preparation)
    assert "columns 'Sales', 'State', 'At', 'Shop' taken for 'sales', 'state', 'at', 'shop'" in "; ".join(map(str, found.notes))
