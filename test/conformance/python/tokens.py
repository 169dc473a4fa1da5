"""Reads {"tokenizers": {name: tokenizer.json}, "texts": [...]} from a file; writes {name: {"ids": [...], "texts": [...]}} to another."""

import json
import sys

from tokenizers import Tokenizer

with open(sys.argv[1], encoding="utf-8") as source:
    job = json.load(source)
answer = {}
for name, config in job["tokenizers"].items():
    tokenizer = Tokenizer.from_str(json.dumps(config))
    ids = [encoding.ids for encoding in tokenizer.encode_batch(job["texts"], add_special_tokens=False)]
    answer[name] = {"ids": ids, "texts": [tokenizer.decode(list(row)) for row in ids]}
with open(sys.argv[2], "w", encoding="utf-8") as target:
    json.dump(answer, target)
print("{}")
