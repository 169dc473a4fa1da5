"""Makes types.safetensors, types.json and verdicts.json by the Python package `safetensors` 0.8.0 (Apache-2.0): a file of every type
that src/model/store reads, its numbers, and what the package says of good and malformed files.
Run: python make.py, in an environment with safetensors and numpy."""

import base64
import json
import struct
from pathlib import Path

import numpy as np
from safetensors import TensorSpec, deserialize, serialize

HERE = Path(__file__).parent
numbers = np.random.default_rng(7)

tensors = {
    "f32": ("F32", np.array([[0.0, -0.0, 1.5], [np.float32(1e-45), 3.4e38, -2.5]], dtype="<f4")),
    "f64": ("F64", np.array([0.1, -1e300, 2.0**-1074], dtype="<f8")),
    "f16": ("F16", np.array([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 6.1e-5, 0.333], dtype="<f2")),
    "i64": ("I64", np.array([0, -1, 2**62, -(2**63)], dtype="<i8")),
    "i32": ("I32", np.array([[1, -2], [2**31 - 1, -(2**31)]], dtype="<i4")),
    "i8": ("I8", np.array([-128, -1, 0, 127], dtype="i1")),
    "u8": ("U8", np.array([0, 1, 254, 255], dtype="u1")),
    "bool": ("BOOL", np.array([True, False, True])),
    "scalar": ("F32", np.array(7.25, dtype="<f4")),
    "empty": ("F32", np.zeros((0, 3), dtype="<f4")),
    "name with ä \"quotes\" and / slash": ("F32", numbers.normal(size=(3, 4)).astype("<f4")),
}
# bfloat16 is the upper half of a float32: numpy has none, so the bits are given.
bf16 = np.array([0x0000, 0x8000, 0x3F80, 0xC020, 0x7F7F, 0x0001, 0x3EAA], dtype="<u2")

NAMES = {"F32": "float32", "F64": "float64", "F16": "float16", "I64": "int64", "I32": "int32", "I8": "int8", "U8": "uint8", "BOOL": "bool"}


def spec(dtype, array):
    return TensorSpec(dtype=dtype, shape=list(array.shape), data_ptr=array.ctypes.data, data_len=array.nbytes)


content = {name: spec(NAMES[dtype], array) for name, (dtype, array) in tensors.items()}
content["bf16"] = spec("bfloat16", bf16)
(HERE / "types.safetensors").write_bytes(serialize(content, {"format": "pt", "note": "Grüße"}))


def plain(array):
    flat = array.reshape(-1)
    return [str(x) for x in flat] if array.dtype == np.int64 else [float(x) for x in flat]


expected = {name: {"dtype": d, "shape": list(a.shape), "values": plain(a)} for name, (d, a) in tensors.items()}
widened = (bf16.astype("<u4") << 16).view("<f4")
expected["bf16"] = {"dtype": "BF16", "shape": [7], "values": [float(x) for x in widened]}
(HERE / "types.json").write_text(json.dumps({"metadata": {"format": "pt", "note": "Grüße"}, "tensors": expected}, indent=1) + "\n")


def file(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def one(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


eight = bytes(8)
cases = {
    "one tensor": file({"a": one()}, eight),
    "no tensor": file({}),
    "metadata alone": file({"__metadata__": {"a": "b"}}),
    "a header padded with spaces": file(json.dumps({"a": one()}).encode() + b"    ", eight),
    "two tensors in the other order": file({"b": one(offsets=(8, 16)), "a": one()}, bytes(16)),
    "an empty tensor between two": file({"a": one(), "e": one(shape=(0,), offsets=(8, 8)), "b": one(offsets=(8, 16))}, bytes(16)),
    "nothing": b"",
    "seven bytes": bytes(7),
    "a length beyond the file": file({"a": one()}, eight, 10_000),
    "a length of 2^64 - 1": file({"a": one()}, eight, 2**64 - 1),
    "a length above the limit": file({"a": one()}, eight, 100_000_001),
    "no JSON": file(b"hello world!"),
    "JSON of a list": file(b"[]"),
    "a header that is not UTF-8": file(b'{"\xff":{}}'),
    "overlapping tensors": file({"a": one(), "b": one(offsets=(4, 12))}, bytes(12)),
    "one tensor twice the same place": file({"a": one(), "b": one()}, eight),
    "a gap": file({"a": one(), "b": one(offsets=(12, 20))}, bytes(20)),
    "a gap at the start": file({"a": one(offsets=(4, 12))}, bytes(12)),
    "bytes behind the last tensor": file({"a": one()}, bytes(9)),
    "data cut off": file({"a": one()}, bytes(7)),
    "offsets the wrong way round": file({"a": one(offsets=(8, 0))}, eight),
    "offsets below zero": file({"a": one(offsets=(-8, 0))}, eight),
    "offsets of half bytes": file({"a": one(offsets=(0.5, 8.5))}, eight),
    "offsets of 2^63": file({"a": one(offsets=(2**63, 2**63 + 8))}, eight),
    "three offsets": file({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 8]}}, eight),
    "a shape that does not fit": file({"a": one(shape=(3,))}, eight),
    "a negative size": file({"a": one(shape=(-2,))}, eight),
    "sizes that overflow": file({"a": one(shape=(2**32, 2**32), offsets=(0, 0))}),
    "sizes that overflow beside a zero": file({"a": one(shape=(2**62, 2**62, 0), offsets=(0, 0))}),
    "an unknown type": file({"a": one(dtype="F31")}, eight),
    "no type": file({"a": {"shape": [2], "data_offsets": [0, 8]}}, eight),
    "a tensor of null": file({"a": None}),
    "metadata of a number": file({"__metadata__": {"a": 1}}),
    "metadata of a list": file({"__metadata__": ["a"]}),
    "a prototype for a name": file({"__proto__": one()}, eight),
}


def verdict(data):
    try:
        return {"accepts": True, "tensors": sorted(name for name, _ in deserialize(data))}
    except Exception as error:  # noqa: BLE001 - the verdict is what is wanted
        return {"accepts": False, "says": str(error)}


rows = [{"case": case, "file": base64.b64encode(data).decode(), **verdict(data)} for case, data in cases.items()]
(HERE / "verdicts.json").write_text(json.dumps({"package": "safetensors 0.8.0", "cases": rows}, indent=1, ensure_ascii=False) + "\n")
