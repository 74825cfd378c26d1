"""The fields we read of what 智能机器人 is told (D 100719, 101027, 101463). The same body comes on both transports."""

from typing import Annotated

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Name = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class Struct(msgspec.Struct, gc=False, kw_only=True, rename={"from_": "from"}):
    """Decoded, read, dropped."""


class From(Struct):
    userid: Id


class Words(Struct):
    """`text`, and `voice`, which the platform has already written down."""

    content: str = ""


class Media(Struct):
    """An address that lives five minutes, and the key of what is there (D 101463)."""

    url: str = ""
    aeskey: str = ""


class Item(Struct):
    """One part of a message, or a whole one that was quoted."""

    msgtype: str = ""
    text: Words | None = None
    voice: Words | None = None
    image: Media | None = None
    file: Media | None = None
    video: Media | None = None


class Mixed(Struct):
    msg_item: list[Item] = []


class Quote(Item):
    mixed: Mixed | None = None


class CardEvent(Struct):
    event_key: Annotated[str, msgspec.Meta(max_length=1024, pattern=r"^[^\x00]*$")] = ""
    task_id: Name = ""


class Event(Struct):
    eventtype: str = ""
    template_card_event: CardEvent | None = None


class Stream(Struct):
    id: str = ""


class Body(Quote):
    """One callback. `response_url` is a key to the chat: it is never stored or logged as it is."""

    msgid: Name = ""
    chatid: Name = ""
    chattype: str = ""
    from_: From | None = None
    quote: Quote | None = None
    event: Event | None = None
    stream: Stream | None = None
    response_url: Annotated[str, msgspec.Meta(max_length=2000)] = ""

    @property
    def group(self) -> bool:
        return self.chattype != "single" and self.chatid != ""

    @property
    def eventtype(self) -> str:
        return self.event.eventtype if self.msgtype == "event" and self.event is not None else ""

    @property
    def press(self) -> CardEvent | None:
        return self.event.template_card_event if self.eventtype == "template_card_event" and self.event else None


class Headers(Struct):
    req_id: Name = ""


class Frame(Struct):
    """One text frame of the socket. Acknowledgements carry no `cmd`."""

    headers: Headers = msgspec.field(default_factory=Headers)
    cmd: str = ""
    body: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    errcode: int | None = None
    errmsg: str = ""


frame_decoder = msgspec.json.Decoder(Frame)
body_decoder = msgspec.json.Decoder(Body)
