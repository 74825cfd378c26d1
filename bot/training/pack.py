"""From trained heads to the two files the program reads: weights as .npz, everything else as JSON."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.training.fit import GRAMS, Heads
from handlers.understanding.decide import COLUMNS
from handlers.understanding.scorer import CARD, FORMAT, WEIGHTS

FULL = 32_767


def pack(
    heads: Heads,
    *,
    rules: Mapping[str, Any],
    words: Sequence[int],
    about: Mapping[str, Any],
    columns: Sequence[str] = COLUMNS,
) -> tuple[bytes, bytes]:
    """(weights, card). Weights are whole numbers of 16 bits, one scale per column."""
    scale = np.abs(heads.weights).max(axis=0) / FULL
    whole = np.rint(heads.weights / scale).astype("<i2")
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        weights=np.ascontiguousarray(whole),
        scale=scale.astype("<f4"),
        bias=heads.bias.astype("<f4"),
        idf=heads.vectorizer.idf_.astype("<f4"),
    )
    weights = buffer.getvalue()
    card = {
        "format": FORMAT,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "about": dict(about),
        "rules": dict(rules),
        "grams": list(range(GRAMS[0], GRAMS[1] + 1)),
        "columns": list(columns),
        "words": list(words),
        "features": heads.features,
    }
    return weights, (json.dumps(card, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def save(folder: Path, weights: bytes, card: bytes, names: tuple[str, str] = (WEIGHTS, CARD)) -> None:
    for name, content in zip(names, (weights, card), strict=True):
        (folder / name).write_bytes(content)
