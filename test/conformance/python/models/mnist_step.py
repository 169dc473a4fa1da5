"""A training step of the digits network as it is shipped, in JAX: `npm run bench models` is our side."""

import jax
import jax.numpy as jnp
import optax

from steps import apply, entropy, heard_of, measure, parameters

ROWS, PIXELS, HIDDEN, ANSWER, CLASSES = 64, 784, 1024, 1024, 10

_, linear = parameters(1)
params = {
    "student0": linear(PIXELS, HIDDEN, (2 / PIXELS) ** 0.5),
    "student1": linear(HIDDEN, ANSWER, HIDDEN**-0.5),
    "main0": linear(PIXELS + ANSWER, HIDDEN, (2 / (PIXELS + ANSWER)) ** 0.5),
    "main1": linear(HIDDEN, HIDDEN, (2 / HIDDEN) ** 0.5),
    "target": linear(HIDDEN, CLASSES, HIDDEN**-0.5),
}


def loss(params, x, labels):
    student = apply(params["student1"], jax.nn.relu(apply(params["student0"], x)))
    context = heard_of(student)

    def scores(said):
        hidden = jax.nn.relu(apply(params["main0"], jnp.concatenate([x, said], -1)))
        return apply(params["target"], jax.nn.relu(apply(params["main1"], hidden)))

    return entropy(scores(student), labels) + entropy(scores(context), labels) + jnp.mean((student - context) ** 2), ()


def batch(index):
    pixels, classes = jax.random.split(jax.random.key(index))
    return jax.random.normal(pixels, (ROWS, PIXELS)), jax.random.randint(classes, (ROWS,), 0, CLASSES)


measure(params, loss, optax.sgd(0.01, momentum=0.9), batch)
