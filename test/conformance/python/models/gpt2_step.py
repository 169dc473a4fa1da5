"""
A training step of the small GPT-2 as it is shipped, in JAX: the encoder is FlaxGPT2Model of `transformers`, the rest is what
src/model/language.ts has when the synapse calls itself. `npm run bench models` is our side.
"""

import jax
import jax.numpy as jnp
import optax
from transformers import FlaxGPT2Model, GPT2Config

from steps import apply, entropy, heard_of, measure, parameters

ROWS, LENGTH, WIDTH, VOCABULARY = 8, 64, 128, 1024

config = GPT2Config(
    vocab_size=VOCABULARY, n_positions=LENGTH, n_embd=WIDTH, n_layer=2, n_head=4, attn_pdrop=0, embd_pdrop=0, resid_pdrop=0
)
model = FlaxGPT2Model(config, seed=0)
normal, linear = parameters(1)
FEW = 0.02
params = {
    "encoder": model.params,
    "student0": linear(WIDTH, WIDTH, FEW),
    "student1": linear(WIDTH, VOCABULARY, FEW),
    "joiner0": linear(WIDTH, WIDTH, FEW),
    "context": normal((VOCABULARY, WIDTH), FEW),
    "joiner1": linear(WIDTH, WIDTH, FEW),
    "gate": linear(WIDTH, 1, FEW),
}


def loss(params, ids, labels):
    state = model(ids, params=params["encoder"]).last_hidden_state
    student = apply(params["student1"], jax.nn.gelu(apply(params["student0"], state)))
    context = heard_of(student)

    def lost(said):
        joined = jax.nn.gelu(apply(params["joiner0"], state) + said @ params["context"])
        output = state + apply(params["joiner1"], joined)
        scores = output @ params["encoder"]["wte"]["embedding"].T + apply(params["gate"], state) * 2 * said
        return entropy(scores, labels)

    return lost(student) + lost(context) + jnp.mean((student - context) ** 2), ()


def batch(index):
    ids = jax.random.randint(jax.random.key(index), (ROWS, LENGTH + 1), 0, VOCABULARY)
    return ids[:, :-1], ids[:, 1:]


measure(params, loss, optax.adam(1e-3), batch)
