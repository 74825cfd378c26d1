"""What opens a door into a chat for anybody who reads it, kept so that only this channel's secret can read it."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Encrypts with a key made from the channel's own secret: a stolen database alone opens nothing."""

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(b"pingan channel seal\0" + secret.encode()).digest()
        self._box = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """`text` sealed; "" stays "" (there is nothing)."""
        return self._box.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str) -> str | None:
        """What was sealed; None if it was with another secret, or is nothing of ours."""
        if not sealed:
            return ""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError):
            return None
