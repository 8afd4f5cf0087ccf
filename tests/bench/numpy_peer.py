"""numpy as a peer of eigen_bench.ts: one job a line on stdin, its matrix after it as float64 bytes.

A job is a JSON line {"op", "rows", "columns"}; then every line "run" is answered by one line
{"ms", "check": [...]} until the next job comes. One thread, set by the caller.
"""

import json
import sys
import time

import numpy as np


def values(a):
    w = np.linalg.eigvalsh(a)
    return lambda: [w.sum(), (w * w).sum()]


def vectors(a):
    w, v = np.linalg.eigh(a)
    return lambda: [w.sum(), (w * w).sum(), abs(v[:, 0] @ a @ v[:, 0])]


def moment(x):
    s = x.T @ x
    return lambda: [np.trace(s), (s * s).sum()]


OPS = {"values": values, "vectors": vectors, "moment": moment}


def main():
    print(json.dumps({"numpy": np.__version__}), flush=True)
    op, matrix = None, None
    while line := sys.stdin.buffer.readline():
        if line != b"run\n":
            job = json.loads(line)
            op = OPS[job["op"]]
            size = job["rows"] * job["columns"]
            data = np.frombuffer(sys.stdin.buffer.read(8 * size))
            matrix = data.reshape(job["rows"], job["columns"]).copy()
            continue
        start = time.perf_counter()
        check = op(matrix)
        ms = 1000 * (time.perf_counter() - start)
        print(json.dumps({"ms": ms, "check": check()}), flush=True)


main()
