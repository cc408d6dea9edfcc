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
