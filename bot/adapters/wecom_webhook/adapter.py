"""消息推送: a key per group. The key is all it takes to speak there, so it is written nowhere."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.adapters.base import (
    Accept,
    CannotEdit,
    Capabilities,
    Edits,
    Later,
    Limits,
    Never,
    NotFetched,
    SendResult,
    Sent,
    UnreadableError,
)
from bot.adapters.keeping import load, sniff
from bot.adapters.wecom.api import Call, Good, Lost, Qyapi, Refused
from bot.adapters.wecom.channel import Channel, Kit
from bot.adapters.wecom.errcodes import WEBHOOK_GONE, hint, judge
from bot.adapters.wecom_webhook.render import PICTURE_BYTES, PICTURES, TEXT_BYTES, Json, file, picture, text
from bot.config_channels import WecomWebhook
from storage.model.channels import EVERY_KIND
from storage.model.messages import Attachment, AttachmentKind, Inbound, Outgoing, OutKind

PLATFORM = BOT = "wecom_webhook"
STARTED = "wecom_webhook.started"
REFUSED = "wecom_webhook.refused"

SEND = "/cgi-bin/webhook/send"
UPLOAD = "/cgi-bin/webhook/upload_media"
GONE = "the key of this group is gone (93000)"
FILE_BYTES = 20 * 1024 * 1024

log = structlog.get_logger()


class WebhookPlatform:
    """base.Platform for all keys there are. Chats are named as in the settings, never by their key.

    Raises ValueError with a sentence if two groups have one name.
    """

    name = PLATFORM
    bot = BOT

    def __init__(self, kit: Kit) -> None:
        settings = kit.settings.wecom_webhook
        self._keys = _keys(settings)
        self._clock = kit.clock
        self._api = Qyapi(kit.session, kit.settings.wecom.base_url)
        self._files = kit.data_dir / "files"
        self._pace = kit.webhook_pace
        self._gone: set[str] = set()
        self.capabilities = Capabilities(
            hears_mentions=False,
            replies=False,
            editing=Edits.NEVER,
            buttons=False,
            reaches_residents=False,
            private_chats=False,
            answers_presses=False,
            shows=EVERY_KIND - {AttachmentKind.LOCATION},
            captions=False,
            limits=Limits(
                text=TEXT_BYTES,
                unit="utf8",
                per_bot_second=100.0,
                per_chat_minute=settings.per_minute,
            ),
        )

    def parse(self, body: bytes) -> Inbound | None:
        raise UnreadableError("nothing is ever heard here")

    def is_group(self, chat_id: str) -> bool:
        return True

    async def fetch(self, ref: str) -> bytes | NotFetched:
        return NotFetched(why="nobody sends anything here")

    async def run(self, accept: Accept) -> None:
        """There is nothing to fetch."""
        log.info(STARTED, groups=len(self._keys))
        await asyncio.Event().wait()

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        if out.kind is OutKind.ANSWER:
            return Never(why="nothing is pressed here")
        if out.kind is OutKind.EDIT:
            return CannotEdit(why="never edits")
        group = out.to.chat_id
        key = self._keys.get(group)
        if key is None:
            return Never(why="no key for this group in the settings")
        if group in self._gone:
            return Never(why=GONE, gone=True)
        words, attached = out.content.text, await self._attached(out.content.attachment)
        count = bool(words.strip()) + (attached is not None)
        if not count:
            return Never(why="nothing to say")
        wait = self._pace.spend(key, self._clock.now(), count)
        if wait:
            return Later(why="this group has had enough for a minute", after=wait, chat_wide=True)
        if words.strip():
            reply = await self._api.post(SEND, {"key": key}, text(out.content, words))
            if not isinstance(reply, Good):
                return self._refused(group, reply)
        if attached is not None:
            result = await self._send_file(group, key, attached)
            # Words that arrived must not come again for the picture's sake.
            return Sent() if words.strip() else result
        return Sent()

    async def _send_file(self, group: str, key: str, data: bytes) -> SendResult:
        body = await self._as_body(key, data)
        reply = await self._api.post(SEND, {"key": key}, body) if isinstance(body, dict) else body
        return Sent() if isinstance(reply, Good) else self._refused(group, reply)

    async def _as_body(self, key: str, data: bytes) -> Json | Refused | Lost:
        """A picture goes as it is; anything else is handed in first (D 91770)."""
        kind = sniff(data) or ""
        if kind in PICTURES and len(data) <= PICTURE_BYTES:
            return picture(data)
        name = f"file.{kind.rpartition('/')[2] or 'bin'}"
        reply: Call = await self._api.upload(UPLOAD, {"key": key, "type": "file"}, name, data)
        if isinstance(reply, Good):
            return file(str(reply.data.get("media_id", "")))
        return reply

    async def _attached(self, attachment: Attachment | None) -> bytes | None:
        """What we keep ourselves; what another platform keeps cannot be shown here."""
        if attachment is None:
            return None
        data = await load(self._files, attachment.ref)
        return data if 0 < len(data) <= FILE_BYTES else None

    def _refused(self, group: str, reply: Refused | Lost) -> SendResult:
        """A key that is gone is not tried again until it is replaced and the program starts anew."""
        if isinstance(reply, Refused):
            log.warning(REFUSED, group=group, code=reply.code, why=reply.why, hint=hint(reply.code))
            if reply.code == WEBHOOK_GONE:
                self._gone.add(group)
        return judge(reply)


def _keys(settings: WecomWebhook) -> Mapping[str, str]:
    keys = {group.name: group.key for group in settings.groups if group.key}
    if len({group.name for group in settings.groups}) < len(settings.groups):
        raise ValueError("groups 里有两个群同名，请改一个名字。")
    return keys


def build(kit: Kit) -> Channel:
    return Channel(platform=WebhookPlatform(kit))
