"""What the tests of the WeChat family share: the vectors of the official library, and a callback's keys."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.adapters.wecom.crypto import Crypt, signature_of

TOKEN = "hQ2pLm7Tz"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NONCE = "1372623149"
TIMESTAMP = "1700000000"
RANDOM16 = "0123456789abcdef"
NOW = datetime.fromtimestamp(int(TIMESTAMP), UTC)

VECTORS: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "wecom" / "vectors.json").read_text())
TALKS = ("echo", "aibot", "app_xml", "empty")

Pairs = list[tuple[str, str]]


def crypt(receive_id: str = "") -> Crypt:
    return Crypt(TOKEN, AES_KEY, receive_id, random16=lambda: RANDOM16)


def query(encrypt: str, timestamp: str = TIMESTAMP, nonce: str = NONCE, **more: str) -> Pairs:
    """As the platform signs it."""
    signature = signature_of(TOKEN, timestamp, nonce, encrypt)
    return [("msg_signature", signature), ("timestamp", timestamp), ("nonce", nonce), *more.items()]


def sealed(plain: str, receive_id: str = "", nonce: str = NONCE) -> tuple[Pairs, str]:
    """Query and secret part of a callback that says `plain`."""
    encrypt = crypt(receive_id).seal(plain, nonce, TIMESTAMP).encrypt
    return query(encrypt, nonce=nonce), encrypt


def as_json(encrypt: Any) -> bytes:
    return json.dumps({"encrypt": encrypt}).encode()


def as_xml(encrypt: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[ww1]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()
