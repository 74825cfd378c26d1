"""The models at run time: a plain linear scorer over character n-grams. No scikit-learn, no NumPy, no pickle."""

from __future__ import annotations

import hashlib
import json
import math
import struct
import zipfile
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from operator import mul
from typing import Any

WEIGHTS = "model.npz"
CARD = "model.json"
FORMAT = 1
_SIZES = {"<i2": "h", "<f4": "f", "|i1": "b"}


class ModelError(Exception):
    """The model files do not belong together or are damaged; the text says which."""


@dataclass(frozen=True, slots=True)
class Model:
    """`columns` scores come from one pass over the text. `vocabulary`: n-gram → row. Scores are decision values.

    `words`: rows whose n-gram is a word by itself, fit to be shown to people.
    """

    columns: tuple[str, ...]
    grams: tuple[int, ...]
    features: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: array[float]
    weights: array[int]
    scale: array[float]
    bias: array[float]
    words: frozenset[int]
    card: dict[str, Any]

    def vector(self, text: str) -> list[tuple[int, float]]:
        """(row, tf-idf) of the n-grams known to the model, of length one in all; empty if none is known."""
        find = self.vocabulary.get
        met = Counter([find(text[at : at + size]) for size in self.grams for at in range(len(text) - size + 1)])
        idf = self.idf
        values = [
            (row, idf[row] if n == 1 else (1.0 + math.log(n)) * idf[row]) for row, n in met.items() if row is not None
        ]
        length = math.sqrt(sum(value * value for _, value in values))
        return [(row, value / length) for row, value in values] if length else []

    def scores(self, vector: Sequence[tuple[int, float]], first: int = 0, last: int | None = None) -> dict[str, float]:
        """column → decision value, of all columns or of those from `first` until before `last`."""
        width = len(self.columns)
        last = width if last is None else last
        weights = self.weights
        met = array(weights.typecode)  # the rows met, one after another: their columns are then slices
        for row, _ in vector:
            met += weights[row * width + first : row * width + last]
        values = [value for _, value in vector]
        asked, found = last - first, {}
        for column in range(asked):
            total = sum(map(mul, values, met[column::asked]))
            found[self.columns[first + column]] = total * self.scale[first + column] + self.bias[first + column]
        return found

    def because(self, vector: Sequence[tuple[int, float]], column: str, limit: int) -> list[str]:
        """The words that speak most for `column`, strongest first; none within another."""
        width, place = len(self.columns), self.columns.index(column)
        words, weights = self.words, self.weights
        told = sorted([(v * weights[r * width + place], r) for r, v in vector if r in words], reverse=True)
        found: list[str] = []
        for worth, row in told:
            name = self.features[row]
            if worth > 0 and not any(name in other or other in name for other in found):
                found.append(name)
            if len(found) == limit:
                break
        return found


def parse(weights: bytes, card: bytes) -> Model:
    """Both files → Model. Raises ModelError if a checksum does not fit."""
    told = json.loads(card)
    if told.get("format") != FORMAT or hashlib.sha256(weights).hexdigest() != told.get("sha256"):
        raise ModelError("模型文件不完整或不配套，请重新安装，或运行 pingan train。")
    arrays = _arrays(weights)
    features: list[str] = told["features"]
    columns = tuple(told["columns"])
    if len(arrays["weights"]) != len(features) * len(columns) or len(arrays["idf"]) != len(features):
        raise ModelError("模型文件的大小不对，请重新安装。")
    return Model(
        columns=columns,
        grams=tuple(told["grams"]),
        features=tuple(features),
        vocabulary={name: row for row, name in enumerate(features)},
        idf=arrays["idf"],
        weights=arrays["weights"],
        scale=arrays["scale"],
        bias=arrays["bias"],
        words=frozenset(told["words"]),
        card={name: value for name, value in told.items() if name not in ("features", "columns", "words")},
    )


@cache
def shipped() -> Model:
    """The model that comes with the program, read on first use."""
    folder = resources.files("handlers.understanding")
    return parse((folder / WEIGHTS).read_bytes(), (folder / CARD).read_bytes())


def _arrays(data: bytes) -> dict[str, array[Any]]:
    """The arrays of an .npz file. Layout: NumPy's NEP 1, version 1.0, little endian, C order."""
    found = {}
    with zipfile.ZipFile(BytesIO(data)) as files:
        for name in files.namelist():
            raw = files.read(name)
            (size,) = struct.unpack("<H", raw[8:10])
            header = raw[10 : 10 + size].decode("latin-1")
            kind = next((code for descr, code in _SIZES.items() if f"'{descr}'" in header), None)
            if not raw.startswith(b"\x93NUMPY\x01") or kind is None or "'fortran_order': False" not in header:
                raise ModelError("模型文件的格式不认识。")
            values: array[Any] = array(kind)
            values.frombytes(raw[10 + size :])
            found[name.removesuffix(".npy")] = values
    return found
