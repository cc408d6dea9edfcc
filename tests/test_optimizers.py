"""Optimizers and schedules agree with the installed Keras over several steps; they are pure and scan."""

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from fourfold import optimizers
from fourfold.errors import OptionError
from fourfold.optimizers import schedules

RNG = np.random.default_rng(0)
WEIGHTS = {
    "dense/kernel": RNG.normal(size=(4, 3)).astype(np.float32),
    "dense/bias": RNG.normal(size=3).astype(np.float32),
    "scale": np.float32(1.5),
}
STEPS = 7
GRADIENTS = [
    {
        path: (RNG.normal(size=np.shape(w)) * 10.0 ** RNG.integers(-3, 2)).astype(np.float32)
        for path, w in WEIGHTS.items()
    }
    for _ in range(STEPS)
]
COSINE = (
    "CosineDecay",
    {"initial_learning_rate": 0.0, "decay_steps": 4, "warmup_target": 0.1, "warmup_steps": 3},
)

CASES = [  # name, arguments, learning rate schedule
    ("SGD", {}, None),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}, None),
    ("SGD", {"momentum": 0.9, "nesterov": True}, None),
    ("SGD", {"momentum": 0.5}, COSINE),
    ("SGD", {"weight_decay": 0.1, "clipnorm": 0.5}, None),
    ("SGD", {"clipvalue": 0.02}, None),
    ("SGD", {"global_clipnorm": 0.5}, None),
    ("SGD", {"global_clipnorm": 1e6}, None),
    ("Adam", {}, None),
    ("Adam", {"learning_rate": 0.3, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}, None),
    ("Adam", {"amsgrad": True}, None),
    ("Adam", {"weight_decay": 0.02, "global_clipnorm": 1.0}, None),
    ("Adam", {}, COSINE),
    ("AdamW", {}, None),
    ("AdamW", {"learning_rate": 0.1, "weight_decay": 0.5, "amsgrad": True}, None),
    ("AdamW", {}, COSINE),
    ("RMSprop", {}, None),
    ("RMSprop", {"rho": 0.7, "momentum": 0.6}, None),
    ("RMSprop", {"centered": True}, None),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.1, "clipvalue": 0.5}, COSINE),
    ("Nadam", {}, None),
    ("Nadam", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "weight_decay": 0.1}, None),
    ("Nadam", {"clipnorm": 1.0, "beta_2": 0.95}, COSINE),
    ("Adamax", {}, None),
    ("Adamax", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "global_clipnorm": 1.0}, None),
    ("Adamax", {"weight_decay": 0.1}, COSINE),
    ("Lamb", {}, None),
    ("Lamb", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "weight_decay": 0.1}, None),
    ("Adagrad", {}, None),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 1e-3, "clipvalue": 0.5}, None),
    ("Adagrad", {"weight_decay": 0.1}, COSINE),
    ("Adadelta", {}, None),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-4, "weight_decay": 0.01}, None),
    ("Lion", {}, None),
    ("Lion", {"learning_rate": 0.01, "beta_1": 0.7, "beta_2": 0.9, "weight_decay": 0.1, "clipnorm": 1.0}, None),
    ("Ftrl", {}, None),
    ("Ftrl", {"learning_rate": 0.1, "beta": 0.5, "l2_regularization_strength": 0.1}, None),
    ("Ftrl", {"learning_rate": 0.05, "l1_regularization_strength": 0.5, "learning_rate_power": -0.7}, None),
    ("Ftrl", {"l2_shrinkage_regularization_strength": 0.2, "initial_accumulator_value": 0.5}, None),
    ("Adafactor", {}, None),
    ("Adafactor", {"learning_rate": 2.0, "clip_threshold": 0.5, "beta_2_decay": -0.6, "epsilon_2": 0.1}, None),
    ("Adafactor", {"weight_decay": 0.1, "relative_step": False, "epsilon_1": 1e-3}, COSINE),
    ("Adafactor", {"gradient_accumulation_steps": 2, "use_ema": True, "global_clipnorm": 1.0}, None),
    ("Muon", {}, None),
    ("Muon", {"learning_rate": 0.1, "nesterov": False, "ns_steps": 3, "rms_rate": None, "momentum": 0.8}, None),
    ("Muon", {"adam_lr_ratio": 0.1, "weight_decay": None, "adam_weight_decay": 0.5, "exclude_layers": ["sca"]}, COSINE),
    ("Muon", {"weight_decay": 0.5, "adam_weight_decay": None, "exclude_layers": ["kern"], "learning_rate": 0.1}, None),
    ("Muon", {"gradient_accumulation_steps": 3, "use_ema": True, "exclude_embeddings": False}, None),
    ("ScheduleFreeAdamW", {}, None),
    ("ScheduleFreeAdamW", {"learning_rate": 0.1, "beta_1": 0.7, "warmup_steps": 3, "weight_decay": 0.1}, None),
    ("ScheduleFreeAdamW", {"gradient_accumulation_steps": 2, "beta_2": 0.9, "epsilon": 1e-3, "clipnorm": 0.5}, COSINE),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.8}, None),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3}, None),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "gradient_accumulation_steps": 3}, None),
    ("SGD", {"weight_decay": 0.1, "clipnorm": 0.5, "gradient_accumulation_steps": 2}, COSINE),
    ("Adam", {"gradient_accumulation_steps": 2, "weight_decay": 0.1}, None),
    ("AdamW", {"gradient_accumulation_steps": 2, "use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}, None),
    ("Lion", {"use_ema": True, "ema_overwrite_frequency": 1}, None),
    ("Ftrl", {"gradient_accumulation_steps": 3, "use_ema": True}, None),
]


def built(module, name, arguments, schedule):
    if schedule is not None:
        schedule_name, numbers = schedule
        rate = getattr(module.schedules, schedule_name)(**numbers)
        arguments = {**arguments, "learning_rate": rate}
    return getattr(module, name)(**arguments)


def keras_trajectory(optimizer, exclude=()):
    variables = [keras.Variable(value, name=path.rpartition("/")[2]) for path, value in WEIGHTS.items()]
    if exclude:
        optimizer.exclude_from_weight_decay(var_names=list(exclude))
    trajectory = []
    for gradients in GRADIENTS:
        optimizer.apply([jnp.asarray(g) for g in gradients.values()], variables)
        trajectory.append([np.asarray(variable.value) for variable in variables])
    return trajectory


def trajectory_of(optimizer):
    """All steps in one compiled scan, under JAX's strict rules."""
    weights = jax.tree.map(jnp.asarray, WEIGHTS)
    stacked = jax.tree.map(lambda *steps: jnp.stack(steps), *GRADIENTS)

    def step(carry, gradients):
        weights, state = carry
        weights, state = optimizer.update(gradients, state, weights)
        return (weights, state), weights

    with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion("strict"):
        (_, state), history = jax.jit(
            lambda: jax.lax.scan(step, (weights, optimizer.init(weights)), stacked)
        )()
    assert state["iteration"] == STEPS
    return [[np.asarray(history[path][i]) for path in WEIGHTS] for i in range(STEPS)]


def assert_same(ours, theirs):
    for mine, expected in zip(ours, theirs, strict=True):
        for a, b in zip(mine, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name, arguments, schedule", CASES)
def test_steps_and_configs_agree(name, arguments, schedule):
    ours, theirs = (
        built(optimizers, name, arguments, schedule),
        built(keras.optimizers, name, arguments, schedule),
    )
    expected = keras_trajectory(theirs)
    assert_same(trajectory_of(ours), expected)
    assert_same(trajectory_of(optimizers.deserialize(optimizers.serialize(ours))), expected)
    assert_same(trajectory_of(optimizers.deserialize(keras.optimizers.serialize(theirs))), expected)
    known, own = theirs.get_config(), ours.get_config()
    assert own.keys() == known.keys()
    own["learning_rate"] = known["learning_rate"] = own["name"] = known["name"] = None
    assert own == known
    assert optimizers.get({"class_name": name, "config": ours.get_config()}).get_config() == ours.get_config()


@pytest.mark.parametrize("exclude", [["bias"], ["bias", "scale"], ["^k"]])
def test_decay_leaves_out_the_same_weights(exclude):
    theirs = keras_trajectory(keras.optimizers.AdamW(weight_decay=0.5, learning_rate=0.1), exclude)
    ours = optimizers.AdamW(weight_decay=0.5, learning_rate=0.1, decay_exclude=exclude)
    later = optimizers.AdamW(weight_decay=0.5, learning_rate=0.1)
    later.exclude_from_weight_decay(var_names=exclude)
    assert_same(trajectory_of(ours), theirs)
    assert_same(trajectory_of(later), theirs)
    assert optimizers.deserialize(optimizers.serialize(ours)).decay_exclude == tuple(exclude)


def test_decay_by_path():
    optimizer = optimizers.AdamW(decay_exclude=["a/kernel", "bias"])
    paths = ["a/kernel", "b/kernel", "a/bias", "debias/kernel"]
    assert [optimizer.decays(path) for path in paths] == [False, True, False, True]


def test_a_learning_rate_may_be_a_function_of_nothing():
    weights = jax.tree.map(jnp.asarray, WEIGHTS)
    ours, same = optimizers.SGD(lambda: 0.5), optimizers.SGD(0.5)
    steps = [one.update(GRADIENTS[0], one.init(weights), weights)[0] for one in (ours, same)]
    jax.tree.map(np.testing.assert_array_equal, *steps)
    assert ours.learning_rate == float(keras.optimizers.SGD(lambda: 0.5).learning_rate) == 0.5


def test_a_traced_learning_rate_overrides_and_does_not_recompile():
    optimizer = optimizers.Adam(1.0)
    weights = jax.tree.map(jnp.asarray, WEIGHTS)
    traces = []

    @jax.jit
    def step(learning_rate):
        traces.append(1)
        return optimizer.update(GRADIENTS[0], optimizer.init(weights), weights, learning_rate)[0]

    for rate in (0.01, 0.5):
        own = optimizers.Adam(rate).update(GRADIENTS[0], optimizer.init(weights), weights)[0]
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), step(jnp.float32(rate)), own)
    assert len(traces) == 1


def test_replicas_with_a_learning_rate_each_are_a_vmap():
    optimizer = optimizers.AdamW(weight_decay=0.1, global_clipnorm=1.0)
    weights = jax.tree.map(jnp.asarray, WEIGHTS)
    rates = jnp.float32([0.001, 0.1])
    together = jax.vmap(
        lambda rate: optimizer.update(GRADIENTS[0], optimizer.init(weights), weights, rate)[0]
    )(rates)
    for i, rate in enumerate(rates):
        alone = optimizer.update(GRADIENTS[0], optimizer.init(weights), weights, rate)[0]
        for path in WEIGHTS:
            np.testing.assert_allclose(together[path][i], alone[path], rtol=1e-6)


def test_a_schedule_reads_the_counter_of_the_state():
    optimizer = optimizers.SGD(schedules.PiecewiseConstantDecay([1], [1.0, 0.0]))
    weights, state = {"w": jnp.zeros(())}, optimizer.init({"w": jnp.zeros(())})
    for expected in (-1.0, -2.0, -2.0):
        weights, state = optimizer.update({"w": jnp.ones(())}, state, weights)
        assert weights["w"] == expected


SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5, "staircase": True},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [3, 7], "values": [0.3, 0.2, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [5], "values": [0.3, 0.2]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 5}),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 5, "power": 2.0, "end_learning_rate": 0.02},
    ),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 8}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "alpha": 0.1}),
    COSINE,
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 3}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.0, "m_mul": 0.8, "alpha": 0.1}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.5, "m_mul": 0.5}),
]


@pytest.mark.parametrize("name, arguments", SCHEDULES)
def test_schedules_agree(name, arguments):
    ours, theirs = (
        getattr(schedules, name)(**arguments),
        getattr(keras.optimizers.schedules, name)(**arguments),
    )
    steps = range(25)
    with jax.numpy_rank_promotion("raise"):
        values = jax.jit(jax.vmap(ours))(jnp.arange(25))
    assert values.dtype == jnp.float32
    np.testing.assert_allclose(values, [float(theirs(step)) for step in steps], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose([float(ours(step)) for step in steps], values, rtol=1e-5, atol=1e-8)
    assert ours.get_config() == theirs.get_config()
    config = keras.optimizers.schedules.serialize(theirs)
    assert config == schedules.serialize(ours) == schedules.serialize(schedules.deserialize(config))


@pytest.mark.parametrize("name", ["sgd", "SGD", "adam", "Adam", "adamw", "rmsprop", "RMSprop", "nadam", "adamax", "adagrad", "adadelta", "lion", "ftrl", "adafactor", "muon", "schedulefreeadamw"])
def test_names_and_defaults_agree(name):
    theirs = keras.optimizers.get(name)
    ours = optimizers.get(name)
    assert type(ours).__name__ == type(theirs).__name__
    own, known = ours.get_config(), theirs.get_config()
    assert own.pop("learning_rate") == pytest.approx(known["learning_rate"], rel=1e-6)
    assert own.pop("name") and own.items() <= known.items()


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adamax", "Nadam", "Lamb", "RMSprop", "Adagrad", "Adadelta", "Lion", "Ftrl", "Adafactor", "Muon", "ScheduleFreeAdamW"])
def test_arguments_have_the_places_that_keras_gives_them(name):
    ours, theirs = (list(inspect.signature(getattr(module, name)).parameters) for module in (optimizers, keras.optimizers))
    assert [*ours[:-1], "kwargs"] == theirs and ours[-1] == "decay_exclude"


def test_arguments_by_place_and_those_of_subclasses():
    optimizer = optimizers.SGD(0.1, 0.9, True, 0.01, None, None, 2.0, True, 0.5)
    assert (optimizer.weight_decay, optimizer.global_clipnorm, optimizer.ema_momentum) == (0.01, 2.0, 0.5)

    def halved_of(library):
        class Halved(library.SGD):
            def __init__(self, learning_rate=0.1, **kwargs):
                super().__init__(learning_rate / 2, **kwargs)

        return Halved(clipnorm=1.0, use_ema=True, momentum=0.5)

    halved, theirs = halved_of(optimizers), halved_of(keras.optimizers)
    assert halved.learning_rate == 0.05 and halved.clipnorm == 1.0
    assert halved.get_config().keys() == theirs.get_config().keys()
    assert type(halved).from_config(halved.get_config()).momentum == 0.5
    with pytest.raises(OptionError, match="no argument of SGD .*momentun.*write .momentum"):
        optimizers.SGD(momentun=0.9)


def test_the_average_is_what_training_ends_with():
    optimizer = optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5)
    weights, state = {"w": jnp.zeros(())}, optimizer.init({"w": jnp.zeros(())})
    for weight, average in ((-0.5, -0.5), (-1.0, -0.75), (-1.5, -1.125)):
        weights, state = optimizer.update({"w": jnp.ones(())}, state, weights)
        assert weights["w"] == weight and optimizer.final(weights, state)["w"] == average
    assert optimizers.SGD().final(weights, state) is weights


def test_batches_that_wait_change_no_weight():
    optimizer = optimizers.Adam(gradient_accumulation_steps=2)
    weights = jax.tree.map(jnp.asarray, WEIGHTS)
    after, state = optimizer.update(GRADIENTS[0], optimizer.init(weights), weights)
    jax.tree.map(np.testing.assert_array_equal, after, weights)
    mean = jax.tree.map(lambda a, b: (a + b) / 2, GRADIENTS[0], GRADIENTS[1])
    alone, _ = optimizers.Adam().update(mean, optimizers.Adam().init(weights), weights)
    after, state = optimizer.update(GRADIENTS[1], state, after)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), after, alone)
    assert not np.any(state["gradient_accumulator"]["dense/kernel"]) and state["iteration"] == 2


def test_nadam_after_many_steps():
    """The product of its momenta, which Keras keeps as a number, is read from a table."""
    ours, theirs = optimizers.Nadam(0.01), keras.optimizers.Nadam(0.01)
    weights, variable = {"w": jnp.zeros(3)}, keras.Variable(np.zeros(3, np.float32))
    step, state = jax.jit(ours.update), ours.init(weights)
    for i in range(60):
        g = jnp.float32([np.sin(i), 1.0, -0.1 * i])
        weights, state = step({"w": g}, state, weights)
        theirs.apply([g], [variable])
    np.testing.assert_allclose(weights["w"], variable.value, rtol=1e-5)


def test_ftrl_makes_weights_zero():
    optimizer = optimizers.Ftrl(0.1, l1_regularization_strength=5.0)
    weights = {"w": jnp.float32([0.3, -0.2])}
    after, _ = optimizer.update({"w": jnp.float32([0.01, 9.0])}, optimizer.init(weights), weights)
    assert after["w"][0] == 0 and after["w"][1] != 0


MISTAKES = [
    (lambda: optimizers.get("adma"), "there is no optimizer of this name: got 'adma'.*Do this: write 'adam'"),
    (lambda: optimizers.get(3), "this is no optimizer: got 3"),
    (lambda: optimizers.get(len), "this is no optimizer"),
    (lambda: optimizers.Adam("fast"), "this is no learning rate: got 'fast'"),
    (lambda: optimizers.Adam(-0.1), "this is no learning rate: got -0.1"),
    (lambda: optimizers.Adam(float("nan")), "this is no learning rate: got nan"),
    (lambda: optimizers.SGD(momentum=2), "momentum must lie between 0 and 1: got 2"),
    (lambda: optimizers.SGD(clipnorm=1, clipvalue=1), "clipped in one way only: got clipnorm=1, clipvalue=1"),
    (lambda: optimizers.AdamW(weight_decay=None), "AdamW needs a weight decay"),
    (lambda: optimizers.Adam(lr=0.1), "no argument of Adam of this name: got 'lr', wanted one of .*learning_rate"),
    (lambda: optimizers.SGD(learning_rat=0.1), "no argument of SGD of this name.*write 'learning_rate'"),
    (lambda: optimizers.Adam.from_config({"use_emma": True}), "no argument of Adam of this name: got 'use_emma'.*write 'use_ema'"),
    (lambda: optimizers.Adam(use_ema=True, ema_momentum=1.5), "ema_momentum can't be this: got 1.5, wanted a number from 0 to 1"),
    (lambda: optimizers.Adam(ema_overwrite_frequency=0), "ema_overwrite_frequency can't be this: got 0"),
    (lambda: optimizers.SGD(gradient_accumulation_steps=1), "gradient_accumulation_steps can't be this: got 1, wanted 2"),
    (lambda: optimizers.SGD(loss_scale_factor=2.0), "loss_scale_factor can't be this: got 2.0, wanted None"),
    (lambda: optimizers.Lion(beta_1=0.0), "beta_1 of Lion is out of range: got 0.0"),
    (lambda: optimizers.Ftrl(l1_regularization_strength=-1.0), "l1_regularization_strength has the wrong sign: got -1.0, wanted at least 0"),
    (lambda: optimizers.Ftrl(learning_rate_power=0.5), "learning_rate_power has the wrong sign: got 0.5, wanted at most 0"),
    (lambda: schedules.CosineDecay(0.1, 0), "decay_steps must be positive: got 0"),
    (
        lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1]),
        "got 1 values for 2 boundaries, wanted 3 values",
    ),
]


@pytest.mark.parametrize("mistake, message", MISTAKES)
def test_mistakes_are_told(mistake, message):
    with pytest.raises(OptionError, match=message):
        mistake()
