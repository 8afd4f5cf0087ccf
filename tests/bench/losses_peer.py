"""torch as a peer of losses_bench.ts: one job a line on stdin, its two matrices after it as float32 bytes.

A job is a JSON line {"rows", "d1", "d2", "dtype", "threads"}; then every line "run" is answered by one line
{"ms", "check": [...]} until the next job comes. The terms are written as the paper's code writes entropies: the
Gram of all samples, its eigenvalues clamped at 1e-7; gradients by autograd.
"""

import json
import sys
import time

import torch


def gram(z):
    z = torch.nn.functional.normalize(z)
    return z @ z.T


def entropy(k):
    p = torch.linalg.eigvalsh(k / len(k)).clamp(min=1e-7)
    return -(p * p.log()).sum()


def terms(z1, z2):
    k1, k2 = gram(z1), gram(z2)
    h1, h2, joint = entropy(k1), entropy(k2), entropy(k1 * k2)
    return joint - h1 - h2 + (h1 - h2).abs()


def step(z1, z2):
    z1.grad = z2.grad = None
    loss = terms(z1, z2)
    loss.backward()
    return loss


def main():
    print(json.dumps({"torch": torch.__version__}), flush=True)
    z1 = z2 = None

    def read(rows, columns, dtype):
        data = bytearray(sys.stdin.buffer.read(4 * rows * columns))
        z = torch.frombuffer(data, dtype=torch.float32).reshape(rows, columns)
        return z.to(getattr(torch, dtype)).requires_grad_()

    while line := sys.stdin.buffer.readline():
        if line != b"run\n":
            job = json.loads(line)
            torch.set_num_threads(job["threads"])
            z1 = read(job["rows"], job["d1"], job["dtype"])
            z2 = read(job["rows"], job["d2"], job["dtype"])
            continue
        start = time.perf_counter()
        loss = step(z1, z2)
        ms = 1000 * (time.perf_counter() - start)
        check = [loss.item(), z1.grad.norm().item(), z2.grad.norm().item()]
        print(json.dumps({"ms": ms, "check": check}), flush=True)


main()
