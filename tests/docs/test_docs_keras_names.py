"""What the page says that there is of Keras, and what it says is not here, is all of Keras."""

import importlib
import re
from pathlib import Path

import keras
import pytest

import fourfold

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "keras.md").read_text(encoding="utf-8")
MISSING = {
    module: names.split(", ")
    for module, names in re.findall(r"^\| `(\w+)` \| (.+?) \|$", PAGE.partition("## Not here")[2], re.M)
}
ALSO = {"STFTInitializer", "stft", "legacy"}
"""Further names of what is missing, and what Keras itself calls legacy."""

MODULES = (
    "activations", "callbacks", "config", "constraints", "initializers", "layers", "losses", "metrics", "models", "ops",
    "optimizers", "optimizers.schedules", "random", "regularizers", "saving", "utils",
)  # fmt: skip


def test_what_keras_itself_has_is_here_or_named_as_missing_with_what_to_do():
    missing = {name for name in dir(keras) if not name.startswith("_") and not hasattr(fourfold, name)} - {"src"}
    assert missing == {*MISSING["keras"]}
    for name in missing:
        with pytest.raises(AttributeError, match=f"fourfold has no attribute '{name}'. Do this: "):
            getattr(fourfold, name)


@pytest.mark.parametrize("module", MODULES)
def test_what_keras_has_is_here_or_named_as_missing(module):
    ours, theirs = (importlib.import_module(f"{package}.{module}") for package in ("fourfold", "keras"))
    named = set(MISSING.get(module, ()))
    missing = {name for name in dir(theirs) if not name.startswith("_") and not hasattr(ours, name)} - ALSO
    assert missing <= named
    assert not [name for name in named if hasattr(ours, name)]


def test_the_page_names_the_keras_that_was_looked_at():
    assert {*MISSING} < {*MODULES, "keras"}
    (version,) = re.findall(r"these names of Keras (\d+\.\d+) are missing", PAGE)
    assert keras.__version__.startswith(f"{version}.")
