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


BASES = np.array([*"ACGT"])
LETTERS = pd.DataFrame(BASES[rng.integers(0, 4, (150, 30))], columns=[f"base_{place}" for place in range(30)])
SITES = LETTERS.assign(sample=[f"S{row}" for row in range(150)], site=["yes", "no", "no"] * 50)
NUMBERS = pd.DataFrame(rng.integers(1, 9, (150, 20)), columns=[f"token_{place}" for place in range(20)])
TOKENS = NUMBERS.assign(y=[0, 1, 1] * 50)


def prepared(data, source):
    preparation = learnt(data)
    return preparation.inputs(read_inputs(source, preparation).inputs)


def test_columns_of_the_same_words_are_the_places_of_a_text():
    data = read(SITES, target="site", layout="text")
    texts = pd.DataFrame({"text": LETTERS.agg("".join, axis=1), "site": SITES["site"]})
    as_texts = read(texts, target="site", layout="text", tokens="characters")
    wanted = prepared(as_texts, texts)
    assert np.array_equal(prepared(data, SITES), wanted)
    assert np.array_equal(prepared(data, LETTERS.sample(frac=1, axis=1, random_state=1)), wanted)
    notes = [str(note) for note in data.notes]
    assert any("a word in each of these columns, in their order" in note for note in notes)
    assert any(note.startswith("left out: 'sample'") for note in notes)


def test_places_without_a_word_are_kept_and_those_at_the_end_are_padding():
    frame = SITES.copy()
    frame.loc[0, ["base_3", "base_28", "base_29"]] = None
    frame.loc[1, [*LETTERS]] = None
    data = read(frame, target="site", layout="text")
    assert data.inputs[data.columns[0].name][1] is None
    rows = prepared(data, frame)
    assert rows.shape == (150, 30) and (rows[0, 28:] == 0).all() and (rows[0, :28] > 0).all()
    assert rows[0, 3] not in rows[2:]


def test_words_of_several_letters_are_no_characters():
    letters, syllables = SITES.drop(columns="sample"), {letter: f"{letter}x" for letter in "ACGT"}
    for tokens in ("words", "characters"):
        assert read(letters, target="site", layout="text", tokens=tokens).layout == "text"
    assert read(letters.replace(syllables), target="site", layout="text", tokens="words").layout == "text"
    with pytest.raises(FourfoldError, match="text needs a column of texts"):
        read(letters.replace(syllables), target="site", layout="text", tokens="characters")


def test_a_text_may_have_a_thousand_places_and_more():
    letters = BASES[rng.integers(0, 4, (40, 1200))]
    wide = pd.DataFrame(letters, columns=[f"base_{place}" for place in range(1200)]).assign(site=["yes", "no"] * 20)
    data = read(wide, target="site", layout="text", text_length=1200)
    preparation = Preparation.from_json(Preparation.fit(data, range(40)).to_json())
    assert preparation.inputs(read_inputs(wide, preparation).inputs).shape == (40, 1200)


def test_a_place_that_new_rows_lack_is_named():
    data = read(SITES, target="site", layout="text")
    with pytest.raises(FourfoldError, match="no 'base_7'"):
        read_inputs(SITES.drop(columns="base_7"), learnt(data))


def test_columns_of_token_numbers_are_read_as_an_array_of_them_is(tmp_path):
    TOKENS.to_csv(tmp_path / "tokens.csv", index=False)
    np.savez(tmp_path / "tokens.npz", x=NUMBERS.to_numpy(), y=TOKENS["y"].to_numpy())
    table, array = (read(tmp_path / f"tokens.{end}", layout="text") for end in ("csv", "npz"))
    assert np.array_equal(table.inputs, array.inputs) and table.layout == array.layout == "text"
    wanted = prepared(array, tmp_path / "tokens.npz")
    for new in (tmp_path / "tokens.csv", tmp_path / "tokens.npz", TOKENS[TOKENS.columns[::-1]], NUMBERS.to_numpy()):
        assert np.array_equal(prepared(table, new), wanted)


def test_tokens_that_are_missing_are_padding_and_others_are_refused():
    frame = TOKENS.astype(float)
    frame.loc[3, "token_19"] = np.nan
    data = read(frame, target="y", layout="text")
    assert data.inputs[3, 19] == 0 and "missing tokens: taken for 0 (which is padding)" in map(str, data.notes)
    preparation = learnt(data)
    rows = read_inputs(frame, preparation)
    assert rows.inputs[3, 19] == 0 and "missing tokens: taken for 0 (which is padding)" in map(str, rows.notes)
    with pytest.raises(FourfoldError, match="got -3 in row 2, wanted whole numbers"):
        read_inputs(NUMBERS[:2].assign(token_0=[4, -3]), preparation)
    with pytest.raises(FourfoldError, match="the number of a token"):
        read(TOKENS.assign(token_0=0.5), target="y", layout="text")


def test_one_column_of_numbers_is_no_text():
    with pytest.raises(FourfoldError, match="text needs a column of texts"):
        read(TOKENS[["token_0", "y"]], target="y", layout="text")


def test_a_number_beside_tokens_is_named():
    with pytest.raises(FourfoldError, match="no tokens of the texts.*'age'"):
        read(TOKENS.assign(age=[20, 30, 40] * 50), target="y", layout="text")
