"""Messages as a user reads them, word for word: one row a message."""

import numpy as np
import pytest

import fourfold
from fourfold import Input, Model, Sequential, layers, losses, metrics, optimizers
from fourfold.comparison import Options
from fourfold.errors import FourfoldError
from fourfold.initializers import VarianceScaling
from fourfold.utils import to_categorical

X, Y = np.random.default_rng(0).normal(size=(30, 4)).astype("float32"), np.arange(30) % 2


def model():
    net = Sequential([Input(shape=(4,)), layers.Dense(2, activation="softmax")])
    net.compile("sgd", loss="sparse_categorical_crossentropy")
    return net


def pair():
    left, right = Input((4,), name="left"), Input((4,), name="right")
    return Model([left, right], layers.Add()([left, right]))


TABLE = [
    ("effort", lambda: Options(effort="quik"),
     "unknown effort: got 'quik' (did you mean 'quick'?), wanted tiny, quick, standard, thorough"),
    ("seeds", lambda: Options(seeds=0), "there is no training without a seed: got --seeds 0, wanted 1 or more. Do this: --seeds 5, say"),
    ("margin", lambda: Options(margin=-0.5),
     "the difference that matters is not a size: got --margin -0.5, wanted 0 or more, in the score's unit (0.01 is a point of accuracy). Do this: --margin 0.01, say"),
    ("measures-of-tiny", lambda: fourfold.compare("iris", effort="tiny", hyperparameters=True),
     "nothing but the score is measured at this effort: got hyperparameters=True and effort='tiny', wanted effort='quick', standard or thorough. Do this: leave out one of them"),
    ("different-lengths", lambda: fourfold.compare(X, Y[:-1]),
     "x and y differ in length: got 30 rows of x and 29 of y, wanted one y for each row of x. "
     "Do this: take both from one table, so that each row keeps its target"),
    ("one-class", lambda: fourfold.compare(X, np.array(["a"] * 30)),
     "the target 'y' has only one class: got 'a', wanted at least 2 classes. Do this: choose another target"),
    ("one-class", lambda: fourfold.compare({"x": np.arange(30), "kind": ["a"] * 30}),
     "the target 'kind' has only one class: got 'a', wanted at least 2 classes. Do this: choose another target: 'kind' was taken for it (the last column)"),
    ("date-target", lambda: fourfold.compare({"x": np.arange(30) % 7, "day": [f"2024-01-{day:02d}" for day in range(1, 31)]}),
     "the target 'day' is a date: wanted classes or numbers. Do this: target='x', or another column: 'day' was taken for it (the last column)"),
    ("rows", lambda: Options(rows=9), "nothing is learnt from a sample of so few rows: got --rows 9, wanted 10 or more. Do this: --rows 5000, say"),
    ("no-such-file", lambda: fourfold.compare("nowhere.csv"), "Do this: check its name, and the folder that it is in"),
    ("no-such-file", lambda: fourfold.compare("iriss"),
     "there is no such file or data set: got 'iriss', wanted a file, or one of digits, iris, wine, breast-cancer, diabetes, moved-motifs, key-value-recall, flip-flop, flat-features, noise. Do this: use iris"),
    ("no-model", lambda: fourfold.load_model("/nowhere"),
     "/nowhere/model.json can't be read (No such file or directory): wanted a folder that fourfold compare wrote. Do this: fourfold compare DATA --out FOLDER, then use FOLDER"),
    ("not-compiled", lambda: Sequential([Input(shape=(4,)), layers.Dense(1)]).fit(X, Y),
     "the model does not know yet how to train: got fit or evaluate before compile. Do this: model.compile(optimizer='adam', loss=...)"),
    ("lengths", lambda: model().fit(X, Y[:-1], verbose=0),
     "inputs and targets differ in length: got 30 and 29, wanted one length"),
    ("shape-of-inputs", lambda: model().fit(X[:, :3], Y, verbose=0),
     "input 'input_layer' has another shape: got (30, 3), wanted (None, 4)"),
    ("shape-of-inputs", lambda: model().predict(X[0], verbose=0),
     "input 'input_layer' has another shape: got (4,), wanted (None, 4). Do this: x[None], if it is one example"),
    ("unknown-activation", lambda: layers.Dense(2, activation="RELU"), 'Do this: activation="relu"'),
    ("class-numbers", lambda: model().fit(X, Y + 1, verbose=0),
     "a class number lies outside the outputs: got 2, wanted 0 to 1, as the model has 2 outputs. Do this: number the classes from 0, or give the last layer 3 units"),
    ("token-numbers", lambda: Sequential([Input(shape=(4,)), layers.Embedding(3, 2, name="words")]).predict([[0, 1, 2, 3]], verbose=0),
     "input 'input_layer' holds a token that Embedding 'words' doesn't have: got 3, wanted 0 to 2, as input_dim is 3. Do this: Embedding(input_dim=4, ...)"),
    ("fit-count", lambda: model().fit(X, Y, batch_size=0, verbose=0),
     "batch_size is not a whole number of at least 1: got batch_size=0. Do this: batch_size=32, say"),
    ("no-layer", lambda: model().get_layer("dens"),
     "the model has no such layer: got 'dens' (did you mean 'dense'?), wanted dense"),
    ("graph-disconnected", lambda: Model(Input(shape=(2,)), layers.Dense(1)(Input(shape=(3,)))),
     "an output depends on an Input that is not among the model's inputs: got Input of shape (None, 3). Do this: pass that Input to Model(inputs=...)"),
    ("one-input", lambda: layers.Dense(2)([Input(shape=(4,)), Input(shape=(3,))]),
     "Dense 'dense' takes one input: got 2, of shapes (None, 4), (None, 3), wanted an array or a symbol. Do this: take one "
     "of them, or join them with Concatenate()([...])"),
    ("layer-axes", lambda: layers.LSTM(2)(Input(shape=(4,))),
     "LSTM 'lstm' takes an input of 3 axes: got shape (None, 4), wanted (N, T, F). Do this: return_sequences=True in a recurrent layer before it, or add the missing axis with Reshape"),
    ("layer-as-input", lambda: layers.Dense(2)(layers.Dense(3)),
     "Dense 'dense' is called on arrays or symbols: got the layer Dense, wanted what the layer returns. Do this: call it first: Dense(...)(x)"),
    ("call-inputs", lambda: layers.Concatenate()(Input(shape=(4,)), Input(shape=(4,))),
     "Concatenate 'concatenate' is called on a list of inputs: got 2 inputs, wanted one list. Do this: Concatenate(...)([a, b])"),
    ("attention-value", lambda: layers.MultiHeadAttention(2, 2)(Input(shape=(4, 3))),
     "MultiHeadAttention 'multi_head_attention' is called on queries and values: got one input, wanted two. Do this: MultiHeadAttention(...)(x, x), where a sequence reads itself"),
    ("sequential-list", lambda: Sequential(layers.Dense(2), layers.Dense(3)),
     "a Sequential takes a list of layers: got the layer Dense, wanted a list. Do this: Sequential([Dense(3), Dense(2)]), say"),
    ("sequential-layer", lambda: Sequential([layers.Dense]),
     "a Sequential is made of layers: got the class Dense, wanted a layer. Do this: Dense(...), an instance"),
    ("number-of-inputs", lambda: model().fit([X, X], Y, verbose=0),
     "the model takes another number of inputs: got 2, wanted 1"),
    ("lengths-of-inputs", lambda: pair().predict([X, X[:7]], verbose=0),
     "the inputs differ in length: got left: 30, right: 7, wanted as many rows in each"),
    ("loss-weight", lambda: model().compile("sgd", "mse", ["accuracy"]),
     "loss_weights are numbers: got 'accuracy', wanted a number for each output. Do this: name the arguments after loss, as in compile(optimizer, loss, metrics=[...])"),
    ("not-built", lambda: Sequential([layers.Dense(2)]).build(),
     "the model does not know its input's shape yet: got a Sequential without Input. Do this: put Input(shape=...) first, or call build((None, ...))"),
    ("text-array", lambda: model().fit(X, np.array(["a", "b"] * 15), verbose=0),
     "an array holds text: got <U1, wanted numbers. Do this: np.unique(y, return_inverse=True)[1] numbers classes; StringLookup and TextVectorization read texts"),
    ("no-targets", lambda: model().evaluate(X, verbose=0),
     "training and evaluation need targets: got y=None, wanted an array y, also in validation_data=(x, y)"),
    ("class-numbers", lambda: fourfold.utils.to_categorical(["a", "b"]),
     "classes are numbered from 0: got an array of <U1, wanted whole numbers. Do this: np.unique(labels, return_inverse=True)[1] numbers them"),
    ("layer-open-axis", lambda: layers.Dense(2)(Input(shape=(None,))),
     "Dense 'dense' needs to know the length of axis -1 for its weights: got shape (None, None), wanted a number in the place of None. Do this: give Input the length of that axis"),
    ("layer-whole-number", lambda: layers.Dense(2.5),
     "units is not a whole number of at least 1: got units=2.5. Do this: units=32, say"),
    ("layer-choice", lambda: layers.Conv1D(2, 3, padding="sam"),
     "padding has no such value: got padding='sam', wanted one of 'valid', 'same', 'causal'. Do this: padding=\"same\""),
    ("layer-rate", lambda: layers.Dropout(1.5), "rate is not a share: got rate=1.5, wanted a number from 0 to 1"),
    ("layer-unsupported", lambda: layers.Dense(2, lora_rank=4),
     "Dense has no lora_rank: got lora_rank=4, wanted None"),
    ("target-shape", lambda: losses.MeanSquaredError()(np.zeros((5, 3)), np.zeros((5, 2))),
     "the target doesn't fit the output of shape (5, 2): got a target of shape (5, 3), wanted (5, 2). Do this: give the last layer as many units as the target has columns, or reshape the target"),
    ("unknown-loss", lambda: losses.get("mean_square_error"), "Do this: write 'mean_squared_error'"),
    ("unknown-metric", lambda: metrics.get("acuracy"), "Do this: write 'accuracy'"),
    ("unknown-optimizer", lambda: optimizers.get("adm"), "Do this: write 'adam'"),
    ("scale", lambda: VarianceScaling(scale=-1.0), "the scale must be positive: got -1.0, wanted a number > 0"),
    ("normalization-axis", lambda: layers.RMSNormalization(axis=1.5),
     "RMSNormalization needs axes to normalise over: got axis=1.5, wanted a whole number or a list of them"),
    ("normalization-axis-of-channels", lambda: layers.BatchNormalization(axis=1.5),
     "BatchNormalization needs the axis of the channels: got axis=1.5, wanted a whole number"),
    ("positional-length", lambda: [grown(np.ones((1, steps, 2), "float32")) for grown in [layers.PositionalEncoding("learned")] for steps in (3, 4)],
     "positional_encoding has learned too few places for this input: got 4 steps, wanted 3 at most. Do this: max_length=4, or kind='sinusoidal'"),
    ("class-numbers", lambda: to_categorical([0, 3], 2), "a class number is too large: got 3, wanted below 2"),
    ("unknown-option", lambda: fourfold.compare(X, Y, efort="quick"),
     "compare has no such option: got 'efort' (did you mean 'effort'?), wanted out, executor, force, verbose, target, task, layout, test, bounds, effort, seed, seeds, steps, margin, examples, candidates, hyperparameters, y, rows, image_size, tokens, text_length, weight, group, id, time, time_ordered, drop, forecast, window, season, augment, target_per, encoding, header"),
    ("unknown-option", lambda: fourfold.compare(X, Y, outt="study"),
     "compare has no such option: got 'outt' (did you mean 'out'?), wanted out, executor, force, verbose, target, task, layout, test, bounds, effort, seed, seeds, steps, margin, examples, candidates, hyperparameters, y, rows, image_size, tokens, text_length, weight, group, id, time, time_ordered, drop, forecast, window, season, augment, target_per, encoding, header"),
    ("unknown-option", lambda: fourfold.compare(X, Y, families=["dense"]),
     "compare has no such option: got 'families' (did you mean 'candidates'?), wanted out, executor, force, verbose, target, task, layout, test, bounds, effort, seed, seeds, steps, margin, examples, candidates, hyperparameters, y, rows, image_size, tokens, text_length, weight, group, id, time, time_ordered, drop, forecast, window, season, augment, target_per, encoding, header"),
    ("unknown-option", lambda: fourfold.compare(X, Y, no_examples=True),
     "compare has no such option: got 'no_examples' (did you mean 'examples'?), wanted out, executor, force, verbose, target, task, layout, test, bounds, effort, seed, seeds, steps, margin, examples, candidates, hyperparameters, y, rows, image_size, tokens, text_length, weight, group, id, time, time_ordered, drop, forecast, window, season, augment, target_per, encoding, header"),
]  # fmt: skip


@pytest.mark.parametrize("slug, provoke, text", TABLE, ids=[f"{row[0]}-{i}" for i, row in enumerate(TABLE)])
def test_a_message(slug, provoke, text):
    with pytest.raises(FourfoldError) as caught:
        provoke()
    said = str(caught.value)
    assert caught.value.slug == slug
    assert said == text or (text.startswith("Do this") and said.endswith(text)), said
