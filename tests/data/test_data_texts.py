"""Which columns are texts, and how they are cut into characters or words."""

import base64

import numpy as np
import pandas as pd
import pytest

from fourfold.data import from_arrays, read, read_inputs
from fourfold.data.columns.roles import Roles
from fourfold.data.judgement.findings import judge
from fourfold.data.prediction.new_rows import parts_of_inputs
from fourfold.errors import FourfoldError
from fourfold.preprocessing import Preparation
from fourfold.preprocessing.text import pieces, unit_of

WORDS = [
    "the", "of", "great", "bad", "nice", "awful", "product", "service", "price", "delivery", "really", "room", "food",
]  # fmt: skip
HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))
THAI = "".join(map(chr, (*range(0x0E01, 0x0E2F), 0x0E31, *range(0x0E34, 0x0E3A), *range(0x0E40, 0x0E45))))


def drawn(letters, count, between="", seed=0):
    rng = np.random.default_rng(seed)
    return between.join(rng.choice(list(letters), count))


def sentences(rows, words, seed=0):
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, words)) + "." for _ in range(rows)]


def clauses(letters, count, each, mark, seed):
    return mark.join(drawn(letters, each, seed=100 * seed + place) for place in range(count)) + mark


UNSPACED = {
    "dna": [drawn("ACGT", 300, seed=seed) for seed in range(120)],
    "proteins": [drawn("ACDEFGHIKLMNPQRSTVWY", 400, seed=seed) for seed in range(40)],
    "chinese": [clauses(HAN, 30, 10, "\uff0c", seed) for seed in range(120)],
    "thai": [clauses(THAI, 12, 30, " ", seed) for seed in range(120)],
    "base64": [base64.b64encode(drawn(WORDS, 90, seed=seed).encode()).decode() for seed in range(40)],
    "formulae of chemistry": [drawn(["CC", "(=O)", "N", "c1ccc(O)cc1", "(C)", "OC"], 12, seed=seed) for seed in range(60)],
    "copies of dna": [drawn("ACGT", 300, seed=seed % 10) for seed in range(120)],
}
SPACED = {
    "reviews": sentences(120, 80),
    "few reviews": sentences(12, 80),
    "copies of reviews": sentences(10, 80) * 5,
    "german": [" ".join(f"{word}lichkeiten" for word in text.split()) for text in sentences(40, 60)],
    "tags": [text.replace(" ", ",") for text in sentences(120, 80)],
    "steps with their numbers": [drawn(["walk(3)", "run(2)", "stop(1)"], 20, ",", seed) for seed in range(60)],
    "codons": [drawn(["ACG", "TTA", "CAT", "GGC"], 100, " ", seed) for seed in range(60)],
    "titles": sentences(120, 3),
    "short reviews": sentences(12, 8),
}


@pytest.mark.parametrize("values", UNSPACED.values(), ids=UNSPACED)
def test_texts_whose_words_hardly_repeat_are_cut_into_characters(values):
    assert unit_of(np.array(values, dtype=object)) == "character"


@pytest.mark.parametrize("values", SPACED.values(), ids=SPACED)
def test_texts_of_words_are_cut_into_words(values):
    assert unit_of(np.array(values, dtype=object)) == "word"


@pytest.mark.parametrize("values", [sentences(120, 2), ["so", "it", None] * 40, [None] * 9, []])
def test_names_of_few_words_are_cut_into_characters(values):
    assert unit_of(np.array(values, dtype=object)) == "character"


@pytest.mark.parametrize("kind, guess, asked", [("titles", "word", "character"), ("dna", "character", "word")])
def test_what_texts_are_cut_into_can_be_said(kind, guess, asked):
    frame = pd.DataFrame({"text": {**UNSPACED, **SPACED}[kind], "label": ["a", "b"] * 60})
    guessed = read(frame, target="label", layout="text")
    (note,) = [note for note in guessed.notes if note.what == f"layout: text, {guess}s of 'text'"]
    assert note.option == f"--tokens {asked}s"
    data = read(frame, target="label", layout="text", tokens=f"{asked}s")
    (note,) = [note for note in data.notes if note.what == f"layout: text, {asked}s of 'text'"]
    assert note.option == ""
    learnt = Preparation.from_json(Preparation.fit(data, range(100)).to_json())
    assert learnt.unit == asked and Preparation.fit(guessed, range(100)).unit == guess
    rows = read_inputs(frame, learnt)
    assert (learnt.inputs(rows.inputs) == learnt.inputs(data.inputs)).all()
    assert from_arrays(frame, "label", layout="text", tokens=f"{asked}s").columns == data.columns


@pytest.mark.parametrize("kind, unit", [("chinese", "character"), ("reviews", "word")])
def test_a_model_keeps_the_unit_whatever_new_texts_are(kind, unit):
    values = {**UNSPACED, **SPACED}[kind]
    data = read(pd.DataFrame({"text": values, "label": ["a", "b"] * 60}), target="label")
    assert any(note.what == f"layout: text, {unit}s of 'text'" for note in data.notes)
    learnt = Preparation.from_json(Preparation.fit(data, range(100)).to_json())
    assert learnt.characters.unit == unit
    assert learnt.characters.vocabulary[0] in pieces(values[0], unit)
    for new in ("so it is", sentences(1, 90)[0], drawn("ACGT", 400)):
        rows = read_inputs(pd.DataFrame({"text": [new]}), learnt)
        assert learnt.inputs(rows.inputs).shape == (1, learnt.characters.length)


def test_the_vocabulary_is_that_of_the_training_rows():
    values = UNSPACED["dna"][:100] + ["z" * 300] * 20
    data = read(pd.DataFrame({"seq": values, "label": ["a", "b"] * 60}), target="label")
    assert set(Preparation.fit(data, range(100)).characters.vocabulary) == set("ACGT")


@pytest.mark.parametrize("count, letters", [(120, 85), (120, 250), (40, 800)])
def test_texts_without_blanks_may_be_longer_than_names_of_files(tmp_path, count, letters):
    values = [drawn(HAN, letters, seed=seed) for seed in range(count)]
    pd.DataFrame({"review": values, "label": ["neg", "pos"] * (count // 2)}).to_csv(tmp_path / "zh.csv", index=False)
    data = read(str(tmp_path / "zh.csv"), layout="text")
    assert data.layout == "text" and data.inputs["review"].tolist() == values
    assert any(note.what == "layout: text, characters of 'review'" for note in data.notes)


@pytest.mark.parametrize(
    "words, asked, length, said",
    [
        (1_200, None, 1_024, "1,024 words of each text (120 of 120 have more, up to 1,201); --text-length N overrides"),
        (1_200, 400, 400, "400 words of each text (as asked; 120 of 120 have more, up to 1,201)"),
        (1_200, 2_000, 1_201, ""),
        (800, None, 801, ""),
        (800, 1, 1, "word of each text (as asked; 120 of 120 have more, up to 801)"),
    ],
)
def test_how_much_of_texts_is_read_is_said_and_may_be_asked(words, asked, length, said):
    frame = pd.DataFrame({"text": sentences(120, words), "label": ["a", "b"] * 60})
    data = read(frame, target="label", text_length=asked)
    found = [str(note) for note in data.notes if note.what.startswith("read: ")]
    assert found == [f"read: the first {said}"] * bool(said)
    learnt = Preparation.from_json(Preparation.fit(data, range(100)).to_json())
    assert learnt.inputs(read_inputs(frame, learnt).inputs).shape == (120, length)
    same = from_arrays(frame, "label", text_length=asked)
    assert (Preparation.fit(same, range(100)).inputs(same.inputs) == learnt.inputs(data.inputs)).all()


def test_a_long_text_among_short_ones_is_read_to_its_end_where_that_is_asked():
    frame = pd.DataFrame({"text": [*sentences(119, 12), sentences(1, 300)[0]], "label": ["a", "b"] * 60})
    lengths = {n: Preparation.fit(read(frame, target="label", text_length=n), range(100)).characters.length for n in (None, 200, 400)}
    assert lengths == {None: 13, 200: 200, 400: 301}
    (note,) = [note for note in read(frame, target="label", text_length=200).notes if note.what.startswith("read: ")]
    assert note.because == "as asked; 1 of 120 have more, up to 301"


def texts_with(rows=120, **columns):
    return pd.DataFrame({**columns, "text": sentences(rows, 12), "label": ["a", "b"] * (rows // 2)})


NAMES_OF_ROWS = {
    "words": [f"B{number:05d}" for number in range(12345, 12465)],
    "numbers in order": np.arange(100, 220),
    "numbers that rise": np.cumsum(np.random.default_rng(0).integers(1, 1000, 120)) + 1_500_000_000,
    "numbers without a gap": np.random.default_rng(0).permutation(120),
    "dates": pd.date_range("2024-01-01", periods=120),
    "dates out of order": pd.date_range("2024-01-01", periods=120)[::-1],
}


@pytest.mark.parametrize("values", NAMES_OF_ROWS.values(), ids=NAMES_OF_ROWS)
def test_texts_beside_what_names_the_rows_are_what_is_read(values):
    data = read(texts_with(uid=values), target="label")
    assert data.layout == "text" and [column.name for column in data.columns] == ["text"]
    assert any(note.what == "left out: 'uid'" for note in data.notes)
    assert not any(finding.slug == "texts-left-out" for finding in judge(data))


@pytest.mark.parametrize("rows", [40, 120])
def test_two_texts_beside_what_names_the_rows_are_joined(rows):
    frame = texts_with(rows, uid=np.arange(rows) + 100, title=sentences(rows, 4, seed=1))
    data = read(frame, target="label")
    assert [column.name for column in data.columns] == ["title + text"]


USEFUL = {
    "number": np.random.default_rng(0).normal(size=120),
    "number that rises by fractions": np.linspace(0, 1, 120),
    "number that repeats": np.arange(120) // 2,
    "category": [f"user {number % 30}" for number in range(120)],
    "date that repeats": pd.date_range("2024-01-01", periods=60).repeat(2),
    "number that is missing once": [None, *range(1, 120)],
}


@pytest.mark.parametrize("values", USEFUL.values(), ids=USEFUL)
def test_texts_beside_other_columns_are_left_out_and_that_is_said(values):
    frame = texts_with(other=values)
    data = read(frame, target="label")
    assert data.layout == "flat" and [column.name for column in data.columns] == ["other"]
    (found,) = [finding for finding in judge(data) if finding.slug == "texts-left-out"]
    assert found.important and found.columns == ("text",)
    assert "--layout text" in found.do and "--drop text" in found.do
    assert read(frame, target="label", layout="text").columns[0].name == "text"
    for options in ({"layout": "flat"}, {"roles": Roles(drop="text")}):
        others = read(frame, target="label", **options)
        assert not any(finding.slug == "texts-left-out" for finding in judge(others))


def test_names_of_few_words_are_left_out_without_alarm():
    names = [f"Smith, Mr. John {number}" for number in range(120)]
    frame = pd.DataFrame({"name": names, "age": np.arange(120) % 50, "label": ["a", "b"] * 60})
    (found,) = [one for one in judge(read(frame, target="label")) if one.slug == "texts-left-out"]
    assert not found.important


def test_chinese_texts_beside_a_number_are_free_text():
    frame = texts_with(stars=np.arange(120) % 5).assign(text=[drawn(HAN, 30, seed=seed) for seed in range(120)])
    data = read(frame, target="label")
    assert [column.name for column in data.columns] == ["stars"]
    assert any(finding.slug == "texts-left-out" for finding in judge(data))


@pytest.mark.parametrize("layout", [None, "text"])
@pytest.mark.parametrize("names", [("premise", "hypothesis"), ("title", "body")])
def test_few_rows_of_several_texts_are_joined(names, layout):
    frame = pd.DataFrame({name: sentences(40, 6, seed) for seed, name in enumerate(names)})
    data = read(frame.assign(label=["a", "b"] * 20), target="label", layout=layout)
    assert data.columns[0].name == " + ".join(names)
    new = read_inputs(frame[:3], Preparation.from_json(Preparation.fit(data, range(30)).to_json()))
    assert new.inputs[" + ".join(names)][0] == "\n".join(frame.iloc[0])


def test_few_texts_beside_a_number_are_left_out_and_that_is_said():
    frame = texts_with(40, stars=np.arange(40) % 5)
    data = read(frame, target="label")
    assert [column.name for column in data.columns] == ["stars"]
    assert any(finding.slug == "texts-left-out" for finding in judge(data))


@pytest.mark.parametrize(
    "values",
    [
        ["New York City", "Salt Lake City", "Los Angeles County", "Rio de Janeiro"] * 10,
        [f"the class {number % 30}" for number in range(40)],
        ["red", "green", "blue", "white"] * 10,
        [f"A{number % 20}" for number in range(40)],
    ],
)
def test_few_rows_of_categories_stay_categories(values):
    frame = pd.DataFrame({"kind": values, "size": np.arange(40) % 7, "label": ["a", "b"] * 20})
    assert [column.kind for column in read(frame, target="label").columns] == ["category", "number"]


@pytest.mark.parametrize(
    "columns, words",
    [
        ({"seq": [drawn("ACGT", 200, seed=seed) for seed in range(40)]}, "--layout text, if 'seq' holds texts;"),
        ({"id": range(40), "seq": [f"A{place}C" for place in range(40)]}, "--layout text, if 'seq' holds texts; --fore"),
        ({"uid": [f"B{place}x" for place in range(40)], "seq": [f"A{place}C" for place in range(40)]}, "with --drop for"),
    ],
)
def test_where_no_column_is_of_use_words_may_be_texts(columns, words):
    frame = pd.DataFrame({**columns, "label": ["a", "b"] * 20})
    with pytest.raises(FourfoldError, match=words) as caught:
        read(frame, target="label")
    assert caught.value.slug == "no-useful-columns"
    one = read(frame, target="label", layout="text", roles=Roles(drop="uid" if "uid" in columns else None))
    assert one.layout == "text" and one.columns[0].name == "seq"


def test_quantities_that_differ_in_every_row_are_no_texts():
    amounts = [f"{place} of {place + 3} parts" for place in range(40)]
    frame = pd.DataFrame({"amount": amounts, "size": np.arange(40) % 7, "label": ["a", "b"] * 20})
    data = read(frame, target="label")
    assert any(note.because.startswith("different in every row, such as") for note in data.notes)


def of_reviews(values):
    data = read(pd.DataFrame({"text": values, "label": ["a", "b"] * 60}), target="label", layout="text")
    return Preparation.from_json(Preparation.fit(data, range(100)).to_json())


@pytest.mark.parametrize("words, between, unit", [(12, "", "character"), (12, " ", "word"), (90, " ", "word")])
def test_new_texts_most_of_which_was_never_learnt_are_counted(words, between, unit):
    learnt = of_reviews([text.replace(" ", between) for text in sentences(120, words)])
    new = [HAN[:40], "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440", "the room and zzz", None, "great food"]
    notes = read_inputs(pd.DataFrame({"text": new}), learnt).notes
    (said,) = [note for note in notes if "more than half" in note.what]
    assert f"half of the {unit}s unknown in 2 of 5 rows, such as {HAN[:30]!r}" in said.what
    known = read_inputs(pd.DataFrame({"text": sentences(9, words, seed=5)}), learnt)
    assert not any("more than half" in note.what for note in known.notes)


def test_texts_never_learnt_are_counted_over_the_parts_of_a_file(tmp_path):
    learnt = of_reviews(sentences(120, 12))
    pd.DataFrame({"text": [HAN[:20], "great food"] * 7}).to_csv(tmp_path / "new.csv", index=False)
    noticed = [part.noticed for part in parts_of_inputs(str(tmp_path / "new.csv"), learnt)]
    both = noticed[0] + noticed[0]
    assert any("in 14 of 28 rows" in note.what for note in both.said())


def found_of(dates, **roles):
    return {finding.slug for finding in judge(read(texts_with(at=dates), target="label", roles=Roles(**roles)))}


@pytest.mark.parametrize("way", [1, -1])
def test_rows_sorted_by_a_date_beside_texts_are_said(way):
    dates = pd.date_range("2024-01-01", periods=120)[::way]
    assert "in-order-of-time" in found_of(dates)
    assert not {"in-order-of-time", "not-in-order-of-time"} & found_of(dates, time_ordered=True)


def test_rows_in_no_order_of_the_date_beside_texts_are_said():
    dates = pd.Series(pd.date_range("2024-01-01", periods=120)).sample(frac=1, random_state=0).to_numpy()
    assert "in-order-of-time" not in found_of(dates)
    assert "not-in-order-of-time" in found_of(dates, time_ordered=True)


def test_new_texts_that_a_pattern_names_are_a_file_each(tmp_path):
    for place, words in enumerate(sentences(24, 6)):
        for part in ("train/" + "ab"[place % 2], *["new"] * (place < 3)):
            (tmp_path / part).mkdir(parents=True, exist_ok=True)
            (tmp_path / part / f"{place:02d}.txt").write_text(f"{words}\nand no more\n" * 2)
    data = read(tmp_path / "train")
    learnt = Preparation.fit(data, range(24))
    files, named = read_inputs(tmp_path / "new", learnt), read_inputs(str(tmp_path / "new" / "*.txt"), learnt)
    assert named.others["file"].tolist() == files.others["file"].tolist() == ["00.txt", "01.txt", "02.txt"]
    assert named.inputs["text"].tolist() == files.inputs["text"].tolist()


def of_files(folder, texts):
    """A folder of a file for each text, in two classes."""
    for place, text in enumerate(texts):
        (folder / "pq"[place % 2]).mkdir(exist_ok=True)
        (folder / "pq"[place % 2] / f"{place:02}.txt").write_text(text)
    return folder


@pytest.mark.parametrize("empty", [0, 7, 39])
def test_files_without_a_text_are_texts_without_words(empty, tmp_path):
    data = read(of_files(tmp_path, ["" if place == empty else text for place, text in enumerate(sentences(40, 6))]))
    assert data.rows == 40 and data.inputs["text"].tolist().count(None) == 1
    assert "column 'text' is empty in 1 of 40 texts: nothing tells their target" in [found.what for found in judge(data)]


def test_files_without_any_text_are_refused(tmp_path):
    with pytest.raises(FourfoldError, match="are empty: got 40 files, wanted words") as error:
        read(of_files(tmp_path, [""] * 40))
    assert error.value.slug == "blank-file"
