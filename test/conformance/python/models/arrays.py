"""Arrays to and from the test: names and shapes as JSON, float32 numbers one array after the other."""

import json
import os
import sys

import numpy as np


def folder():
    return sys.argv[1]


def given():
    """The settings, and the arrays by name."""
    with open(os.path.join(folder(), "arrays.json")) as file:
        index = json.load(file)
    numbers = np.fromfile(os.path.join(folder(), "arrays.bin"), dtype="<f4")
    arrays, at = {}, 0
    for entry in index["arrays"]:
        length = int(np.prod(entry["shape"]))
        arrays[entry["name"]] = numbers[at : at + length].reshape(entry["shape"])
        at += length
    return index["settings"], arrays


def answer(results):
    """Hands the arrays back."""
    index = [{"name": name, "shape": list(np.shape(value))} for name, value in results.items()]
    with open(os.path.join(folder(), "results.json"), "w") as file:
        json.dump({"arrays": index}, file)
    with open(os.path.join(folder(), "results.bin"), "wb") as file:
        for value in results.values():
            file.write(np.asarray(value, dtype="<f4").tobytes())
