"""Folders of images and texts in batches, held to the functions of Keras that list, split, read and resize."""

from __future__ import annotations

import inspect

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.src.utils import dataset_utils
from keras.src.utils.image_dataset_utils import _load_image_grain
from PIL import Image

import fourfold
from fourfold import layers
from fourfold.errors import FileError, FourfoldError, OptionError
from fourfold.ops import images as on_arrays
from fourfold.preprocessing.resampling import METHODS, resized
from fourfold.utils import image_dataset_from_directory, text_dataset_from_directory

RNG = np.random.default_rng(0)
COUNTS = {"ants": 5, "bees": 7, "wasps": 4}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for name, count in COUNTS.items():
        for number in range(count):
            below = folder / name / ("more" if number % 3 == 2 else "")
            below.mkdir(parents=True, exist_ok=True)
            height, width = RNG.integers(6, 30, 2)
            mode = ("RGB", "L", "RGBA", "P")[number % 4]
            picture = Image.fromarray(RNG.integers(0, 256, (height, width, 3), "uint8")).convert(mode)
            picture.save(below / f"{number:02}.{('png', 'PNG', 'gif')[number % 3]}")
        (folder / name / "notes.md").write_text("no picture")
    (folder / ".hidden").mkdir()
    (folder / "readme.png").write_bytes(b"beside the folders")
    return folder


def of_keras(folder, seed, shuffle=True, kinds=(".bmp", ".gif", ".jpeg", ".jpg", ".png"), **more):
    return dataset_utils.index_directory(
        str(folder), "inferred", kinds, shuffle=shuffle, seed=seed, verbose=False, **more
    )


@pytest.mark.parametrize("ours", [image_dataset_from_directory, text_dataset_from_directory])
def test_arguments_and_defaults_are_those_of_keras(ours):
    theirs = inspect.signature(getattr(keras.utils, ours.__name__)).parameters
    found = inspect.signature(ours).parameters
    assert list(found) == list(theirs)
    assert all(found[name].default == theirs[name].default for name in found)
    assert getattr(fourfold.preprocessing, ours.__name__) is ours


@pytest.mark.parametrize("seed", [0, 123])
@pytest.mark.parametrize("part", ["training", "validation", "both"])
def test_files_and_classes_of_a_part_are_those_of_keras(pictures, seed, part):
    ours = image_dataset_from_directory(
        pictures, validation_split=0.3, subset=part, seed=seed, image_size=(4, 4), verbose=False
    )
    paths, labels, names = of_keras(pictures, seed)
    for name, found in zip(("training", "validation") if part == "both" else (part,), ours if part == "both" else [ours]):
        wanted, numbers = dataset_utils.get_training_or_validation_split(paths, labels, 0.3, name)
        assert found.file_paths == wanted and found.class_names == names == list(COUNTS)
        by_path = dict(zip(wanted, numbers))
        y = np.concatenate([y for _, y in found])
        assert sorted(y) == sorted(by_path.values()) and y.dtype == np.int32
    if part == "both":
        assert not set(ours[0].file_paths) & set(ours[1].file_paths)


@pytest.mark.parametrize("fitted", ["", "crop_to_aspect_ratio", "pad_to_aspect_ratio"])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize(("color_mode", "channels"), [("rgb", 3), ("rgba", 4), ("grayscale", 1)])
def test_images_are_those_of_keras(pictures, color_mode, channels, method, fitted):
    options = {fitted: True} if fitted else {}
    ours = image_dataset_from_directory(
        pictures, color_mode=color_mode, interpolation=method, image_size=(9, 13), shuffle=False, verbose=False, **options
    )
    paths, labels, _ = of_keras(pictures, None, shuffle=False)
    x, y = (np.concatenate(part) for part in zip(*ours))
    theirs = [np.asarray(_load_image_grain(p, (9, 13), channels, method, "channels_last", **options)) for p in paths]
    assert x.dtype == np.float32 and x.shape == (16, 9, 13, channels)
    np.testing.assert_allclose(x, theirs, atol=5e-3)  # of 255
    np.testing.assert_array_equal(y, labels)


@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.sampled_from(METHODS),
)
@settings(max_examples=80, deadline=None)
def test_resizing_is_that_of_arrays(old, new, method):
    x = np.random.default_rng(old[0] * 41 + old[1]).normal(size=(*old, 2)).astype("float32")
    found, wanted = resized(x, *new, method), np.asarray(on_arrays.resize(x, new, method))
    if method == "nearest":  # where a middle falls between two pixels, rounding says which one it is
        between = [(np.arange(n) + 0.5) * m % n == 0 for m, n in zip(old, new)]
        keep = np.ix_(~between[0], ~between[1])
        np.testing.assert_array_equal(found[keep], wanted[keep])
    else:
        np.testing.assert_allclose(found, wanted, atol=2e-4)


def test_labels_as_each_mode_has_them(pictures):
    def y(**options):
        found = image_dataset_from_directory(pictures, image_size=4, shuffle=False, verbose=False, **options)
        return np.concatenate([y for _, y in found])

    numbers = np.repeat([0, 1, 2], list(COUNTS.values()))
    np.testing.assert_array_equal(y(label_mode="int"), numbers)
    np.testing.assert_array_equal(y(label_mode="categorical"), np.eye(3)[numbers])
    np.testing.assert_array_equal(y(class_names=["wasps", "ants"], label_mode="binary"), [[0]] * 4 + [[1]] * 5)
    alone = image_dataset_from_directory(pictures, image_size=4, label_mode=None, verbose=False)
    assert [x.shape for x in alone] == [(16, 4, 4, 3)]


def test_labels_of_ones_own_and_none(pictures):
    given = list(RNG.integers(0, 5, 17))
    (pictures / "readme.png").replace(pictures / "readme.txt")
    try:
        ours = image_dataset_from_directory(pictures, labels=given[:16], image_size=4, seed=3, verbose=False)
        kinds = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
        paths, labels, names = dataset_utils.index_directory(
            str(pictures), list(given[:16]), kinds, seed=3, verbose=False
        )
        assert ours.file_paths == paths and ours.class_names == names
        assert sorted(np.concatenate([y for _, y in ours])) == sorted(labels)
        bare = image_dataset_from_directory(pictures, labels=None, image_size=4, verbose=False)
        assert len(bare.file_paths) == 16 and bare.class_names is None
        assert next(iter(bare)).shape == (16, 4, 4, 3)
    finally:
        (pictures / "readme.txt").replace(pictures / "readme.png")


def test_an_order_of_its_own_each_time_and_all_files_in_each(pictures):
    found = image_dataset_from_directory(pictures, image_size=4, seed=1, batch_size=5, verbose=False)
    first, second = ([x.sum() for x, _ in found] for _ in range(2))
    assert len(found) == len(first) == 4 and first != second
    np.testing.assert_allclose(sum(first), sum(second), rtol=1e-5)
    again = image_dataset_from_directory(pictures, image_size=4, seed=1, batch_size=5, verbose=False)
    assert [x.sum() for x, _ in again] == first
    ordered = image_dataset_from_directory(pictures, image_size=4, shuffle=False, batch_size=5, verbose=False)
    assert [x.sum() for x, _ in ordered] == [x.sum() for x, _ in ordered]
    single = image_dataset_from_directory(pictures, image_size=4, batch_size=None, verbose=False)
    assert [(x.shape, y.shape) for x, y in single] == [((4, 4, 3), ())] * 16
    first = image_dataset_from_directory(pictures, image_size=4, data_format="channels_first", verbose=False)
    assert next(iter(first))[0].shape == (16, 3, 4, 4)


def test_batches_changed_on_the_way(pictures):
    found = image_dataset_from_directory(pictures, image_size=4, batch_size=5, verbose=False)
    assert len(found.take(2)) == len(list(found.take(2))) == 2
    assert len(found.take(-1)) == 4
    scaled = found.map(lambda x, y: (x / 255, y)).prefetch(2)
    assert max(x.max() for x, _ in scaled) <= 1 and scaled.class_names == list(COUNTS)
    assert [x.shape for x in found.map(lambda x, y: x).map(lambda x: x[:1])] == [(1, 4, 4, 3)] * 4
    kept = found.cache()
    np.testing.assert_array_equal([x.sum() for x, _ in kept], [x.sum() for x, _ in kept])


def test_a_cache_that_was_not_gone_through_keeps_nothing(pictures):
    kept = image_dataset_from_directory(pictures, image_size=4, batch_size=5, shuffle=False, verbose=False).cache()
    next(iter(kept))
    assert len(list(kept)) == len(list(kept)) == 4


def test_a_model_is_trained_on_a_folder(pictures):
    train, test = image_dataset_from_directory(
        pictures, image_size=8, validation_split=0.25, subset="both", seed=0, batch_size=4, verbose=False
    )
    scale = layers.Normalization()
    scale.adapt(train.map(lambda x, y: x))
    x = np.concatenate([x for x, _ in train])
    np.testing.assert_allclose(np.ravel(scale.mean), x.mean((0, 1, 2)), rtol=1e-4)
    model = fourfold.Sequential([fourfold.Input((8, 8, 3)), scale, layers.Flatten(), layers.Dense(3)])
    model.compile("adam", fourfold.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    history = model.fit(train, validation_data=test, epochs=20, verbose=0).history
    assert history["accuracy"][-1] > history["accuracy"][0] and len(history["val_loss"]) == 20
    assert model.evaluate(train, verbose=0)[1] > 0.8
    assert model.predict(test.map(lambda x, y: x), verbose=0).shape == (4, 3)


def test_texts(tmp_path, capsys):
    for name, text in {"pos/1": "a good one", "pos/2": "größer", "neg/deep/1": "bad", "neg/2": ""}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    found = text_dataset_from_directory(tmp_path, shuffle=False)
    assert capsys.readouterr().out == "4 files of 2 classes\n"
    paths, labels, names = of_keras(tmp_path, None, shuffle=False, kinds=(".txt",))
    assert found.file_paths == paths and found.class_names == names
    ((x, y),) = found
    assert x.tolist() == ["", "bad", "a good one", "größer"] and y.tolist() == labels.tolist()
    ((x, _),) = text_dataset_from_directory(tmp_path, shuffle=False, max_length=3, verbose=False)
    assert x.tolist() == ["", "bad", "a g", "grö"]
    vectors = layers.TextVectorization(output_sequence_length=4)
    vectors.adapt(found.map(lambda x, y: x))
    ((tokens, _),) = found.map(lambda x, y: (vectors(x), y))
    assert np.asarray(tokens).shape == (4, 4)


def test_what_is_printed(pictures, capsys):
    image_dataset_from_directory(pictures, validation_split=0.25, subset="both", seed=0)
    assert capsys.readouterr().out == "16 files of 3 classes\n12 of them for training\n4 of them for validation\n"
    image_dataset_from_directory(pictures, label_mode=None, labels=None)
    assert capsys.readouterr().out == "17 files\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"label_mode": "ints"}, "label_mode can't be this: got label_mode='ints' (did you mean 'int'?)"),
        ({"labels": "infered"}, "labels can't be this"),
        ({"labels": [0, 1]}, "got labels=2 of them, wanted 17, one for each file"),
        ({"labels": [3, 7] * 8 + [3], "label_mode": "categorical"}, "got labels=3, 7, wanted 0 to 1"),
        ({"class_names": ["ant"]}, "got class_names='ant' (did you mean 'ants'?)"),
        ({"class_names": ["ants"], "labels": None}, "class_names can't be this"),
        ({"label_mode": "binary"}, 'wanted "int" or "categorical" for 3 classes'),
        ({"color_mode": "bgr"}, "color_mode can't be this"),
        ({"image_size": (8,)}, "image_size can't be this"),
        ({"image_size": (8, 0)}, "image_size can't be this"),
        ({"interpolation": "area"}, "interpolation can't be this"),
        ({"data_format": "first"}, "data_format can't be this"),
        ({"batch_size": 0}, "batch_size can't be this"),
        ({"validation_split": 0.2}, "got validation_split=0.2, and subset=None"),
        ({"subset": "training"}, "got validation_split=None, and subset='training'"),
        ({"subset": "test", "validation_split": 0.2}, "subset can't be this"),
        ({"subset": "both", "validation_split": 1.2, "seed": 0}, "a share between 0 and 1"),
        ({"subset": "both", "validation_split": 0.01, "seed": 0}, "leaves some of 16 files in both parts"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "wanted one of them"),
    ],
)
def test_arguments_that_cannot_be(pictures, options, said):
    with pytest.raises(OptionError) as caught:
        image_dataset_from_directory(pictures, verbose=False, **options)
    assert said in str(caught.value)


def test_a_part_of_a_random_order_needs_a_seed(pictures):
    with pytest.raises(OptionError, match="so that the parts don't overlap"):
        image_dataset_from_directory(pictures, validation_split=0.2, subset="training", verbose=False)
    unshuffled = image_dataset_from_directory(
        pictures, validation_split=0.25, subset="validation", shuffle=False, verbose=False
    )
    assert len(unshuffled.file_paths) == 4


def test_folders_that_cannot_be_read(tmp_path):
    with pytest.raises(FileError, match="there is no folder of this name"):
        image_dataset_from_directory(tmp_path / "none")
    with pytest.raises(FileError, match=r"has no files to read: got 0 folders, wanted files of .bmp"):
        image_dataset_from_directory(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_bytes(b"none")
    with pytest.raises(FileError, match=r"a/1.png can't be read as an image"):
        list(image_dataset_from_directory(tmp_path, verbose=False))
    (tmp_path / "a" / "1.txt").write_bytes("größer".encode("latin-1"))
    with pytest.raises(FileError, match=r"a/1.txt is not in UTF-8"):
        list(text_dataset_from_directory(tmp_path, verbose=False))


def test_a_file_that_cannot_be_read_ends_fit_with_its_name(tmp_path, pictures):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_bytes((pictures / "ants" / "00.png").read_bytes()[:-30])
    model = fourfold.Sequential([fourfold.Input((8, 8, 3)), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(FourfoldError, match=r"1\.png can't be read as an image"):
        model.fit(image_dataset_from_directory(tmp_path, image_size=8, verbose=False), verbose=0)
