"""
Processor time of a training step of the small GPT-2 with its student and joiner in JAX: the encoder is FlaxGPT2Model of `transformers`,
the rest is what src/model/language.ts has when the synapse calls itself, Adam is that of optax. `npm run bench language` is our side.
"""

import statistics
import time

import jax
import jax.numpy as jnp
import optax
from transformers import FlaxGPT2Model, GPT2Config

ROWS, LENGTH, WIDTH, VOCABULARY, STEPS = 8, 64, 128, 1024, 25

config = GPT2Config(
    vocab_size=VOCABULARY, n_positions=LENGTH, n_embd=WIDTH, n_layer=2, n_head=4, attn_pdrop=0, embd_pdrop=0, resid_pdrop=0
)
model = FlaxGPT2Model(config, seed=0)
keys = iter(jax.random.split(jax.random.key(1), 16))


def linear(inputs, outputs):
    return {"w": 0.02 * jax.random.normal(next(keys), (inputs, outputs)), "b": jnp.zeros(outputs)}


params = {
    "encoder": model.params,
    "student0": linear(WIDTH, WIDTH),
    "student1": linear(WIDTH, VOCABULARY),
    "joiner0": linear(WIDTH, WIDTH),
    "context": 0.02 * jax.random.normal(next(keys), (VOCABULARY, WIDTH)),
    "joiner1": linear(WIDTH, WIDTH),
    "gate": linear(WIDTH, 1),
}


def apply(layer, x):
    return x @ layer["w"] + layer["b"]


def loss(params, ids, labels):
    state = model(ids, params=params["encoder"]).last_hidden_state
    student = apply(params["student1"], jax.nn.gelu(apply(params["student0"], state)))
    heard = jax.lax.stop_gradient(student)
    context = 32 * heard / jnp.linalg.norm(heard, axis=-1, keepdims=True)

    def entropy(said):
        joined = jax.nn.gelu(apply(params["joiner0"], state) + said @ params["context"])
        output = state + apply(params["joiner1"], joined)
        scores = output @ params["encoder"]["wte"]["embedding"].T + apply(params["gate"], state) * 2 * said
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    return entropy(student) + entropy(context) + jnp.mean((student - context) ** 2)


optimizer = optax.adam(1e-3)


@jax.jit
def step(params, memory, ids, labels):
    value, gradients = jax.value_and_grad(loss)(params, ids, labels)
    updates, memory = optimizer.update(gradients, memory)
    return optax.apply_updates(params, updates), memory, value


memory = optimizer.init(params)
costs = []
for index in range(STEPS):
    ids = jax.random.randint(jax.random.key(index), (ROWS, LENGTH + 1), 0, VOCABULARY)
    ids.block_until_ready()
    began = time.process_time()
    params, memory, value = step(params, memory, ids[:, :-1], ids[:, 1:])
    value.block_until_ready()
    if index >= 3:
        costs.append(1000 * (time.process_time() - began))
print(f"{statistics.median(costs):.0f} ms of CPU a step (smallest {min(costs):.0f}), loss {value:.2f}")
