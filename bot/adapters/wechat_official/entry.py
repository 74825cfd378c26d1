"""The QR code by which a resident comes to the 公众号, with the mark of the group it hangs in."""

from urllib.parse import urlencode

from bot.adapters.wecom.api import Good, Lost, Refused
from bot.adapters.wecom.tokens import Tokens

QRCODE = "/cgi-bin/qrcode/create"
SHOW = "https://mp.weixin.qq.com/cgi-bin/showqrcode"


async def qr_code(tokens: Tokens, mark: str) -> str | Refused | Lost:
    """Where the picture of a lasting QR code with this mark can be fetched."""
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": mark}}}
    reply = await tokens.post(QRCODE, body)
    if not isinstance(reply, Good):
        return reply
    ticket = reply.data.get("ticket")
    if not isinstance(ticket, str) or not ticket:
        return Lost("no ticket in the answer", sent=False)
    return f"{SHOW}?{urlencode({'ticket': ticket})}"
