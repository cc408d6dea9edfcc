"""Dates with a zone among new rows where those that were learnt had none, and the reverse."""

from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from test_data_sheets import workbook

from fourfold.data import from_arrays, plan, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.data.series.ahead import Ahead
from fourfold.preprocessing import Preparation

N = 60
LOCAL = pd.DataFrame({"when": pd.date_range("2024-01-01", periods=N, freq="7h"), "v": np.sin(np.arange(N))})
ZONED = LOCAL.assign(when=LOCAL["when"].dt.tz_localize("Europe/Berlin"))
TARGET = np.cos(np.arange(N))
BARE = "column when: {} of 60 rows without a zone, such as {!r}, taken for Greenwich time (learnt from dates with zones;"
OTHER = "column when: {} of 60 rows with a zone, such as {!r}, turned to Greenwich time (learnt from dates without zones;"


def written(frame, path, way=""):
    table = frame.assign(y=TARGET)
    if way:
        offset = " GMT+01:00" if frame is ZONED else ""
        table["when"] = table["when"].dt.strftime(way) + offset
    table.to_csv(path, index=False)
    return path


def lines(preparation, new):
    preparation = Preparation.from_json(preparation.to_json(), "again")
    said = [str(note) for note in read_inputs(new, preparation).notes]
    return [line for line in said if not line.startswith("column when: date (")]


@pytest.mark.parametrize("way", ["", "%d.%m.%Y %H:%M"])
def test_of_dates_in_files(tmp_path, way):
    paths = {frame is ZONED: written(frame, tmp_path / f"{frame is ZONED}.csv", way) for frame in (LOCAL, ZONED)}
    for zoned, form in ((True, BARE), (False, OTHER)):
        data = read(paths[zoned], target="y")
        assert any("turned to Greenwich time" in str(note) for note in data.notes) is zoned
        learnt = Preparation.fit(data, range(N))
        assert lines(learnt, paths[zoned]) == []
        example = pd.read_csv(paths[not zoned])["when"][0]
        (line,) = lines(learnt, paths[not zoned])
        assert line.startswith(form.format(60, example))


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S+01", "%Y%m%dT%H%M%S+0100", "%Y%m%dT%H+01"])
def test_offsets_as_databases_and_iso_without_marks_have_them(form, tmp_path, recwarn):
    LOCAL.assign(when=LOCAL["when"].dt.strftime(form), y=TARGET).to_csv(tmp_path / "data.csv", index=False)
    data = read(tmp_path / "data.csv", target="y")
    assert data.inputs["when"].tolist() == (LOCAL["when"] - pd.Timedelta(hours=1)).dt.to_pydatetime().tolist()
    example = LOCAL["when"][0].strftime(form)
    assert f"column when: date ({example!r} and the like turned to Greenwich time)" in map(str, data.notes)
    assert not recwarn.list


@pytest.mark.parametrize("make", [lambda frame: frame, pl.from_pandas], ids=["pandas", "polars"])
def test_of_data_frames(make):
    for train, new, form in ((ZONED, LOCAL, BARE), (LOCAL, ZONED, OTHER)):
        learnt = Preparation.fit(from_arrays(make(train), TARGET), range(N))
        assert lines(learnt, make(train)) == []
        (line,) = lines(learnt, make(new))
        assert line.startswith(form.format(60, "2024-01-01T00:00:00" if new is LOCAL else "2023-12-31T23:00:00"))


WRITERS = {
    "parquet": pd.DataFrame.to_parquet,
    "jsonl": partial(pd.DataFrame.to_json, orient="records", lines=True, date_format="iso", date_unit="s"),
    "json": partial(pd.DataFrame.to_json, orient="records", date_format="iso", date_unit="s"),
}


@pytest.mark.parametrize("end", WRITERS)
def test_of_dates_in_files_whose_types_tell_it(end, tmp_path):
    """Beside those of a text and of a frame: the same columns whatever their form."""
    paths = {frame is ZONED: tmp_path / f"{frame is ZONED}.{end}" for frame in (LOCAL, ZONED)}
    for zoned, frame in ((False, LOCAL), (True, ZONED)):
        WRITERS[end](frame.assign(y=TARGET), paths[zoned])
    for zoned, form, example in ((True, BARE, "2024-01-01T00:00:00"), (False, OTHER, "2023-12-31T23:00:00")):
        frame = ZONED if zoned else LOCAL
        text = written(frame, tmp_path / "learnt.csv")
        for learnt in (read(paths[zoned], target="y"), read(text, target="y"), from_arrays(frame, TARGET)):
            preparation = Preparation.fit(learnt, range(N))
            assert lines(preparation, paths[zoned]) == []
            (line,) = lines(preparation, paths[not zoned])
            assert line.startswith(form.format(60, example))
            parts = parts_of_inputs(paths[not zoned], preparation)
            assert form.format(60, example) in str([str(note) for part in parts for note in part.notes])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "+05:30", "UTC", None])
def test_of_parquet_it_is_said_that_dates_of_a_zone_are_turned(zone, tmp_path):
    frame = LOCAL.assign(when=LOCAL["when"].dt.tz_localize(zone), y=TARGET, day=LOCAL["when"])
    frame.to_parquet(tmp_path / "zoned.parquet", index=False)
    said = [str(note) for note in read(tmp_path / "zoned.parquet", target="y").notes if "Greenwich" in str(note)]
    turned = zone not in ("UTC", None)
    assert said == [f"column when: date (dates in the zone {zone}, turned to Greenwich time)"] * turned


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("zoned", [True, False])
def test_of_the_times_of_histories(zoned, form, tmp_path):
    """The phases of the day, and the times that are forecast, are those of one clock."""
    hours = pd.date_range("2024-03-01", periods=400, freq="h")
    waves = np.sin(np.arange(400) / 24 * 2 * np.pi) + np.random.default_rng(0).normal(0, 0.1, 400)
    frames = {"local": hours, "zoned": hours.tz_localize("Etc/GMT-2")}
    for name, when in frames.items():
        frame = pd.DataFrame({"when": when, "load": waves})
        getattr(frame, f"to_{form}")(tmp_path / f"{name}.{form}", index=False)
    own, other = ("zoned", "local") if zoned else ("local", "zoned")
    data = read(tmp_path / f"{own}.{form}", target="load", ahead=Ahead(6), roles=Roles(time="when"))
    learnt = Preparation.fit(data, plan(data, seed=0)[0].train)
    assert learnt.windows.zoned is zoned
    again = Preparation.from_json(learnt.to_json(), "again")
    assert again.windows == learnt.windows and again.windows.zoned is zoned

    def told(name):
        (part,) = parts_of_inputs(tmp_path / f"{name}.{form}", again)
        return [str(note) for note in part.notes if "without a zone" in str(note) or "with a zone" in str(note)]

    assert told(own) == []
    (line,) = told(other)
    assert line.startswith("column when: 400 of 400 rows " + ("without" if zoned else "with") + " a zone")


def test_cells_of_excel_that_are_dates_have_no_zone(tmp_path):
    days = [[(1, place * 7 / 24 + 45292), float(np.sin(place)), "ab"[place % 2]] for place in range(N)]
    workbook(tmp_path / "cells.xlsx", {"d": [["when", "v", "y"], *days]}, formats=[22])
    text = written(ZONED, tmp_path / "zoned.csv")
    learnt = Preparation.fit(read(tmp_path / "cells.xlsx", target="y"), range(N))
    *_, line = lines(learnt, text)
    assert line.startswith(OTHER.partition("{!r}")[0].format(60))
    *_, line = lines(Preparation.fit(read(text, target="y"), range(N)), tmp_path / "cells.xlsx")
    assert line.startswith(BARE.format(60, "2024-01-01T00:00:00"))


def test_a_header_alone_has_no_dates(tmp_path):
    learnt = Preparation.fit(read(written(ZONED, tmp_path / "zoned.csv"), target="y"), range(N))
    (tmp_path / "header.csv").write_text("when,v\n")
    (part,) = parts_of_inputs(tmp_path / "header.csv", learnt)
    assert part.rows == 0 and [note.because for note in part.notes] == ["it has a header alone"]


def test_some_rows_are_counted_and_where_training_had_both_nothing_is_said(tmp_path):
    zoned = read(written(ZONED, tmp_path / "zoned.csv"), target="y")
    both = pd.concat([ZONED[:50].astype({"when": str}), LOCAL[50:].astype({"when": str})])
    path = written(both, tmp_path / "both.csv")
    (line,) = lines(Preparation.fit(zoned, range(N)), path)
    assert line.startswith(BARE.format(10, "2024-01-15 14:00:00"))
    learnt = read(path, target="y")
    assert any("others without an offset" in str(note) for note in learnt.notes)
    assert lines(Preparation.fit(learnt, range(N)), written(LOCAL, tmp_path / "local.csv")) == []


@pytest.mark.parametrize("frame", [LOCAL, ZONED], ids=["learnt without zones", "learnt with zones"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_new_rows_without_a_date_in_any_row_tell_of_no_zone(frame, form, tmp_path):
    learnt = Preparation.fit(read(written(frame, tmp_path / "data.csv"), target="y"), range(N))
    new = frame.assign(when=None)
    getattr(new, f"to_{form}")(tmp_path / f"new.{form}", index=False)
    assert lines(learnt, tmp_path / f"new.{form}") == ["no value in 60 of 60 rows: 'when' (all that were learnt from had one)"]
