"""A station's own model, trained from its officers' corrections, lies in its data folder."""

from pathlib import Path

import structlog

from handlers.understanding.core import install
from handlers.understanding.scorer import CARD, WEIGHTS, ModelError, parse

log = structlog.get_logger()

MODEL_FOLDER = "model"
DAMAGED = "model.damaged"


def use_own_model(data_dir: Path) -> bool:
    """Understand with the station's own model, if there is one. A damaged one is left aside, with a word in the log."""
    folder = Path(data_dir) / MODEL_FOLDER
    if not (folder / CARD).is_file():
        return False
    try:
        install(parse((folder / WEIGHTS).read_bytes(), (folder / CARD).read_bytes()))
    except (ModelError, OSError, ValueError, KeyError) as error:
        log.warning(DAMAGED, folder=str(folder), error=type(error).__name__)
        return False
    return True
