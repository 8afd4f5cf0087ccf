"""Golden values for every metric, by numpy in float64 and in the plain textbook form.

Regenerate, from the root of the repository:

    /usr/bin/python3 tests/golden/generate.py [DATA_DIR]

It needs numpy alone. DATA_DIR (or $INTERPLAY_DATA_DIR) holds `mnist/` and `mfeat/`; without it the
cases on real data are left as they are. A diff in a committed file after a run means that a
definition, an input or LAPACK has changed: say which in the commit.

What stands here is deliberately slow and literal: N x N Grams, full eigendecompositions, explicit
loops. It shares no idea, no shortcut and no code with lib/, so that agreement means something.

Files: one `<case>.json` a case with `inputs` (a recipe that `inputs.ts` replays bit by bit), the
SHA-256 of the inputs as little-endian float64, and `expected`; and `eigen.json` with eigenvalues of
symmetric matrices by `numpy.linalg.eigvalsh`.

Inputs. Only +, -, *, / and an integer hash are used to make them, in a fixed order; IEEE 754 rounds
each of those in one way, so Python and JavaScript agree to the last bit.

Definitions. `G(Z)` is the Gram of the L2-normalised rows, lambda the eigenvalues of G(Z)/N, logarithms
are natural, W[labels] stacks the head row of each sample's own label.

- matrixEntropy: alpha = 1: -sum lambda log lambda; alpha = inf: -log max lambda; else
  log(sum lambda^alpha) / (1 - alpha). normalize "logN" divides by log N. gramEntropy: the same from
  K / tr K, whatever the diagonal of K; golden K is the raw Z Z^T.
- matrixMutualInformation = H(G1) + H(G2) - H(G1 * G2) with * elementwise; mir divides by the smaller
  entropy; hdr = |H1 - H2| / the larger. gram...: each K is trace-normalised, the joint is the
  elementwise product trace-normalised. Also with alpha = 2 throughout.
- interplay: G(Z) against G(W[labels]). classInterplay: G of the centred class means mu_c - mu_G
  against G(W). `samples`: mu_G is the mean over all samples (the contract); `classes`: the mean of the
  class means (recorded to tell a mix-up apart from an error).
- reference.collapse: the simplex ETF Gram E(-1/(C-1)), repeated by the labels, on both sides.
- neuralCollapse: mu_G is the mean over all samples; Sigma_W = (1/N) sum_i (h_i - mu_{y_i})(...)^T;
  Sigma_B = (1/C) sum_c (mu_c - mu_G)(...)^T; pinv by SVD, singular values below 1e-10 of the largest
  dropped. M has the rows mu_c - mu_G. std is the population standard deviation. Head rows are used as
  they are, not centred.
- spectrum: eigenvalues of G(Z)/N, descending, the leading min(N, d).
- effectiveRank: "gram" exp H(G(Z)); "singularValues" exp entropy of sigma / sum sigma of raw Z.
  stableRank = sum sigma^2 / max sigma^2, participationRatio = (sum sigma^2)^2 / sum sigma^4, of raw Z.
- vendiScore: exp H_q of G(Z)/N.
- cka: linear. biased: centred Grams of raw X and Y. unbiased: HSIC_1 of Song et al. (2012), diagonals
  set to zero.
- codingRate: 1/2 log det(I + d/(N eps^2) Z^T Z) of the L2-normalised rows; codingRateReduction subtracts
  sum_c (N_c/N) 1/2 log det(I + d/(N_c eps^2) Z_c^T Z_c).
- intraClassEntropy: unweighted mean over the classes of H(G(Z_c)); interClassEntropy: H(G(class means)),
  `raw` means (the contract) and `centred` by the global sample mean.
- alignment: mean ||x - y||^2 of normalised rows; uniformity: log of the mean over pairs i < j of
  exp(-t ||z_i - z_j||^2) of normalised rows.
- silhouette, daviesBouldin: as in scikit-learn, Euclidean, on raw Z; 0 for the sample of a singleton
  class. Left out where each sample is its own class, which scikit-learn refuses.

Zero eigenvalues. A power below 1 magnifies rounding: 50 zeros that come out as 1e-17 add 1e-7 to a
Renyi entropy of order 1/2. So there, eigenvalues below CUT of the largest count as zero, and the
generator stops unless the spectrum has a clear gap at it. From order 1 on, what rounding leaves of a
zero adds less than 1e-13 and every positive eigenvalue counts; a cut would lose true ones (the joint
Gram near collapse has them down to the fourth power of the noise, 1e-13).
"""

import gzip
import hashlib
import json
import math
import os
import struct
import sys

# One thread and one kernel of OpenBLAS, so that a second run gives the same last digits.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
MASK = 0xFFFFFFFF
CUT = 1e-13
CLEAR = 1e-11
ALPHAS = {"0.5": 0.5, "1": 1.0, "2": 2.0, "3": 3.0, "Infinity": math.inf}
ORDERS = {key: ALPHAS[key] for key in ("0.5", "1", "2", "Infinity")}
PAIR_ALPHAS = {"1": 1.0, "2": 2.0}


# ---------------------------------------------------------------------------------------- inputs


def mix(x):
    """lowbias32 of Chris Wellons: a bijection of 32 bits."""
    x ^= x >> 16
    x = (x * 0x7FEB352D) & MASK
    x ^= x >> 15
    x = (x * 0x846CA68B) & MASK
    return x ^ (x >> 16)


def hash32(seed, i, j):
    h = mix((seed + 0x9E3779B9) & MASK)
    h = mix(((h ^ i) + 0x9E3779B9) & MASK)
    return mix(((h ^ j) + 0x9E3779B9) & MASK)


def noise(seed, i, j):
    """A bell of variance about 1 (Irwin and Hall, four uniforms); every step is exact."""
    total = sum(hash32(seed, i, 4 * j + k) for k in range(4))
    return (total / 4294967296.0 - 2.0) * 1.75


def centre_entry(recipe, c, j, classes):
    kind = recipe["centres"]
    if kind == "none":
        return 0.0
    if kind == "noise":
        return noise(recipe["centreSeed"], c, j)
    if kind == "simplex":
        return (1.0 if c == j else 0.0) - (1.0 / classes) if j < classes else 0.0
    raise ValueError(kind)


def rows_of(recipe, labels, classes):
    """scale * centre of the label + spread * noise + shift, then ReLU, then float32, as asked."""
    out = []
    for i, label in enumerate(labels):
        row = []
        for j in range(recipe["columns"]):
            x = recipe["scale"] * centre_entry(recipe, label, j, classes)
            x = x + recipe["spread"] * noise(recipe["seed"], i, j)
            x = x + recipe["shift"]
            if recipe["relu"]:
                x = x if x > 0 else 0.0
            if recipe["float32"]:
                x = float(np.float32(x))
            row.append(x)
        out.append(row)
    return out


def recipe(seed, columns, centres="none", centre_seed=0, scale=1.0, spread=1.0, shift=0.0,
           relu=False, float32=False):
    return {
        "kind": "formula", "seed": seed, "columns": columns, "centres": centres,
        "centreSeed": centre_seed, "scale": scale, "spread": spread, "shift": shift,
        "relu": relu, "float32": float32,
    }


def means_by_loop(rows, labels, classes):
    """Class means summed in order of the rows, so that the sum is the same in both languages."""
    sums = [[0.0] * len(rows[0]) for _ in range(classes)]
    counts = [0] * classes
    for row, label in zip(rows, labels):
        counts[label] += 1
        total = sums[label]
        for j, x in enumerate(row):
            total[j] += x
    return [[x / counts[c] for x in sums[c]] for c in range(classes)]


def mnist(data, count):
    with gzip.open(os.path.join(data, "mnist", "t10k-images-idx3-ubyte.gz")) as file:
        images = file.read(16 + 784 * count)[16:]
    with gzip.open(os.path.join(data, "mnist", "t10k-labels-idx1-ubyte.gz")) as file:
        labels = list(file.read(8 + count)[8:])
    pixels = [[b / 255.0 for b in images[784 * i:784 * (i + 1)]] for i in range(count)]
    return pixels, labels


def pooled(row):
    """The 28 x 28 image at half the size, each pixel the mean of four."""
    return [
        (row[28 * y + x] + row[28 * y + x + 1] + row[28 * y + x + 28] + row[28 * y + x + 29]) / 4.0
        for y in range(0, 28, 2) for x in range(0, 28, 2)
    ]


def mfeat(data, view, per_class):
    """The first `per_class` rows of each class; the label is the last column."""
    with gzip.open(os.path.join(data, "mfeat", f"mfeat-{view}.csv.gz"), "rt") as file:
        lines = file.read().splitlines()[1:]
    rows, labels, taken = [], [], {}
    for line in lines:
        cells = line.split(",")
        label = int(cells[-1])
        if taken.get(label, 0) < per_class:
            taken[label] = taken.get(label, 0) + 1
            rows.append([float(x) for x in cells[:-1]])
            labels.append(label)
    return rows, labels


def checksum(case):
    """SHA-256 of representations, second, head weights, bias, labels as little-endian float64."""
    digest = hashlib.sha256()
    for part in (case["representations"], case["second"], case["weights"], [case["bias"]],
                 [case["labels"]]):
        for row in part:
            digest.update(struct.pack(f"<{len(row)}d", *row))
    return digest.hexdigest()


# --------------------------------------------------------------------------------------- entropy


def normalised(z):
    out = np.array(z, dtype=np.float64)
    for i in range(out.shape[0]):
        length = math.sqrt(float(np.sum(out[i] * out[i])))
        assert length > 0, f"row {i} is zero"
        out[i] = out[i] / length
    return out


def cosine_gram(z):
    unit = normalised(z)
    return unit @ unit.T


def support(eigenvalues, alpha):
    """The positive part; `rounding` is what LAPACK leaves of a zero, beside the largest."""
    rounding = 4 * np.finfo(np.float64).eps * math.sqrt(len(eigenvalues))
    ratio = eigenvalues / float(np.max(eigenvalues))
    assert np.all(ratio > -rounding), f"not positive semidefinite: {ratio.min()}"
    if alpha >= 1.0:
        return eigenvalues[ratio > 0]
    ambiguous = ratio[(ratio > rounding) & (ratio < CLEAR)]
    assert ambiguous.size == 0, f"no clear gap: {ambiguous}"
    return eigenvalues[ratio > CUT]


def entropy_of(k, alpha=1.0):
    """Entropy of the trace-normalised k."""
    lam = support(np.linalg.eigvalsh(k / np.trace(k)), alpha)
    if alpha == math.inf:
        return -math.log(float(np.max(lam)))
    if alpha == 1.0:
        return -math.fsum(float(x) * math.log(float(x)) for x in lam)
    return math.log(math.fsum(float(x) ** alpha for x in lam)) / (1.0 - alpha)


def information(k1, k2, alpha=1.0):
    h1, h2, h12 = entropy_of(k1, alpha), entropy_of(k2, alpha), entropy_of(k1 * k2, alpha)
    mutual = h1 + h2 - h12
    return {
        "first": h1, "second": h2, "joint": h12, "mutualInformation": mutual,
        "mir": mutual / min(h1, h2), "hdr": abs(h1 - h2) / max(h1, h2),
    }


def interplay_record(k1, k2):
    info = information(k1, k2)
    return {
        "entropy": {
            "representations": info["first"], "head": info["second"], "joint": info["joint"],
        },
        "mutualInformation": info["mutualInformation"], "mir": info["mir"], "hdr": info["hdr"],
    }


def collapse_reference(labels, classes):
    n = len(labels)
    k = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            k[i, j] = 1.0 if labels[i] == labels[j] else -1.0 / (classes - 1)
    info = information(k, k)
    return {
        "collapse": {
            "entropy": {
                "representations": info["first"], "head": info["second"], "joint": info["joint"],
            },
            "mutualInformation": info["mutualInformation"], "mir": info["mir"], "hdr": info["hdr"],
        },
        "ceiling": math.log(n),
    }


# ------------------------------------------------------------------------------- neural collapse


def class_means(z, labels, classes):
    return np.array([z[[i for i, y in enumerate(labels) if y == c]].mean(axis=0)
                     for c in range(classes)])


def simplex_gram(classes):
    return (np.eye(classes) - np.ones((classes, classes)) / classes) / math.sqrt(classes - 1)


def equinorm(rows):
    lengths = np.array([math.sqrt(float(r @ r)) for r in rows])
    return float(np.std(lengths) / np.mean(lengths))


def equiangular(rows):
    classes, gaps = len(rows), []
    for a in range(classes):
        for b in range(a + 1, classes):
            cosine = float(rows[a] @ rows[b]) / math.sqrt(float(rows[a] @ rows[a]) * float(rows[b] @ rows[b]))
            gaps.append(abs(cosine + 1.0 / (classes - 1)))
    return math.fsum(gaps) / len(gaps)


def structure_gap(k, classes):
    return float(np.linalg.norm(k / np.linalg.norm(k) - simplex_gram(classes)))


def cdnv(z, labels, means):
    classes = len(means)
    var = []
    for c in range(classes):
        members = [z[i] for i, y in enumerate(labels) if y == c]
        var.append(math.fsum(float((m - means[c]) @ (m - means[c])) for m in members) / len(members))
    terms = []
    for a in range(classes):
        for b in range(a + 1, classes):
            gap = means[a] - means[b]
            terms.append((var[a] + var[b]) / (2.0 * float(gap @ gap)))
    return math.fsum(terms) / len(terms)


def agreement(z, means, weights, bias):
    hits = 0
    for h in z:
        logits = weights @ h + bias
        distances = np.array([float((h - m) @ (h - m)) for m in means])
        for values in (-logits, distances):
            first, second = np.sort(values)[:2]
            assert second - first > 1e-9 * (abs(first) + abs(second)), "a tie decides"
        hits += int(np.argmax(logits) == np.argmin(distances))
    return hits / len(z)


def neural_collapse(z, labels, classes, weights, bias):
    n, d = z.shape
    mean = z.mean(axis=0)
    means = class_means(z, labels, classes)
    m = means - mean
    within, between = np.zeros((d, d)), np.zeros((d, d))
    for i in range(n):
        gap = z[i] - means[labels[i]]
        within += np.outer(gap, gap) / n
    for c in range(classes):
        between += np.outer(m[c], m[c]) / classes
    gap = weights / np.linalg.norm(weights) - m / np.linalg.norm(m)
    return {
        "nc1": {
            "pinv": float(np.trace(within @ np.linalg.pinv(between, rcond=1e-10))) / classes,
            "quotient": float(np.trace(within) / np.trace(between)),
            "cdnv": cdnv(z, labels, means),
        },
        "nc2": {
            "equinormMeans": equinorm(m),
            "equinormHead": equinorm(weights),
            "equiangularMeans": equiangular(m),
            "equiangularHead": equiangular(weights),
            "etfError": structure_gap(m @ m.T, classes),
        },
        "nc3": {
            "selfDuality": float(np.linalg.norm(gap)) ** 2,
            "structureError": structure_gap(weights @ m.T, classes),
        },
        "nc4": {
            "agreement": agreement(z, means, weights, bias),
            "agreementWithoutBias": agreement(z, means, weights, 0.0 * bias),
        },
    }


# -------------------------------------------------------------------- spectra, kernels, clusters


def ranks(z):
    sigma = np.linalg.svd(z, compute_uv=False)
    share = sigma / np.sum(sigma)
    kept = [float(p) for p in share if p > 1e-12 * share[0]]
    lam = sigma ** 2
    return {
        "effectiveRank": {
            "gram": math.exp(entropy_of(cosine_gram(z))),
            "singularValues": math.exp(-math.fsum(p * math.log(p) for p in kept)),
        },
        "stableRank": float(np.sum(lam) / lam[0]),
        "participationRatio": float(np.sum(lam) ** 2 / np.sum(lam ** 2)),
    }


def centred(k):
    n = len(k)
    h = np.eye(n) - np.ones((n, n)) / n
    return h @ k @ h


def cka_biased(x, y):
    k, l = centred(x @ x.T), centred(y @ y.T)
    return float(np.sum(k * l) / math.sqrt(np.sum(k * k) * np.sum(l * l)))


def hsic_unbiased(k, l):
    n = len(k)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    ones = np.ones(n)
    first = float(np.trace(k @ l))
    second = float(ones @ k @ ones) * float(ones @ l @ ones) / ((n - 1) * (n - 2))
    third = 2.0 / (n - 2) * float(ones @ k @ l @ ones)
    return (first + second - third) / (n * (n - 3))


def cka_unbiased(x, y):
    k, l = x @ x.T, y @ y.T
    return hsic_unbiased(k, l) / math.sqrt(hsic_unbiased(k, k) * hsic_unbiased(l, l))


def rate(unit, epsilon):
    n, d = unit.shape
    sign, value = np.linalg.slogdet(np.eye(d) + d / (n * epsilon ** 2) * (unit.T @ unit))
    assert sign == 1
    return 0.5 * float(value)


def rate_reduction(unit, labels, classes, epsilon):
    inner = 0.0
    for c in range(classes):
        members = unit[[i for i, y in enumerate(labels) if y == c]]
        inner += len(members) / len(unit) * rate(members, epsilon)
    return rate(unit, epsilon) - inner


def uniformity(unit, t):
    n = len(unit)
    terms = []
    for i in range(n):
        for j in range(i + 1, n):
            gap = unit[i] - unit[j]
            terms.append(math.exp(-t * float(gap @ gap)))
    return math.log(math.fsum(terms) / len(terms))


def silhouette(z, labels, classes):
    n = len(z)
    values = []
    for i in range(n):
        distance = [math.sqrt(float((z[i] - z[j]) @ (z[i] - z[j]))) for j in range(n)]
        own = [distance[j] for j in range(n) if labels[j] == labels[i] and j != i]
        if not own:
            values.append(0.0)
            continue
        a = math.fsum(own) / len(own)
        b = min(
            math.fsum(distance[j] for j in range(n) if labels[j] == c) / labels.count(c)
            for c in range(classes) if c != labels[i]
        )
        values.append((b - a) / max(a, b))
    return math.fsum(values) / n


def davies_bouldin(z, labels, classes):
    means = class_means(z, labels, classes)
    scatter = []
    for c in range(classes):
        members = [z[i] for i, y in enumerate(labels) if y == c]
        scatter.append(math.fsum(math.sqrt(float((m - means[c]) @ (m - means[c]))) for m in members)
                       / len(members))
    worst = []
    for a in range(classes):
        worst.append(max(
            (scatter[a] + scatter[b]) / math.sqrt(float((means[a] - means[b]) @ (means[a] - means[b])))
            for b in range(classes) if b != a
        ))
    return math.fsum(worst) / classes


# -------------------------------------------------------------------------------------- expected


def entropies(k, alphas):
    return {key: entropy_of(k, alpha) for key, alpha in alphas.items()}


def pair_values(k1, k2):
    by_alpha = {key: information(k1, k2, alpha) for key, alpha in PAIR_ALPHAS.items()}
    return {
        name: {key: info[name] for key, info in by_alpha.items()}
        for name in ("mutualInformation", "mir", "hdr")
    }


def expected_of(case):
    z, y = np.array(case["representations"]), np.array(case["second"])
    labels, weights, bias = case["labels"], np.array(case["weights"]), np.array(case["bias"])
    classes, n = len(weights), len(z)
    means = class_means(z, labels, classes)
    unit, k = normalised(z), cosine_gram(z)
    head_gram = cosine_gram(weights)
    entropy = entropies(k, ALPHAS)
    out = {
        "matrixEntropy": entropy,
        "matrixEntropyLogN": {key: h / math.log(n) for key, h in entropy.items()},
        "gramEntropy": entropies(z @ z.T, ALPHAS),
        "pair": {
            "cosine": pair_values(k, cosine_gram(y)),
            "gram": pair_values(z @ z.T, y @ y.T),
            "cka": {"biased": cka_biased(z, y), "unbiased": cka_unbiased(z, y)},
        },
        "interplay": {
            **interplay_record(k, cosine_gram(weights[labels])), "samples": n, "classes": classes,
        },
        "classInterplay": {
            "samples": interplay_record(cosine_gram(means - z.mean(axis=0)), head_gram),
            "classes": interplay_record(cosine_gram(means - means.mean(axis=0)), head_gram),
        },
        "reference": collapse_reference(labels, classes),
        "neuralCollapse": neural_collapse(z, labels, classes, weights, bias),
        "spectrum": [float(x) for x in np.linalg.eigvalsh(k / n)[::-1][:min(z.shape)]],
        **ranks(z),
        "vendiScore": {key: math.exp(entropy[key]) for key in ORDERS},
        "codingRate": {"0.5": rate(unit, 0.5), "0.1": rate(unit, 0.1)},
        "codingRateReduction": {
            "0.5": rate_reduction(unit, labels, classes, 0.5),
            "0.1": rate_reduction(unit, labels, classes, 0.1),
        },
        "intraClassEntropy": math.fsum(
            entropy_of(cosine_gram(z[[i for i, c in enumerate(labels) if c == label]]))
            for label in range(classes)
        ) / classes,
        "interClassEntropy": {
            "raw": entropy_of(cosine_gram(means)),
            "centred": entropy_of(cosine_gram(means - z.mean(axis=0))),
        },
        "uniformity": {"2": uniformity(unit, 2.0), "0.5": uniformity(unit, 0.5)},
    }
    if z.shape == y.shape:
        other = normalised(y)
        out["pair"]["alignment"] = math.fsum(float(g @ g) for g in unit - other) / n
    if classes < n:
        out["silhouette"] = silhouette(z, labels, classes)
        out["daviesBouldin"] = davies_bouldin(z, labels, classes)
    return out


# ----------------------------------------------------------------------------------------- cases


def counted(counts, seed):
    """Labels with these counts, in an order drawn by the hash."""
    labels = [c for c, count in enumerate(counts) for _ in range(count)]
    order = sorted(range(len(labels)), key=lambda i: (hash32(seed, i, 0), i))
    return [labels[i] for i in order]


def formula_case(name, about, counts, z, second, weights, bias_scale=0.5):
    labels = list(range(len(counts))) if set(counts) == {1} else counted(counts, z["seed"] + 90)
    classes = len(counts)
    return {
        "name": name, "about": about,
        "inputs": {"representations": z, "second": second, "weights": weights,
                   "bias": {"seed": weights["seed"] + 7, "scale": bias_scale}, "labels": labels},
        "representations": rows_of(z, labels, classes),
        "second": rows_of(second, labels, classes),
        "weights": rows_of(weights, list(range(classes)), classes),
        "bias": [bias_scale * noise(weights["seed"] + 7, 0, c) for c in range(classes)],
        "labels": labels,
    }


def by_hand():
    """Numbers short enough to be checked on paper."""
    inputs = {
        "representations": [[2, 1, 0], [1, 0.5, 0.25], [-1, 2, 0], [0, 1, 0.5], [0.5, -1, 3], [0, -0.25, 1]],
        "second": [[1, 0, 0.5], [2, 1, 0], [0, 3, 1], [-1, 1, 0], [0, 0, -2], [1, -1, 2]],
        "weights": [[1, 0.5, -0.25], [-0.5, 1, 0], [0, -0.75, 1]],
        "bias": [0.25, -0.125, 0],
        "labels": [0, 0, 1, 1, 2, 2],
    }
    parts = {key: [[float(x) for x in row] for row in inputs[key]]
             for key in ("representations", "second", "weights")}
    return {
        "name": "hand", "about": "Six rows written by hand.",
        "inputs": {**{key: {"kind": "inline", "values": rows} for key, rows in parts.items()},
                   "bias": inputs["bias"], "labels": inputs["labels"]},
        **parts, "bias": inputs["bias"], "labels": inputs["labels"],
    }


def formula_cases():
    return [
        by_hand(),
        formula_case(
            "random", "Unstructured features, N > d; the labels say nothing about them.",
            [12] * 5, recipe(1, 8), recipe(2, 8), recipe(3, 8)),
        formula_case(
            "wide", "More columns than rows; the second view is narrower.",
            [5] * 4, recipe(11, 50, "noise", 14, scale=0.5), recipe(12, 17, "noise", 15),
            recipe(13, 50, "noise", 14, spread=0.5)),
        formula_case(
            "unbalanced", "Six classes of 1, 2, 5, 10, 20 and 40 samples.",
            [1, 2, 5, 10, 20, 40], recipe(21, 12, "noise", 24, scale=1.5, shift=0.25),
            recipe(22, 12, "noise", 24, shift=-0.5), recipe(23, 12, "noise", 24, spread=0.75)),
        formula_case(
            "collapsed", "Simplex with noise of 1e-3, balanced.",
            [8] * 5, recipe(31, 8, "simplex", scale=2.0, spread=0.001),
            recipe(32, 8, "simplex", spread=0.002), recipe(33, 8, "simplex", spread=0.001), 0.001),
        formula_case(
            "collapsed-unbalanced", "Simplex with noise of 1e-3, classes of 2, 4, 8, 16 and 32 samples.",
            [2, 4, 8, 16, 32], recipe(41, 8, "simplex", scale=2.0, spread=0.001),
            recipe(42, 8, "simplex", spread=0.002), recipe(43, 8, "simplex", spread=0.001), 0.001),
        formula_case(
            "sparse", "ReLU features: non-negative, about two thirds of them zero.",
            [10, 14, 18, 22], recipe(51, 24, "noise", 54, scale=0.75, shift=-0.5, relu=True),
            recipe(52, 24, "noise", 54, scale=0.5, shift=0.5, relu=True), recipe(53, 24, "noise", 54)),
        formula_case(
            "class-level", "One row a class: the class level seen as samples.",
            [1] * 7, recipe(61, 10), recipe(62, 10), recipe(63, 10)),
        formula_case(
            "float32", "Inputs rounded to float32, values from the rounded ones in float64.",
            [9] * 6, recipe(71, 16, "noise", 74, float32=True), recipe(72, 16, "noise", 74, float32=True),
            recipe(73, 16, "noise", 74, float32=True)),
        formula_case(
            "tall", "N much larger than d, ten classes of unequal size.",
            [32, 36, 40, 44, 48, 52, 56, 60, 64, 68], recipe(81, 16, "noise", 84, spread=0.75),
            recipe(82, 16, "noise", 84, spread=1.5), recipe(83, 16, "noise", 84, spread=0.25)),
    ]


def data_case(name, about, source, rows, second, labels):
    classes = max(labels) + 1
    return {
        "name": name, "about": about, "inputs": source,
        "representations": rows, "second": second,
        "weights": means_by_loop(rows, labels, classes), "bias": [0.0] * classes, "labels": labels,
    }


def data_cases(data):
    pixels, digits = mnist(data, 300)
    fou, labels = mfeat(data, "fou", 20)
    kar, _ = mfeat(data, "kar", 20)
    return [
        data_case(
            "mnist", "First 300 test images; the head is the class means, the second view at half size.",
            {"dataSet": "mnist", "samples": 300}, pixels, [pooled(row) for row in pixels], digits),
        data_case(
            "mfeat-fou", "Twenty digits a class as 76 Fourier coefficients; the second view is mfeat-kar.",
            {"dataSet": "mfeat", "view": "fou", "second": "kar", "perClass": 20}, fou, kar, labels),
        data_case(
            "mfeat-kar", "Twenty digits a class as 64 Karhunen-Loeve coefficients; the second view is mfeat-fou.",
            {"dataSet": "mfeat", "view": "kar", "second": "fou", "perClass": 20}, kar, fou, labels),
    ]


# ------------------------------------------------------------------------- symmetric eigenproblem


def reflected(values, seed):
    """Q diag(values) Q with Q = I - 2 v v^T / v^T v: a full matrix with these eigenvalues."""
    n = len(values)
    v = [noise(seed, 0, j) for j in range(n)]
    square = 0.0
    for x in v:
        square = square + x * x
    q = [[(1.0 if i == j else 0.0) - 2.0 * v[i] * v[j] / square for j in range(n)] for i in range(n)]
    a = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for k in range(n):
                total = total + q[i][k] * values[k] * q[j][k]
            a[i][j] = a[j][i] = total
    return a


def wilkinson(n, copies, glue):
    """Wilkinson's W_n+ (diagonal |k - (n-1)/2|, ones beside it), copies joined by `glue`."""
    size = n * copies
    a = [[0.0] * size for _ in range(size)]
    for i in range(size):
        a[i][i] = abs((i % n) - (n - 1) / 2)
        if i + 1 < size:
            a[i][i + 1] = a[i + 1][i] = glue if (i + 1) % n == 0 else 1.0
    return a


def power(base, exponent):
    x = 1.0
    for _ in range(exponent):
        x = x * base
    return x


def gram(rows):
    """K = Z Z^T, summed in the order of the columns."""
    n = len(rows)
    a = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for x, y in zip(rows[i], rows[j]):
                total = total + x * y
            a[i][j] = a[j][i] = total
    return a


def repeated_blocks(n):
    """The same 8 x 8 block down the diagonal, coupled by less than rounding can see: all but 8 values deflate."""
    a = [[noise(109, max(i, j) % 8, min(i, j) % 8) if i // 8 == j // 8 else 0.0 for j in range(n)]
         for i in range(n)]
    for i in range(8, n, 8):
        a[i][i - 1] = a[i - 1][i] = power(0.5, 40)
    return a


# power(STEP, 126) is about 1e-16: a graded matrix of size 64 reaches from 1 to rounding.
STEP = 0.746


def symmetric(kind, n):
    if kind == "random":
        return [[noise(101, max(i, j), min(i, j)) for j in range(n)] for i in range(n)]
    if kind == "geometric":
        return reflected([power(0.5, k) for k in range(n)], 102)
    if kind == "clustered":
        return reflected([1.0 + k % 3 + k * power(0.5, 40) for k in range(n)], 103)
    if kind == "rankOne":
        return [[noise(104, 0, i) * noise(104, 0, j) for j in range(n)] for i in range(n)]
    if kind == "identity":
        return [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    if kind == "zero":
        return [[0.0] * n for _ in range(n)]
    if kind == "powerLaw":
        return reflected([1.0 / (float(k + 1) * float(k + 1)) for k in range(n)], 105)
    if kind == "collapsed":
        return gram([[(1.0 if i % 5 == j else 0.0) - 0.2 + power(0.5, 20) * noise(106, i, j) for j in range(8)]
                     for i in range(n)])
    if kind == "wide":
        return gram([[noise(107, i, j) for j in range(8 * n)] for i in range(n)])
    if kind == "tall":
        return gram([[noise(108, i, j) for j in range(7)] for i in range(n)])
    if kind == "gradedDown":
        return [[power(STEP, i) * power(STEP, j) * (2.0 if i == j else 1.0) for j in range(n)] for i in range(n)]
    if kind == "gradedUp":
        return [row[::-1] for row in symmetric("gradedDown", n)][::-1]
    if kind == "equal":
        return [[2.0 if i == j else 1.0 for j in range(n)] for i in range(n)]
    if kind == "repeated":
        return repeated_blocks(n)
    if kind == "graded":
        scale = [1.0 / power(10.0, i) for i in range(n)]
        return [[scale[max(i, j)] if i == j else 0.5 * scale[max(i, j)] for j in range(n)]
                for i in range(n)]
    if kind == "wilkinson":
        return wilkinson(n, 1, 0.0)
    if kind == "glued":
        return wilkinson(21, n // 21, power(0.5, 26))
    raise ValueError(kind)


def eigen_cases():
    sizes = [1, 2, 3, 5, 16, 64, 100]
    plan = [(kind, n) for kind in ("random", "geometric", "clustered", "rankOne", "identity") for n in sizes]
    plan += [("graded", n) for n in (2, 3, 5, 16)] + [("zero", n) for n in (1, 5)]
    plan += [("wilkinson", 21), ("glued", 105)]
    plan += [(kind, 180) for kind in ("random", "geometric", "clustered", "rankOne", "powerLaw", "collapsed", "tall")]
    plan += [("wide", 24), ("gradedDown", 64), ("gradedUp", 64), ("equal", 150), ("repeated", 160), ("glued", 189)]
    cases = []
    for kind, n in plan:
        a = symmetric(kind, n)
        packed = b"".join(struct.pack(f"<{n}d", *row) for row in a)
        cases.append({
            "kind": kind, "n": n, "sha256": hashlib.sha256(packed).hexdigest(),
            "eigenvalues": [float(x) for x in np.linalg.eigvalsh(np.array(a))[::-1]],
        })
    return cases


# ------------------------------------------------------------------------------------------ files


def lines(value, depth=0):
    """JSON with one line a scalar member and a row or list of numbers on one line."""
    if isinstance(value, dict) and value:
        inner = ",\n".join(
            "  " * (depth + 1) + json.dumps(key) + ": " + lines(item, depth + 1)
            for key, item in value.items()
        )
        return "{\n" + inner + "\n" + "  " * depth + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        inner = ",\n".join("  " * (depth + 1) + json.dumps(item, allow_nan=False) for item in value)
        return "[\n" + inner + "\n" + "  " * depth + "]"
    return json.dumps(value, allow_nan=False)


def write(name, value):
    with open(os.path.join(HERE, f"{name}.json"), "w", encoding="utf-8") as file:
        file.write(lines(value) + "\n")


def main():
    data = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("INTERPLAY_DATA_DIR")
    cases = formula_cases() + (data_cases(data) if data else [])
    for case in cases:
        expected = expected_of(case)
        write(case["name"], {
            "name": case["name"], "about": case["about"], "inputs": case["inputs"],
            "sha256": checksum(case), "expected": expected,
        })
        print(case["name"], len(case["labels"]), "samples")
    write("eigen", {"about": "Eigenvalues by numpy.linalg.eigvalsh, descending.", "cases": eigen_cases()})


if __name__ == "__main__":
    main()
