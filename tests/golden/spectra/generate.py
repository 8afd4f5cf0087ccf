"""Golden entropies of representations whose spectra are hard, by numpy in float64 through the N x N Gram.

Regenerate, from the root of the repository:

    /usr/bin/python3 tests/golden/spectra/generate.py

Writes views.json. A view is a formula `(kind, N, d)` that views.ts replays bit by bit; each comes with the
SHA-256 of its numbers as little-endian float64, its entropies of order 1, 2 and infinity, and the entropies of
its joint with the fixed second view `noise(210, i, j)` of SECOND columns. Everything else as in ../generate.py,
whose hash, entropies and spectra are used here.

Order 1/2 is left out: where a spectrum runs down to rounding without a gap it has no value to ten digits.
"""

import hashlib
import json
import math
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from generate import cosine_gram, entropy_of, noise, power  # noqa: E402 (sets the threads of numpy)

HERE = os.path.dirname(os.path.abspath(__file__))
SECOND = 3
ALPHAS = {"1": 1.0, "2": 2.0, "Infinity": math.inf}

VIEWS = {
    "random": lambda i, j, d: noise(201, i, j),
    "decaying": lambda i, j, d: power(0.8, j) * noise(202, i, j),
    "clustered": lambda i, j, d: noise(203, i % 7, j) + 0.5 * noise(204, i, j),
    "collapsed": lambda i, j, d: (1.0 if i % 10 == j else 0.0) - 0.1 * (1.0 if j < 10 else 0.0)
    + power(0.5, 20) * noise(205, i, j),
    "rankOne": lambda i, j, d: noise(206, 0, i) * noise(207, 0, j),
    "identity": lambda i, j, d: 1.0 if i == j else 0.0,
    "graded": lambda i, j, d: power(0.558, j) * noise(208, i, j),
    "repeated": lambda i, j, d: noise(209, i % 8, j),
}

PLAN = [
    ("random", 200, 40), ("random", 30, 400), ("random", 600, 8), ("random", 128, 128), ("decaying", 200, 60),
    ("clustered", 210, 48), ("collapsed", 200, 32), ("collapsed", 60, 12), ("rankOne", 200, 40), ("rankOne", 5, 90),
    ("identity", 64, 64), ("identity", 150, 150), ("graded", 200, 64), ("repeated", 200, 40), ("repeated", 160, 90),
]


def case(kind, n, d):
    rows = [[VIEWS[kind](i, j, d) for j in range(d)] for i in range(n)]
    second = [[noise(210, i, j) for j in range(SECOND)] for i in range(n)]
    packed = b"".join(struct.pack(f"<{d}d", *row) for row in rows)
    k = cosine_gram(rows)
    joint = k * cosine_gram(second)
    return {
        "kind": kind, "n": n, "d": d, "sha256": hashlib.sha256(packed).hexdigest(),
        "entropy": {key: entropy_of(k, alpha) for key, alpha in ALPHAS.items()},
        "joint": {key: entropy_of(joint, alpha) for key, alpha in ALPHAS.items()},
    }


def main():
    cases = ",\n".join("    " + json.dumps(case(*each), allow_nan=False) for each in PLAN)
    with open(os.path.join(HERE, "views.json"), "w", encoding="utf-8") as file:
        file.write(f'{{\n  "second": {SECOND},\n  "cases": [\n{cases}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
