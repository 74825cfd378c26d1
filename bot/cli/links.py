"""pingan links: for every group of residents the link by which they reach us, so that we know where they come from."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.wechat_official.entry import qr_code
from bot.adapters.wecom.api import Lost, Qyapi, Refused, new_session
from bot.adapters.wecom.errcodes import hint
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.adapters.wecom_kf.entry import contact_way, with_mark
from bot.cli.boundary import CommandError
from bot.cli.common import console, opened, settings_of
from bot.config import Settings
from handlers.kit.scenes import scene_of
from storage.model.people import Group, GroupKind
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    channel: str
    url: str


def show(config: Path | None) -> None:
    """Raises CommandError if there is nothing to make links for, or the platform refuses."""
    told = console()
    links = asyncio.run(_links(settings_of(config)))
    for link in links:
        told.print(f"{link.title}　{link.channel}　{link.url}", soft_wrap=True)
    told.print("把链接做成二维码，贴在对应的群或楼道里。群众扫码说的事，工单上会写明是哪个群。")


async def _links(settings: Settings) -> list[Link]:
    if not settings.wecom_kf.on and not settings.wechat_official.on:
        raise CommandError("微信客服和公众号都还没有设置。请先在 config.yaml 填好 wecom_kf 或 wechat_official。")
    async with opened(settings, create=False) as engine, engine.read() as tx:
        every = await Unit(tx).groups.all()
    groups = [group for group in every if group.kind is not GroupKind.OFFICERS]
    if not groups:
        raise CommandError("还没有居民的群。请先在 station.yaml 的 groups 里写上，再运行 pingan import。")
    async with new_session(trust_env=settings.wecom.use_proxy) as session:
        found: list[Link] = []
        if settings.wecom_kf.on:
            api = Qyapi(lambda: session, settings.wecom.base_url)
            found += await _by_kf(settings, api, groups)
        if settings.wechat_official.on:
            api = Qyapi(lambda: session, settings.wechat_official.base_url)
            found += await _by_official(settings, api, groups)
    return found


async def _by_kf(settings: Settings, api: Qyapi, groups: Sequence[Group]) -> list[Link]:
    credential = Credential.corp(settings.wecom.corp_id, settings.wecom_kf.secret)
    url = _or_stop(await contact_way(Tokens(api, credential, _now), settings.wecom_kf.open_kfid))
    return [Link(_name(group), "微信客服", with_mark(url, scene_of(group.id))) for group in groups]


async def _by_official(settings: Settings, api: Qyapi, groups: Sequence[Group]) -> list[Link]:
    own = settings.wechat_official
    tokens = Tokens(api, Credential.official(own.app_id, own.app_secret), _now)
    return [Link(_name(group), "公众号", _or_stop(await qr_code(tokens, scene_of(group.id)))) for group in groups]


def _name(group: Group) -> str:
    return group.title or f"{group.called}（{group.chat_id}）"


def _or_stop(answer: str | Refused | Lost) -> str:
    if isinstance(answer, str):
        return answer
    if isinstance(answer, Lost):
        raise CommandError(f"平台没有给出链接（{answer.why}）。请检查网络。")
    told = hint(answer.code) or f"平台说：{answer.why}。"
    raise CommandError(f"平台没有给出链接。{told}（错误码 {answer.code}）")


def _now() -> datetime:
    return datetime.now(UTC)
