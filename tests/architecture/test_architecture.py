"""The plan of the house, held: who imports whom, and what loading a module brings with it."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

FREE_OF_JAX = ["fourfold", "fourfold.data", "fourfold.preprocessing", "fourfold.evidence.verdict", "fourfold.report.html",
               "fourfold.report.terminal", "fourfold.report.files", "fourfold.random", "fourfold.initializers", "fourfold.cli"]  # fmt: skip


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running some code."""
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_contracts_of_the_layers_hold():
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", FREE_OF_JAX)
def test_loads_no_jax(module):
    assert not {"jax", "jaxlib"} & modules_after(f"import {module}")


def test_reading_data_and_rendering_load_no_jax():
    code = "from fourfold.data import read; from fourfold.data.splits import plan; plan(read('iris'), seed=0)"
    assert not {"jax", "jaxlib"} & modules_after(code)


def test_import_is_light():
    heavy = {"numpy", "scipy", "sklearn", "duckdb", "rich", "jinja2", "loky", "optax"}
    assert not heavy & modules_after("import fourfold")


def test_public_names_exist_and_are_listed():
    import fourfold

    assert set(fourfold.__all__) <= set(dir(fourfold))
    for name in fourfold.__all__:
        assert getattr(fourfold, name) is not None
    with pytest.raises(AttributeError, match="did you mean 'Model'"):
        _ = fourfold.Modle


@pytest.mark.parametrize("module, names", [("ops", {"relu", "matmul", "nn"}), ("random", {"normal", "set_seed"}),
                                           ("activations", {"relu", "get"})])  # fmt: skip
def test_what_is_made_when_asked_for_can_be_completed(module, names):
    loaded = importlib.import_module(f"fourfold.{module}")
    assert names <= set(dir(loaded)) and all(getattr(loaded, name) is not None for name in dir(loaded))


@pytest.mark.parametrize("module", ["layers", "losses", "metrics"])
def test_editors_and_type_checkers_are_told_what_a_module_exports(module):
    """They read ``__all__`` without running the module: names that are imported there are its own affair otherwise."""
    loaded = importlib.import_module(f"fourfold.{module}")
    tree = ast.parse(Path(loaded.__file__).read_text())
    assigned = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    exported = ast.literal_eval(assigned["__all__"])
    own = {name for name, value in vars(loaded).items() if getattr(value, "__module__", "").startswith(loaded.__name__)}
    own = {name for name in own if not name.startswith("_") and name not in ("crossentropy_kind", "resolve")}
    assert own <= {*exported} <= {*vars(loaded)} and len(exported) == len({*exported})
