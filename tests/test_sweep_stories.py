"""Every command and every button has a story that tells its happy path. A new one needs one too: write it here."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from handlers import FEATURES
from handlers.kit import texts
from handlers.kit.router import Router
from storage.model.messages import Button
from storage.model.tickets import EntryKind, State
from tests.broadcasting import pushed, set_clock, take_time
from tests.harness import World
from tests.living import neighbours
from tests.stories import claimed, everything, kinds, resolved

TESTS = Path(__file__).parent

COMMANDS = {
    "绑定账号": "test_accounts_code::test_a_code_links_two_accounts_after_showing_whose",
    "解绑账号": "test_accounts_code::test_unlinking_gives_back_what_was_there",
    "关联": "test_accounts_admin::test_an_admin_says_whose_an_account_is",
    "取消关联": "test_accounts_admin::test_an_admin_says_whose_an_account_is",
    "关注": "test_burst_neighbours::test_who_follows_hears_that_it_was_no_matter",
    "协办": "test_life_pause::test_helpers_are_added_shown_told_and_released",
    "补充": "test_tickets_follow::test_by_command",
    "撤回": "test_tickets_follow::test_the_reporter_takes_it_back",
    "回复": "test_relay_story::test_the_command_says_it_too_and_a_repeated_event_says_it_once",
    "备注": "test_relay_story::test_a_note_is_read_by_officers_only",
    "登记": "test_tickets_report::test_an_officer_registers_what_he_was_told",
    "改类": "test_urgent_first::test_an_officer_corrects_what_was_understood",
    "改急": "test_urgent_first::test_an_officer_corrects_what_was_understood",
    "统计": "test_life_pause::test_papers_are_counted_by_one_tap",
    "串并": "test_linking_story::test_tickets_are_linked_and_their_cards_say_so",
    "取消串并": "test_linking_story::test_taken_apart_again",
    "退回": "test_life_lease::test_giving_back_needs_a_reason",
    "交接": "test_life_handing::test_by_hand",
    "结案": "test_linking_story::test_everybody_hears_of_the_end_once",
    "转出": "test_life_pause::test_out_with_a_receipt_and_back",
    "收回": "test_life_pause::test_out_with_a_receipt_and_back",
    "误报": "test_life_pause::test_every_reason_is_told_to_its_reporter",
    "我的": "test_tickets_lists::test_mine_in_private_and_in_the_group",
    "待办": "test_tickets_lists::test_todo_for_officers_urgent_and_unclaimed_first",
    "查": "test_tickets_lists::test_the_reporter_reads_the_whole_story_with_public_names",
    "代报": "test_relay_behalf::test_the_true_reporter_is_known_to_the_officer_only",
    "挂起": "test_life_pause::test_paused_with_a_reason_until_a_time",
    "继续": "test_life_pause::test_paused_with_a_reason_until_a_time",
    "转派": "test_tickets_transfer::test_everybody_concerned_hears_of_it",
    "转队": "test_queue_turn::test_the_holder_sends_it_on",
    "队列": "test_queue_turn::test_each_queue_shows_how_it_stands",
    "接单": "test_tickets_work::test_every_way_of_typing_a_claim",
    "到场": "test_tickets_work::test_arriving_once",
    "办结": "test_tickets_work::test_every_way_of_closing_keeps_the_finding",
    "换班": "test_roster_swap::test_one_colleague_is_asked_and_says_yes",
    "顶班": "test_roster_settled::test_who_offers_to_take_a_post_needs_its_holders_yes",
    "日历": "test_roster_life::test_ones_own_calendar_address_is_secret_and_can_be_changed",
    "值班统计": "test_roster_life::test_figures_are_what_was_worked_and_a_new_plan_does_not_change_them",
    "处警中": "test_roster_life::test_who_is_busy_is_asked_after_who_is_free",
    "在途": "test_roster_life::test_who_is_busy_is_asked_after_who_is_free",
    "休": "test_roster_life::test_who_rests_is_not_asked_and_it_ends_by_itself",
    "在岗": "test_roster_life::test_who_is_busy_is_asked_after_who_is_free",
    "请假": "test_roster_leave::test_leave_is_asked_for_and_granted",
    "销假": "test_roster_leave::test_leave_is_refused_or_given_up",
    "谁值班": "test_roster_life::test_residents_read_how_officers_are_called_and_nothing_else",
    "值班": "test_roster_life::test_officers_read_names",
    "排班": "test_roster_life::test_a_readable_week",
    "我的班": "test_roster_life::test_ones_own_shifts",
    "撤销换班": "test_roster_settled::test_a_question_is_taken_back",
    "临时排班": "test_roster_settled::test_a_post_of_one_date",
    "绑定": "test_groups::test_who_manages_binds",
    "播报": "test_broadcast::test_a_leader_sees_it_first_then_one_press_sends_it",
    "收录": "test_scam_library::test_an_officer_keeps_a_text_and_sees_it_in_the_list",
    "撤录": "test_scam_library::test_dropped_is_no_more_compared_and_can_be_kept_again",
    "骗局库": "test_scam_library::test_an_officer_keeps_a_text_and_sees_it_in_the_list",
    "骗局提醒": "test_scam_watch::test_who_may_switch_it",
    "问": "test_knowledge_answers::test_asked_outright",
    "知识": "test_knowledge_editing::test_overview_search_and_whole_entry",
    "帮助": "test_tickets_lists::test_help_shows_what_one_may_do",
    "开始": "test_tickets_lists::test_hello",
}

BUTTONS = {
    "account.yes": "test_accounts_code::test_a_code_links_two_accounts_after_showing_whose",
    "account.no": "test_accounts_code::test_no_means_no_and_the_code_is_gone",
    "account.link": "test_accounts_admin::test_an_admin_says_whose_an_account_is",
    "account.leave": "test_accounts_admin::test_no_and_too_late",
    "account.part": "test_accounts_code::test_unlinking_gives_back_what_was_there",
    "aid": "test_life_pause::test_a_helper_by_buttons_and_their_note",
    "aidby": "test_life_pause::test_a_helper_by_buttons_and_their_note",
    "more": "test_life_pause::test_a_helper_by_buttons_and_their_note",
    "withdraw": "test_tickets_follow::test_by_the_button_of_a_private_receipt",
    "confirm": "test_tickets_closing::test_confirmed_and_rated_once",
    "rate": "test_tickets_closing::test_confirmed_and_rated_once",
    "reopen": "test_tickets_closing::test_not_solved_starts_it_again",
    "unsay": "test_relay_story::test_words_said_by_mistake_are_taken_back",
    "notover": "test_life_words::test_of_several_it_is_asked_which",
    "order": "test_orders_asking::test_the_choice_that_is_pressed_is_carried_out",
    "over": "test_relay_story::test_of_two_matters_it_is_asked_which",
    "told": "test_asking_back::test_a_press_answers_once",
    "watch": "test_burst_neighbours::test_a_neighbour_who_saw_it_too_may_follow_it",
    "apart": "test_burst_neighbours::test_a_neighbour_with_another_matter_gets_a_ticket",
    "followup": "test_followup_story::test_it_has_not_come_back",
    "giveback": "test_life_lease::test_by_button_and_across_a_restart",
    "takeover": "test_life_handing::test_what_is_in_hand_goes_by_one_button",
    "takeback": "test_sweep_stories::test_what_was_sent_on_comes_back_by_its_button",
    "dismiss": "test_life_pause::test_a_false_alarm_by_buttons_and_the_reporter_objects",
    "dismissas": "test_life_pause::test_a_false_alarm_by_buttons_and_the_reporter_objects",
    "mine": "test_tickets_lists::test_mine_is_paged",
    "todo": "test_tickets_lists::test_todo_is_paged_with_buttons_that_outlive_a_restart",
    "pause": "test_life_pause::test_by_buttons_across_restarts",
    "pausefor": "test_life_pause::test_by_buttons_across_restarts",
    "pauseto": "test_life_pause::test_by_buttons_across_restarts",
    "resume": "test_life_pause::test_by_buttons_across_restarts",
    "split": "test_burst_neighbours::test_what_was_joined_by_mistake_is_split_off",
    "alike": "test_linking_suggestions::test_confirmed_by_the_leader_only_and_once",
    "unlike": "test_linking_suggestions::test_denied",
    "transfer": "test_tickets_transfer::test_by_buttons",
    "give": "test_tickets_transfer::test_by_buttons",
    "turn": "test_queue_turn::test_by_buttons_and_a_reason_from_the_list",
    "turnto": "test_queue_turn::test_by_buttons_and_a_reason_from_the_list",
    "turnwhy": "test_queue_turn::test_by_buttons_and_a_reason_from_the_list",
    "human": "test_knowledge_answers::test_a_person_takes_over_with_the_words_of_the_question",
    "claim": "test_tickets_work::test_the_winner_works_on_in_private_wherever_it_was_claimed",
    "arrive": "test_tickets_work::test_arriving_once",
    "resolve": "test_tickets_work::test_every_way_of_closing_keeps_the_finding",
    "finding": "test_tickets_work::test_closing_twice_closes_once",
    "service": "test_life_pause::test_papers_are_counted_by_one_tap",
    "swap_take": "test_roster_swap::test_one_colleague_is_asked_and_says_yes",
    "swap_no": "test_roster_swap::test_one_colleague_says_no",
    "hole_ask": "test_roster_gaps::test_a_gap_is_told_two_weeks_ahead_once_and_filled_by_a_button",
    "leave_yes": "test_roster_leave::test_leave_is_asked_for_and_granted",
    "leave_no": "test_roster_leave::test_leave_is_refused_or_given_up",
    "bs": "test_broadcast::test_a_leader_sees_it_first_then_one_press_sends_it",
    "bn": "test_broadcast::test_at_night_the_leader_chooses",
    "bw": "test_broadcast::test_at_night_the_leader_chooses",
    "bc": "test_broadcast::test_cancelled_and_expired_drafts_tell_the_truth",
    "bl": "test_broadcast::test_what_may_not_have_arrived_is_listed_and_sent_again_once",
    "ba": "test_broadcast::test_what_may_not_have_arrived_is_listed_and_sent_again_once",
    "bx": "test_sweep_stories::test_what_waits_for_the_morning_is_stopped_by_its_button",
    "sd": "test_scam_alerts::test_a_draft_leaves_only_after_the_leaders_second_press",
    "sn": "test_scam_alerts::test_not_wanted_is_the_end_of_it",
    "know": "test_knowledge_answers::test_asked_outright_but_not_surely_known",
    "useful": "test_knowledge_answers::test_useful_is_counted_once",
}


def missing(stories: dict[str, str]) -> list[str]:
    """Stories that are not there (any more)."""
    gone = []
    for story in set(stories.values()):
        file, _, name = story.partition("::")
        path = TESTS / f"{file}.py"
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
        if name not in {part.name for part in tree.body if isinstance(part, ast.AsyncFunctionDef)}:
            gone.append(story)
    return gone


def test_every_command_has_a_story() -> None:
    declared = {command.word for command in Router(FEATURES).commands}
    assert declared == set(COMMANDS)
    assert missing(COMMANDS) == []


def test_every_button_has_a_story() -> None:
    declared = {button.action for feature in FEATURES for button in feature.buttons}
    assert declared == set(BUTTONS)
    assert missing(BUTTONS) == []


# ── stories that were missing ──────────────────────────────────────────────
async def test_what_was_sent_on_comes_back_by_its_button(world: World) -> None:
    ma = await neighbours(world)
    await claimed(world)
    await world.wang.tells("转出 1 12345")
    card = world.card(1, world.wang.private)
    button = card.button("收回")
    before = everything(world)
    for who, chat in ((world.chen, "g1"), (world.liu, world.liu.private), (ma, "g8")):
        await who.presses_old(card, button, chat)
        assert who.read == texts.NO_RIGHT
    assert everything(world) == before

    event = await world.wang.presses_old(card, button, world.wang.private, settle=False)
    await world.restart()
    await world.settle()
    assert world.wang.read == "1 号已收回，马上请值班民警接。"
    assert (await world.ticket()).state is State.OPEN
    assert world.last("g1").text == "1 号12345退回来了，我们接着办。"
    after = everything(world)
    await world.happens(event)
    await world.wang.presses_old(card, button, world.wang.private)
    assert world.wang.read == "1 号没有转出，现在是“待接单”。"
    assert everything(world) == after
    assert (await kinds(world)).count(EntryKind.TAKEN_BACK) == 1
    assert ma.inbox == []


async def test_what_waits_for_the_morning_is_stopped_by_its_button(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ma = await neighbours(take_time(world, monkeypatch))
    set_clock(world, "2026-11-20T23:00")
    await world.boss.tells("播报 明天停水")
    await world.boss.presses("到 07:00 再发")
    await world.boss.tells("播报 状态")
    shown = world.boss.inbox[-1]
    button = shown.button("停下 1 号")
    for who, said in ((world.wang, texts.NO_RIGHT_STAFF), (world.chen, texts.NO_RIGHT), (ma, "没有找到 1 号播报")):
        await who.presses_old(shown, button, who.private)
        assert said in who.read
    event = await world.boss.presses_old(shown, button, world.boss.private, settle=False)
    await world.restart()
    await world.settle()
    assert "已停下 1 号：2 个群不再发了" in world.boss.read
    await world.happens(event)
    await world.boss.presses_old(shown, button, world.boss.private)
    assert world.boss.read == "没有还没发出的播报。"
    await world.passes(hours=9)
    assert pushed(world, "g1") == pushed(world, "g2") == []


async def test_a_question_whose_message_we_do_not_know_is_asked_again(world: World) -> None:
    """The platform never told us which message our question became: its buttons work all the same."""
    await claimed(world)
    lost = replace(world.wang.inbox[-1], ref="never told")
    await world.wang.presses_old(lost, Button(label="等第三方", action="pausefor:1.1"), world.wang.private)
    assert "1 小时" in "".join(world.wang.inbox[-1].labels)
    await world.wang.presses(world.wang.inbox[-1].labels[0])
    assert (await world.ticket()).state is State.PAUSED


async def test_a_counted_tap_is_always_answered(world: World) -> None:
    await resolved(world)
    tap = Button(label="身份证", action="service:1.0")
    await world.sun.presses_old(world.card(1, "g9"), tap, world.sun.private)
    assert "身份证" in world.sun.read
    assert (await kinds(world)).count(EntryKind.SERVED) == 1
