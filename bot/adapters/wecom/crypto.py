"""Signatures and AES of WeCom callbacks (D 90968) and of its media files (D 101463). The only importer of wechatpy.

wechatpy does the AES and the framing of replies. It compares signatures with `!=` and trusts the last byte of whatever
comes, so signature, padding, length and receiver are checked here, before anybody sees a byte.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from wechatpy.crypto import PrpCrypto
from wechatpy.crypto.base import WeChatCipher

from bot.adapters.wecom.xmltext import cdata

BLOCK = 32
RANDOM = 16
KEY_CHARS = 43
LONGEST_TIMESTAMP = 12
LONGEST_NONCE = 128


class BadSignatureError(Exception):
    """Not signed by who holds the token."""


class BadBodyError(Exception):
    """Signed, or nearly, and still not what the platform sends: base64, length, padding, receiver or text are wrong."""


class StaleError(Exception):
    """Signed, but not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An answer, encrypted and signed."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str

    def json(self) -> bytes:
        """As 智能机器人 wants it: lower case, the time as a number (D 101033)."""
        return msgspec.json.encode(
            {
                "encrypt": self.encrypt,
                "msgsignature": self.signature,
                "timestamp": int(self.timestamp),
                "nonce": self.nonce,
            }
        )

    def xml(self) -> bytes:
        """As applications and 公众号 want it (D 90241)."""
        fields = {"Encrypt": self.encrypt, "MsgSignature": self.signature}
        inner = "".join(f"<{name}>{cdata(value)}</{name}>" for name, value in fields.items())
        inner += f"<TimeStamp>{int(self.timestamp)}</TimeStamp><Nonce>{cdata(self.nonce)}</Nonce>"
        return f"<xml>{inner}</xml>".encode()


def signature_of(token: str, *parts: str) -> str:
    """SHA-1 over the token and `parts`, sorted: msg_signature with (timestamp, nonce, encrypt)."""
    joined = "".join(sorted([token, *parts])).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined).hexdigest()  # noqa: S324 - what the platform prescribes


def signed(signature: str, token: str, *parts: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), signature_of(token, *parts).encode())


class Crypt:
    """One callback's token and EncodingAESKey. `receive_id`: CorpID or AppID; "" for 智能机器人.

    Raises ValueError, without the key, if the key is not 43 characters of base64.
    """

    def __init__(
        self,
        token: str,
        aes_key: str,
        receive_id: str,
        *,
        random16: Callable[[], str] = lambda: secrets.token_hex(RANDOM // 2),
    ) -> None:
        self._token = token
        self._key = _callback_key(aes_key)
        self._receive_id = receive_id
        self._framing = PrpCrypto(self._key)
        self._framing.get_random_string = random16  # its own is drawn from a predictable generator

    def __repr__(self) -> str:
        return "Crypt(token=…, aes_key=…)"

    def open(self, signature: str, timestamp: str, nonce: str, encrypt: str) -> bytes:
        """The plain text (valid UTF-8). Raises BadSignatureError or BadBodyError, nothing else whatever comes."""
        if not self._token or not signed(signature, self._token, timestamp, nonce, encrypt):
            raise BadSignatureError
        content = _unpadded(_decrypted(self._key, _from_base64(encrypt)))
        if len(content) < RANDOM + 4:
            raise BadBodyError("too short")
        (size,) = struct.unpack_from(">I", content, RANDOM)
        start = RANDOM + 4
        if size > len(content) - start:
            raise BadBodyError("announces more than there is")
        plain, receiver = content[start : start + size], content[start + size :]
        if not hmac.compare_digest(receiver, self._receive_id.encode()):
            raise BadBodyError("meant for somebody else")
        try:
            plain.decode()
        except UnicodeDecodeError:
            raise BadBodyError("no UTF-8") from None
        return plain

    def seal(self, plain: str, nonce: str, timestamp: str) -> Sealed:
        """`plain` as the platform accepts it for an answer to the request with this nonce."""
        encrypt = self._framing.encrypt(plain, self._receive_id).decode()
        signature = signature_of(self._token, timestamp, nonce, encrypt)
        return Sealed(encrypt=encrypt, signature=signature, timestamp=timestamp, nonce=nonce)


class Freshness:
    """How far a request's own time may be from ours."""

    def __init__(self, skew: timedelta = timedelta(seconds=600)) -> None:
        self.skew = skew

    def check(self, timestamp: str, nonce: str, now: datetime) -> None:
        """Raises BadBodyError for what is no time or no nonce, StaleError for another time."""
        if not (0 < len(nonce) <= LONGEST_NONCE and nonce.isascii() and nonce.isprintable()):
            raise BadBodyError("nonce")
        if not (0 < len(timestamp) <= LONGEST_TIMESTAMP and timestamp.isascii() and timestamp.isdigit()):
            raise BadBodyError("timestamp")
        if abs(now.astimezone(UTC).timestamp() - int(timestamp)) > self.skew.total_seconds():
            raise StaleError


def open_media(cipher: bytes, aes_key: str) -> bytes:
    """A downloaded file in clear. `aes_key`: base64 of 32 bytes, its "=" may be missing. Raises BadBodyError."""
    try:
        key = base64.b64decode(aes_key + "=" * (-len(aes_key) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadBodyError("media key") from None
    if len(key) != BLOCK:
        raise BadBodyError("media key")
    return _unpadded(_decrypted(key, cipher))


def _callback_key(aes_key: str) -> bytes:
    try:
        # Its last character may carry bits beyond the 32 bytes; the platform hands such keys out.
        key = base64.b64decode(aes_key + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(aes_key) != KEY_CHARS or len(key) != BLOCK:
        raise ValueError("EncodingAESKey 应是 43 位字母和数字，请从管理后台重新复制。")
    return key


def _from_base64(encrypt: str) -> bytes:
    try:
        return base64.b64decode(encrypt.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise BadBodyError("base64") from None


def _decrypted(key: bytes, cipher: bytes) -> bytes:
    if not cipher or len(cipher) % 16:
        raise BadBodyError("length")
    plain: bytes = WeChatCipher(key).decrypt(cipher)
    return plain


def _unpadded(plain: bytes) -> bytes:
    """PKCS#7 to 32 bytes, not to AES's own 16."""
    count = plain[-1]
    if not 1 <= count <= BLOCK or count > len(plain) or plain[-count:] != bytes([count]) * count:
        raise BadBodyError("padding")
    return plain[:-count]
