"""Secrets out of whatever is written down. Keys of the WeChat family travel in URLs, so no URL is ever logged whole."""

import re

HIDDEN = "…"
_NAMES = (
    "access_token|corpsecret|appsecret|secret|response_code|aeskey|encoding_aes_key|suite_ticket|ticket|token|key|"
    "echostr|msg_signature"
)
_IN_URL = re.compile(rf"(?i)\b({_NAMES})=[^&\s\"'<>]++")
_IN_JSON = re.compile(rf"(?i)(\"(?:{_NAMES}|response_url)\"\s{{0,9}}:\s{{0,9}})\"[^\"]*+\"?")


def mask(text: str, *secrets: str) -> str:
    """`text` without `secrets` and without the value of anything that is named like one."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, HIDDEN)
    return _IN_JSON.sub(rf'\1"{HIDDEN}"', _IN_URL.sub(rf"\1={HIDDEN}", text))
