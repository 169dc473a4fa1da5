"""GPT-2 of `transformers` (Flax) with the weights that were given: scores, mean loss of the next tokens, gradients."""

import jax
import jax.numpy as jnp
from transformers import FlaxGPT2LMHeadModel, GPT2Config

from arrays import answer, given
from names import losses_of, nested, results_of

settings, arrays = given()
ids = arrays.pop("ids").astype("int32")
labels = arrays.pop("labels").astype("int32")
config = GPT2Config(
    vocab_size=settings["vocabSize"],
    n_positions=settings["positions"],
    n_embd=settings["width"],
    n_layer=settings["layers"],
    n_head=settings["heads"],
    attn_pdrop=0,
    embd_pdrop=0,
    resid_pdrop=0,
)
model = FlaxGPT2LMHeadModel(config, _do_init=False)


def path(name):
    """The place of a parameter in Flax, and whether its matrix is turned round there."""
    *place, last = name.split(".")
    if place[-1] in ("wte", "wpe"):
        return ["transformer", *place, "embedding"], False
    if last == "weight" and place[-1].startswith("ln_"):
        return ["transformer", *place, "scale"], False
    return ["transformer", *place, "kernel" if last == "weight" else last], last == "weight"


def loss(params):
    scores = model(jnp.asarray(ids), params=params).logits
    return losses_of(scores, labels), scores


(value, scores), gradients = jax.value_and_grad(loss, has_aux=True)(nested(arrays, path))
answer({"loss": value, "scores": scores, **results_of(gradients, arrays, path)})
