"""客户群 and 企业群发 (D 92135, 92120): a task that a member confirms on the phone, never a message by itself."""

import calendar
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fake_wecom.crypt import Json
from tests.fake_wecom.qyapi import App
from tests.fake_wecom.state import BAD_PARAM, TOO_OFTEN, Refusal, Shown, State, Window, need_text

WAITING, SENT, NO_FRIEND, HAD_OTHERS = 0, 1, 2, 3
TASK_WAITING, TASK_SENT = 0, 2
TEXT_BYTES = 4000


@dataclass(slots=True)
class Group:
    name: str
    owner: str
    members: int = 100


@dataclass(slots=True)
class Task:
    """One 企业群发. `results`: by group, as get_groupmsg_send_result tells it."""

    sender: str
    text: str
    body: Json
    at: float
    sent_at: float = 0.0
    cancelled: bool = False
    results: dict[str, int] = field(default_factory=dict)


class CustomerGroups:
    """`per_month` 0: as many a month for each group as the month has days."""

    def __init__(self, state: State, per_month: int = 0) -> None:
        self.state = state
        self.per_month = per_month
        self.groups: dict[str, Group] = {}
        self.tasks: dict[str, Task] = {}
        self._reminds = Window(3, 86400)
        self._sent: dict[tuple[str, str], int] = {}

    # -- what members do

    def confirm(self, msgid: str) -> int:
        """The sender presses 发送 on the phone; to how many groups it went. Raises ValueError if there is nothing."""
        task = self.tasks[msgid]
        if task.sent_at or task.cancelled:
            raise ValueError("nothing to confirm")
        task.sent_at = self.state.clock()
        for chat in task.results:
            if self._left(chat) <= 0:
                task.results[chat] = HAD_OTHERS
                continue
            self._sent[chat, self._month()] = self._sent.get((chat, self._month()), 0) + 1
            task.results[chat] = SENT
            now = self.state.clock()
            self.state.show(Shown("wecom_customer_group", chat, "text", task.text, now, body=task.body))
        return list(task.results.values()).count(SENT)

    def _month(self) -> str:
        return f"{datetime.fromtimestamp(self.state.clock(), UTC):%Y-%m}"

    def _left(self, chat: str) -> int:
        now = datetime.fromtimestamp(self.state.clock(), UTC)
        limit = self.per_month or calendar.monthrange(now.year, now.month)[1]
        return limit - self._sent.get((chat, self._month()), 0)

    # -- what the bot does

    def add(self, _: App, body: Json) -> Json:
        """externalcontact/add_msg_template. errcode 0 means: the task is there. Nobody has been told anything."""
        if body.get("chat_type") != "group":
            raise Refusal(BAD_PARAM, "chat_type")
        sender = str(body.get("sender") or "")
        if sender not in {group.owner for group in self.groups.values()}:
            raise Refusal(41048, "no customer group to send to")
        content = (body.get("text") or {}).get("content")
        attachments = body.get("attachments") or []
        if len(attachments) > 9:
            raise Refusal(BAD_PARAM, "attachments")
        text = need_text(content, TEXT_BYTES, "text.content") if content or not attachments else ""
        asked = body.get("chat_id_list") or [c for c, group in self.groups.items() if group.owner == sender]
        if len(asked) > 2000:
            raise Refusal(BAD_PARAM, "chat_id_list")
        good = [chat for chat in asked if chat in self.groups and self.groups[chat].owner == sender]
        if not good:
            raise Refusal(41048, "no customer group to send to")
        msgid = f"msgGCA{self.state.next('groupmsg')}"
        self.tasks[msgid] = Task(sender, text, body, self.state.clock(), results=dict.fromkeys(good, WAITING))
        return {"fail_list": [chat for chat in asked if chat not in good], "msgid": msgid}

    def remind(self, _: App, body: Json) -> Json:
        """externalcontact/remind_groupmsg_send: three times a day (D 97610)."""
        task = self._task(body)
        if task.sent_at or task.cancelled:
            raise Refusal(BAD_PARAM, "nothing to remind of")
        now, msgid = self.state.clock(), str(body["msgid"])
        if self._reminds.full(msgid, now):
            raise Refusal(TOO_OFTEN, "remind out of limit")
        self._reminds.hit(msgid, now)
        return {}

    def cancel(self, _: App, body: Json) -> Json:
        """externalcontact/cancel_groupmsg_send: what was sent stays sent."""
        self._task(body).cancelled = True
        return {}

    def members(self, _: App, body: Json) -> Json:
        """externalcontact/get_groupmsg_task: has the sender pressed it? (D 93338)"""
        task = self._task(body)
        row: Json = {"userid": task.sender, "status": TASK_SENT if task.sent_at else TASK_WAITING}
        if task.sent_at:
            row["send_time"] = int(task.sent_at)
        return {"next_cursor": "", "task_list": [row]}

    def results(self, _: App, body: Json) -> Json:
        """externalcontact/get_groupmsg_send_result, by pages (D 93338)."""
        task = self._task(body)
        if body.get("userid") != task.sender:
            raise Refusal(BAD_PARAM, "userid")
        start, limit = int(body.get("cursor") or 0), min(int(body.get("limit") or 500), 1000)
        rows = []
        for chat, status in list(task.results.items())[start : start + limit]:
            row: Json = {"external_userid": "", "chat_id": chat, "userid": task.sender, "status": status}
            rows.append(row | ({"send_time": int(task.sent_at)} if status == SENT else {}))
        more = start + limit < len(task.results)
        return {"next_cursor": str(start + limit) if more else "", "send_list": rows}

    def _task(self, body: Json) -> Task:
        task = self.tasks.get(str(body.get("msgid", "")))
        if task is None:
            raise Refusal(41050, "invalid msgid")
        return task

    def list(self, _: App, body: Json) -> Json:
        """externalcontact/groupchat/list, by owner and pages (D 92120)."""
        owners = (body.get("owner_filter") or {}).get("userid_list")
        chats = [chat for chat, group in self.groups.items() if not owners or group.owner in owners]
        limit = body.get("limit")
        if not isinstance(limit, int) or not 1 <= limit <= 1000:
            raise Refusal(BAD_PARAM, "limit")
        start = int(body.get("cursor") or 0)
        rows = [{"chat_id": chat, "status": 0} for chat in chats[start : start + limit]]
        more = start + limit < len(chats)
        return {"group_chat_list": rows} | ({"next_cursor": str(start + limit)} if more else {})

    def get(self, _: App, body: Json) -> Json:
        """externalcontact/groupchat/get (D 92122)."""
        chat = str(body.get("chat_id", ""))
        group = self.groups.get(chat)
        if group is None:
            raise Refusal(49008, "invalid chat_id")
        return {
            "group_chat": {
                "chat_id": chat,
                "name": group.name,
                "owner": group.owner,
                "create_time": 1_600_000_000,
                "notice": "",
                "member_list": [],
                "admin_list": [],
            }
        }
