"""
BERT of `transformers` (Flax) with the weights that were given: scores, mean loss of the masked words, loss of the next sentences,
gradients of their sum.
"""

import jax
import jax.numpy as jnp
import numpy as np
from transformers import BertConfig, FlaxBertForPreTraining

from arrays import answer, given
from names import losses_of, nested, results_of

PAD, SEPARATE = 0, 102

settings, arrays = given()
ids = arrays.pop("ids").astype("int32")
labels = arrays.pop("labels").astype("int32")
follows = arrays.pop("nextSentence").astype("int32")
config = BertConfig(
    vocab_size=settings["vocabSize"],
    max_position_embeddings=settings["positions"],
    hidden_size=settings["width"],
    intermediate_size=4 * settings["width"],
    num_hidden_layers=settings["layers"],
    num_attention_heads=settings["heads"],
    attention_probs_dropout_prob=0,
    hidden_dropout_prob=0,
)
model = FlaxBertForPreTraining(config, _do_init=False)

# As its tokenizer would say: the second segment comes after the first [SEP].
segments = np.zeros_like(ids)
for row, first in enumerate((ids == SEPARATE).argmax(axis=1)):
    segments[row, first + 1 :] = (ids[row] == SEPARATE).any()


def path(name):
    """The place of a parameter in Flax, and whether its matrix is turned round there."""
    *place, last = name.split(".")
    whole = place if place[0] == "cls" else ["bert", *place]
    if last == "weight" and place[-1].endswith("_embeddings"):
        return [*whole, "embedding"], False
    if last == "weight" and place[-1] == "LayerNorm":
        return [*whole, "scale"], False
    return [*whole, "kernel" if last == "weight" else last], False


def loss(params):
    output = model(
        jnp.asarray(ids),
        attention_mask=jnp.asarray(ids != PAD, dtype="int32"),
        token_type_ids=jnp.asarray(segments),
        params=params,
    )
    words = losses_of(output.prediction_logits, labels)
    # Its class 0 is "the second follows the first".
    sentences = losses_of(output.seq_relationship_logits, 1 - follows)
    return words + sentences, (words, sentences, output.prediction_logits)


(_, (words, sentences, scores)), gradients = jax.value_and_grad(loss, has_aux=True)(nested(arrays, path))
answer({"loss": words, "sentenceLoss": sentences, "scores": scores, **results_of(gradients, arrays, path)})
