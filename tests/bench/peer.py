"""numpy and torch as peers of bench.ts: one job on stdin at a time, its matrices after it as raw bytes.

A job is a JSON line {"op", "arrays": [{"rows", "columns", "type"}]}; every line "run" after it is answered by
one line {"ms", "check": [...]}, until the next job comes. The arguments say which library, its threads, and
how time is measured: `peer.py numpy 1 clock`. The first line says what answers: its version, and the BLAS that
the process has loaded.
"""

import json
import os
import re
import sys
import time

import numpy as np

LIBRARY, THREADS = sys.argv[1], int(sys.argv[2])
CLOCK = time.process_time if sys.argv[3] == "processor" else time.perf_counter

if LIBRARY == "torch":
    import torch

    torch.set_num_threads(THREADS)


# numpy, float64, as someone who knows the identities writes it.


def values(a):
    w = np.linalg.eigvalsh(a)
    return lambda: [w.sum(), (w * w).sum()]


def vectors(a):
    w, v = np.linalg.eigh(a)
    return lambda: [w.sum(), (w * w).sum(), abs(v[:, 0] @ a @ v[:, 0])]


def moment(x):
    s = x.T @ x
    return lambda: [np.trace(s), (s * s).sum()]


def directions(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def spectrum_entropy(k):
    w = np.linalg.eigvalsh(k / np.trace(k))
    w = w[w > 1e-15]
    return -(w * np.log(w)).sum()


def entropy(x):
    z = directions(x)
    h = spectrum_entropy(z.T @ z if z.shape[0] > z.shape[1] else z @ z.T)
    return lambda: [h]


def mir_of(k1, k2):
    h1, h2, h12 = spectrum_entropy(k1), spectrum_entropy(k2), spectrum_entropy(k1 * k2)
    return lambda: [(h1 + h2 - h12) / min(h1, h2)]


def gram(x):
    z = directions(x)
    return z @ z.T


def mir(x, y):
    return mir_of(gram(x), gram(y))


def labelled(x, weights, labels):
    return mir_of(gram(x), gram(weights[labels.astype(int).ravel()]))


class Stream:
    """The second moment of all batches so far."""

    moment = 0

    @staticmethod
    def begin():
        Stream.moment = 0
        return lambda: []

    @staticmethod
    def add(x):
        z = directions(x.astype(np.float64))
        Stream.moment = Stream.moment + z.T @ z
        return lambda: []

    @staticmethod
    def end():
        h = spectrum_entropy(Stream.moment)
        return lambda: [h]


# torch, float32, as the authors of the paper write it in the code they released: N x N, jitter, clamp.


def torch_values(a):
    w = torch.linalg.eigvalsh(a)
    return lambda: [w.sum().item(), (w * w).sum().item()]


def torch_vectors(a):
    w, v = torch.linalg.eigh(a)
    return lambda: [w.sum().item(), (w * w).sum().item(), abs(v[:, 0] @ a @ v[:, 0]).item()]


def torch_spectrum(k):
    """LAPACK answers how much room it needs in float32; from n = 2,900 on that may be rounded down, and eigh fails.

    The values alone then, which need less room and a third of the time: all in favour of torch.
    """
    try:
        return torch.linalg.eigh(k)[0]
    except RuntimeError:
        return torch.linalg.eigvalsh(k)


def torch_spectrum_entropy(k):
    k = k + 1e-6 * torch.eye(k.shape[0])
    w = torch_spectrum(k / torch.trace(k))
    w = torch.clamp(w, min=1e-7)
    return -(w * torch.log(w)).sum()


def torch_gram(x):
    z = torch.nn.functional.normalize(x.float(), dim=1)
    return z @ z.T


def torch_entropy(x):
    h = torch_spectrum_entropy(torch_gram(x)).item()
    return lambda: [h]


def torch_mir_of(k1, k2):
    h1, h2 = torch_spectrum_entropy(k1), torch_spectrum_entropy(k2)
    h12 = torch_spectrum_entropy(k1 * k2)
    ratio = ((h1 + h2 - h12) / torch.minimum(h1, h2)).item()
    return lambda: [ratio]


def torch_mir(x, y):
    return torch_mir_of(torch_gram(x), torch_gram(y))


def torch_labelled(x, weights, labels):
    return torch_mir_of(torch_gram(x), torch_gram(weights[labels.long().ravel()]))


OPS = {
    "numpy": {
        "values": values, "vectors": vectors, "moment": moment, "entropy": entropy, "mir": mir,
        "labelled": labelled, "begin": Stream.begin, "add": Stream.add, "end": Stream.end,
    },
    "torch": {
        "values": torch_values, "vectors": torch_vectors, "entropy": torch_entropy, "mir": torch_mir,
        "labelled": torch_labelled,
    },
}[LIBRARY]


def blas():
    """The libraries of linear algebra that this process has mapped."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as file:
            names = {os.path.basename(line.split()[-1]) for line in file if ".so" in line}
    except OSError:
        return "unknown BLAS"
    found = [n for n in names if re.match(r"lib(openblas|mkl_rt|blis|blas|atlas)", n)]
    return " ".join(sorted(found)) or "its own BLAS"


def read(spec):
    kind = np.dtype(spec["type"])
    size = spec["rows"] * spec["columns"] * kind.itemsize
    data = np.frombuffer(sys.stdin.buffer.read(size), kind)
    matrix = data.reshape(spec["rows"], spec["columns"]).copy()
    return torch.from_numpy(matrix) if LIBRARY == "torch" else matrix


def main():
    np.linalg.eigvalsh(np.eye(2))
    version = np.__version__ if LIBRARY == "numpy" else torch.__version__
    print(json.dumps({"version": version, "blas": blas()}), flush=True)
    op, arrays = None, []
    while line := sys.stdin.buffer.readline():
        if line != b"run\n":
            job = json.loads(line)
            op = OPS[job["op"]]
            arrays = [read(spec) for spec in job["arrays"]]
            continue
        start = CLOCK()
        check = op(*arrays)
        ms = 1000 * (CLOCK() - start)
        print(json.dumps({"ms": ms, "check": [float(x) for x in check()]}), flush=True)


main()
