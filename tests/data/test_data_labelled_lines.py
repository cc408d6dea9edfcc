"""Lines of texts with the class of each before it, behind a blank."""

import numpy as np
import pytest

from fourfold.data import read, read_inputs
from fourfold.errors import DataError
from fourfold.preprocessing.preparation import Preparation

RNG = np.random.default_rng(0)
WORDS = np.array(["the", "a", "of", "film", "plot", "it", "was", ",", ".", "never", "quite", "good", "bad,", "story;", "June", "12"])


def texts(count, seed=0):
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(WORDS, draw.integers(4, 15))) for _ in range(count)]


def written(tmp_path, labels, called="lines.txt", between=" "):
    path = tmp_path / called
    path.write_text("".join(f"{label}{between}{text}\n" for label, text in zip(labels, texts(len(labels)))))
    return str(path)


LABELS = {
    "numbers": [*"0125" * 30],
    "words": ["DESC:def", "HUM:ind", "NUM:count"] * 40,
    "in order": ["0"] * 150 + ["1"] * 50,
}


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("called", ["lines.txt", "TREC.train.all"])
def test_the_first_words_are_classes_where_they_repeat(tmp_path, kind, called):
    labels = LABELS[kind]
    data = read(written(tmp_path, labels, called))
    assert data.layout == "text" and data.target_name == "class" and data.target.tolist() == labels
    assert data.inputs["text"].tolist() == texts(len(labels))
    assert any(note.what == "a class and a text in each line" for note in data.notes)


def test_tests_and_new_rows_have_the_same_form(tmp_path):
    data = read(written(tmp_path, LABELS["words"]), test=written(tmp_path, LABELS["words"][:30], "test.txt"))
    assert data.rows == 150 and len(data.test_rows) == 30
    learnt = Preparation.fit(data, range(100))
    new = read_inputs(written(tmp_path, LABELS["words"][:12], "new.txt"), learnt)
    assert new.inputs["text"].tolist() == texts(12)


def test_marks_of_fasttext_are_classes(tmp_path):
    labels = ["__label__up", "__label__down"] * 20
    data = read(written(tmp_path, labels))
    assert data.target.tolist() == ["up", "down"] * 20 and data.layout == "text"
    several = read(written(tmp_path, ["__label__up __label__far", "__label__down", "__label__far"] * 20), task="multilabel")
    assert several.task.classes == ("down", "far", "up")
    assert several.target[:3].tolist() == [[0, 1, 1], [1, 0, 0], [0, 1, 0]]


def test_marks_of_fasttext_are_classes_also_where_all_texts_have_as_many_words(tmp_path):
    lines = [f"__label__{'ab'[k % 2]} {WORDS[k % 4]} {WORDS[k % 6]} {WORDS[k % 10]}" for k in range(60)]
    (tmp_path / "d.txt").write_text("\n".join(lines))
    data = read(str(tmp_path / "d.txt"))
    assert data.layout == "text" and data.target.tolist() == ["a", "b"] * 30


def test_a_table_between_blanks_stays_one(tmp_path):
    rows = [f"{k % 3} {RNG.normal():.3f} {RNG.normal():.3f} word{k % 4}" for k in range(60)]
    (tmp_path / "d.txt").write_text("\n".join(rows))
    data = read(str(tmp_path / "d.txt"))
    assert data.layout == "flat" and "separated by blanks" in [note.what for note in data.notes]


def test_prose_and_separated_texts_have_no_classes(tmp_path):
    (tmp_path / "prose.txt").write_text("\n".join(f"{word} {text}" for word, text in zip(np.tile(WORDS, 6), texts(120))))
    with pytest.raises(DataError):
        read(str(tmp_path / "prose.txt"))
    data = read(written(tmp_path, ["pos", "neg"] * 30, "d.tsv", between="\t"))
    assert data.target_name == "x0" and data.target.tolist() == ["pos", "neg"] * 30
