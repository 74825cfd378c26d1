"""Sentences for channels that lack something: no buttons, no editing."""

from collections.abc import Sequence

from storage.model.tickets import State, Ticket

ONE_LINE = 4


def choices(labels: Sequence[str], *, first: int = 1, group: bool = False) -> str:
    """What to send instead of pressing: "回复 1 接单 / 回复 2 转派". In a group, as a reply to this very message."""
    how = "引用这条回复" if group else "回复"
    parts = [f"{how} {number} {label}" for number, label in enumerate(labels, first)]
    return (" / " if len(parts) <= ONE_LINE else "\n").join(parts)


def brief(ticket: Ticket, officer: str) -> str:
    """The one new line where an old message cannot be changed. "" where nobody needs to hear of it.

    A resident can be told five things at most in two days: who takes it, how it ends, and where it went.
    """
    head = f"{ticket.number} 号"
    match ticket.state:
        case State.CLAIMED:
            return f"✅ {head}已接单，{officer}正在处理。"
        case State.FORWARDED:
            return f"↪️ {head}已转给{ticket.forwarded_to}办理。"
        case State.RESOLVED | State.CLOSED:
            return f"✅ {head}已办结。"
        case State.FALSE_ALARM:
            return f"{head}已核实，不用处理：{ticket.finding}。"
    return ""


def brief_card(ticket: Ticket, officer: str) -> str:
    """The same for officers: whoever reads it must know whether the ticket still needs somebody."""
    head = f"{ticket.number} 号"
    match ticket.state:
        case State.ON_SCENE:
            return f"📍 {head}：{officer}已到场。"
        case State.PAUSED:
            return f"⏸️ {head}已挂起。"
        case State.WITHDRAWN:
            return f"{head}已撤回，不用去了。"
        case State.CONFIRMED:
            return f"✅ {head}已确认。"
    return brief(ticket, officer)
