"""A place as a link, for channels that only have words."""

from storage.model.messages import Attachment


def map_link(spot: Attachment) -> str:
    """One that every phone can open; "" if nobody knows where it is."""
    if spot.latitude is None or spot.longitude is None:
        return ""
    return f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{spot.latitude},{spot.longitude}&referer=pingan"


def with_place(text: str, spot: Attachment) -> str:
    return "\n".join(part for part in (text, spot.name, map_link(spot)) if part)
