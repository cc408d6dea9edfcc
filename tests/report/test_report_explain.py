"""`fourfold explain`: every family, without a study and with the numbers of the last one."""

import json
import os

import pytest

from fourfold.errors import OptionError
from fourfold.evidence.findings import TITLES
from fourfold.report.explain import EXPLANATIONS, WIDTH, explain, last_study

RESULTS = {
    "schema": 1,
    "data": {"name": "it\x1b[31m", "rows": 1200},
    "design": {"effort": "quick"},
    "families": [{"family": "dense", "architecture": "Dense(9)"}],
    "verdict": {"sentence": "Choose Fully connected."},
    "evidence": [
        {"measure": "score", "subject": "dense", "value": 0.9, "unit": "fraction", "interval": [0.85, 0.94]},
        {
            "measure": "gain over the baseline",
            "subject": "dense",
            "value": 0.07,
            "unit": "difference of fractions",
            "interval": [-0.04, 0.45],
            "method": "simultaneous one-sided 95 % lower bound",
        },
        {"measure": "memory to predict 1 example", "subject": "dense", "value": 82.5, "unit": "kB"},
        {"measure": "share of variance", "subject": "dense: depth", "value": 0.25, "unit": "fraction"},
        {"measure": "share of variance", "subject": "attention: heads", "value": 0.75, "unit": "fraction"},
        {"measure": "score", "subject": "attention", "value": 0.1, "unit": "fraction"},
        {"measure": "calibration error", "subject": "dense", "value": None, "reason": "few rows"},
    ],
}


@pytest.mark.parametrize("family", EXPLANATIONS)
def test_every_family_is_explained_in_80_columns(family):
    text = explain(family)
    assert text.startswith(TITLES[family]) and "learning rate" in text and "No study in this folder" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_numbers_are_those_of_the_family_in_the_study():
    text = explain("dense", RESULTS)
    assert "score: 90.0 % (85.0 to 94.0 %)" in text and "10.0 %" not in text
    assert "gain over the baseline: 7.0 points (−4.0 points or more); above 0: better" in text  # a bound has no other end
    assert "memory to predict 1 example: 82.5 kB" in text
    assert "share of variance, depth: 25.0 %" in text and "heads: 75.0" not in text
    assert "\x1b" not in text and "1,200 rows" in text
    assert "No study" in explain("attention", RESULTS)


def test_no_line_ends_between_a_number_and_its_unit_or_within_a_word():
    sentence = "No family is shown to beat the baseline, logistic regression (75.2 %): all are behind."
    layers = "[LayerNormalization, MultiHeadAttention(4 heads), feed-forward(64)] x 2, width 32"
    text = explain(
        "dense",
        RESULTS
        | {"verdict": {"sentence": sentence}, "families": [{"family": "dense", "architecture": layers}]},
    )
    assert "(75.2 %): all" in text and "feed-forward(64)" in text


def test_the_newest_readable_study_is_found_and_newer_ones_are_named(tmp_path):
    assert last_study(tmp_path) == (None, [])
    for age, name, content in ((3, "old", RESULTS), (2, "new", RESULTS | {"newest": 1}), (1, "broken", None), (0, "other", [])):
        path = tmp_path / name / "results.json"
        path.parent.mkdir()
        path.write_text("{" if content is None else json.dumps(content))
        os.utime(path, (1e9 - age, 1e9 - age))
    assert last_study(tmp_path) == (RESULTS | {"newest": 1}, [])  # the others may be those of another program
    (tmp_path / "broken" / "study.json").write_text("{}")
    found, (unread,) = last_study(tmp_path)
    assert found == RESULTS | {"newest": 1} and unread.startswith(f"{tmp_path}/broken/results.json holds no results")
    assert last_study(tmp_path / "old") == (RESULTS, [])
    assert last_study(tmp_path / "other")[1][0].startswith(f"{tmp_path}/other/results.json holds no results")


def test_a_close_name_is_offered():
    with pytest.raises(OptionError, match="did you mean 'attention'"):
        explain("atention")
