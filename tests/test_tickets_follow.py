"""补充 and 撤回: what joins a ticket later, who hears of it, and who may take it back."""

from dataclasses import replace

import pytest

from handlers.kit import texts
from storage.model.messages import Attachment, AttachmentKind
from storage.model.tickets import EntryKind, State
from tests.harness import PHOTO, World
from tests.stories import claimed, confirmed, entries, everything, kinds, on_sqlite, reported, resolved, silence

PLACE = Attachment(kind=AttachmentKind.LOCATION, latitude=36.65, longitude=117.12)


# ── 补充 ───────────────────────────────────────────────────────────────────
async def test_a_reply_joins_and_the_officer_reads_it(world: World) -> None:
    await claimed(world)
    event = await world.chen.says("是三楼扔的", reply_to=world.receipt(1).ref)
    assert world.wang.inbox[-1].text == "1 号反映人补充：是三楼扔的"
    assert world.last("g1").text == "已补充到 1 号。"
    before = everything(world)
    await world.happens(event)
    await world.restart()
    await world.happens(event)
    assert everything(world) == before
    assert (await kinds(world)).count(EntryKind.SUPPLEMENTED) == 1


async def test_a_reply_to_ones_own_report_joins_too(world: World) -> None:
    event = await world.chen.says("@民警 楼上扔垃圾")
    await world.chen.says("又来了", reply_to=event.message_id)
    assert await world.tickets() == 1
    assert (await entries(world))[-1].text == "又来了"


@pytest.mark.parametrize(("item", "word"), [(PHOTO, "照片 1"), (PLACE, "位置 1")])
async def test_a_picture_or_place_by_reply_reaches_the_officer(world: World, item: Attachment, word: str) -> None:
    await claimed(world)
    await world.chen.says("", reply_to=world.receipt(1).ref, attachments=(item,))
    assert world.wang.inbox[-2].text == f"1 号反映人补充：{word}"
    assert world.wang.inbox[-1].out.content.attachment == item
    await world.wang.presses("到场")
    assert f"附：{word}" in world.card(1, "g9").text


async def test_pieces_of_an_album_join_without_a_word(world: World) -> None:
    await claimed(world)
    for ref in ("a", "b", "c"):
        photo = replace(PHOTO, ref=ref)
        await world.chen.says("", reply_to=world.receipt(1).ref, attachments=(photo,), album="al")
    assert [s.text for s in world.chat("g1")].count("已补充到 1 号。") == 1
    refs = [s.out.content.attachment.ref for s in world.wang.inbox if s.out.content.attachment]
    assert refs == ["a", "b", "c"]


@on_sqlite
@pytest.mark.parametrize("words", ["补充 1 是三楼", "补充1号：是三楼", "/add 1 是三楼"])
async def test_by_command(world: World, words: str) -> None:
    await claimed(world)
    await world.chen.tells(words)
    assert world.wang.inbox[-1].text == "1 号反映人补充：是三楼"
    assert world.chen.inbox[-1].text == "已补充到 1 号。"


@on_sqlite
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("补充 1", "请写上要补充的内容，比如：补充 1 "),
        ("补充", "请写上单号"),
        ("补充 7 在三楼", "没有找到 7 号。发“我的”"),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_sentence(world: World, words: str, answer: str) -> None:
    await claimed(world)
    await world.chen.tells(words)
    assert answer in world.chen.inbox[-1].text
    assert EntryKind.SUPPLEMENTED not in await kinds(world)


async def test_a_neighbour_adds_by_reply_but_not_by_number(world: World) -> None:
    await claimed(world)
    await world.liu.says("那人往东边跑了", reply_to=world.receipt(1).ref)
    assert world.wang.inbox[-1].text == "1 号有人补充（刘阿姨）：那人往东边跑了"
    await world.liu.tells("补充 1 偷看一下")
    assert "没有找到 1 号" in world.liu.inbox[-1].text


async def test_what_a_colleague_adds_reaches_the_holder(world: World) -> None:
    await claimed(world)
    await world.sun.tells("补充 1 嫌疑人往东跑了")
    assert world.wang.inbox[-1].text == "1 号有人补充（孙伟）：嫌疑人往东跑了"
    await world.wang.tells("补充 1 已到二楼")
    assert world.wang.inbox[-1].text == "已补充到 1 号。"


async def test_if_the_holder_cannot_be_written_to_the_officers_group_hears_it(world: World) -> None:
    await silence(world, "wang")
    await silence(world, "zhao")
    await reported(world)
    await world.wang.presses("接单", where="g9")
    await world.chen.says("电话13812345678，是三楼", reply_to=world.receipt(1).ref)
    assert world.last("g9").text == "1 号反映人补充：电话［号码已隐去］，是三楼"


async def test_a_private_matter_is_not_told_to_the_officers_group(world: World) -> None:
    await world.liu.tells("邻居打孩子")
    await world.wang.presses("接单")
    await silence(world, "wang")
    await world.liu.tells("补充 1 又打了")
    assert world.last("g9").text == "1 号有新情况，请私下发“查 1”给我看。"


async def test_a_supplement_while_it_waits_reaches_who_was_asked(world: World) -> None:
    await reported(world)
    await world.chen.tells("补充 1 快点")
    assert world.wang.inbox[-1].text == "1 号反映人补充：快点"


async def test_still_not_right_after_the_closing(world: World) -> None:
    await resolved(world)
    await world.chen.says("楼道里还有一袋", reply_to=world.last("g1").ref)
    assert world.wang.inbox[-1].text == "1 号反映人补充：楼道里还有一袋"


# ── 撤回 ───────────────────────────────────────────────────────────────────
@on_sqlite
@pytest.mark.parametrize("words", ["撤回 1", "撤回1号", "/withdraw 1", "撤回 第1单"])
async def test_the_reporter_takes_it_back(world: World, words: str) -> None:
    await claimed(world)
    event = await world.chen.tells(words)
    assert (await world.ticket()).state is State.WITHDRAWN
    assert world.chen.inbox[-1].text == "好的，1 号已撤回。"
    assert world.wang.inbox[-1].text == "1 号反映人已撤回，不用处理了。"
    assert world.receipt(1).text.endswith("已撤回。")
    assert world.card(1, "g9").labels == world.card(1, world.wang.private).labels == []
    before = everything(world)
    await world.happens(event)
    assert everything(world) == before
    await world.chen.tells(words)
    assert world.chen.inbox[-1].text == "1 号现在是“已撤回”，不用再操作了。"
    assert (await kinds(world)).count(EntryKind.WITHDRAWN) == 1


async def test_nobody_else_takes_it_back(world: World) -> None:
    await reported(world)
    await world.liu.tells("撤回 1")
    assert "没有找到 1 号" in world.liu.inbox[-1].text
    await world.boss.tells("撤回 1")
    assert world.boss.inbox[-1].text == texts.NOT_YOURS
    assert (await world.ticket()).state is State.OPEN


async def test_by_the_button_of_a_private_receipt(world: World) -> None:
    await world.liu.tells("邻居太吵了")
    receipt = world.liu.inbox[0]
    button = receipt.button("撤回")
    await world.chen.presses_old(receipt, button, world.liu.private)
    assert world.chen.read == texts.NOT_YOURS
    await world.restart()
    await world.liu.presses("撤回")
    assert (await world.ticket()).state is State.WITHDRAWN
    assert receipt.labels == []
    await world.liu.presses_old(receipt, button, world.liu.private)
    assert world.liu.read == "1 号现在是“已撤回”，不用再操作了。"


async def test_withdrawn_while_the_officer_presses(world: World) -> None:
    await reported(world)
    await world.chen.tells("撤回 1", settle=False)
    await world.wang.presses("接单", settle=False)
    await world.settle()
    assert world.wang.read == "1 号现在是“已撤回”，不能接单了。"
    assert (await world.ticket()).state is State.WITHDRAWN


async def test_what_is_over_cannot_be_taken_back(world: World) -> None:
    await confirmed(world)
    await world.chen.tells("撤回 1")
    assert world.chen.inbox[-1].text == "1 号现在是“已确认”，不用再操作了。"
    assert (await world.ticket()).state is State.CONFIRMED
