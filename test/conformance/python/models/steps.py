"""How long a training step takes in JAX: what the scripts named *_step.py share."""

import json
import statistics
import sys
import time

import jax
import jax.numpy as jnp
import optax

WARM_UP = 3


def parameters(seed):
    """Makes parameters: normal numbers, and linear layers."""
    keys = iter(jax.random.split(jax.random.key(seed), 64))

    def normal(shape, deviation):
        return deviation * jax.random.normal(next(keys), shape)

    def linear(inputs, outputs, deviation):
        return {"w": normal((inputs, outputs), deviation), "b": jnp.zeros(outputs)}

    return normal, linear


def apply(layer, x):
    return x @ layer["w"] + layer["b"]


def heard_of(student):
    """What a synapse that calls itself hears: its own answer at norm 32, through which no gradient goes."""
    heard = jax.lax.stop_gradient(student)
    return 32 * heard / jnp.linalg.norm(heard, axis=-1, keepdims=True)


def entropy(scores, labels):
    return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()


def measure(params, loss, optimizer, batch):
    """
    Prints the median processor time (of all threads) and the median time of a step. `loss(params, *batch(index))` returns the loss and
    what else the step makes; argv[1] says how many steps.
    """
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 25

    @jax.jit
    def step(params, memory, *data):
        (value, made), gradients = jax.value_and_grad(loss, has_aux=True)(params, *data)
        updates, memory = optimizer.update(gradients, memory)
        return optax.apply_updates(params, updates), memory, value, made

    memory = optimizer.init(params)
    cpu, wall, first = [], [], None
    for index in range(steps + WARM_UP):
        data = jax.block_until_ready(batch(index))
        began = time.process_time(), time.perf_counter()
        params, memory, value, made = jax.block_until_ready(step(params, memory, *data))
        if index >= WARM_UP:
            cpu.append(1000 * (time.process_time() - began[0]))
            wall.append(1000 * (time.perf_counter() - began[1]))
        first = float(value) if first is None else first
    figures = {"cpuMs": statistics.median(cpu), "wallMs": statistics.median(wall), "loss": [first, float(value)]}
    print(json.dumps(figures))
