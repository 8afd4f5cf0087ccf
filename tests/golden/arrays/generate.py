"""Arrays as numpy writes them, for the tests of readNpy and readNpz.

Regenerate, from the root of the repository:

    /usr/bin/python3 tests/golden/arrays/generate.py

It needs numpy alone and writes `numpy.json` beside itself: files as base64, and for each array the values
as numpy prints them (`repr` of Python's float, so exactly), in row-major order. Time stamps in the zip
archives are fixed by numpy, so a second run gives the same bytes.
"""

import base64
import io
import json
import os
import warnings

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def save(array, version=None):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy warns of versions above 1.0
        np.lib.format.write_array(out, array, version=version, allow_pickle=True)
    return out.getvalue()


def values(array):
    return [repr(x.item()) for x in array.ravel(order="C")]


def case(name, dtype, array, version=None):
    return {
        "name": name,
        "dtype": dtype,
        "shape": list(array.shape),
        "values": values(array),
        "file": base64.b64encode(save(array, version)).decode(),
    }


HALF = [0.0, -0.0, 1.0, -2.5, 65504.0, 6.104e-05, 5.96e-08, 0.333251953125, np.inf, -np.inf, np.nan, 3.140625]
REAL = [0.0, -0.0, 0.1, -1 / 3, 1e-300, 3.4e38, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308, 7.0]


def reals(dtype, order="<"):
    source = HALF if dtype == "f2" else REAL
    with np.errstate(all="ignore"):
        return np.array(source).astype(order + dtype).reshape(3, 4)


def integers(dtype, order="<"):
    info = np.iinfo(dtype)
    low, high = max(info.min, -(2**53 - 1)), min(info.max, 2**53 - 1)
    return np.array([low, high, 0, 1, low // 3, high // 7]).astype(order + dtype).reshape(2, 3)


def arrays():
    names = {"f2": "float16", "f4": "float32", "f8": "float64"}
    for dtype, name in names.items():
        for order, word in (("<", "little-endian"), (">", "big-endian")):
            yield case(f"{name}, {word}", name, reals(dtype, order))
    for kind in "iu":
        for width in (1, 2, 4, 8):
            name = f"{'u' if kind == 'u' else ''}int{8 * width}"
            yield case(f"{name}, little-endian", name, integers(f"{kind}{width}"))
            if width > 1:
                yield case(f"{name}, big-endian", name, integers(f"{kind}{width}", ">"))
    truth = np.array([[True, False, True]])
    yield {**case("bool", "bool", truth), "values": ["1", "0", "1"]}
    count = np.arange(24, dtype="<f4")
    yield case("no axis", "float64", np.array(2.5))
    yield case("one axis", "int64", np.arange(3))
    yield case("four axes", "float32", count.reshape(2, 3, 1, 4))
    yield case("an empty axis", "float32", np.zeros((0, 5), dtype="<f4"))
    yield case("Fortran order", "float32", np.asfortranarray(count.reshape(4, 6)))
    yield case("Fortran order, three axes", "float32", np.asfortranarray(count.reshape(2, 3, 4)))
    yield case("Fortran order, big-endian", "int16", np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)))
    yield case("Fortran order, one axis", "float32", np.asfortranarray(count[:5]))
    yield case("version 2", "float32", count.reshape(4, 6), (2, 0))
    yield case("version 3", "float32", count.reshape(4, 6), (3, 0))


def refused():
    yield "complex", save(np.ones(2, dtype="c8"))
    yield "text", save(np.array(["cat", "dog"]))
    yield "objects", save(np.array([{"a": 1}], dtype=object))
    yield "records", save(np.zeros(2, dtype=[("x", "f4"), ("y", "i4")]))
    yield "dates", save(np.array(["2020-01-01"], dtype="M8[D]"))
    yield "beyond", save(np.array([1, 2**53], dtype="i8"))
    yield "below", save(np.array([-(2**63)], dtype="i8"))
    yield "unsigned", save(np.array([0, 2**64 - 1], dtype="u8"))


def archive(save_function):
    out = io.BytesIO()
    random = np.random.default_rng(0)
    save_function(
        out,
        features=random.standard_normal((4, 3)).astype("f4"),
        labels=np.array([0, 1, 1, 0]),
        head=np.eye(2, 3, dtype="f2"),
    )
    archive = np.load(io.BytesIO(out.getvalue()))
    return {
        "file": base64.b64encode(out.getvalue()).decode(),
        "arrays": {
            name: {"dtype": str(archive[name].dtype), "shape": list(archive[name].shape), "values": values(archive[name])}
            for name in archive.files
        },
    }


def main():
    golden = {
        "numpy": np.__version__,
        "arrays": list(arrays()),
        "refused": {name: base64.b64encode(file).decode() for name, file in refused()},
        "archives": {"savez": archive(np.savez), "savez_compressed": archive(np.savez_compressed)},
    }
    with open(os.path.join(HERE, "numpy.json"), "w", encoding="utf-8") as out:
        json.dump(golden, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main()
