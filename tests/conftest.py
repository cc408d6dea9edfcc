"""Before anything else: Keras on JAX, deterministic property tests, compiled programs kept between runs."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

gc.disable()  # until everything is loaded

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(Path.home() / ".cache" / "fourfold-tests"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "0")

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

QUICK = {
    "agreement", "contracts", "layers", "test_cli_commands",
    "test_losses", "test_metrics", "test_optimizers", "test_regularizers", "test_study_words",
}  # fmt: skip
"""Folders and files whose tests hold within bounds, of one program alone or of words, and whose programs run once or
twice."""
OPTIMISED = {"test_agreement_fitting", "test_agreement_training", "test_the_post"}
"""Files in such folders that hold what is trained against Keras and the post, as users get it."""
FLAGS = {
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""With them XLA compiles in a sixth of its time."""
_patch, _quick = pytest.MonkeyPatch(), False


def pytest_collection_finish():
    """What is loaded by now stays: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="module", autouse=True)
def compiling(request):
    """Programs as users get them everywhere but in ``QUICK``; none that was compiled here is used there."""
    global _quick
    folder, file = request.path.parent.name, request.path.stem
    if (quick := file not in OPTIMISED and not QUICK.isdisjoint({folder, file})) == _quick:
        return
    import jax
    from jax._src import compiler

    ordinary = compiler.get_compile_options

    def options(*, env_options_overrides, **others):
        return ordinary(env_options_overrides=FLAGS | env_options_overrides, **others)

    _patch.setattr(compiler, "get_compile_options", options) if quick else _patch.undo()
    jax.clear_caches()
    _quick = quick
