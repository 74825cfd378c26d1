"""A ticket as people read it: the reporter's receipt and the officers' card."""

from datetime import datetime

from handlers.kit import relay_texts, scam_texts, texts
from handlers.kit import urgent_texts as say
from handlers.kit.private import hide_private
from storage.model.tickets import WAITING, State, Ticket, Urgency

QUESTIONS = {"money": say.ASK_MONEY, "safe": say.ASK_SAFE, "place": say.ASK_PLACE}
"""By Ticket.asked."""


def receipt(ticket: Ticket, officer: str, local: datetime) -> str:
    """The one message a report gets in its chat: danger first, then advice, how it stands, and our one question."""
    first = say.first_lines(ticket)
    stands = f"收到，已登记为 {texts.number(ticket)}（{local:%H:%M}）。{texts.standing(ticket, officer)}"
    return _lines(first, _advice(ticket, first), stands, _solved(ticket), question(ticket, public=not ticket.private))


def _solved(ticket: Ticket) -> str:
    return relay_texts.SAID_SOLVED_LINE if ticket.said_solved and not ticket.finished else ""


def receipt_in_group(ticket: Ticket, officer: str, local: datetime, *, name: str, reached: bool) -> str:
    """The same for a sensitive matter: others learn a number and how far it is.

    `name`: its reporter's, since their words are not quoted. `reached`: we could write to them in private.
    """
    danger = ticket.urgency is Urgency.URGENT and not ticket.finished
    how = say.LET_US_TALK if reached else say.HOW_TO_TALK
    stands = f"{name}：" if name else ""
    stands += f"收到，已登记为 {texts.number(ticket)}（{local:%H:%M}）。"
    stands += texts.standing(ticket, officer) if ticket.finished or ticket.assignee_id is not None else how
    return _lines(f"⚠️ {say.DANGER_IN_GROUP}" if danger else "", stands)


def receipt_in_private(ticket: Ticket, officer: str) -> str:
    """What the reporter of a sensitive matter reads of it in private, in place of the group's receipt."""
    head = say.IN_PRIVATE.format(number=texts.number(ticket))
    stands = f"{texts.number(ticket)}：{texts.standing(ticket, officer)}"
    if ticket.finished:
        return stands
    first = say.first_lines(ticket)
    return _lines(first, head, _advice(ticket, first), stands, _solved(ticket), question(ticket, public=False))


def _advice(ticket: Ticket, first: str) -> str:
    """The scam check's verdict, where the lines about danger do not say already what to do about the money."""
    said = first and (ticket.emergency in say.STOPPABLE or say.STOP_PAYMENT in first)
    return "" if said else scam_texts.on_receipt(ticket)


def question(ticket: Ticket, *, public: bool) -> str:
    """Our one open question; "" if there is none, or no more."""
    if not ticket.asked or ticket.finished:
        return ""
    if public and ticket.asked == "place":
        return say.ASK_PLACE_IN_GROUP
    return QUESTIONS[ticket.asked]


def card(
    ticket: Ticket,
    *,
    where: str,
    reporter: str,
    officer: str,
    routed: str,
    local: datetime,
    attachments: str,
    public: bool,
    yours: bool,
    behalf: str,
    linked: str,
    stands: str,
    helpers: str,
    raised: bool,
    queue: str,
) -> str:
    """The officers' card. `public`: the officers' group, where a confidential matter is not quoted.

    `yours`: it is read by whom it was brought to, and not by a leader who must know of it. `stands`: what is due next.
    `raised`: many follow it. `queue`: where it was sent.
    """
    many = "🟠 多人关注 · " if raised else ""
    mark = "🔴 紧急 · " if ticket.urgency is Urgency.URGENT else many
    lines = [f"{mark}{texts.number(ticket)} · {ticket.state}", stands]
    hidden = public and ticket.confidential
    if hidden:
        whence, words = (texts.PRIVATE_CHAT, texts.HIDDEN_MATTER) if ticket.private else _SENSITIVE
        lines += [f"{whence} · {texts.day_time(local)}", words]
    else:
        lines += [
            f"{where} · {reporter} · {texts.day_time(local)}",
            f"“{texts.short(hide_private(ticket.text), 120) if public else ticket.text}”",
            say.matter(ticket),
            f"附：{attachments}" if attachments else "",
            f"提示：{ticket.hint}" if ticket.hint else "",
        ]
    lines.append(f"群众说没解决，第 {ticket.reopened} 次重开" if ticket.reopened else "")
    lines += [behalf, linked, relay_texts.watchers_line(ticket.watched)]
    if not ticket.finished:
        lines.append(queue)
    if ticket.state in WAITING:
        lines.append(f"因为：{_because(ticket, routed, public=public, yours=yours)}")
    elif officer:
        lines += [f"协办：{helpers}" if helpers else "", f"经办：{officer}"]
    if ticket.forwarded_to and ticket.state is State.FORWARDED:
        receipt = f"（回执 {ticket.forwarded_ref}）" if ticket.forwarded_ref else ""
        lines.append(f"转给：{ticket.forwarded_to}{receipt}")
    if ticket.finding and ticket.finished and not hidden:
        lines.append(f"结果：{ticket.finding}")
    lines += [_solved(ticket), f"评价：{ticket.rating}" if ticket.rating else ""]
    return _lines(*lines)


_SENSITIVE = (say.TOLD_IN_GROUP, say.HIDDEN_MATTER)


def _because(ticket: Ticket, routed: str, *, public: bool, yours: bool) -> str:
    if not routed:
        return ticket.routed_why
    if yours:
        return f"您{ticket.routed_why}"
    also = say.ALSO_YOU if not public and ticket.urgency is Urgency.URGENT else ""
    return f"{routed}{ticket.routed_why}{also}"


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
