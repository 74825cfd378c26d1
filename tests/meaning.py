"""What messages mean, decided by the test: stories about rules must not change when a model is trained anew."""

from typing import Any

import pytest

from handlers.understanding import Gazetteer, Understanding, Verdict
from handlers.understanding.courtesy import courtesy
from storage.model.matters import Category
from storage.model.tickets import Urgency


def means(monkeypatch: pytest.MonkeyPatch, table: dict[str, dict[str, Any]]) -> None:
    """A text that holds a key of `table` means those fields; every other one is an ordinary matter of no category."""

    def understand(text: str, *, mention: bool = False, gazetteer: Gazetteer | None = None) -> Understanding:
        del mention, gazetteer
        said = courtesy(text)
        fields: dict[str, Any] = {
            "text": text,
            "is_request": said is None,
            "category": Category.OTHER,
            "urgency": Urgency.NORMAL,
            "fraud": False,
            "fraud_score": 0.0,
            "verdict": Verdict.UNKNOWN,
            "courtesy": said,
        }
        for words, known in table.items():
            if words in text:
                fields |= known
        return Understanding(**fields)

    monkeypatch.setattr("handlers.kit.heard.understand", understand)
