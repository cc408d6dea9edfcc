"""Tables that may hold an example in each column: a target that was guessed among them is told."""

import numpy as np
import pytest

from fourfold.data import read
from fourfold.data.judgement.findings import judge

GENES = [f"ENSG{place:08d}" for place in range(60)]


def levels(names):
    rng = np.random.default_rng(0)
    genes = rng.normal(8, 2, len(GENES))
    return {name: (genes + rng.normal(0, 1, len(GENES))).round(3) for name in names}


def found(names, first=GENES, beside=None, **options):
    table = {"gene": first} | levels(names) | (beside or {})
    return {one.slug: one for one in judge(read(table, **options))}


GIVEN = [f"GSM{1000 + 7 * place}" for place in range(14)]
TWO_GROUPS = [f"{word}_{place}" for word in ("healthy", "ill") for place in range(1, 9)]


@pytest.mark.parametrize("names", [GIVEN, TWO_GROUPS], ids=["numbers with gaps", "two groups"])
def test_a_sample_that_was_taken_for_the_target_is_told(names):
    one = found(names)["examples-as-columns"]
    assert one.important and one.columns == tuple(names[:-1])
    assert one.what.startswith(f"column {names[-1]!r} was taken for the target, and is called as all inputs are")
    assert "read_csv(FILE, index_col='gene').T" in one.do


@pytest.mark.parametrize("about", [[f"protein {place}" for place in range(len(GENES))], ["coding"] * len(GENES)], ids=["names", "one word"])
def test_what_else_is_said_of_the_rows_hides_no_sample(about):
    data = read({"gene": GENES, "about": about} | levels(GIVEN))
    (one,) = [one for one in judge(data) if one.slug == "examples-as-columns"]
    assert one.columns == tuple(GIVEN[:-1]) and "index_col='gene'" in one.do


NUMBERS = np.random.default_rng(3).normal(size=len(GENES))


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (GIVEN, {"target": GIVEN[-1]}),
        (GIVEN, {"beside": {"age": NUMBERS}}),
        (GIVEN, {"beside": {"kind": ["p", "q"] * 30}}),
        (GIVEN, {"first": ["a", "b"] * 30}),
        (GIVEN[:9], {}),
        ([f"W{place}" for place in range(20)], {}),
        ([f"{word} {place}" for place, word in enumerate("abcdefghijklmnop")], {}),
    ],
    ids=["asked for", "another number", "classes", "names that repeat", "few", "steps", "as many words"],
)
def test_other_tables_lie_as_they_should(names, options):
    assert "examples-as-columns" not in found(names, **options)
