"""Signing and AES as the platform does it, written from its paper (D 90968) with nothing but `cryptography`.

The bot has its own, made with another library: each is the other's check, and the vectors are the check of both.
"""

import base64
import hashlib
import json
import os
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Json = dict[str, Any]
BLOCK = 32


class CryptError(Exception):
    """What came is not what the platform can read."""


def sign(token: str, *parts: str) -> str:
    """SHA-1 over everything, sorted."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode()).hexdigest()


def pad(plain: bytes) -> bytes:
    count = BLOCK - len(plain) % BLOCK
    return plain + bytes([count]) * count


def unpad(plain: bytes) -> bytes:
    """Raises CryptError."""
    count = plain[-1] if plain else 0
    if not 1 <= count <= BLOCK or plain[-count:] != bytes([count]) * count:
        raise CryptError("padding")
    return plain[:-count]


def new_key() -> str:
    """A key as the platform writes it: 43 characters of base64, without the "="."""
    return base64.b64encode(os.urandom(BLOCK)).decode().rstrip("=")


def seal_media(plain: bytes, aes_key: str) -> bytes:
    """A file as it lies on the platform's servers."""
    key = base64.b64decode(aes_key + "=")
    encryptor = _aes(key).encryptor()
    return encryptor.update(pad(plain)) + encryptor.finalize()


def open_media(cipher: bytes, aes_key: str) -> bytes:
    """The file in clear. Raises CryptError."""
    decryptor = _aes(base64.b64decode(aes_key + "=")).decryptor()
    return unpad(decryptor.update(cipher) + decryptor.finalize())


def _aes(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


@dataclass(slots=True)
class Crypt:
    """One callback's keys. `receive_id`: CorpID or AppID; "" for 智能机器人."""

    token: str
    aes_key: str
    receive_id: str = ""
    random16: Callable[[], bytes] = field(default=lambda: os.urandom(8).hex().encode(), repr=False)

    def seal(self, plain: str) -> str:
        body = plain.encode()
        framed = self.random16() + struct.pack(">I", len(body)) + body + self.receive_id.encode()
        encryptor = _aes(self._key()).encryptor()
        return base64.b64encode(encryptor.update(pad(framed)) + encryptor.finalize()).decode()

    def open(self, encrypt: str) -> str:
        """Raises CryptError."""
        try:
            cipher = base64.b64decode(encrypt, validate=True)
            decryptor = _aes(self._key()).decryptor()
            framed = unpad(decryptor.update(cipher) + decryptor.finalize())
            (size,) = struct.unpack(">I", framed[16:20])
            body, receiver = framed[20 : 20 + size], framed[20 + size :]
            if len(body) != size:
                raise CryptError("length")
            if receiver.decode() != self.receive_id:
                raise CryptError("receiver")
            return body.decode()
        except (ValueError, struct.error) as error:
            raise CryptError(str(error)) from None

    def sign(self, timestamp: str, nonce: str, encrypt: str) -> str:
        return sign(self.token, timestamp, nonce, encrypt)

    def query(self, timestamp: str, nonce: str, encrypt: str) -> dict[str, str]:
        return {"msg_signature": self.sign(timestamp, nonce, encrypt), "timestamp": timestamp, "nonce": nonce}

    def _key(self) -> bytes:
        return base64.b64decode(self.aes_key + "=")


def open_json_reply(crypt: Crypt, body: bytes, nonce: str) -> Json:
    """What the bot answered a 智能机器人 callback (D 101033). Raises CryptError with what is wrong about it."""
    try:
        outer = json.loads(body)
    except ValueError:
        raise CryptError("the answer is not JSON") from None
    if not isinstance(outer, dict) or set(outer) != {"encrypt", "msgsignature", "timestamp", "nonce"}:
        raise CryptError("the answer must have exactly encrypt, msgsignature, timestamp, nonce")
    if type(outer["timestamp"]) is not int:
        raise CryptError("timestamp must be a number")
    if outer["nonce"] != nonce:
        raise CryptError("nonce must be the URL's")
    if outer["msgsignature"] != crypt.sign(str(outer["timestamp"]), nonce, outer["encrypt"]):
        raise CryptError("wrong msgsignature")
    try:
        plain = json.loads(crypt.open(outer["encrypt"]))
    except ValueError:
        raise CryptError("inside is no JSON") from None
    if not isinstance(plain, dict):
        raise CryptError("inside is no JSON object")
    return plain


def open_xml_reply(crypt: Crypt, body: bytes, nonce: str) -> Json:
    """What the bot answered an XML callback (D 90241). Raises CryptError with what is wrong about it."""
    outer = read_xml(body.decode("utf-8", "replace"))
    if set(outer) != {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}:
        raise CryptError("the answer must have exactly Encrypt, MsgSignature, TimeStamp, Nonce")
    if outer["MsgSignature"] != crypt.sign(outer["TimeStamp"], outer["Nonce"], outer["Encrypt"]):
        raise CryptError("wrong MsgSignature")
    if outer["Nonce"] != nonce:
        raise CryptError("Nonce must be the URL's")
    return read_xml(crypt.open(outer["Encrypt"]))


def read_xml(text: str) -> Json:
    """Nested elements become nested objects. Raises CryptError."""
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        raise CryptError("not XML") from None
    return _element(root)


def _element(element: ET.Element) -> Json:
    return {child.tag: _element(child) if len(child) else (child.text or "") for child in element}


def write_xml(fields: Json) -> str:
    """As the platform writes it: words in CDATA, numbers bare."""
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: Json) -> str:
    parts = []
    for name, value in fields.items():
        if isinstance(value, dict):
            inner = _inner(value)
        elif isinstance(value, int):
            inner = str(value)
        else:
            inner = "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
        parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)
