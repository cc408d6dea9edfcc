"""Several columns of texts are read as one, and new rows as those of training were."""

import numpy as np
import pandas as pd
import pytest

from fourfold.data import read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation

WORDS = ["the", "of", "great", "bad", "nice", "awful", "product", "service", "price", "quality", "delivery", "really"]
rng = np.random.default_rng(0)


def texts(least, most):
    return [" ".join(rng.choice(WORDS, rng.integers(least, most))) for _ in range(150)]


FRAME = pd.DataFrame({"title": texts(4, 9), "body": texts(10, 30), "kind": ["p", "q", "q"] * 50})
PRICED = FRAME.assign(price=np.arange(150) % 7)


def learnt(data):
    return Preparation.from_json(Preparation.fit(data, range(100)).to_json())


@pytest.mark.parametrize("frame, options", [(FRAME, {}), (PRICED, {"layout": "text"})])
def test_texts_of_a_row_are_one_below_the_other(frame, options):
    data = read(frame, target="kind", **options)
    assert data.layout == "text" and [column.name for column in data.columns] == ["title + body"]
    wanted = [f"{title}\n{body}" for title, body in zip(frame["title"], frame["body"])]
    assert data.inputs["title + body"].tolist() == wanted
    rows = read_inputs(frame[["body", "title"]][:9], learnt(data))
    assert rows.inputs["title + body"].tolist() == wanted[:9]


@pytest.mark.parametrize("names", [("a + b", "c"), ("a", "b + c"), ("a + ", " + b")])
def test_names_may_have_what_stands_between_those_of_joined_texts(names):
    frame = FRAME.rename(columns=dict(zip(("title", "body"), names)))
    data = read(frame, target="kind")
    rows = read_inputs(frame[[names[1], names[0]]][:9], learnt(data))
    assert rows.inputs[data.columns[0].name].tolist() == data.inputs[data.columns[0].name][:9].tolist()


def test_texts_are_not_joined_to_a_name_that_a_column_has():
    frame = FRAME.assign(**{"title + body": 1.0})
    with pytest.raises(FourfoldError, match="no input column can be used"):
        read(frame, target="kind")


def test_a_text_that_is_missing_leaves_the_others():
    frame = FRAME.assign(title=[None, *FRAME["title"][1:]])
    assert read(frame, target="kind").inputs["title + body"][0] == FRAME["body"][0]


def test_beside_other_columns_texts_are_left_out_as_before():
    assert [column.name for column in read(PRICED, target="kind").columns] == ["price"]


def test_one_of_two_texts_is_dropped_by_name():
    data = read(FRAME, target="kind", roles=Roles(drop="title"))
    assert [column.name for column in data.columns] == ["body"]


def test_texts_are_no_columns_of_a_flat_table():
    with pytest.raises(FourfoldError, match="--layout text, which joins the texts of a row"):
        read(FRAME, target="kind", layout="flat")


@pytest.mark.parametrize(
    "new, words",
    [
        (FRAME[["body"]], "got no 'title', wanted 'title', 'body'"),
        (FRAME.rename(columns={"title": "titel"}), "rename 'titel' to 'title'"),
        (FRAME.assign(title=range(150)), "got number values in 'title'"),
    ],
)
def test_new_rows_without_one_of_the_texts_are_refused(new, words):
    with pytest.raises(FourfoldError, match=words) as caught:
        read_inputs(new, learnt(read(FRAME, target="kind")))
    assert caught.value.slug == "texts-to-join"
