"""The least that comparing a catalogue can cost: no reading of titles, no rules, no groups, no report.

    python tests/benchmarks/floor.py CATALOG

Word tf-idf with its 20 nearest titles (sparse-dot-topn), photo hashes within 8 bits (faiss multi-hash), and one
rapidfuzz ratio for every pair found. Prints each step's processor seconds as one JSON object. Needs faiss-cpu
(``dupcheck[benchmark]``).
"""

import json
import os
import sys
import time

import faiss
import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sparse_dot_topn import sp_matmul_topn

NEAREST, FLOOR, RADIUS = 20, 0.3, 8


def near_titles(titles: list[str], threads: int) -> sparse.coo_matrix:
    """Return the nearest titles of each, as a matrix of cosines."""
    words = sparse.csr_matrix(TfidfVectorizer(dtype=np.float32).fit_transform(titles))
    return sp_matmul_topn(words, words.T.tocsr(), top_n=NEAREST + 1, threshold=FLOOR, n_threads=threads).tocoo()


def near_photos(hashes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of rows whose hashes lie within RADIUS bits; rows without a hash are in none."""
    rows = np.flatnonzero([bool(h) for h in hashes])
    if not len(rows):
        return rows, rows
    codes = np.frombuffer(bytes.fromhex("".join(hashes[i] for i in rows)), dtype=np.uint8).reshape(-1, 8)
    index = faiss.IndexBinaryMultiHash(64, 4, 16)
    index.nflip = 1  # complete to 7 bits, and nearly so at 8; 2 costs eight times as much
    index.add(codes)
    limits, _, found = index.range_search(codes, RADIUS + 1)
    return rows[np.repeat(np.arange(len(rows)), np.diff(limits.astype(np.int64)))], rows[found]


def main() -> None:
    """Run the command."""
    threads = os.cpu_count() or 1
    steps, started = {}, time.process_time()

    def note(step: str) -> None:
        nonlocal started
        steps[step], started = time.process_time() - started, time.process_time()

    table = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
    titles = table["title"].tolist()
    note("read")
    near = near_titles(titles, threads)
    note("titles")
    left, right = near_photos(table["image_phash"].tolist() if "image_phash" in table else [""] * len(table))
    note("photos")
    a, b = np.concatenate([near.row, left]).astype(np.int64), np.concatenate([near.col, right]).astype(np.int64)
    keys = np.unique((a * len(titles) + b)[a < b])
    a, b = keys // len(titles), keys % len(titles)
    texts = np.array(titles, dtype=object)
    process.cpdist(texts[a], texts[b], scorer=fuzz.ratio, workers=threads, dtype=np.float32)
    note("strings")
    print(json.dumps({"listings": len(titles), "pairs": len(keys), **steps}))


if __name__ == "__main__":
    main()
