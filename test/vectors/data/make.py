"""Writes news-*.parquet here, with pyarrow 26.0.1: 40 rows of text and label, 16 rows to a group."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

titles = ["Wall St. Bears", "Carlyle, Looks", 'Oil & "gold"', "Ünïcode 日本"]
text = [f"Title {i}: {titles[i % 4]} - description {i} of what happened that day." for i in range(40)]
table = pa.table({"text": pa.array(text), "label": pa.array([i % 4 for i in range(40)], pa.int64())})
for compression in ["none", "snappy", "zstd", "gzip"]:
    path = Path(__file__).parent / f"news-{compression}.parquet"
    pq.write_table(table, path, compression=compression, row_group_size=16)
