"""Single layers: gelu in both forms and layer normalisation, forward and gradients of <result, dy>."""

import flax.linen as nn
import jax

from arrays import answer, given

_, arrays = given()
x, dy = arrays["x"], arrays["dy"]
norm = nn.LayerNorm(epsilon=1e-5)


def layer_norm(x, weight, bias):
    return norm.apply({"params": {"scale": weight, "bias": bias}}, x)


results = {}
for name, layer, inputs in [
    ("tanh", lambda x: nn.gelu(x, approximate=True), [x]),
    ("erf", lambda x: nn.gelu(x, approximate=False), [x]),
    ("layerNorm", layer_norm, [x, arrays["weight"], arrays["bias"]]),
]:
    value, pull = jax.vjp(layer, *inputs)
    results[name] = value
    for index, gradient in enumerate(pull(dy)):
        results[f"{name}.{index}"] = gradient
answer(results)
