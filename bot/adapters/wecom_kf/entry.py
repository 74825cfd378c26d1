"""The link (and QR code) by which a resident comes to the 客服 account, with the mark of the group it hangs in."""

from urllib.parse import urlencode

from bot.adapters.wecom.api import Good, Lost, Refused
from bot.adapters.wecom.tokens import Tokens

CONTACT_WAY = "/cgi-bin/kf/add_contact_way"
SCENE = "pingan"


async def contact_way(tokens: Tokens, open_kfid: str) -> str | Refused | Lost:
    """The account's link (D 94665); the same at every asking."""
    reply = await tokens.post(CONTACT_WAY, {"open_kfid": open_kfid, "scene": SCENE})
    if not isinstance(reply, Good):
        return reply
    url = reply.data.get("url")
    return url if isinstance(url, str) and url.startswith("https://") else Lost("no link in the answer", sent=False)


def with_mark(url: str, mark: str) -> str:
    """`url` for one place. The platform hands the mark back when somebody comes by it."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'scene_param': mark})}"
