"""ModelCheckpoint under Keras and under Fourfold: it writes the same files at the same moments."""

import keras
import numpy as np
import pytest

import fourfold

X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
Y = X @ np.array([1.0, -1.0, 0.5, 2.0], "float32")
KERNEL = np.array([[0.1], [0.2], [-0.3], [0.4]], "float32")

OPTIONS = [
    {"filepath": "{epoch:02d}-{loss:.2f}"},
    {"filepath": "best-{epoch}", "save_best_only": True},
    {"filepath": "best-{epoch}", "save_best_only": True, "monitor": "mae", "mode": "max"},
    {"filepath": "best-{epoch}", "save_best_only": True, "monitor": "mae", "mode": "min"},
    {"filepath": "best-{epoch}", "save_best_only": True, "initial_value_threshold": 0.5},
    {"filepath": "{epoch}-{batch}", "save_freq": 2},
    {"filepath": "{epoch}-{batch}", "save_freq": 7},
    {"filepath": "new/folder/{epoch}"},
]


def files(k, ending, folder, rate, filepath, **options):
    model = k.Sequential([k.Input((4,)), k.layers.Dense(1)])
    model.set_weights([KERNEL, np.zeros(1, "float32")])
    model.compile(k.optimizers.SGD(rate), "mse", metrics=["mae"])
    saving = k.callbacks.ModelCheckpoint(folder / (filepath + ending), save_weights_only=True, **options)
    model.fit(
        X, Y, batch_size=4, epochs=4, shuffle=False, verbose=0, validation_data=(X, Y), callbacks=[saving]
    )
    return sorted(str(path.relative_to(folder)).removesuffix(ending) for path in folder.rglob(f"*{ending}"))


@pytest.mark.parametrize("rate", [0.02, 0.35], ids=["better", "worse"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_same_files(tmp_path, options, rate):
    wanted = files(keras, ".weights.h5", tmp_path / "keras", rate, **options)
    assert files(fourfold, ".weights.npz", tmp_path / "fourfold", rate, **options) == wanted
