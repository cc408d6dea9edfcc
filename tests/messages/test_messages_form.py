"""The form of every error that the source raises: a slug of its own, and a text that says enough to act on."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

import fourfold
from fourfold import errors

ROOT = Path(fourfold.__file__).parent
CLASSES = {
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)
}
SAME_MEANING = {
    "array-type", "blank-file", "class-numbers", "damaged-json", "different-lengths", "empty-array", "empty-file",
    "layout-does-not-apply", "no-rows", "target-is-given", "no-such-file", "not-enough-memory", "number-of-inputs", "too-few-rows",
}  # fmt: skip
"""Slugs that several files may use, for the same finding at different places."""


@dataclass(frozen=True)
class Raised:
    file: str
    line: int
    error: str
    slug: str | None
    what: str
    parts: tuple[str, ...]
    texts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.slug}"


def text(node: ast.AST) -> str:
    """The literal text of an argument, with … for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text(value) if isinstance(value, ast.Constant) else "…" for value in node.values)
    return "…"


def raised():
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = (
                getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            )
            if name in CLASSES and len(node.args) >= 2:
                slug = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                keywords = {keyword.arg or "": text(keyword.value) for keyword in node.keywords}
                place = str(path.relative_to(ROOT))
                yield Raised(
                    place,
                    node.lineno,
                    name,
                    slug,
                    text(node.args[1]),
                    tuple(keywords),
                    tuple(keywords.values()),
                )


RAISED = list(raised())


def test_errors_are_found():
    assert len(RAISED) > 150 and len({error.error for error in RAISED}) == len(CLASSES) - 1
    assert sum(error.slug is None for error in RAISED) <= 6  # helpers that take the slug's variable part


@pytest.mark.parametrize("error", RAISED, ids=str)
def test_a_message_is_complete(error):
    assert error.slug is None or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", error.slug)
    assert set(error.parts) <= {"got", "wanted", "do"}
    assert {"wanted", "do"} & set(error.parts), "it must say what is wanted, or what to do"
    for part in (error.what, *error.texts):
        assert part and part == part.strip() and not re.search(r"(?<!\.\.)[.:!]$", part) and "\n" not in part
        assert not re.search(r"\b(invalid|illegal|please|oops)\b", part, re.IGNORECASE)
    assert not re.match(r"[A-Z](?!LSTM)[a-z]+ [a-z]", error.what) or error.what.split()[0] in names()


WANTED_SAYS_IT = {
    "sampled-series", "no-standard-input", "split-numbers", "option", "array-type", "empty-array", "target-axes", "no-array",
    "ragged-array", "column-type",
}  # fmt: skip
"""What is refused of data with what is wanted alone, as that names the option, the call or the form to give."""


def test_what_is_refused_of_data_says_what_to_do():
    silent = {error.slug for error in RAISED if error.slug and error.file.startswith("data") and "do" not in error.parts}
    assert silent <= WANTED_SAYS_IT


def names():
    """Words that are written with a capital: classes that the text begins with."""
    return {*dir(fourfold.layers), "Fourfold", "Model", "Sequential", "Input"}


def test_a_slug_has_one_meaning():
    files, codes = defaultdict(set), defaultdict(set)
    for error in RAISED:
        files[error.slug].add(error.file)
        codes[error.slug].add(getattr(errors, error.error).exit_code)
    files.pop(None)
    assert {slug for slug, places in files.items() if len(places) > 1} <= SAME_MEANING
    assert {slug for slug, found in codes.items() if slug and len(found) > 1} == set()


def test_the_text_of_an_error():
    error = errors.DataError("a-slug", "what", got="this", wanted="that", do="so")
    assert str(error) == "what: got this, wanted that. Do this: so"
    assert str(errors.DataError("a-slug", "what")) == "what"
    assert str(errors.DataError("a-slug", "what", do="so")) == "what. Do this: so"
    import pickle

    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.slug, type(again)) == (str(error), "a-slug", errors.DataError)


def test_each_class_has_its_exit_code():
    codes = {name: getattr(errors, name).exit_code for name in CLASSES}
    assert codes == {
        "FourfoldError": 2, "DataError": 2, "OptionError": 2, "ShapeError": 2, "NotBuiltError": 2, "FileError": 2,
        "UnsafeFileError": 3, "MachineError": 4, "AllFamiliesFailedError": 5, "OutOfMemoryError": 4,
    }  # fmt: skip
