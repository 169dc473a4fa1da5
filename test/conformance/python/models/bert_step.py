"""
A training step of the small BERT as it is shipped, in JAX: the encoder is FlaxBertModel of `transformers`, the rest is what
src/model/bert.ts has when the synapse calls itself. `npm run bench models` is our side.
"""

import jax
import jax.numpy as jnp
import optax
from transformers import BertConfig, FlaxBertModel

from steps import apply, entropy, heard_of, measure, parameters

ROWS, LENGTH, WIDTH, VOCABULARY, ANSWER = 16, 64, 128, 1024, 1024
# 15 % of the words of a full batch. A step that is compiled has a fixed number of them.
MASKED = ROWS * (LENGTH - 3) * 15 // 100

config = BertConfig(
    vocab_size=VOCABULARY,
    max_position_embeddings=LENGTH,
    hidden_size=WIDTH,
    intermediate_size=4 * WIDTH,
    num_hidden_layers=2,
    num_attention_heads=4,
    attention_probs_dropout_prob=0,
    hidden_dropout_prob=0,
)
model = FlaxBertModel(config, seed=0, add_pooling_layer=False)
normal, linear = parameters(1)
FEW = 0.02
params = {
    "encoder": model.params,
    "pooler": linear(WIDTH, WIDTH, FEW),
    "next": linear(WIDTH, 2, FEW),
    "transform": linear(WIDTH, WIDTH, FEW),
    "norm": {"gamma": jnp.ones(WIDTH), "beta": jnp.zeros(WIDTH)},
    "bias": jnp.zeros(VOCABULARY),
    "student0": linear(WIDTH, WIDTH, FEW),
    "student1": linear(WIDTH, ANSWER, FEW),
    "joiner0": linear(WIDTH, WIDTH, FEW),
    "context": normal((ANSWER, WIDTH), FEW),
    "joiner1": linear(WIDTH, WIDTH, FEW),
    "gate": linear(WIDTH, 1, FEW),
}


def normed(layer, x):
    apart = x - x.mean(-1, keepdims=True)
    return apart * jax.lax.rsqrt((apart**2).mean(-1, keepdims=True) + 1e-12) * layer["gamma"] + layer["beta"]


def loss(params, ids, segments, places, labels, follows):
    visible = jnp.ones_like(ids)
    state = model(ids, visible, segments, params=params["encoder"]).last_hidden_state.reshape(-1, WIDTH)
    student = apply(params["student1"], jax.nn.gelu(apply(params["student0"], state)))
    context = heard_of(student)
    begins = jnp.arange(0, ROWS * LENGTH, LENGTH)

    def joined(said, at):
        heard = jax.nn.gelu(apply(params["joiner0"], state[at]) + said[at] @ params["context"])
        return state[at] + apply(params["joiner1"], heard)

    def both(said):
        bent = jax.nn.gelu(apply(params["transform"], joined(said, places)), approximate=False)
        table = params["encoder"]["embeddings"]["word_embeddings"]["embedding"]
        scores = normed(params["norm"], bent) @ table.T + params["bias"]
        scores += apply(params["gate"], state[places]) * 2 * said[places]
        pooled = jnp.tanh(apply(params["pooler"], joined(said, begins)))
        return entropy(scores, labels) + entropy(apply(params["next"], pooled), follows)

    return both(student) + both(context) + jnp.mean((student - context) ** 2), ()


def batch(index):
    keys = jax.random.split(jax.random.key(index), 4)
    ids = jax.random.randint(keys[0], (ROWS, LENGTH), 0, VOCABULARY)
    segments = jnp.tile((jnp.arange(LENGTH) >= LENGTH // 2).astype("int32"), (ROWS, 1))
    places = jnp.sort(jax.random.permutation(keys[1], ROWS * LENGTH)[:MASKED])
    labels = jax.random.randint(keys[2], (MASKED,), 0, VOCABULARY)
    return ids, segments, places, labels, jax.random.randint(keys[3], (ROWS,), 0, 2)


measure(params, loss, optax.adam(1e-3), batch)
