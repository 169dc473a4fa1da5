"""A training step of the small dual path network as it is shipped, in JAX: `npm run bench models` is our side."""

import jax
import jax.numpy as jnp
import optax

from steps import apply, entropy, heard_of, measure, parameters

ROWS, SIZE, STEM, GROUPS, HIDDEN, ANSWER, CLASSES = 32, 32, 16, 8, 1024, 1024, 10
# Channels within, of the residual path, and new ones of the dense path.
STAGES = ((32, 64, 8), (64, 128, 16), (128, 256, 16))
EPSILON = 1e-5

normal, linear = parameters(1)
params = {}


def make(name, size, channels, outputs):
    weight = normal((size, size, channels, outputs), (2 / (size * size * channels)) ** 0.5)
    params[name] = {"weight": weight, "gamma": jnp.ones(outputs), "beta": jnp.zeros(outputs)}


make("stem", 3, 3, STEM)
channels = STEM
for i, (inner, residual, dense) in enumerate(STAGES):
    make(f"{i}.conv1", 1, channels, inner)
    make(f"{i}.conv2", 3, inner // GROUPS, inner)
    make(f"{i}.conv3", 1, inner, residual + dense)
    make(f"{i}.shortcut", 1, channels, residual + dense)
    channels = residual + 2 * dense
params["student0"] = linear(channels, HIDDEN, (2 / channels) ** 0.5)
params["student1"] = linear(HIDDEN, ANSWER, HIDDEN**-0.5)
params["main0"] = linear(channels + ANSWER, HIDDEN, (2 / (channels + ANSWER)) ** 0.5)
params["main1"] = linear(HIDDEN, HIDDEN, (2 / HIDDEN) ** 0.5)
params["target"] = linear(HIDDEN, CLASSES, HIDDEN**-0.5)


def convolve(layer, statistics, x, stride=1, groups=1):
    edge = (layer["weight"].shape[0] - 1) // 2
    raw = jax.lax.conv_general_dilated(
        x,
        layer["weight"],
        (stride, stride),
        [(edge, edge), (edge, edge)],
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=groups,
    )
    mean, variance = raw.mean((0, 1, 2)), raw.var((0, 1, 2))
    # Made as the step makes them; what follows them is nothing beside the rest.
    statistics.append((mean, variance))
    return (raw - mean) * jax.lax.rsqrt(variance + EPSILON) * layer["gamma"] + layer["beta"]


def see(params, statistics, x):
    x = jax.nn.relu(convolve(params["stem"], statistics, x))
    for i, (_, d, _) in enumerate(STAGES):
        out = jax.nn.relu(convolve(params[f"{i}.conv1"], statistics, x))
        out = jax.nn.relu(convolve(params[f"{i}.conv2"], statistics, out, 2, GROUPS))
        out = convolve(params[f"{i}.conv3"], statistics, out)
        kept = convolve(params[f"{i}.shortcut"], statistics, x, 2)
        x = jax.nn.relu(jnp.concatenate([kept[..., :d] + out[..., :d], kept[..., d:], out[..., d:]], -1))
    return x.mean((1, 2))


def loss(params, images, labels):
    statistics = []
    seen = see(params, statistics, images)
    student = apply(params["student1"], jax.nn.relu(apply(params["student0"], seen)))
    context = heard_of(student)

    def scores(said):
        hidden = jax.nn.relu(apply(params["main0"], jnp.concatenate([seen, said], -1)))
        return apply(params["target"], jax.nn.relu(apply(params["main1"], hidden)))

    total = entropy(scores(student), labels) + entropy(scores(context), labels) + jnp.mean((student - context) ** 2)
    return total, statistics


def batch(index):
    pixels, classes = jax.random.split(jax.random.key(index))
    return jax.random.normal(pixels, (ROWS, SIZE, SIZE, 3)), jax.random.randint(classes, (ROWS,), 0, CLASSES)


measure(params, loss, optax.sgd(0.01, momentum=0.9), batch)
