"""Labels in a table of their own, joined to rows and series by a key."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read
from fourfold.data.columns.roles import Roles
from fourfold.errors import DataError

STEPS, IDS = 12, [f"s{place:02d}" for place in range(20)]


@pytest.fixture
def series():
    """Twenty series in long form, with their labels."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"who": np.repeat(IDS, STEPS), "t": np.tile(np.arange(STEPS), len(IDS))})
    frame["v"] = rng.normal(size=len(frame))
    return frame, pd.DataFrame({"who": IDS, "way": ["up", "down"] * 10})


def written(tmp_path, **frames):
    for name, frame in frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return [tmp_path / f"{name}.csv" for name in frames]


def test_labels_of_series_are_those_of_a_column(tmp_path, series):
    frame, labels = series
    whole, x, y = written(tmp_path, whole=frame.merge(labels), x=frame, y=labels[::-1])
    roles = Roles(id="who", time="t")
    told, joined = read(whole, roles=roles, target="way"), read(x, labels=y, roles=roles)
    assert joined.fingerprint == told.fingerprint
    np.testing.assert_array_equal(joined.inputs, told.inputs)
    assert joined.target.tolist() == told.target.tolist()
    assert "labels: 'way' of y.csv (joined by 'who')" in "\n".join(map(str, joined.notes)).replace(f"{tmp_path}/", "")


def test_rows_find_their_labels_by_the_only_column_of_both(tmp_path, series):
    frame = pd.DataFrame({"key": np.arange(40) * 7 % 41, "v": np.arange(40.0) % 11})
    labels = pd.DataFrame({"key": np.arange(41), "way": [f"c{key % 2}" for key in range(41)]})
    x, y = written(tmp_path, x=frame, y=labels.sample(frac=1, random_state=0))
    joined = read(x, labels=y)
    assert joined.target.tolist() == [f"c{key % 2}" for key in frame["key"]]
    assert any("1 row of it belong to none" in str(note) for note in joined.notes)


def test_what_can_not_be_joined_is_said(tmp_path, series):
    frame, labels = series
    roles = Roles(id="who", time="t")
    x, few, alone, more = written(
        tmp_path, x=frame, few=labels[1:], alone=labels[["way"]], more=labels.assign(v=1.0)
    )
    with pytest.raises(DataError, match=r"no label in .*got 12 rows, the first has 'who' 's00'"):
        read(x, labels=few, roles=roles)
    with pytest.raises(DataError, match=r"240 rows of x and 20 of y.*a column 'who' beside each y, which joins them"):
        read(x, labels=alone, roles=roles)
    with pytest.raises(DataError, match=r"has columns that .* has, too: got 'v'"):
        read(x, labels=more, roles=roles)
