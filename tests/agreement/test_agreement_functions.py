"""Every function that ``fourfold.ops`` shares with ``keras.ops`` gives Keras's numbers."""

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import fourfold
from fourfold import ops
from fourfold.ops import control
from fourfold.ops.activations import ACTIVATIONS
from fourfold.ops.functions import FUNCTIONS

RNG = np.random.default_rng(0)
X, Y = RNG.uniform(0.1, 0.9, (3, 4)).astype("float32"), RNG.uniform(0.1, 0.9, (3, 4)).astype("float32")
SQUARE, SIGNED, WHOLE = X[:, :3], X - 0.5, np.array([[3, 1, 2], [0, 5, 4]], "int32")
HOLES = np.where(X > 0.7, np.nan, X).astype("float32")
TRUTHS = X > 0.5
PICTURES, KERNEL = RNG.random((2, 7, 6, 3)).astype("float32"), RNG.normal(size=(2, 3, 3, 4)).astype("float32")
VOLUMES = PICTURES[..., None]
SPECTRA = tuple(RNG.normal(size=(2, 3, 9, 5)).astype("float32"))
HEADS = RNG.normal(size=(2, 5, 3, 4)).astype("float32")

ARGUMENTS = {
    "arange": [(5,), (1, 9, 2)],
    "argpartition": [(X[:, :2], 1)],  # the order beside the place is open
    "bartlett": [(5,)],
    "blackman": [(5,)],
    "arccosh": [(X + 1,)],
    "argmax": [(X,), (X, 1)],
    "array_split": [(X, 3, 1)],
    "average": [(X,), (X, 1, Y)],
    "broadcast_to": [(X[:1], (3, 4))],
    "adaptive_average_pool": [(PICTURES, 3), (PICTURES, (2, 3), "channels_first"), (VOLUMES, (1, 2, 2))],
    "adaptive_max_pool": [(PICTURES[:, 0], 2), (PICTURES, (3, 2)), (VOLUMES, 2)],
    "average_pool": [
        *[(PICTURES, 2, 2), (PICTURES, (2, 3), 1, "same"), (PICTURES[:, 0], 2, 1)],
        (VOLUMES, (1, 2, 3), 2, "same"),
    ],
    "batch_normalization": [(X, Y[0], Y[1], -1), (X, Y[:, 0], Y[:, 1], 0, X[:, 0], X[:, 1], 0.1)],
    "binary_crossentropy": [(TRUTHS.astype("float32"), X), (TRUTHS.astype("float32"), SIGNED, True)],
    "bincount": [(WHOLE[0],), (WHOLE[0], X[0, :3], 7)],
    "categorical_crossentropy": [(Y, X), (Y, SIGNED, True), (Y, X, False, 0)],
    "cholesky": [(SQUARE @ SQUARE.T + np.eye(3, dtype="float32"),)],
    "cholesky_inverse": [(np.tril(SQUARE),), (SQUARE, True)],
    "conv": [
        *[(PICTURES, KERNEL), (PICTURES, KERNEL, 2, "same"), (PICTURES[:, 0], KERNEL[0], 1, "valid", None, 2)],
        (VOLUMES, KERNEL[:, :, :, None], (1, 2, 1), "same"),
    ],
    "cast": [(X * 9, "int32"), (X, "bool")],
    "cdist": [(X, Y), (PICTURES, PICTURES[:, :, :1])],
    "clip": [(X, 0.3, 0.6)],
    "concatenate": [([X, Y],), ([X, Y], 1)],
    "convert_to_tensor": [(X,)],
    "conv_transpose": [
        (PICTURES, KERNEL.swapaxes(2, 3)),
        (PICTURES, KERNEL.swapaxes(2, 3), 2, "same"),
        (PICTURES[:, 0], KERNEL[0].swapaxes(1, 2), 2, "valid", 1),
    ],
    "corrcoef": [(X,)],
    "correlate": [(X[0], Y[0, :2]), (X[0], Y[0], "same")],
    "ctc_decode": [
        (RNG.random((5, 9, 3)).astype("float32"), np.array([9, 7, 5, 3, 0])),
        (RNG.random((5, 9, 3)).astype("float32"), np.full(5, 8), "greedy", 100, 1, False, 2),
    ],
    "ctc_loss": [(np.array([[1, 2], [3, 3]], "int32"), HEADS[:, :, 0], np.array([2, 1]), np.array([4, 5]))],
    "cross": [(X[:, :3], Y[:, :3])],
    "depthwise_conv": [(PICTURES, KERNEL), (PICTURES, KERNEL, 2, "same")],
    "depth_to_space": [(RNG.random((2, 3, 4, 8)), 2), (RNG.random((2, 8, 3, 4)), 2, "channels_first")],
    "det": [(SQUARE,)],
    "diag": [(X[0],), (SQUARE, 1)],
    "diff": [(X,), (X, 1, 0)],
    "digitize": [(X, np.array([0.2, 0.5], "float32"))],
    "dot": [(X, Y.T)],
    "dot_product_attention": [
        (HEADS, HEADS[:, :3], HEADS[:, 1:4]),
        (HEADS, HEADS, HEADS * 2, None, np.tril(np.ones((1, 1, 5, 5), bool)), 0.3),
        (HEADS, HEADS, HEADS, None, None, None, True),
    ],
    "dsplit": [(X.reshape(1, 3, 4), 2)],
    "dstack": [([X, Y],)],
    "eig": [(SQUARE,), (PICTURES[:, :6, :, 0],)],
    "eigh": [],
    "einsum": [("ab,cb->ac", X, Y)],
    "empty": [],
    "empty_like": [],
    "expand_dims": [(X, 1)],
    "extract_sequences": [(X, 2, 1), (PICTURES[..., 0], 3, 2)],
    "eye": [(3,), (3, 4)],
    "fft": [((X, Y),)],
    "fft2": [((X, Y),)],
    "flip": [(X,), (X, 1)],
    "fold": [
        *[(np.tile(X, (2, 3, 3))[:, :8], (6, 8), 2, 1, 0, 2), (RNG.random((2, 12, 30)).astype("float32"), (6, 7), 2)],
        (RNG.random((2, 18, 6)).astype("float32"), (7, 8), (2, 3), (2, 1), (1, 0), (3, 5)),
    ],
    "full": [((2, 3), 0.5)],
    "full_like": [(X, 2.0)],
    "geomspace": [(1.0, 8.0, 4)],
    "gelu": [(SIGNED,), (SIGNED, False)],
    "get_item": [(X, 1), (X, (slice(None), 2))],
    "hamming": [(5,)],
    "hanning": [(5,)],
    "histogram": [(X[0],), (X[0], 4, (0.0, 1.0))],
    "hsplit": [(X, 2)],
    "hstack": [([X, Y],)],
    "identity": [(3,)],
    "ifft2": [((X, Y),)],
    "irfft": [((X, Y),), ((X, Y), 5)],
    "istft": [
        (SPECTRA, *options, length, window, center)
        for options, window in [((8, 4, 8), "hann"), ((7, 3, 8), "hamming"), ((6, 4, 8), np.linspace(0.5, 1, 6))]
        for length in (None, 20)
        for center in (True, False)
    ],
    "in_top_k": [(WHOLE[0], RNG.random((3, 6)).astype("float32"), 2)],
    "inv": [(SQUARE,)],
    "isin": [(WHOLE, np.array([1, 5], "int32"))],
    "jvp": [(jnp.tanh, (X,), (Y,)), (lambda a, b: (a * b, a), [X, Y], [Y, X], True)],
    "kaiser": [(5, 8.0)],
    "kron": [(X, Y)],
    "logdet": [(SQUARE @ SQUARE.T,)],
    "lstsq": [(X.T, Y.T)],
    "lu_factor": [(SQUARE,), (PICTURES[..., 0],), (PICTURES[0],)],
    "matrix_rank": [(SQUARE,), (np.ones((2, 3, 3), "float32"),)],
    "layer_normalization": [(X,), (X, X[0], Y[0], -1, 1e-5), (X, None, None, [0, 1])],
    "linspace": [(0.0, 1.0, 5)],
    "log_softmax": [(X,)],
    "logspace": [(0.0, 1.0, 5)],
    "logsumexp": [(X,), (X, 1, True)],
    "matmul": [(X, Y.T)],
    "max_pool": [
        *[(PICTURES, 2, 2), (PICTURES, (2, 3), 1, "same"), (PICTURES[:, 0], 2, 1)],
        (VOLUMES, (1, 2, 3), 2, "same"),
    ],
    "max": [(X,), (X, [0, 1]), (X, 1, True)],
    "mean": [(X,), (X, [0, 1]), (X, 1, True)],
    "meshgrid": [(X[0], Y[0])],
    "moments": [(X, [0]), (X, [0, 1], True)],
    "moveaxis": [(X, 0, 1)],
    "multi_hot": [(WHOLE, 6), (WHOLE[0], 4)],
    "nan_to_num": [(HOLES,)],
    "nanpercentile": [(HOLES, 30.0), (HOLES, 30.0, 1)],
    "nanquantile": [(HOLES, 0.3), (HOLES, 0.3, 1)],
    "norm": [(X,), (X, 1, 0), (X, None, 1, True)],
    "normalize": [(X,), (X, 0), (X, 1, 1)],
    "one_hot": [(WHOLE, 6), (WHOLE[0], 4, 0)],
    "ones": [((2, 3),)],
    "pad": [(X, ((1, 0), (0, 2))), (X, ((1, 1), (0, 0)), "reflect"), (X, ((1, 0), (0, 0)), "constant", 2.0)],
    "percentile": [(X, 30.0), (X, 30.0, 1)],
    "pinv": [(X,)],
    "psnr": [(X, Y, 1.0)],
    "qr": [],
    "quantile": [(X, 0.3), (X, 0.3, 1)],
    "repeat": [(X, 2), (X, 2, 1)],
    "rearrange": [
        *[(PICTURES, "b h w c -> b c h w"), (PICTURES, "b h w c->(b h) w c"), (PICTURES, "b h w c -> b (c h w)")],
    ],
    "reshape": [(X, (2, -1))],
    "rfft": [(X,), (X, 6)],
    "saturate_cast": [(SIGNED * 900, "uint8"), (X, "bool"), (SIGNED, "float32"), (WHOLE * 100 + 2**24, "int32")],
    "rms_normalization": [(X,), (X, X[0], -1, 0.1)],
    "roll": [(X, 1), (X, 2, 1)],
    "scatter": [(np.array([[0], [2], [0]], "int32"), np.ones((3, 2), "float32"), (4, 2))],
    "scatter_update": [
        (X, np.array([[0, 1], [2, 3]], "int32"), np.array([5.0, 6.0], "float32"), *reduction)
        for reduction in [(), ("add",), ("max",), ("min",), ("mul",)]
    ],
    "searchsorted": [(np.sort(X[0]), Y[0])],
    "segment_max": [(X, np.array([0, 2, 1], "int32"), 3)],
    "segment_min": [(X, np.array([0, 2, 1], "int32"), 3)],
    "segment_prod": [(X, np.array([0, 2, 0], "int32"), 4)],
    "separable_conv": [(PICTURES, KERNEL[..., :2], RNG.random((1, 1, 6, 5)), 2, "same")],
    "segment_sum": [(X, np.array([0, 2, 0], "int32"), 4)],
    "slogdet": [(SQUARE,)],
    "solve": [(SQUARE, X), (SQUARE, X[:, 0])],
    "solve_triangular": [(np.triu(SQUARE), X), (np.tril(SQUARE), X, True)],
    "space_to_depth": [(RNG.random((2, 4, 6, 3)), 2), (RNG.random((2, 3, 4, 6)), 2, "channels_first")],
    "stft": [
        (RNG.random((2, 60)).astype("float32"), 8, 4, 8),
        (RNG.random((2, 60)).astype("float32"), 8, 5, 16, "hamming", False),
        (RNG.random(60).astype("float32"), 7, 5, 16, None),
    ],
    "sparse_categorical_crossentropy": [(WHOLE[0], X), (WHOLE[0][:, None], SIGNED, True)],
    "svd": [],
    "view": [(X, "int32")],
    "view_as_complex": [(PICTURES[..., :2],), (WHOLE[:, :2],)],
    "view_as_real": [(X + 1j * Y,), (X,)],
    "select": [([TRUTHS, ~TRUTHS], [X, Y], 0.0)],
    "slice": [(X, (1, 0), (2, 3))],
    "slice_update": [(X, (1, 0), np.ones((2, 3), "float32"))],
    "split": [(X, 2, 1), (X, [1], 0)],
    "squeeze": [(X[:, None],), (X[:, None], 1)],
    "stack": [([X, Y],), ([X, Y], 1)],
    "std": [(X,), (X, [0, 1]), (X, 1, True)],
    "sum": [(X,), (X, [0, 1]), (X, 1, True)],
    "swapaxes": [(X, 0, 1)],
    "take": [(X, WHOLE[0], 1), (X, np.array([0, -1], "int32"), 0)],
    "take_along_axis": [(X, np.argsort(X, 1).astype("int32"), 1), (X, np.array([0, 7, 3], "int32"))],
    "tensordot": [(X, Y.T, 1)],
    "threshold": [(SIGNED, 0.1, -1.0)],
    "tile": [(X, (2, 1))],
    "top_k": [(X, 2)],
    "trace": [(SQUARE,)],
    "transpose": [(X,), (X, (1, 0))],
    "tri": [(3,), (3, 4, 1)],
    "unfold": [(PICTURES, 2), (PICTURES, 3, 2, 1, 2), (PICTURES, (2, 1), (1, 3), (1, 0), (2, 3))],
    "unique": [(WHOLE,), (WHOLE - WHOLE % 2, True, True, True, True), (WHOLE, True, False, False, False, None, 4, -1)],
    "unravel_index": [(WHOLE[0], (2, 3))],
    "unstack": [(X,), (X, 4, 1)],
    "vander": [(X[0],)],
    "vdot": [(X, Y)],
    "vsplit": [(np.tile(X, (2, 1)), 2)],
    "vstack": [([X, Y],)],
    "where": [(TRUTHS, X, Y)],
    "zeros": [((2, 3),)],
}
WITHOUT_NUMBERS = {"shape", "dtype", "convert_to_numpy", "is_tensor"} | {f.__name__ for f in control.OF_FUNCTIONS}
WITHOUT_NUMBERS |= {"sparsemax"}  # Keras 3.15's rows don't sum to 1; ours is tested by its definition
BITS = {"gcd", "lcm", "left_shift", "right_shift"}


def of_keras(name):
    return getattr(keras.ops, name, None) or getattr(keras.activations, name)


def arguments_of(name):
    """Arguments for a function: those above, or as many arrays as it needs."""
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    parameters = inspect.signature(of_keras(name)).parameters.values()
    count = sum(p.default is p.empty for p in parameters)
    if name in BITS or name.startswith("bitwise_"):
        return [(WHOLE, WHOLE + 1)[:count]]
    if name.startswith("logical_"):
        return [(TRUTHS, ~TRUTHS)[:count]]
    if name == "ldexp":
        return [(X[:2, :3], WHOLE)]
    if name.startswith("nan"):
        return [(HOLES,), (HOLES, 1)]
    return [(X, Y)[:count], (SIGNED, Y)[:count]]


def leaves(found):
    found = [np.asarray(leaf) for leaf in jax.tree.leaves(found)]
    return [leaf.astype("float64") if leaf.dtype.kind in "iub" else leaf for leaf in found]


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - WITHOUT_NUMBERS))
def test_functions_agree(name):
    theirs = of_keras(name)
    for arguments in arguments_of(name):
        with np.errstate(all="ignore"):
            wanted, got = leaves(theirs(*arguments)), leaves(getattr(ops, name)(*arguments))
        assert len(wanted) == len(got)
        for a, b in zip(got, wanted):
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6, err_msg=f"{name}, {len(arguments)} arguments")


LISTED = [
    *("add", "clip", "concatenate", "deg2rad", "einsum", "logical_and", "maximum", "meshgrid", "nanpercentile"),
    *("percentile", "relu", "reshape", "softmax", "softplus", "stack", "sum", "transpose", "where"),
]


@pytest.mark.parametrize("name", LISTED)
def test_lists_of_numbers_are_tensors(name):
    for arguments in arguments_of(name):
        listed = jax.tree.map(lambda leaf: leaf.tolist() if isinstance(leaf, np.ndarray) else leaf, arguments)
        wanted, got = leaves(of_keras(name)(*arguments)), leaves(getattr(ops, name)(*listed))
        for a, b in zip(got, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)


DEFAULTS = {("layer_normalization", "epsilon"), ("multi_hot", "num_classes")}
"""Arguments that Keras leaves to its configuration, or asks for although they have a default."""


def test_arguments_have_the_defaults_of_keras():
    """Those of the same name; of ``keepdims`` JAX writes None where Keras writes False."""
    for name in sorted(set(FUNCTIONS) - WITHOUT_NUMBERS):
        own = inspect.signature(getattr(ops, name)).parameters
        for argument, theirs in inspect.signature(of_keras(name)).parameters.items():
            if argument in own and (name, argument) not in DEFAULTS:
                neither = argument == "keepdims" and not own[argument].default and not theirs.default
                assert neither or own[argument].default == theirs.default, (name, argument)


def test_an_unknown_reduction_is_refused():
    with pytest.raises(fourfold.errors.OptionError, match="wanted None, 'add', 'max', 'min' or 'mul'"):
        ops.scatter_update(X, np.array([[0, 1]]), np.ones(1, "float32"), "mean")


def with_own_gradient(k):
    @k.custom_gradient
    def log1pexp(x):
        e = k.exp(x)

        def grad(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            return upstream * (1.0 - 1.0 / (1 + e))

        return k.log(1 + e), grad

    return log1pexp


SPLIT = [
    ("a (b two) c d -> a b c d two", {"two": 3}, lambda x: x.reshape(2, 2, 3, 5, 4).transpose(0, 1, 3, 4, 2)),
    (
        "a (three b) c (d e) -> (three a) (e c) b d",
        {"three": 3, "e": 2},
        lambda x: x.reshape(2, 3, 2, 5, 2, 2).transpose(1, 0, 5, 3, 2, 4).reshape(6, 10, 2, 2),
    ),
    ("a b (c one) d->d c b a one", {"one": 1}, lambda x: x.T[..., None]),
    ("a b c d -> (a b c d)", {}, np.ravel),
]


@pytest.mark.parametrize("pattern, lengths, wanted", SPLIT, ids=[pattern for pattern, *_ in SPLIT])
def test_axes_that_are_split_and_joined(pattern, lengths, wanted):
    x = RNG.random((2, 6, 5, 4)).astype("float32")
    for k in (ops, keras.ops):
        np.testing.assert_array_equal(k.rearrange(x, pattern, **lengths), wanted(x))


@pytest.mark.parametrize("pattern, lengths, message", [
    ("a b c d", {}, "names the same axes on both sides: got 'a b c d'"),
    ("a b c d -> a b c", {}, "the same axes"),
    ("a b c d -> a b c d d", {}, "the same axes"),
    ("a a c d -> a c d", {}, "the same axes"),
    ("a b ... -> a ... b", {}, r"'a b ... -> a ... b' with \.\.\.\.\.\., wanted names"),
    ("a b c d -> b a c d", {"e": 2}, "with e, wanted names"),
    ("a b c -> a c b", {}, r"got shape \(2, 6, 5, 4\) for 'a b c -> a c b', wanted an axis for each name"),
    ("a (b e) c d -> a b c d e", {}, "the lengths of all names but one"),
    ("a (b e) c d -> a b c d e", {"e": 4}, "got shape .*, e=4, wanted"),
    ("a (b e) c d -> a b c d e", {"b": 3, "e": 3}, "b=3, e=3"),
])  # fmt: skip
def test_patterns_of_axes_that_are_none(pattern, lengths, message):
    with pytest.raises(ValueError, match=message):
        ops.rearrange(PICTURES[:, :6, :5, [0, 1, 2, 0]], pattern, **lengths)


def test_windows_with_a_rest_fold_to_the_size_that_is_asked_for():
    """Keras 3.15 on JAX leaves out what no window reaches."""
    columns = ops.unfold(PICTURES.transpose(0, 3, 1, 2), 2, stride=4)
    folded = ops.fold(columns, (7, 6), 2, stride=4)
    kept = np.zeros((7, 6), "float32")
    kept[[[0], [1], [4], [5]], [0, 1, 4, 5]] = 1
    np.testing.assert_array_equal(folded, kept * PICTURES.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("run, message", [
    (lambda: ops.unfold(X, 2), r"got shape \(3, 4\), wanted \(N, C, H, W\)"),
    (lambda: ops.unfold(PICTURES, 4, 2), "got 4 with dilation 2 over 6 with padding 0, wanted a length of at least 7"),
    (lambda: ops.fold(np.zeros((1, 4, 5)), 3, 2), r"got shape \(1, 4, 5\), wanted \(N, a multiple of 4, 4\)"),
    (lambda: ops.fold(np.zeros((1, 5, 4)), 3, 2), "a multiple of 4"),
    (lambda: ops.view_as_complex(X), r"got shape \(3, 4\), wanted a last axis of 2"),
    (lambda: ops.istft((X[0], X[0]), 4, 2, 6), r"got shape \(4,\), sequence_stride=2"),
    (lambda: ops.istft((X, X), 4, 0, 6), "a stride of at least 1"),
    (lambda: ops.istft((X, X), 8, 2, 6), "wanted fft_length of at least 8"),
])  # fmt: skip
def test_windows_and_pairs_that_are_none(run, message):
    with pytest.raises(ValueError, match=message):
        run()


@pytest.mark.parametrize("window", ["hann", None])
@pytest.mark.parametrize("center", [True, False])
def test_the_way_back_from_windows(window, center):
    """Without a window Keras 3.15 on JAX gives fft_length / sequence_stride times the numbers."""
    x = RNG.normal(size=(2, 60)).astype("float32")
    back = np.asarray(ops.istft(ops.stft(x, 8, 4, 8, window, center), 8, 4, 8, 60, window, center))
    np.testing.assert_allclose(back[:, 1:59], x[:, 1:59], atol=1e-5)


def test_the_inverse_of_many_roots():
    """Keras 3.15 on JAX takes one matrix alone."""
    roots = np.tril(RNG.uniform(0.5, 1, (2, 4, 3, 3))).astype("float32")
    wanted = np.linalg.inv(roots @ roots.swapaxes(-1, -2))
    np.testing.assert_allclose(ops.cholesky_inverse(roots), wanted, rtol=1e-3)
    np.testing.assert_allclose(ops.cholesky_inverse(roots.swapaxes(-1, -2), upper=True), wanted, rtol=1e-3)


ON_OPEN_BATCHES = {
    "rearrange": lambda x: ops.rearrange(x, "n a b -> (n b) a"),
    "unfold": lambda x: ops.unfold(ops.expand_dims(x, 1), 2),
    "fold": lambda x: ops.fold(ops.unfold(ops.expand_dims(x, 1), 2), (6, 8), 2),
    "istft": lambda x: ops.istft(ops.stft(x, 4, 2, 4), 4, 2, 4),
    "pairs": lambda x: ops.view_as_real(ops.view_as_complex(x[:, :, :2])),
    "polar": lambda x: ops.real(ops.polar(x, x)),
    "lu_factor": lambda x: ops.lu_factor(x[:, :, :6])[0],
    "cholesky_inverse": lambda x: ops.cholesky_inverse(x[:, :, :6]),
    "eig": lambda x: ops.sum(ops.real(ops.eig(x[:, :, :6])[0]), axis=-1),
    "jvp": lambda x: ops.jvp(lambda a, b: a * ops.tanh(b), (x, 2 * x), (x, x))[1],
}


@pytest.mark.parametrize("name", ON_OPEN_BATCHES)
def test_functions_of_symbols_whose_batch_is_open(name):
    """Keras 3.15 refuses an open batch in most of them."""
    x, run = RNG.uniform(0.5, 1, (3, 6, 8)).astype("float32"), ON_OPEN_BATCHES[name]
    symbol = fourfold.Input((6, 8))
    model = fourfold.Model(symbol, run(symbol))
    wanted = run(jnp.asarray(x))
    assert model.outputs[0].shape[1:] == wanted.shape[1:]
    np.testing.assert_allclose(model.predict_on_batch(x), wanted, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("options, message", [
    ({"fft_length": 4}, "wanted fft_length of at least 8"),
    ({"fft_length": 8, "window": "han"}, "wanted 'hann', 'hamming', None or an array"),
])  # fmt: skip
def test_windows_that_can_not_be_transformed(options, message):
    with pytest.raises(fourfold.errors.OptionError, match=message):
        ops.stft(X, 8, 4, **options)


def test_labels_are_decoded_step_by_step_alone():
    with pytest.raises(fourfold.errors.OptionError, match="got strategy='beam_search', wanted 'greedy'"):
        ops.ctc_decode(HEADS[:, :, 0], [5, 5], "beam_search")


def test_the_type_of_an_array_has_keras_s_name():
    for array in (X, WHOLE, TRUTHS):
        assert ops.dtype(array) == keras.ops.dtype(array) == ops.dtype(jnp.asarray(array))


def test_loops_and_choices_agree():
    def found(k):
        total = lambda carry, x: (carry + x, carry * x)  # noqa: E731
        return [
            k.cond(jnp.array(True), lambda: X, lambda: Y),
            k.switch(2, [lambda x: x, lambda x: 2 * x, lambda x: 3 * x], X),
            k.fori_loop(1, 5, lambda i, value: value * i, jnp.asarray(X)),
            k.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (0, jnp.asarray(X))),
            k.while_loop(lambda i, x: i < 9, lambda i, x: (i + 1, x * 2), (0, jnp.asarray(X)), maximum_iterations=4),
            k.scan(total, jnp.zeros(4), jnp.asarray(X)),
            k.scan(total, jnp.zeros(4), jnp.asarray(X), reverse=True),
            k.associative_scan(lambda a, b: a + b, jnp.asarray(X), axis=1),
            k.map(lambda row: row.sum(), jnp.asarray(X)),
            k.vectorized_map(lambda row: row * 2, jnp.asarray(X)),
            k.vectorize(lambda a, b: a + 2 * b)(X, Y),
            k.vectorize(lambda a, b: jnp.sum(a * b), signature="(m),(m)->()")(X, Y),
            jax.grad(lambda x: k.sum(with_own_gradient(k)(x)))(jnp.asarray(X)),
        ]

    for a, b in zip(leaves(found(ops)), leaves(found(keras.ops)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize(
    "run",
    [
        lambda k: k.image.resize(PICTURES, (4, 9)),
        lambda k: k.image.resize(PICTURES[0], (4, 9), interpolation="nearest", crop_to_aspect_ratio=True),
        lambda k: k.image.extract_patches(PICTURES, 2),
        lambda k: k.image.extract_patches(PICTURES[0], (2, 3), strides=1, padding="same"),
        lambda k: k.image.rgb_to_grayscale(PICTURES),
        lambda k: k.nn.softmax(X),
        lambda k: k.numpy.mean(X, axis=1),
        lambda k: k.linalg.inv(SQUARE),
        lambda k: k.layer_normalization(X, epsilon=0.5),
    ],
)
def test_functions_of_the_parts_agree(run):
    np.testing.assert_allclose(run(ops), run(keras.ops), rtol=2e-5, atol=2e-6)


def test_what_has_no_single_answer_is_put_together_again():
    u, s, v = ops.svd(X, full_matrices=False)
    q, r = ops.qr(X)
    symmetric = SQUARE + SQUARE.T
    values, vectors = ops.eigh(symmetric)
    np.testing.assert_allclose(u * s @ v, X, atol=1e-5)
    np.testing.assert_allclose(q @ r, X, atol=1e-5)
    np.testing.assert_allclose(vectors * values @ vectors.T, symmetric, atol=1e-5)


LOADERS = (keras.models.load_model, fourfold.models.load_model)


def of_a_symbol(library, name, options):
    x = library.Input((4,))
    return library.Model(x, getattr(library.activations, name)(x, **options))


UNKNOWN_TO_KERAS = ("hard_silu", "mish", "sparsemax")
"""Activations that Keras has, but not of symbols."""
ON_SYMBOLS = sorted({*ACTIVATIONS, "swish"} - {"threshold", "linear", *UNKNOWN_TO_KERAS})


@pytest.mark.parametrize("name", ON_SYMBOLS)
def test_activations_of_symbols_agree_and_are_written_and_read(name, tmp_path):
    theirs, ours = of_a_symbol(keras, name, {}), of_a_symbol(fourfold, name, {})
    wanted = np.asarray(theirs(SIGNED))
    theirs.save(tmp_path / "theirs.keras")
    ours.save(tmp_path / "ours.keras")
    found = [ours, *(load(tmp_path / f"{of}.keras") for of in ("theirs", "ours") for load in LOADERS)]
    for model in found:
        np.testing.assert_allclose(np.asarray(model(SIGNED)), wanted, atol=1e-5)


@pytest.mark.parametrize("options", [{"max_value": 0.3}, {"negative_slope": 0.1}, {"threshold": 0.2}])
def test_relu_of_symbols_with_arguments(options, tmp_path):
    theirs = of_a_symbol(keras, "relu", options)
    theirs.save(tmp_path / "theirs.keras")
    for model in (of_a_symbol(fourfold, "relu", options), fourfold.models.load_model(tmp_path / "theirs.keras")):
        np.testing.assert_allclose(np.asarray(model(SIGNED)), np.asarray(theirs(SIGNED)), atol=1e-6)
