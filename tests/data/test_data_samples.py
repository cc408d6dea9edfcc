"""Parts of tables: the same rows in every form, whole series, the latest rows; wide tables; irregular stamps."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import read_inputs
from fourfold.data.sample import places
from fourfold.data.series.ahead import Ahead
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

FORMS = {
    "csv": lambda f, path: f.to_csv(path, index=False),
    "csv.gz": lambda f, path: f.to_csv(path, index=False, compression="gzip"),
    "parquet": lambda f, path: f.to_parquet(path, index=False),
    "jsonl": lambda f, path: f.to_json(path, orient="records", lines=True, double_precision=15),
}


def in_all_forms(frame, folder, **asked):
    found = {"frame": read(frame, **asked)}
    for form, write in FORMS.items():
        write(frame, folder / f"data.{form}")
        found[form] = read(folder / f"data.{form}", **asked)
    assert len({data.fingerprint for data in found.values()}) == 1, found
    assert (
        len({str(next(n for n in data.notes if n.what.startswith("sample"))) for data in found.values()}) == 1
    )
    return found["csv"]


def test_a_sample_is_the_same_rows_in_every_form(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"v": rng.normal(size=3000).round(3), "w": np.arange(3000), "y": ["p", "q"] * 1500})
    data = in_all_forms(frame, tmp_path, rows=400)
    assert data.inputs["w"].tolist() == places(3000, 400).tolist()
    drawn = places(10_000_000, 1000)  # of more than one chunk, and without order
    assert len(drawn) == 1000 and (np.diff(drawn) > 0).all()
    assert abs(drawn.mean() / 5e6 - 1) < 0.06 and len(np.unique(drawn % 7)) == 7


def test_whole_series_are_drawn_the_same_in_every_form(tmp_path):
    rng = np.random.default_rng(1)
    lengths = rng.integers(5, 40, 120)
    frame = pd.DataFrame({"who": np.repeat([f"p{n}" for n in range(120)], lengths)})
    frame["t"] = np.concatenate([np.arange(steps) for steps in lengths])
    frame["v"] = rng.normal(size=len(frame)).round(3)
    frame["y"] = np.repeat(["p", "q"] * 60, lengths)
    frame = frame.sample(frac=1, random_state=0)
    data = in_all_forms(frame, tmp_path, rows=900, roles=Roles(id="who", time="t"))
    known = frame.groupby("who").size()
    assert sorted(data.lengths) == sorted(known[list(data.ids)]) and 800 < data.lengths.sum() <= 900
    longest = frame.assign(who="all", t=np.arange(len(frame)), y="p")
    assert (
        len(read(longest, rows=9, target="v", roles=Roles(id="who", time="t"), ahead=Ahead(1)).inputs) > 100
    )


def months(count, start="1950-01"):
    return (np.datetime64(start) + np.arange(count)).astype("datetime64[D]").astype(str)


def test_a_forecast_of_a_part_takes_whole_series_or_the_last_rows(tmp_path):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"month": months(400), "sales": (rng.normal(size=400) + np.arange(400) % 12).round(3)}
    )
    data = in_all_forms(frame, tmp_path, rows=150, ahead=Ahead(3))
    assert "sample: the last 150 of 400 rows" in str(data.notes[0])
    assert str(data.forecast.stamps[-1])[:7] == months(400)[-1][:7]
    with pytest.raises(
        FourfoldError, match="its last rows are not the latest: got 150 of 400 rows"
    ) as caught:
        read(frame[::-1], rows=150, ahead=Ahead(3))
    assert caught.value.slug == "sampled-forecast"
    shops = pd.concat([frame.assign(shop=name) for name in "abcde"])
    data = in_all_forms(shops, tmp_path, rows=900, target="sales", ahead=Ahead(3), roles=Roles(id="shop"))
    assert len(data.forecast.labels) == 2 and len(data.forecast.stamps) == 400


def test_irregular_series_are_averaged_on_one_grid():
    rng = np.random.default_rng(3)
    parts = []
    for number in range(3):
        seconds = np.cumsum(rng.exponential(2400, 900)).astype(int)
        stamps = np.datetime64("2024-01-01", "s") + seconds
        values = np.sin(2 * np.pi * seconds / 86400) + 0.1 * rng.normal(size=900)
        parts.append(pd.DataFrame({"who": f"s{number}", "at": stamps, "v": values}))
    frame = pd.concat(parts)
    asked = {"target": "v", "roles": Roles(id="who", time="at"), "ahead": Ahead(4)}
    data = read(frame, **asked)
    said = " ".join(map(str, data.notes))
    assert "steps: irregular, so rows are averaged in" in said and "of 2 hour" in said
    assert data.forecast.windows.step == "2 hour means" and data.forecast.windows.season == 12
    first = parts[0][parts[0]["at"] < np.datetime64("2024-01-01T02:00")]["v"].mean()
    row = np.flatnonzero((data.forecast.series == 0) & (data.forecast.origin == data.forecast.windows.window))
    assert not row.size or data.inputs[row[0], 0, 0] == pytest.approx(first)
    preparation = Preparation.fit(data, np.arange(data.rows))
    new = read_inputs(frame[frame["who"] == "s1"][-300:], preparation)  # alone, it would have another grid
    assert new.inputs.shape[1:] == data.inputs.shape[1:]
    assert np.diff(new.following[0]).astype(int).tolist() == [2 * 3600 * 10**6] * 3


def test_wide_tables_whose_lines_are_longer_than_what_files_are_told_by(tmp_path):
    names = [f"a rather long name of a column, as instruments write it, {place:06d}" for place in range(5000)]
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.integers(0, 9, (14, len(names))) / 4, columns=names)
    frame["code"] = ["00501", "10001"] * 7
    frame["y"] = ["p", "q"] * 7
    frame.to_csv(tmp_path / "wide.csv", index=False)
    frame.to_parquet(tmp_path / "wide.parquet")
    data = read(tmp_path / "wide.csv")
    assert data.fingerprint == read(tmp_path / "wide.parquet").fingerprint
    assert len(data.columns) == 5001 and data.columns[-1].kind == "category"
