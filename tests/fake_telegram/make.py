"""Realistic updates, as https://core.telegram.org/bots/api describes them."""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

TOKEN = "7000000001:AAfakeFakeFakeFakeFakeFakeFakeFake00"
ME: Json = {"id": 7000000001, "is_bot": True, "first_name": "平安小助手", "username": "pingan_demo_bot"}
ANONYMOUS_ADMIN: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
SERVICE: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
MEMBER_RIGHTS = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"),
    *("can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"),
    *("can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"),
    *("can_edit_tag", "can_react_to_messages"),
)
ADMIN_RIGHTS = (
    *("is_anonymous", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
    *("can_promote_members", "can_change_info", "can_invite_users", "can_post_stories"),
    *("can_edit_stories", "can_delete_stories"),
)
START = 1_767_225_600  # 2026-01-01 00:00 UTC


def user(number: int, first: str, last: str = "", username: str = "") -> Json:
    """A person."""
    return {
        "id": number,
        "is_bot": False,
        "first_name": first,
        **({"last_name": last} if last else {}),
        **({"username": username} if username else {}),
        "language_code": "zh-hans",
    }


def private(person: Json) -> Json:
    """The private chat with a person."""
    return {k: v for k, v in person.items() if k not in {"is_bot", "language_code"}} | {"type": "private"}


def group(number: int, title: str = "东盛花园业主群", kind: str = "supergroup", *, forum: bool = False) -> Json:
    """A group; `kind` is "group" or "supergroup"."""
    return {"id": number, "title": title, "type": kind, **({"is_forum": True} if forum else {})}


def channel(number: int, title: str = "东盛派出所发布") -> Json:
    return {"id": number, "title": title, "type": "channel", "username": f"channel{abs(number)}"}


def member(who: Json, status: str, **extra: Any) -> Json:
    """A ChatMember with every field its status requires."""
    fields: Json = {"user": who, "status": status}
    if status == "kicked":
        fields |= {"until_date": 0}
    elif status == "restricted":
        fields |= dict.fromkeys(MEMBER_RIGHTS, False) | {"is_member": True, "until_date": 0}
    elif status == "administrator":
        fields |= dict.fromkeys(ADMIN_RIGHTS, False) | {"can_be_edited": False, "can_manage_chat": True}
    return fields | extra


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def entity(text: str, part: str, kind: str, **extra: Any) -> Json:
    """An entity over the first occurrence of `part`, counted in UTF-16 units as Telegram does."""
    return {"offset": utf16(text[: text.index(part)]), "length": utf16(part), "type": kind, **extra}


def entities_of(text: str) -> list[Json]:
    """What Telegram marks by itself: @names and /commands that touch no other word character."""
    found = []
    for match in re.finditer(r"(?<!\w)(@[A-Za-z0-9_]{3,32}|/[a-z0-9_]{1,32}(?:@[A-Za-z0-9_]+)?)(?!\w)", text):
        kind = "mention" if match.group(1).startswith("@") else "bot_command"
        found.append({"offset": utf16(text[: match.start()]), "length": utf16(match.group(1)), "type": kind})
    return found


class Maker:
    """Makes updates with fresh update and message ids. Every method returns the update; the caller delivers it."""

    def __init__(
        self,
        me: Json | None = None,
        *,
        now: Callable[[], int] = lambda: START,
        next_message_id: Callable[[int], int] | None = None,
        first_update: int = 880_000_001,
    ) -> None:
        self.me = me or ME
        self._now = now
        self._updates = itertools.count(first_update)
        self._counters: defaultdict[int, Iterator[int]] = defaultdict(lambda: itertools.count(101))
        self._message_id = next_message_id or (lambda chat_id: next(self._counters[chat_id]))
        self._presses = itertools.count(1)

    def update(self, kind: str, content: Json) -> Json:
        return {"update_id": next(self._updates), kind: content}

    def message(self, chat: Json, sender: Json | None, **fields: Any) -> Json:
        """A Message object, not yet in an update."""
        author = {} if sender is None else {"from": sender}
        return {
            "message_id": self._message_id(chat["id"]),
            **author,
            "chat": chat,
            "date": self._now(),
            **fields,
        }

    def text(self, chat: Json, sender: Json, text: str, **fields: Any) -> Json:
        """A text as people type it; entities are found as Telegram finds them unless given."""
        marks = fields.pop("entities", None)
        marks = entities_of(text) if marks is None else marks
        extra = {"entities": marks} if marks else {}
        return self.update("message", self.message(chat, sender, text=text, **extra, **fields))

    def to_us(self, chat: Json, sender: Json, text: str) -> Json:
        """A text with a real mention of our bot in front."""
        return self.text(chat, sender, f"@{self.me['username']} {text}")

    def text_mention(self, chat: Json, sender: Json, text: str, part: str, whom: Json) -> Json:
        """`part` of the text is a person picked from Telegram's list, who has no username."""
        return self.text(chat, sender, text, entities=[entity(text, part, "text_mention", user=whom)])

    def reply(self, chat: Json, sender: Json, text: str, to: Json) -> Json:
        """An answer to a Message object (not an update)."""
        origin = {k: v for k, v in to.items() if k != "reply_to_message"}
        return self.text(chat, sender, text, reply_to_message=origin)

    def photo(self, chat: Json, sender: Json, caption: str = "", album: str = "", file: str = "ph") -> Json:
        """A picture in three sizes; the last is the largest."""
        sizes = [
            {"file_id": f"{file}-{n}", "file_unique_id": f"u{file}{n}", "width": w, "height": h, "file_size": s}
            for n, (w, h, s) in enumerate(((90, 67, 1_253), (320, 240, 15_640), (1280, 960, 181_203)))
        ]
        extra: Json = {"media_group_id": album} if album else {}
        if caption:
            marks = entities_of(caption)
            extra |= {"caption": caption, **({"caption_entities": marks} if marks else {})}
        return self.update("message", self.message(chat, sender, photo=sizes, **extra))

    def album(self, chat: Json, sender: Json, caption: str, count: int = 3) -> list[Json]:
        """Pictures sent as one: each arrives as its own update, the caption on the first."""
        name = f"13{self._message_id(chat['id'])}"
        return [self.photo(chat, sender, caption if n == 0 else "", name, file=f"al{n}") for n in range(count)]

    def media(self, chat: Json, sender: Json, kind: str, content: Any, **fields: Any) -> Json:
        """Any other content: voice, audio, video, document, location, venue, sticker …"""
        return self.update("message", self.message(chat, sender, **{kind: content}, **fields))

    def topic(self, chat: Json, sender: Json, thread: int, text: str, creator: Json) -> Json:
        """A message in a forum topic; Telegram makes each of them "answer" the topic's opening."""
        opening = {
            "message_id": thread,
            "from": creator,
            "chat": chat,
            "date": self._now(),
            "message_thread_id": thread,
            "is_topic_message": True,
            "forum_topic_created": {"name": "报案求助", "icon_color": 7322096},
        }
        return self.text(chat, sender, text, message_thread_id=thread, is_topic_message=True, reply_to_message=opening)

    def edited(self, original: Json, text: str) -> Json:
        """The message of an earlier update, changed a minute later."""
        message = {k: v for k, v in original["message"].items() if k not in {"text", "entities"}}
        marks = entities_of(text)
        extra = {"entities": marks} if marks else {}
        return self.update("edited_message", message | {"text": text, "edit_date": self._now() + 60} | extra)

    def press(self, person: Json, card: Json | None, data: str) -> Json:
        """A press on a button of a Message object; None: the card is an inline message."""
        place: Json = {"inline_message_id": "AQAAAA"} if card is None else {"message": card}
        query = {"id": f"4{next(self._presses):018d}", "from": person, "chat_instance": "-31415926535", **place}
        return self.update("callback_query", query | {"data": data})

    def inaccessible(self, chat: Json, message_id: int) -> Json:
        """A card older than Telegram shows to bots."""
        return {"chat": chat, "message_id": message_id, "date": 0}

    def my_member(self, chat: Json, by: Json, old: str, new: str, **extra: Any) -> Json:
        """Our own membership changed from one status to another."""
        change = {
            "chat": chat,
            "from": by,
            "date": self._now(),
            "old_chat_member": member(self.me, old),
            "new_chat_member": member(self.me, new, **extra),
        }
        return self.update("my_chat_member", change)

    def service(self, chat: Json, sender: Json, **fields: Any) -> Json:
        """new_chat_members, left_chat_member, pinned_message, …"""
        return self.update("message", self.message(chat, sender, **fields))

    def migrate(self, old: Json, new: Json, by: Json) -> list[Json]:
        """A group becomes a supergroup: one service message in each."""
        return [
            self.service(old, by, migrate_to_chat_id=new["id"]),
            self.service(new, ANONYMOUS_ADMIN, sender_chat=new, migrate_from_chat_id=old["id"]),
        ]

    def anonymous(self, chat: Json, text: str) -> Json:
        """A hidden admin writes as the group itself."""
        return self.text(chat, ANONYMOUS_ADMIN, text, sender_chat=chat, author_signature="值班长")

    def post(self, where: Json, text: str) -> Json:
        """A channel post: nobody's name on it."""
        return self.update("channel_post", self.message(where, None, sender_chat=where, text=text))
