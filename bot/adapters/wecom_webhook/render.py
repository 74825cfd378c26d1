"""Outgoing → bodies for webhook/send (D 91770). Pure. Text only: what people wrote is never read as markup."""

import base64
import hashlib
from typing import Any

from storage.model.messages import Content

TEXT_BYTES = 2048
PICTURE_BYTES = 2 * 1024 * 1024
PICTURES = frozenset({"image/jpeg", "image/png"})
EVERYBODY = "@all"

Json = dict[str, Any]


def text(content: Content, words: str) -> Json:
    """What cannot wait calls everybody in the group."""
    part: Json = {"content": words}
    if content.loud:
        part["mentioned_list"] = [EVERYBODY]
    return {"msgtype": "text", "text": part}


def picture(data: bytes) -> Json:
    digest = hashlib.md5(data).hexdigest()  # noqa: S324 - what the platform prescribes
    return {"msgtype": "image", "image": {"base64": base64.b64encode(data).decode(), "md5": digest}}


def file(media_id: str) -> Json:
    return {"msgtype": "file", "file": {"media_id": media_id}}
