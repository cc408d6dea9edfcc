"""Embedded data: shapes, and tasks whose known answer their own rule gives."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from fourfold.data import plan, read, synthetic
from fourfold.preprocessing import Preparation

# name: (layout, shape of the prepared inputs, output, number of classes)
EMBEDDED = {
    "digits": ("image", (1797, 8, 8, 1), "softmax", 10),
    "iris": ("flat", (150, 4), "softmax", 3),
    "wine": ("flat", (178, 13), "softmax", 3),
    "breast-cancer": ("flat", (569, 30), "sigmoid", 2),
    "diabetes": ("flat", (442, 10), "softplus", 0),
    "moved-motifs": ("sequence", (300, 256, 1), "softmax", 4),
    "key-value-recall": ("sequence", (2000, 9, 13), "softmax", 4),
    "flip-flop": ("sequence", (1000, 96, 8), "softmax", 4),
    "flat-features": ("flat", (4000, 64), "sigmoid", 2),
    "noise": ("sequence", (300, 64, 1), "sigmoid", 2),
}


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_data(name):
    data = read(name)
    prepared = Preparation.fit(data, plan(data, seed=0)[0].train).inputs(data.inputs)
    assert (data.layout, prepared.shape, data.task.output, len(data.task.classes)) == EMBEDDED[name]
    assert read(name).fingerprint == data.fingerprint


@pytest.mark.parametrize("task", synthetic.TASKS, ids=lambda task: task.name)
def test_examples_follow_from_n_and_seed(task):
    x, y = task.examples(50, 7)
    again, other = task.examples(50, 7), task.examples(50, 8)
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(y, again[1])
    assert not np.array_equal(x, other[0])
    assert (x.dtype, y.dtype, len(x)) == (np.float32, np.int64, 50)


def recalled(x):
    keys, query = x[:, :-1, :8], x[:, -1:, :8]
    return np.argmax(x[np.arange(len(x)), np.argmax((keys == query).all(axis=2), axis=1), 8:12], axis=1)


def written_last(x):
    writes = x[:, :, :4].max(axis=2)
    last = x.shape[1] - 1 - np.argmax(writes[:, ::-1], axis=1)
    return np.argmax(x[np.arange(len(x)), last, :4], axis=1)


def matched(x):
    series = np.lib.stride_tricks.sliding_window_view(x[..., 0], 12, axis=1)
    return np.argmax((series @ synthetic.moved_motifs_rule().T).max(axis=1), axis=1)


def unrotated(x):
    z = x @ synthetic.flat_features_rule().T
    return (z[:, 0] * z[:, 1] > 0).astype(int)


RULES = {
    "key-value-recall": (synthetic.key_value_recall, recalled, 1.0),
    "flip-flop": (synthetic.flip_flop, written_last, 1.0),
    "moved-motifs": (synthetic.moved_motifs, matched, 0.95),
    "flat-features": (synthetic.flat_features, unrotated, 0.999),
}


@pytest.mark.parametrize("name", RULES)
def test_the_rule_solves_the_task_and_nothing_simple_does(name):
    examples, rule, wanted = RULES[name]
    x, y = examples(1500, 3)
    assert np.mean(rule(x) == y) >= wanted
    chance = 1 / (y.max() + 1)
    linear = cross_val_score(LogisticRegression(max_iter=300), x.reshape(len(x), -1), y, cv=3).mean()
    nearest = cross_val_score(KNeighborsClassifier(5), x.reshape(len(x), -1), y, cv=3).mean()
    assert linear < (chance + 0.4 if name == "flip-flop" else chance + 0.2)
    assert nearest < 0.85


def test_flip_flop_keeps_quiet_at_the_end_and_recall_has_one_answer():
    x, _ = synthetic.flip_flop(400, 0)
    assert x[:, 72:, :4].max() == 0
    assert (x[:, :72, :4].max(axis=2).sum(axis=1) >= 1).all()
    x, _ = synthetic.key_value_recall(400, 0)
    assert ((x[:, :-1, :8] == x[:, -1:, :8]).all(axis=2).sum(axis=1) == 1).all()
    labels = [
        np.bincount(task.examples(400, 0)[1]).min()
        for task in synthetic.TASKS
        if task.name != "flat-features"
    ]
    assert labels == [100, 100, 100, 200]
