"""The few fields of Telegram's Bot API that we read, decoded with strict types.

Field names and meanings: https://core.telegram.org/bots/api#available-types. Unknown fields are skipped
without being built. `Glance…` is the cheap look at every update; the rest is for what is addressed to us.
"""

from typing import Annotated, Literal

import msgspec

Id = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
ChatType = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]


class Struct(msgspec.Struct, gc=False, kw_only=True, rename={"from_": "from"}):
    """Decoded, read, dropped. Never part of a reference cycle, so the garbage collector need not watch it."""


# -- the glance --------------------------------------------------------------------------------


class GlanceUser(Struct):
    id: Id
    is_bot: bool = False


class GlanceChat(Struct):
    id: Id
    type: ChatType


class GlanceEntity(Struct):
    type: str
    offset: int
    length: int
    user: GlanceUser | None = None


class TopicMarker(Struct):
    """`forum_topic_created`: only its presence matters."""


class Origin(Struct):
    """The message that another one answers."""

    message_id: Id
    from_: GlanceUser | None = None
    forum_topic_created: TopicMarker | None = None


class GlanceMessage(Struct):
    message_id: Id
    chat: GlanceChat
    date: Count = 0
    from_: GlanceUser | None = None
    sender_chat: GlanceChat | None = None
    text: str = ""
    caption: str = ""
    entities: tuple[GlanceEntity, ...] = ()
    caption_entities: tuple[GlanceEntity, ...] = ()
    reply_to_message: Origin | None = None
    media_group_id: str = ""
    new_chat_members: tuple[GlanceUser, ...] = ()
    left_chat_member: GlanceUser | None = None
    migrate_to_chat_id: Id | None = None
    migrate_from_chat_id: Id | None = None


class CardPlace(Struct):
    """The message a pressed button hangs on, also when it is too old to be read."""

    chat: GlanceChat


class GlancePress(Struct):
    id: str
    from_: GlanceUser
    message: CardPlace | None = None


class GlanceMembership(Struct):
    chat: GlanceChat


class Glance(Struct):
    update_id: Count
    message: GlanceMessage | None = None
    edited_message: GlanceMessage | None = None
    channel_post: GlanceMessage | None = None
    callback_query: GlancePress | None = None
    my_chat_member: GlanceMembership | None = None


# -- the whole ---------------------------------------------------------------------------------


class User(Struct):
    id: Id
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class Chat(Struct):
    id: Id
    type: ChatType
    title: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""


class Entity(Struct):
    """`offset` and `length` count UTF-16 code units and may lie outside the text in hostile input."""

    type: str
    offset: int
    length: int
    user: User | None = None


class PhotoSize(Struct):
    file_id: str
    width: Count = 0
    height: Count = 0
    file_size: Count = 0


class File(Struct):
    """Voice, audio, video, video note, animation and document share these fields."""

    file_id: str
    file_name: str = ""
    file_size: Count = 0
    duration: Count = 0


class Location(Struct):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Venue(Struct):
    location: Location
    title: str = ""
    address: str = ""


class Something(Struct):
    """Content we cannot use (sticker, poll, contact, dice): only its presence matters."""


class Quoted(Origin):
    """The same, with what it said."""

    text: str = ""
    caption: str = ""


class Message(Struct):
    message_id: Id
    date: Count
    chat: Chat
    from_: User | None = None
    sender_chat: Chat | None = None
    message_thread_id: Id | None = None
    is_topic_message: bool = False
    edit_date: Count = 0
    text: str = ""
    caption: str = ""
    entities: tuple[Entity, ...] = ()
    caption_entities: tuple[Entity, ...] = ()
    reply_to_message: Quoted | None = None
    media_group_id: str = ""
    photo: tuple[PhotoSize, ...] = ()
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    document: File | None = None
    location: Location | None = None
    venue: Venue | None = None
    sticker: Something | None = None
    contact: Something | None = None
    poll: Something | None = None
    dice: Something | None = None
    new_chat_members: tuple[User, ...] = ()
    left_chat_member: User | None = None
    migrate_to_chat_id: Id | None = None
    migrate_from_chat_id: Id | None = None


class Card(Struct):
    """The message a button hangs on. Telegram sends `date` 0 once it is inaccessible."""

    message_id: Id
    chat: Chat
    date: Count = 0
    edit_date: Count = 0
    message_thread_id: Id | None = None
    is_topic_message: bool = False


class CallbackQuery(Struct):
    id: str
    from_: User
    message: Card | None = None
    data: str = ""


class ChatMember(Struct):
    status: Status
    is_member: bool = True  # sent for "restricted" only

    @property
    def present(self) -> bool:
        return self.status not in {"left", "kicked"} and self.is_member


class ChatMemberUpdated(Struct):
    chat: Chat
    from_: User
    date: Count
    new_chat_member: ChatMember
    old_chat_member: ChatMember | None = None


class Update(Struct):
    update_id: Count
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None


# -- answers to our calls ----------------------------------------------------------------------


class Parameters(Struct):
    migrate_to_chat_id: Id | None = None
    retry_after: float | None = None


class Answer(Struct):
    """What every method returns. `result` stays raw until the caller says what it should be."""

    ok: bool
    result: msgspec.Raw = msgspec.Raw()
    error_code: int = 0
    description: str = ""
    parameters: Parameters | None = None


class MessageRef(Struct):
    message_id: Id


class BotUser(Struct):
    id: Id
    username: str
    can_read_all_group_messages: bool = False


class FilePath(Struct):
    """What getFile tells."""

    file_path: str = ""
    file_size: int = 0


glance_decoder = msgspec.json.Decoder(Glance)
update_decoder = msgspec.json.Decoder(Update)
answer_decoder = msgspec.json.Decoder(Answer)
