"""What Python is told to do: keywords of `compare`, where the command line has options."""

import re
import warnings
from pathlib import Path

import pandas as pd
import pytest
import typer.main
from hypothesis import given
from hypothesis import strategies as st

import fourfold
from fourfold.cli.commands import app
from fourfold.errors import FourfoldError
from fourfold.keywords import KEYWORDS, OPTION, PROSE, in_keywords

ROOT = Path(fourfold.__file__).parent
OF_THE_COMMAND_LINE = {"--workers", "--scheduler", "--dry-run", "--quiet", "--json", "--help", "--files", "--glob"}
VALUES = {
    *("text", "image", "sequence", "flat", "regression", "classification", "multilabel", "series", "step", "quick"),
    *("species", "file", "label", "run", "predictions", "test", "patient", "day"),
}
"""Values that messages give to options: choices, and names of columns and files in examples."""

TABLE = pd.DataFrame({"a": range(40), "b": [1, 2, 3, 5] * 10})


def options():
    command = typer.main.get_command(app).commands["compare"]
    return [(name, one) for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")]


@pytest.mark.parametrize(("name", "option"), [pytest.param(*one, id=one[0]) for one in options()])
def test_each_option_of_compare_is_a_keyword_or_of_the_command_line_alone(name, option):
    said = in_keywords(f"leave out {name}")
    if name in OF_THE_COMMAND_LINE:
        assert said == f"leave out {name}"
    else:
        keyword = re.fullmatch(r"leave out (\w+)(=True|=False)?", said)
        assert keyword and keyword[1] in KEYWORDS
        assert (keyword[2] is not None) == option.is_flag


@pytest.mark.parametrize(
    ("option", "keyword"),
    [
        ("--target species, or --no-header", "target='species', or header=False"),
        ("--id patient --time day", "id='patient', time='day'"),
        ("--target 'a b' --drop id --time-ordered", "target='a b', drop='id', time_ordered=True"),
        ("--time-ordered --target x", "time_ordered=True, target='x'"),
        ("--id, --time and --group", "id, time and group"),
        ("--hyperparameters and --effort tiny", "hyperparameters=True and effort='tiny'"),
        ("(--layout text)", "(layout='text')"),
        ("--bounds 0 1, say", "bounds=(0, 1), say"),
        ("leave out --bounds, or", "leave out bounds, or"),
        ("--rows N, which draws", "rows=N, which draws"),
        ("--target a,b,c.", "target='a,b,c'."),
        ("--test data/test.csv.", "test='data/test.csv'."),
        ("--x X.npy --y y.npy", "x='X.npy', y='y.npy'"),
        ("--families dense,convolution", "candidates='dense,convolution'"),
        ("--no-examples leaves them out", "examples=False leaves them out"),
        ("--workers 2, -- and ---x, uv run --extra onnx", "--workers 2, -- and ---x, uv run --extra onnx"),
    ],
)
def test_options_as_keywords(option, keyword):
    assert in_keywords(option) == keyword


@given(st.text())
def test_a_text_without_options_stays(text):
    assert in_keywords(text) == text or "--" in text
    assert in_keywords(in_keywords(text)) == in_keywords(text)


def test_words_behind_options_in_the_source_are_told_apart():
    """A message that goes on with a word that is no value has it among those known, or Python is told nonsense."""
    found = set()
    for file in ROOT.rglob("*.py"):
        if "cli" not in file.parts:
            for match in OPTION.finditer(file.read_text()):
                word = match["value"] or ""
                if match["name"].replace("-", "_") in KEYWORDS and re.fullmatch("[a-z]+", word):
                    found.add(word)
    assert len(found) > 15
    assert {word for word in found if not PROSE.fullmatch(word)} <= VALUES


def test_errors_of_compare_say_keywords():
    with pytest.raises(FourfoldError, match="Do this: forecast=HORIZON, or leave out season$") as caught:
        fourfold.compare(TABLE, target="b", season=3)
    assert (caught.value.slug, caught.value.do) == ("season-without-forecast", "forecast=HORIZON, or leave out season")


def test_errors_of_estimators_say_keywords():
    with pytest.raises(FourfoldError, match="got seeds=0, wanted 1 or more. Do this: seeds=5, say"):
        fourfold.FourfoldClassifier(effort="tiny", seeds=0).fit(TABLE, TABLE["b"])


def test_notes_of_compare_say_keywords(capsys, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fourfold.compare(TABLE, effort="tiny", candidates=["dense"], out=tmp_path / "out")
    said = capsys.readouterr().err
    assert "target='NAME' overrides" in said
    assert "--" not in said
