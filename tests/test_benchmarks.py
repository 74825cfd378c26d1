"""Every bench in its smoke size: the figures mean nothing, but there are figures, and both sides did the same work."""

import json
import math
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHES, main

EXPECTED = {"ignored": 1, "understanding": 6, "tickets": 12, "webhook": 6, "sending": 2, "footprint": 2}


@pytest.mark.parametrize("name", BENCHES)
def test_quick(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    results = main(["--quick", "--only", name, "--json", str(file)])
    assert len(results) == EXPECTED[name]
    for result in results:
        assert result.bench == name
        assert math.isfinite(result.ours)
        assert result.ours > 0
        assert (result.peer is None) == (name == "understanding")  # nobody else understands messages
        assert result.peer is None or result.peer > 0
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [row["what"] for row in written["results"]] == [r.what for r in results]
    assert written["quick"] is True
    assert results[0].what[:20] in capfd.readouterr().out
