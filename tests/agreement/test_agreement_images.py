"""Layers that change images: where nothing is left to chance they give Keras's pixels, else they change what they should."""

import keras
import numpy as np
import pytest

import fourfold
from fourfold import layers
from fourfold.errors import OptionError, ShapeError

RNG = np.random.default_rng(0)
IMAGES = RNG.random((5, 9, 8, 3)).astype("float32")

CERTAIN = [
    ("RandomRotation", {"factor": (0.1, 0.1)}),
    ("RandomRotation", {"factor": (-0.3, -0.3), "fill_mode": "constant", "fill_value": 0.5}),
    ("RandomRotation", {"factor": (0.25, 0.25), "interpolation": "nearest", "fill_mode": "wrap"}),
    ("RandomZoom", {"height_factor": (0.3, 0.3)}),
    ("RandomZoom", {"height_factor": (-0.4, -0.4), "width_factor": (0.2, 0.2), "fill_mode": "nearest"}),
    ("RandomTranslation", {"height_factor": (0.2, 0.2), "width_factor": (-0.3, -0.3), "fill_mode": "constant"}),
    ("RandomShear", {}),
    ("RandomContrast", {"factor": (0.0, 0.0), "value_range": (0, 1)}),
    ("RandomBrightness", {"factor": (0.4, 0.4), "value_range": (0, 1)}),
    ("RandomInvert", {"factor": (1.0, 1.0), "value_range": (0, 1)}),
    ("RandomInvert", {"factor": 0.0}),
    ("RandomGrayscale", {"factor": 1.0}),
    ("RandomGrayscale", {"factor": 0}),
    ("RandomErasing", {"factor": (1.0, 1.0), "scale": (1.0, 1.0), "fill_value": 7, "value_range": (0, 5)}),
    ("RandomErasing", {"factor": 0.0}),
]


@pytest.mark.parametrize(("name", "arguments"), CERTAIN)
def test_pixels(name, arguments):
    wanted = getattr(keras.layers, name)(**arguments)(IMAGES, training=True)
    got = getattr(layers, name)(**arguments)(IMAGES, training=True)
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("arguments", [{"x_factor": (0.3, 0.3)}, {"y_factor": (0.4, 0.4), "fill_mode": "constant"}, {"x_factor": (0.2, 0.2), "y_factor": (0.5, 0.5), "interpolation": "nearest", "fill_mode": "nearest"}])  # fmt: skip
def test_images_are_slanted_to_either_side(arguments):
    theirs, ours = (library.layers.RandomShear(**arguments) for library in (keras, fourfold))
    factors = np.array([[arguments.get(name, (0, 0))[0] for name in ("x_factor", "y_factor")]], "float32")
    many = np.repeat(IMAGES[:1], 40, 0)
    sides = [
        np.asarray(theirs.transform_images(IMAGES[:1], {"shear_factor": sign * factors, "input_shape": (1, 9, 8, 3)}))
        for sign in (1, -1)
    ]
    got = np.asarray(ours(many, training=True))
    seen = [[np.allclose(image, side[0], atol=1e-4) for side in sides] for image in got]
    assert all(sum(one) == 1 for one in seen) and 5 < sum(one[0] for one in seen) < 35


def test_images_are_slanted_by_as_much_as_in_keras():
    """By how many pixels the last row is moved, each side of 0 alike, where one number bounds it."""
    ramp = np.broadcast_to(np.arange(64, dtype="float32")[None, None, :, None], (2000, 3, 64, 1))
    for library in (keras, fourfold):
        slanted = np.asarray(library.layers.RandomShear(0.5)(ramp, training=True))
        moved = slanted[:, 2, 32, 0] - 32
        assert np.abs(moved).max() <= 1 + 1e-4 and np.abs(moved).max() > 0.95
        assert moved.mean() == pytest.approx(0, abs=0.06) and moved.std() == pytest.approx(1 / 3**0.5, abs=0.03)


def test_parts_are_erased_as_in_keras():
    """Rectangles of a quarter of each image, anywhere; images are changed with probabilities from 0 to the factor."""
    many = np.full((400, 8, 12, 2), -1, "float32")
    for library in (keras, fourfold):
        layer = library.layers.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=3.0)
        erased = np.asarray(layer(many, training=True)) == 3
        assert (erased.sum((1, 2, 3)) == 48).all() and (erased[..., 0] == erased[..., 1]).all()
        assert (erased.any(2).sum(1) == 4).all() and erased.any(1).sum(1).max() == 6
        assert {image.any((1, 2)).argmax() for image in erased} == {1, 2, 3, 4}
        noisy = np.asarray(library.layers.RandomErasing(scale=(1.0, 1.0), value_range=(0, 2))(many, training=True))
        changed = (noisy != -1).all((1, 2, 3))
        assert 0.4 < changed.mean() < 0.6 and noisy[changed].min() == 0 and noisy.max() == 2
        assert noisy[changed].mean() == pytest.approx(0.63, abs=0.03)
        inverted = np.asarray(library.layers.RandomInvert(0.5)(many, training=True)) == 256
        assert 0.15 < inverted.all((1, 2, 3)).mean() < 0.35


def test_a_colour_to_erase_with():
    """Keras on JAX takes a number alone."""
    erasing = layers.RandomErasing((1.0, 1.0), (1.0, 1.0), fill_value=(0.5, 1.5, 9.0), value_range=(0, 2))
    assert (np.asarray(erasing(IMAGES)) == np.float32([0.5, 1.5, 2.0])).all()


@pytest.mark.parametrize("mode", ["horizontal", "vertical", "horizontal_and_vertical"])
def test_flips_are_as_in_keras_one_of_two_images_each(mode):
    many = np.repeat(IMAGES[:1], 40, 0)
    axes = [axis for axis, name in ((1, "vertical"), (2, "horizontal")) if name in mode]
    for library in (keras, fourfold):
        flipped = np.asarray(library.layers.RandomFlip(mode)(many, training=True))
        as_they_are = [np.allclose(image, many[0]) for image in flipped]
        turned = [np.allclose(image, np.flip(many, axes)[0]) for image in flipped]
        assert 0 < sum(turned) < 40 and sum(turned) + sum(as_they_are) == 40


def test_crops():
    for library in (keras, fourfold):
        crops = np.asarray(library.layers.RandomCrop(4, 3)(IMAGES, training=True))
        places = [(r, c) for r in range(6) for c in range(6) if np.allclose(IMAGES[:, r : r + 4, c : c + 3], crops)]
        assert len(places) == 1
    middle = layers.RandomCrop(3, 8)(IMAGES, training=False)  # Keras gives back the whole image
    np.testing.assert_allclose(middle, IMAGES[:, 3:6], rtol=1e-6)


def test_alone_they_act_and_in_prediction_they_do_not():
    images = np.repeat(IMAGES[:1], 20, 0)
    for library in (keras, fourfold):
        several = library.Sequential([library.layers.RandomFlip(), library.layers.RandomTranslation(0.3, 0.3)])
        for layer in (library.layers.RandomRotation(0.2), several):
            assert not np.allclose(layer(images), images)
            assert np.allclose(layer(images, training=False), images)
        assert np.allclose(several.predict(images, verbose=0), images)


def test_training_sees_them_anew_in_each_step():
    x = layers.Input((9, 8, 3))
    y = fourfold.ops.mean(layers.RandomBrightness(0.5, value_range=(-9, 9))(x), axis=(1, 2, 3))
    model = fourfold.Model(x, y)
    model.compile("sgd", "mse")
    losses = model.fit(IMAGES, np.zeros(5), epochs=4, shuffle=False, verbose=0).history["loss"]
    assert len(set(losses)) == 4
    assert model.evaluate(IMAGES, np.zeros(5), verbose=0) == pytest.approx(np.mean(IMAGES.mean((1, 2, 3)) ** 2))


ENCODINGS = [
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, np.array([3, 2, 0, 1])),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, np.array([[3], [2]])),
    ("CategoryEncoding", {"num_tokens": 4}, np.array([[0, 1], [0, 0], [3, 1]])),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, np.array([[0, 1], [0, 0], [3, 1]])),
    ("Discretization", {"bin_boundaries": [0.0, 1.0, 2.0]}, np.array([[-1.5, 1.0, 3.4], [0.0, 2.0, 0.5]])),
    ("Discretization", {"bin_boundaries": [0.0, 1.0], "output_mode": "one_hot"}, np.array([[-1.5], [0.5]])),
]


@pytest.mark.parametrize(("name", "arguments", "x"), ENCODINGS)
def test_encodings(name, arguments, x):
    wanted = np.asarray(getattr(keras.layers, name)(**arguments)(x))
    got = np.asarray(getattr(layers, name)(**arguments)(x))
    assert got.dtype.kind == wanted.dtype.kind
    np.testing.assert_array_equal(got, wanted)


def test_counts_with_weights():
    x, weights = np.array([[0, 1], [0, 0], [3, 1]]), np.array([[0.1, 0.2], [0.1, 0.1], [0.2, 0.4]], "float32")
    found = [
        np.asarray(library.layers.CategoryEncoding(4, output_mode="count")(x, count_weights=weights))
        for library in (keras, fourfold)
    ]
    np.testing.assert_allclose(*found, rtol=1e-6)
    with pytest.raises(OptionError, match="has no use for count_weights"):
        layers.CategoryEncoding(4)(x, count_weights=weights)


def test_what_can_not_be():
    with pytest.raises(OptionError, match="factor is no share: got factor=1.5, wanted a number from -1 to 1"):
        layers.RandomRotation(1.5)
    with pytest.raises(OptionError, match="factor is no probability: got factor=2, wanted a number from 0 to 1"):
        layers.RandomGrayscale(2)
    with pytest.raises(ShapeError, match="takes colours: got 1 channels, wanted 3"):
        layers.RandomGrayscale()(IMAGES[..., :1])
    with pytest.raises(OptionError, match="either cropped or padded"):
        layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    with pytest.raises(OptionError, match="Dot takes one axis of each input"):
        layers.Dot(0)
