"""代报: officers, grid workers and volunteers report for somebody else, whose name and number are kept apart."""

import re
from dataclasses import dataclass

from handlers.kit import parse, texts
from handlers.kit import relay_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.closing import press_confirm
from handlers.tickets.feature import tickets
from handlers.tickets.report import open_ticket
from handlers.understanding import Understanding
from storage.model.incidents import Behalf
from storage.model.messages import InboundKind
from storage.model.tickets import EntryKind, State, Ticket

_TITLES = (
    "大爷|大妈|大娘|大叔|大婶|大姐|大哥|大嫂|阿姨|阿婆|阿公|叔叔?|婶婶?|伯伯?|姨|嫂子?|奶奶?|爷爷?|婆婆?|爹爹|姐|哥|"
    "先生|女士|小姐|同学|老师|师傅|老板|老板娘|经理|店长|医生|主任|家属"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAME = re.compile(
    rf"(?:反映人|当事人|群众|居民|住户|业主|姓名|联系人)?[:：]?"
    rf"((?:[\u4e00-\u9fff]{{1,3}}(?:{_TITLES})|[老小][{_SURNAMES}]|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|"
    rf"(?:欧阳|上官|司马|诸葛)[\u4e00-\u9fff]{{1,2}}))"
)
_GAP = re.compile(r"[\s,，、;；:：()（）]+")
_LABEL = re.compile(r"^(?:(?:联系)?(?:电话|手机|方式|号码)+[是为]?|反映人|反映|说|称|报称?)+[:：]?$")
_TOLD = re.compile(
    r"(?:我|都)?(?:已经?)?(?:电话|当面|上门|微信|口头|打电话)?(?:已经?)?(?:告知|通知|转告|告诉)"
    r"(?:[了过]|本人|反映人|对方|他|她)*[。.！!，,]?(?:谢谢)?"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Who, how to reach them, and what is the matter."""

    name: str
    contact: str
    matter: str


def read(text: str, meaning: Understanding) -> Told:
    """`meaning`: that of `text`. What is no name and no phone number is the matter, in its order. Pure."""
    contact = meaning.phones[0].text if meaning.phones else ""
    before, _, after = text.partition(contact) if contact else (text, "", "")
    first, last = _parts(before), _parts(after)
    parts = first + last
    name = ""
    for place in dict.fromkeys((0, len(first) - 1 if contact else 0)):
        match = _NAME.fullmatch(parts[place]) if 0 <= place < len(parts) and len(parts) > 1 else None
        if match is not None:
            name = match.group(1)
            del parts[place]
            break
    return Told(name, meaning.phones[0].value if meaning.phones else "", " ".join(parts))


def _parts(text: str) -> list[str]:
    return [part for part in _GAP.split(text) if part and not _LABEL.match(part)]


@tickets.command(
    "代报",
    slash="behalf",
    aliases=("代群众反映", "帮群众反映"),
    args=parse.free_text,
    allow=Permission.PROXY,
    help="代报 张大爷 13800001234 家里水管爆了 3栋101　替群众登记，姓名电话只给经办民警看",
)
async def report_for(ctx: Context, text: str) -> None:
    if ctx.who.anonymous:
        raise UsageError(texts.NO_RIGHT_ANONYMOUS)
    if ctx.among_residents:
        raise UsageError(say.BEHALF_IN_PRIVATE)
    told = read(text, ctx.understand(text))
    if not told.matter and not ctx.event.attachments:
        raise UsageError(say.NEED_BEHALF)
    ticket = await open_ticket(ctx, told.matter)
    await ctx.unit.talk.add_behalf(Behalf(ticket_id=ticket.id, name=told.name, contact=told.contact), ctx.now)
    await ctx.log(EntryKind.BEHALF, ticket=ticket, text=say.BEHALF_ENTRY)


@tickets.otherwise(48)
async def told_them(ctx: Context) -> bool:
    """已电话告知: whoever reported it has told the person whose matter it is; that confirms it."""
    event = ctx.event
    if event.kind is not InboundKind.MESSAGE or ctx.who.anonymous or not _TOLD.fullmatch(ctx.said):
        return False
    ticket = await _closed(ctx)
    if ticket is None or not ticket.behalf:
        return False
    await ctx.log(EntryKind.BEHALF, ticket=ticket, text=say.BEHALF_TOLD_ENTRY.format(text=ctx.said))
    await press_confirm(ctx, ticket.id)
    return True


async def _closed(ctx: Context) -> Ticket | None:
    """The closed ticket of this person that is meant: replied to, or the newest one here."""
    event, me = ctx.event, ctx.who.person.id
    where = event.chat.address
    if event.reply_to:
        ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
        return ticket if ticket and ticket.reporter_id == me and ticket.state is State.RESOLVED else None
    closed = [t for t in await ctx.unit.talk.open_here(me, where, 3) if t.state is State.RESOLVED]
    return closed[0] if len(closed) == 1 else None
