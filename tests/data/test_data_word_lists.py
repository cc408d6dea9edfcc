"""Cells that list words: indicators beside other columns, texts where they stand alone."""

import json

import numpy as np
import pandas as pd
import pytest
from test_data_same_in_all_forms import FORMS, N, given, told

from fourfold.data import read, read_inputs
from fourfold.data.columns.judged import judged
from fourfold.data.columns.roles import Roles
from fourfold.data.dataset import Column
from fourfold.data.values.hints import cut_at, labels_in
from fourfold.data.values.words import as_objects
from fourfold.errors import DataError
from fourfold.preprocessing import Preparation

RNG = np.random.default_rng(0)
WORDS = ["red", "light blue", "it's", 'say "so"']
TAGS = [[word for place, word in enumerate(WORDS) if (i * 7 % 16) >> place & 1] for i in range(N)]
TOKENS = [[f"w{word}" for word in RNG.integers(0, 300, 8 + i % 3)] for i in range(N)]
CLASSES = np.array(["p", "q"])[RNG.integers(0, 2, N)]
TAGGED = pd.DataFrame({"size": RNG.normal(size=N).round(3), "tags": TAGS, "y": CLASSES})
SENTENCES = pd.DataFrame({"tokens": TOKENS, "y": CLASSES})
INDICATORS = [f"tags = {word}" for word in sorted(WORDS)]


def written(frame, form, folder, spelled=json.dumps):
    """A table of lists in a form; text and sheets hold them as words."""
    cells = form in ("csv", "tsv", "csv.gz", "xlsx", "decimal commas")
    lists = [name for name in frame if isinstance(frame[name].iloc[0], list)]
    return given(form, frame.assign(**{name: frame[name].map(spelled) for name in lists}) if cells else frame, folder)


def by_hand(frame):
    """The same with a column of true and false for each word."""
    own = {name: [name.removeprefix("tags = ") in tags for tags in frame["tags"]] for name in INDICATORS}
    return frame.drop(columns="tags").assign(**own)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "xlsx"])
def test_tags_are_indicators_as_truths_would_be(form, tmp_path):
    data, hand = read(written(TAGGED, form, tmp_path)), read(by_hand(TAGGED), target="y")
    assert [(column.name, column.kind) for column in data.columns] == [("size", "number"), *((name, "boolean") for name in INDICATORS)]
    assert data.fingerprint == hand.fingerprint
    assert any(note.startswith("tags: an indicator for each of") for note in told(data))


@pytest.mark.parametrize("spelled", [str, lambda words: str(tuple(words)), lambda words: str(np.array(words, dtype=object)), lambda words: json.dumps(words, indent=1)])
def test_tags_in_text_are_read_as_python_and_numpy_write_them(spelled, tmp_path):
    data = read(written(TAGGED, "csv", tmp_path, spelled))
    assert data.fingerprint == read(TAGGED).fingerprint


@pytest.mark.parametrize("form", [form for form in FORMS if form != "xlsx"])
@pytest.mark.parametrize("frame", [TAGGED, SENTENCES], ids=["tags", "sentences"])
def test_new_rows_with_lists(form, frame, tmp_path):
    if form == "json of columns":
        frame = frame.assign(row=np.arange(N))  # one column of lists under a name is a table of rows, as sheets have it
    data = read(frame, target="y")
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(N)).to_json())
    new = read_inputs(written(frame.drop(columns="y"), form, tmp_path), learnt)
    np.testing.assert_array_equal(learnt.inputs(new.inputs), learnt.inputs(data.inputs))


def test_new_tags_that_are_unknown_missing_or_absent():
    learnt = Preparation.fit(read(TAGGED), np.arange(N))
    new = read_inputs({"size": [1.0, 2.0, 3.0], "tags": [["red", "green"], None, []]}, learnt)
    assert new.inputs["tags = red"].tolist() == [1.0, 0.0, 0.0]
    assert "not known: 'green' of tags, 1 row" in "\n".join(map(str, new.notes))
    assert read_inputs({"Size": [1.0], "Tags": [["red"]]}, learnt).inputs["tags = red"].tolist() == [1.0]
    with pytest.raises(DataError, match=r"got 'tags' is missing, wanted 'size', 'tags'. Do this: add 'tags'$"):
        read_inputs({"size": [1.0, 2.0]}, learnt)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "xlsx"])
def test_sentences_are_texts_of_their_words(form, tmp_path):
    data = read(written(SENTENCES, form, tmp_path))
    assert (data.layout, data.fingerprint) == ("text", read(SENTENCES).fingerprint)
    assert "layout: text, listed words of 'tokens' (the only useful column); --layout flat overrides" in told(data)
    characters = Preparation.fit(data, np.arange(N)).characters
    assert characters is not None and {*characters.vocabulary} == {word for tokens in TOKENS for word in tokens}
    assert characters.length == 10


def test_of_many_words_beside_others_the_most_frequent_are_told_apart():
    data = read(SENTENCES.assign(size=np.arange(N) % 7, y=CLASSES))
    assert len(data.columns) == 65
    assert any("only the 64 most frequent of" in note for note in told(data))
    texts = read(SENTENCES.assign(size=np.arange(N) % 7), target="y", layout="text")
    assert texts.layout == "text" and "listed words of 'tokens'" in "\n".join(told(texts))


def test_lists_of_words_at_the_steps_of_series_are_channels_of_their_words():
    frame = pd.DataFrame({"id": np.repeat(np.arange(15), 4), "at": np.tile(np.arange(4), 15), "v": TAGGED["size"], "tags": TAGS, "y": np.repeat(np.arange(15) % 2, 4)})
    data = read(frame, target="y", roles=Roles(id="id", time="at"))
    assert [column.name for column in data.columns] == ["v", *INDICATORS]
    learnt = Preparation.fit(data, np.arange(15))
    np.testing.assert_array_equal(read_inputs(frame.drop(columns="y"), learnt).inputs, data.inputs)


SIMPLE = [[word for place, word in enumerate(["red", "blue", "green"]) if (i * 7 % 8) >> place & 1] for i in range(N)]


@pytest.mark.parametrize("mark", [";", "|", ", "])
def test_labels_with_marks_between_them_are_lists(mark):
    frame = TAGGED.assign(tags=SIMPLE)
    joined = frame.assign(tags=[mark.join(words) or None for words in SIMPLE])
    data = read(joined)
    assert data.fingerprint == read(frame).fingerprint
    assert "tags: an indicator for each of 'blue', 'green', 'red' (lists of words, 1 where one has the word, else 0)" in told(data)
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(N)).to_json())
    new = read_inputs(joined.drop(columns="y"), learnt)
    np.testing.assert_array_equal(learnt.inputs(new.inputs), learnt.inputs(data.inputs))
    one = read_inputs({"size": [1.0, 2.0], "tags": [f"red{mark}pink", "blue"]}, learnt)
    assert one.inputs["tags = red"].tolist() == [1.0, 0.0] and one.inputs["tags = blue"].tolist() == [0.0, 1.0]
    assert "not known: 'pink' of tags, 1 row" in "\n".join(map(str, one.notes))


def test_tags_in_angle_brackets_are_lists():
    """As Stack Overflow has them, a new row with a single one, too."""
    frame = TAGGED.assign(tags=SIMPLE)
    joined = frame.assign(tags=["".join(f"<{word}>" for word in words) or None for words in SIMPLE])
    data = read(joined)
    assert data.fingerprint == read(frame).fingerprint
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(N)).to_json())
    new = read_inputs({"size": [1.0, 2.0], "tags": ["<red>", "<blue>"]}, learnt)
    assert new.inputs["tags = red"].tolist() == [1.0, 0.0] and new.inputs["tags = blue"].tolist() == [0.0, 1.0]
    assert read(joined, target="tags", task="multilabel").task.classes == ("blue", "green", "red")
    marked = TAGGED.assign(tags=[["<p>red</p><b>", "<p>red</p>", "<i><b>blue</b></i>", "<b>"][i % 4] for i in range(N)])
    assert [column.kind for column in read(marked).columns] == ["number", "category"]


@pytest.mark.parametrize("mark", [";", ", "])
def test_marks_within_brackets_stand_between_no_labels(mark):
    """As forms of surveys write several answers."""
    named = {"red": "red (wine, coral)", "blue": "blue (sky; sea)", "green": "green"}
    joined = TAGGED.assign(tags=[mark.join(named[word] for word in words) or None for words in SIMPLE])
    data = read(joined)
    assert [column.name for column in data.columns][1:] == [f"tags = {named[word]}" for word in ("blue", "green", "red")]
    learnt = Preparation.from_json(Preparation.fit(data, np.arange(N)).to_json())
    new = read_inputs(joined.drop(columns="y"), learnt)
    np.testing.assert_array_equal(learnt.inputs(new.inputs), learnt.inputs(data.inputs))
    asked = read(joined, target="tags", task="multilabel")
    assert asked.task.classes == tuple(sorted(named.values()))


@pytest.mark.parametrize("cells", [["A|G", "G|A", "A|A", "G|G"], ["1;0", "0;1", "1;2", "2;0"], ["Paris, France", "Rome, Italy", "Oslo, Norway"]])
def test_marks_between_words_whose_places_mean_something_are_no_lists(cells):
    data = read(TAGGED.assign(tags=[cells[i % len(cells)] for i in range(N)]))
    assert [column.kind for column in data.columns] == ["number", "category"]


@pytest.mark.parametrize("cell, labels", [("word," * 400_000, 400_001), ("(" * 400_000 + ",", 2), ("(a, b), c", 2)])
def test_the_longest_cells_are_cut_in_one_pass(cell, labels):
    """Looking for the end of brackets from each mark anew would take the first of these half an hour."""
    assert len(cut_at(cell, ",")) == labels


@pytest.mark.parametrize("words", [["red wine", "ale"] * 9, ["red; wine", "ale", "gin"] * 9], ids=["no mark", "few marks"])
def test_cells_most_of_which_have_no_mark_are_not_cut(words, monkeypatch):
    monkeypatch.setattr("fourfold.data.values.hints.cut_at", None)
    assert labels_in(words) is None


def test_it_is_not_looked_for_quantities_among_words_that_repeat(monkeypatch):
    monkeypatch.setattr("fourfold.data.columns.judged._unread", None)
    words = as_objects(["red", "blue", "green"] * 20)
    assert judged(Column("v", "category"), words).kind == "category"


SPOKEN = [["Ann", "saw", "Rome"], ["Bo", "ran"], ["it", "was", "Ann", "again"], ["Rome", "burns", "now"]] * 6
OF_SPEECH = [[int(word[0].isupper()) + 2 * (word == "Rome") for word in one] for one in SPOKEN]
SPEECH = [["OPLC"[tag] for tag in one] for one in OF_SPEECH]
OF_WORDS = {
    "numbers": ({"id": [f"s{row}" for row in range(24)], "tokens": SPOKEN, "tags": OF_SPEECH}, {}),
    "numbers that are asked for": ({"tokens": SPOKEN, "tags": OF_SPEECH}, {"target": "tags"}),
    "words": ({"tokens": SPOKEN, "tags": SPEECH}, {}),
}


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize("name", OF_WORDS)
def test_a_label_for_each_word_is_no_target_of_lists(name, form, tmp_path):
    table, options = OF_WORDS[name]
    frame, file = pd.DataFrame(table), tmp_path / f"a.{form}"
    frame.to_csv(file, index=False) if form == "csv" else frame.to_json(file, orient="records", lines=True)
    with pytest.raises(DataError, match="'tags' lists a label for each word of 'tokens'") as error:
        read(file, **options)
    assert error.value.slug == "labels-of-words" and "--id, --time and --target tags" in error.value.do


def test_words_and_their_labels_are_read_beside_a_target_of_the_whole_row(tmp_path):
    table = {"tokens": SPOKEN, "tags": SPEECH, "kind": ["a", "b", "b"] * 8}
    pd.DataFrame(table).to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    assert read(tmp_path / "a.jsonl").target_name == "kind"
    with pytest.raises(DataError, match="lists a label for each word"):
        read(tmp_path / "a.jsonl", target="tags")
    tags = [["P" if tag == "O" and row % 3 else tag for tag in one] for row, one in enumerate(SPEECH)]
    data = read(pd.DataFrame({"tokens": SPOKEN, "tags": tags}), target="tags", task="multilabel")
    assert data.task.kind == "multilabel" and data.layout != "sequence"
