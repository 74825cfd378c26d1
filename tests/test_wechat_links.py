"""pingan links: one link per group of residents, and the mark in it leads back to the group."""

import asyncio
from pathlib import Path

import pytest

from bot.cli.boundary import CommandError
from bot.cli.links import _links
from handlers.kit.scenes import group_of_scene
from tests.fake_wecom import FakeWecom
from tests.residents import config, running


async def test_every_group_of_residents_has_its_links(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        async with running(tmp_path, fake, "wecom_kf", "wechat_official") as play:
            groups = await play.until(lambda unit: unit.groups.all())
        found = await _links(config(tmp_path, fake, "wecom_kf", "wechat_official"))
        assert [link.channel for link in found] == ["微信客服"] * 2 + ["公众号"] * 2
        marks = [group_of_scene(link.url.rpartition("scene_param=")[2]) for link in found[:2]]
        assert marks == [group.id for group in groups]
        assert {link.title for link in found} == {"东湾花园业主群", "商业街门店群"}
        asked = fake.state.called("official/qrcode/create")
        assert [group_of_scene(call["action_info"]["scene"]["scene_str"]) for call in asked] == marks
        assert len(fake.state.called("kf/add_contact_way")) == 1


async def test_what_is_missing_is_said(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        with pytest.raises(CommandError, match="都还没有设置"):
            await _links(config(tmp_path, fake))
        with pytest.raises(CommandError, match="还没有数据库"):
            await _links(config(tmp_path, fake, "wecom_kf"))
        async with running(tmp_path, fake, "wecom_kf"):
            await asyncio.sleep(0)
        fake.qyapi.apps.clear()
        fake.qyapi.revoke_tokens()
        with pytest.raises(CommandError, match="重新复制 Secret") as refused:
            await _links(config(tmp_path, fake, "wecom_kf"))
        assert fake.setup.kf_secret not in str(refused.value)
