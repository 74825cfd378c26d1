"""What kf/sync_msg tells (D 94670): one row per thing that happened."""

import msgspec

CUSTOMER, SYSTEM = 3, 4
"""`origin`: a customer wrote; the platform tells something. Others are colleagues in the 客服 window."""

ENTERED, SEND_FAILED = "enter_session", "msg_send_fail"
MEDIA_PARTS = ("image", "voice", "video", "file")


class Text(msgspec.Struct):
    content: str = ""
    menu_id: str = ""


class Media(msgspec.Struct):
    media_id: str = ""


class Place(msgspec.Struct):
    latitude: float = 0.0
    longitude: float = 0.0
    name: str = ""
    address: str = ""


class Link(msgspec.Struct):
    title: str = ""
    url: str = ""


class Event(msgspec.Struct):
    event_type: str = ""
    external_userid: str = ""
    scene: str = ""
    scene_param: str = ""
    welcome_code: str = ""
    fail_msgid: str = ""
    fail_type: int = 0


class Row(msgspec.Struct):
    msgid: str
    send_time: int
    msgtype: str
    origin: int = 0
    external_userid: str = ""
    text: Text | None = None
    image: Media | None = None
    voice: Media | None = None
    video: Media | None = None
    file: Media | None = None
    location: Place | None = None
    link: Link | None = None
    event: Event | None = None

    @property
    def media(self) -> Media | None:
        return next((part for name in MEDIA_PARTS if (part := getattr(self, name)) is not None), None)

    @property
    def person(self) -> str:
        return self.external_userid or (self.event.external_userid if self.event is not None else "")


decoder = msgspec.json.Decoder(Row)
