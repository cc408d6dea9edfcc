"""TSF of the Monash archive: the same windows as the long form, moments by each frequency, and what is refused."""

import shutil

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.series.forecast import Ahead
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)
SERIES = {f"T{i}": (f"{1990 + i}-03-31", 50 + np.cumsum(RNG.normal(size=60 + 5 * i)).round(2)) for i in range(4)}
HEADER = "# sales\n@relation sales\n@attribute series_name string\n@attribute start_timestamp date\n@frequency {}\n@horizon 6\n@missing true\n@equallength false\n@data\n"
LONG = Roles(id="series_name", time="time")


def tsf(path, series=SERIES, frequency="monthly", encoding="utf-8"):
    lines = (f"{name}:{start} 00-00-00:{','.join('?' if np.isnan(v) else str(v) for v in values)}\n" for name, (start, values) in series.items())
    path.write_text(HEADER.format(frequency) + "".join(lines), encoding=encoding)
    return str(path)


def moments(path, frequency, steps=3, start="2023-12-31 22-30-00"):
    path.write_text(HEADER.format(frequency) + f"T1:{start}:{','.join(map(str, range(steps * 4)))}\n")
    return read(str(path), target="value").inputs["time"][:steps]


def test_it_is_the_long_form_and_what_it_says_forecasts_it(tmp_path):
    data = read(tsf(tmp_path / "sales.tsf"), target="value", roles=LONG, ahead=Ahead(6))
    said = " --id series_name --time time --forecast 6 forecasts them"
    assert any(f"--target value{said}" in str(note) for note in read(tsf(tmp_path / "sales.tsf")).notes)
    rows = [
        (name, str((pd.Period(start[:7], "M") + k).to_timestamp(how="end").date()), value)
        for name, (start, values) in SERIES.items()
        for k, value in enumerate(values)
    ]
    ends = [f"{day[:8]}{min(31, int(day[8:])):02}" for _, day, _ in rows]
    pd.DataFrame({"series_name": [r[0] for r in rows], "time": ends, "value": [r[2] for r in rows]}).to_csv(tmp_path / "l.csv", index=False)
    long = read(str(tmp_path / "l.csv"), target="value", roles=LONG, ahead=Ahead(6))
    np.testing.assert_array_equal(data.inputs, long.inputs)
    np.testing.assert_array_equal(data.target, long.target)
    assert data.rows > 100
    preparation = Preparation.fit(data, range(data.rows))
    later = {name: (start, values + 1) for name, (start, values) in SERIES.items()}
    assert read_inputs(tsf(tmp_path / "new.tsf", later), preparation).rows == 4


def test_it_may_lie_in_a_folder_or_a_zip_file(tmp_path):
    (tmp_path / "set").mkdir()
    one = read(tsf(tmp_path / "set" / "sales.tsf"))
    shutil.make_archive(str(tmp_path / "sales"), "zip", tmp_path / "set")
    for source in (tmp_path / "set", tmp_path / "sales.zip", f"{tmp_path}/set/*.tsf"):
        np.testing.assert_array_equal(read(str(source)).target, one.target)


FREQUENCIES = {
    "yearly": ["2023-12-31", "2024-12-31", "2025-12-31"],
    "quarterly": ["2023-12-31", "2024-03-31", "2024-06-30"],
    "monthly": ["2023-12-31", "2024-01-31", "2024-02-29"],
    "weekly": ["2023-12-31", "2024-01-07", "2024-01-14"],
    "daily": ["2023-12-31", "2024-01-01", "2024-01-02"],
    "hourly": ["2023-12-31 22:30", "2023-12-31 23:30", "2024-01-01 00:30"],
    "half_hourly": ["2023-12-31 22:30", "2023-12-31 23:00", "2023-12-31 23:30"],
    "10_minutes": ["2023-12-31 22:30", "2023-12-31 22:40", "2023-12-31 22:50"],
    "minutely": ["2023-12-31 22:30", "2023-12-31 22:31", "2023-12-31 22:32"],
    "4_seconds": ["2023-12-31 22:30", "2023-12-31 22:30:04", "2023-12-31 22:30:08"],
}


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_moments_of_steps(frequency, tmp_path):
    wanted = np.array(FREQUENCIES[frequency], dtype="datetime64[us]").astype(np.int64)
    np.testing.assert_array_equal(moments(tmp_path / "a.tsf", frequency).astype(np.int64), wanted)


def test_steps_without_a_moment_or_a_known_frequency_are_numbered(tmp_path):
    np.testing.assert_array_equal(moments(tmp_path / "a.tsf", "by_moon"), [0, 1, 2])
    (tmp_path / "b.tsf").write_text("@relation b\n@horizon 2\n@data\n" + "1,2,3,?,5\n" * 3)
    data = read(str(tmp_path / "b.tsf"), target="value")
    assert [*data.inputs["series"]] == [1] * 4 + [2] * 4 + [3] * 4 and [*data.inputs["time"][:4]] == [0, 1, 2, 4]


def test_missing_values_and_other_encodings(tmp_path):
    holes = {f"{name}é": (start, np.where(np.arange(len(values)) % 9 == 4, np.nan, values)) for name, (start, values) in SERIES.items()}
    data = read(tsf(tmp_path / "a.tsf", holes, encoding="cp1252"), target="value")
    assert data.rows == sum(np.isfinite(values).sum() for _, values in holes.values()) and "T0é" in set(data.inputs["series_name"])


# name: (the lines, what is said)
REFUSED = {
    "a series without its moment": (HEADER.format("daily") + "T1:1,2,3\n", "line 10 of .*got 1 attributes, wanted 2, and values"),
    "a moment that is none": (HEADER.format("daily") + "T1:soon:1,2,3\n", "line 10 of .*got 'soon', wanted a moment such as"),
    "steps beyond all calendars": (HEADER.format("yearly") + "T1:9998-01-01:1,2,3\n", "line 10 of .*steps from 9998-01-01"),
    "no data": (HEADER.format("daily").replace("@data\n", "") + "T1:2020-01-01:1,2,3\n", "has no line @data"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, tmp_path):
    text, said = REFUSED[name]
    (tmp_path / "a.tsf").write_text(text)
    with pytest.raises(FourfoldError, match=said):
        read(str(tmp_path / "a.tsf"))
