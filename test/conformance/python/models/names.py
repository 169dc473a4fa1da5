"""Parameters by our names as a tree of Flax, and its gradients back by our names."""

import jax
import jax.numpy as jnp
import numpy as np


def nested(arrays, path):
    tree = {}
    for name, value in arrays.items():
        (*folders, last), turned = path(name)
        folder = tree
        for part in folders:
            folder = folder.setdefault(part, {})
        folder[last] = jnp.asarray(value.T if turned else value)
    return tree


def results_of(gradients, arrays, path):
    results = {}
    for name in arrays:
        place, turned = path(name)
        value = gradients
        for part in place:
            value = value[part]
        results[name] = np.asarray(value).T if turned else value
    return results


def losses_of(scores, labels):
    """Mean cross entropy where the label is not negative."""
    logs = jax.nn.log_softmax(scores)
    picked = jnp.take_along_axis(logs, jnp.maximum(labels, 0)[..., None], axis=-1)[..., 0]
    counted = labels >= 0
    return -jnp.sum(picked * counted) / jnp.sum(counted)
