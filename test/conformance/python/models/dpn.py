"""A dual path network with student, main network and losses, written in JAX: training step and answer by running averages."""

import jax
import jax.numpy as jnp

from arrays import answer, given

# In 64 bits, so that only one side rounds.
jax.config.update("jax_enable_x64", True)
settings, arrays = given()
arrays = {name: array.astype("float64") for name, array in arrays.items()}
EPSILON = 1e-5
data = {name: arrays.pop(name) for name in ("x", "labels", "network")}
averages = {name: arrays.pop(name) for name in list(arrays) if name.endswith((".mean", ".variance"))}
labels = data["labels"].astype("int32")
labelled = labels.shape[0]


def convolve(parameters, statistics, name, x, stride, groups=1, relu=False):
    """Convolution and normalisation: by the batch when `statistics` is a dict to be filled, else by averages."""
    filters = parameters[f"{name}.weight"]
    edge = (filters.shape[0] - 1) // 2
    raw = jax.lax.conv_general_dilated(
        x,
        filters,
        (stride, stride),
        [(edge, edge), (edge, edge)],
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=groups,
        precision="highest",
    )
    if statistics is None:
        mean, variance = averages[f"{name}.mean"], averages[f"{name}.variance"]
    else:
        mean, variance = raw.mean((0, 1, 2)), raw.var((0, 1, 2))
        count = raw.size / mean.size
        statistics[f"{name}.mean"] = 0.9 * averages[f"{name}.mean"] + 0.1 * mean
        statistics[f"{name}.variance"] = 0.9 * averages[f"{name}.variance"] + 0.1 * variance * count / (count - 1)
    normal = (raw - mean) * jax.lax.rsqrt(variance + EPSILON)
    y = normal * parameters[f"{name}.gamma"] + parameters[f"{name}.beta"]
    return jax.nn.relu(y) if relu else y


def see(parameters, statistics, x):
    paths = convolve(parameters, statistics, "stem", x, 1, relu=True)
    for s, stage in enumerate(settings["stages"]):
        d = stage["residual"]
        for block in range(stage["blocks"]):
            name, stride = f"stage{s + 1}.{block}", stage["stride"] if block == 0 else 1
            out = convolve(parameters, statistics, f"{name}.conv1", paths, 1, relu=True)
            out = convolve(parameters, statistics, f"{name}.conv2", out, stride, settings["groups"], relu=True)
            out = convolve(parameters, statistics, f"{name}.conv3", out, 1)
            kept = convolve(parameters, statistics, f"{name}.shortcut", paths, stride) if block == 0 else paths
            joined = [kept[..., :d] + out[..., :d], kept[..., d:], out[..., d:]]
            paths = jax.nn.relu(jnp.concatenate(joined, -1))
    return paths.mean((1, 2))


def dense(parameters, name, x):
    return jnp.matmul(x, parameters[f"{name}.weight"], precision="highest") + parameters[f"{name}.bias"]


def student(parameters, seen):
    return dense(parameters, "student.1", jax.nn.relu(dense(parameters, "student.0", seen)))


def scores(parameters, seen, context):
    joined = jnp.matmul(context, parameters["main.0.context"], precision="highest")
    hidden = jax.nn.relu(dense(parameters, "main.0", seen) + joined)
    return dense(parameters, "target", jax.nn.relu(dense(parameters, "main.1", hidden)))


def cross_entropy(targets, logits):
    return -(targets * jax.nn.log_softmax(logits)).sum() / logits.shape[0]


def loss(parameters):
    statistics = {}
    seen = see(parameters, statistics, data["x"])
    guess, context = student(parameters, seen), data["network"]
    local, network = scores(parameters, seen, guess), scores(parameters, seen, context)
    targets = jax.nn.one_hot(labels, local.shape[1])
    readout = context[:labelled, : local.shape[1]] * settings["readoutNorm"] / 32
    total = cross_entropy(targets, local[:labelled]) + cross_entropy(targets, network[:labelled])
    total += settings["distillationWeight"] * ((context - guess) ** 2).mean() + cross_entropy(targets, readout)
    teacher = jax.lax.stop_gradient(jax.nn.softmax(network[labelled:]))
    total += cross_entropy(teacher, local[labelled:])
    return total, {"local": local, "network": network, **statistics}


def answered(parameters):
    seen = see(parameters, None, data["x"])
    logits = scores(parameters, seen, student(parameters, seen))
    return logits - logits.mean(1, keepdims=True)


(total, found), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(arrays)
results = {"loss": total.reshape(1), "answer": jax.jit(answered)(arrays)}
results.update({f"found/{name}": value for name, value in found.items()})
results.update({f"gradient/{name}": value for name, value in gradients.items()})
answer(results)
