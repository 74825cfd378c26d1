"""Signatures, AES and XML: the official vectors, every kind of tampering, and 10,000 bodies nobody ever sent."""

import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.wecom import xmltext
from bot.adapters.wecom.crypto import (
    BadBodyError,
    BadSignatureError,
    Crypt,
    Freshness,
    StaleError,
    open_media,
    signature_of,
)
from bot.adapters.wecom.guard import Guard, TurnedAwayError, encrypted_json, encrypted_xml, plain_hello
from tests.adapters.wecom_kit import (
    AES_KEY,
    NONCE,
    NOW,
    TALKS,
    TIMESTAMP,
    TOKEN,
    VECTORS,
    Pairs,
    as_json,
    as_xml,
    crypt,
    query,
    sealed,
)

BUTTON = '{"msgid":"M1","event":"接单"}'


# ── the official library's vectors ─────────────────────────────────────────
@pytest.mark.parametrize("name", TALKS)
def test_what_the_official_library_seals_opens(name: str) -> None:
    talk = VECTORS[name]
    plain = crypt(talk["receiveid"]).open(talk["msg_signature"], TIMESTAMP, NONCE, talk["encrypt"])
    assert plain == talk["plain"].encode()


@pytest.mark.parametrize("name", TALKS)
def test_what_we_seal_is_what_the_official_library_seals(name: str) -> None:
    talk = VECTORS[name]
    out = crypt(talk["receiveid"]).seal(talk["plain"], NONCE, TIMESTAMP)
    assert (out.encrypt, out.signature) == (talk["encrypt"], talk["msg_signature"])


def test_an_answer_in_json_is_all_lower_case_and_its_time_a_number() -> None:
    out = crypt().seal("好", NONCE, TIMESTAMP)
    body = json.loads(out.json())
    assert body == {"encrypt": out.encrypt, "msgsignature": out.signature, "timestamp": 1700000000, "nonce": NONCE}


def test_an_answer_in_xml_reads_back() -> None:
    out = crypt("ww1").seal("<xml>好]]></xml>", NONCE, TIMESTAMP)
    fields = xmltext.parse(out.xml())
    assert fields == {
        "Encrypt": out.encrypt,
        "MsgSignature": out.signature,
        "TimeStamp": TIMESTAMP,
        "Nonce": NONCE,
    }


def test_two_answers_of_the_same_words_look_different() -> None:
    fresh = Crypt(TOKEN, AES_KEY, "")
    assert fresh.seal("好", NONCE, TIMESTAMP).encrypt != fresh.seal("好", NONCE, TIMESTAMP).encrypt


def test_media_opens_with_a_key_that_lacks_its_last_sign() -> None:
    media = VECTORS["media"]
    cipher = base64.b64decode(media["cipher_b64"])
    assert open_media(cipher, media["aeskey"]).decode() == media["plain_utf8"]
    assert open_media(cipher, media["aeskey"] + "=").decode() == media["plain_utf8"]


@pytest.mark.parametrize("cipher", [b"", b"x", b"x" * 16, b"x" * 32, b"x" * 33])
def test_media_that_is_none_is_refused(cipher: bytes) -> None:
    with pytest.raises(BadBodyError):
        open_media(cipher, AES_KEY)


@pytest.mark.parametrize("key", ["", "短", "abc", "=" * 43, AES_KEY + "AAAA"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(BadBodyError):
        open_media(b"x" * 32, key)
    with pytest.raises(ValueError, match="43") as refusal:
        Crypt(TOKEN, key, "")
    assert key == "" or key not in str(refusal.value)


def test_secrets_do_not_show() -> None:
    shown = repr(crypt())
    assert TOKEN not in shown
    assert AES_KEY not in shown


# ── ten kinds of tampering ─────────────────────────────────────────────────
def _flipped(encrypt: str) -> str:
    raw = bytearray(base64.b64decode(encrypt))
    raw[40] ^= 1
    return base64.b64encode(raw).decode()


def _without(pairs: Pairs, name: str) -> Pairs:
    return [(key, value) for key, value in pairs if key != name]


GOOD_QUERY, GOOD = sealed(BUTTON)
OTHER_KEY = Crypt(TOKEN, AES_KEY[::-1], "").seal(BUTTON, NONCE, TIMESTAMP).encrypt
OTHER_RECEIVER = sealed(BUTTON, "ww-other")[1]
OLD = str(int(TIMESTAMP) - 601)
FUTURE = str(int(TIMESTAMP) + 601)

TAMPERED: dict[str, tuple[Pairs, bytes, int]] = {
    "another signature": ([("msg_signature", "0" * 40), *GOOD_QUERY[1:]], as_json(GOOD), 403),
    "a signature with a letter that is none": ([("msg_signature", "签" * 40), *GOOD_QUERY[1:]], as_json(GOOD), 403),
    "unsigned": (_without(GOOD_QUERY, "msg_signature"), as_json(GOOD), 400),
    "plain": (GOOD_QUERY, BUTTON.encode(), 400),
    "another receiver": (query(OTHER_RECEIVER), as_json(OTHER_RECEIVER), 400),
    "another key": (query(OTHER_KEY), as_json(OTHER_KEY), 400),
    "one bit flipped": (GOOD_QUERY, as_json(_flipped(GOOD)), 403),
    "cut short": (query(GOOD[:-24]), as_json(GOOD[:-24]), 400),
    "cut short, unsigned": (GOOD_QUERY, as_json(GOOD[:-24]), 403),
    "not JSON": (GOOD_QUERY, b"\xff\xfe{", 400),
    "empty": (GOOD_QUERY, b"", 400),
    "an empty secret": (query(""), as_json(""), 400),
    "no secret": (GOOD_QUERY, as_json(None), 400),
    "no time": (_without(GOOD_QUERY, "timestamp"), as_json(GOOD), 400),
    "no nonce": (_without(GOOD_QUERY, "nonce"), as_json(GOOD), 400),
    "two signatures": ([*GOOD_QUERY, ("msg_signature", "0" * 40)], as_json(GOOD), 400),
    "old": (query(GOOD, timestamp=OLD), as_json(GOOD), 403),
    "from the future": (query(GOOD, timestamp=FUTURE), as_json(GOOD), 403),
    "no time at all": (query(GOOD, timestamp="now"), as_json(GOOD), 400),
    "a time without end": (query(GOOD, timestamp="9" * 4000), as_json(GOOD), 400),
    "a nonce of another script": (query(GOOD, nonce="随机"), as_json(GOOD), 400),
}


def _knock(guard: Guard, pairs: Pairs, body: bytes, unwrap: Callable[[bytes], str] = encrypted_json) -> int:
    """The status a door answers with; 200 only for what it believes."""
    try:
        guard.open(pairs, unwrap(body), NOW)
    except TurnedAwayError as refusal:
        return refusal.status
    return 200


@pytest.mark.parametrize("kind", TAMPERED)
def test_what_was_tampered_with_is_turned_away_without_a_reason(kind: str) -> None:
    pairs, body, status = TAMPERED[kind]
    assert _knock(Guard(crypt()), GOOD_QUERY, as_json(GOOD)) == 200
    assert _knock(Guard(crypt()), pairs, body) == status


def test_no_token_means_nobody_is_believed() -> None:
    closed = Guard(Crypt("", AES_KEY, ""))
    signature = signature_of("", TIMESTAMP, NONCE, GOOD)
    assert _knock(closed, [("msg_signature", signature), *GOOD_QUERY[1:]], as_json(GOOD)) == 403


def test_a_copy_of_an_accepted_request_gets_the_first_ones_answer() -> None:
    guard = Guard(crypt())
    first = guard.open(GOOD_QUERY, GOOD, NOW)
    assert first.answered is None
    assert guard.open(GOOD_QUERY, GOOD, NOW).answered is None  # not accepted yet: the store may have been down
    guard.accepted(first, b"done", NOW)
    for minutes in (0, 5, 9):
        assert guard.open(GOOD_QUERY, GOOD, NOW + timedelta(minutes=minutes)).answered == b"done"
    other_query, other = sealed(BUTTON, nonce="another")
    assert guard.open(other_query, other, NOW).answered is None


def test_what_is_remembered_has_an_end() -> None:
    guard = Guard(crypt())
    for number in range(10_050):
        opened = guard.open(GOOD_QUERY, GOOD, NOW)
        guard.accepted(type(opened)(plain=b"", signature=str(number), timestamp="1", nonce="1"), b"", NOW)
    assert len(guard._replays._given) == 10_000


def test_the_greeting_gives_back_the_echo_and_nothing_else() -> None:
    echo = VECTORS["echo"]
    pairs = query(echo["encrypt"], echostr=echo["encrypt"])
    assert Guard(crypt()).hello(pairs, NOW) == echo["plain"].encode()
    with pytest.raises(TurnedAwayError):
        Guard(crypt()).hello(_without(pairs, "echostr"), NOW)
    with pytest.raises(TurnedAwayError):
        Guard(crypt()).hello(pairs, NOW + timedelta(hours=1))


def test_the_plain_greeting_needs_a_signature_too() -> None:
    pairs = [("timestamp", TIMESTAMP), ("nonce", NONCE), ("echostr", "8712")]
    right = [("signature", signature_of(TOKEN, TIMESTAMP, NONCE)), *pairs]
    assert plain_hello(right, TOKEN, Freshness(), NOW) == b"8712"
    for wrong in (pairs, [("signature", "0" * 40), *pairs]):
        with pytest.raises(TurnedAwayError):
            plain_hello(wrong, TOKEN, Freshness(), NOW)


def test_validly_signed_garbage_never_gets_through() -> None:
    """Who holds the token but not the key, or a platform gone mad: always BadBodyError."""
    chance = random.Random(5)
    for size in (0, 1, 15, 16, 17, 32, 48, 64, 1024):
        for _ in range(40):
            encrypt = base64.b64encode(chance.randbytes(size)).decode()
            with pytest.raises(BadBodyError):
                crypt().open(signature_of(TOKEN, TIMESTAMP, NONCE, encrypt), TIMESTAMP, NONCE, encrypt)


@settings(max_examples=300)
@given(plain=st.text(max_size=300), receiver=st.sampled_from(["", "ww1", "企业"]))
def test_whatever_is_sealed_opens_again(plain: str, receiver: str) -> None:
    ours = Crypt(TOKEN, AES_KEY, receiver)
    out = ours.seal(plain, NONCE, TIMESTAMP)
    assert ours.open(out.signature, TIMESTAMP, NONCE, out.encrypt).decode() == plain


@settings(max_examples=300)
@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=20), st.text(max_size=80))
def test_opening_raises_only_what_it_promises(signature: str, timestamp: str, nonce: str, encrypt: str) -> None:
    with pytest.raises((BadSignatureError, BadBodyError)):
        crypt().open(signature, timestamp, nonce, encrypt)
    right = signature_of(TOKEN, timestamp, nonce, encrypt)
    with pytest.raises(BadBodyError):
        crypt().open(right, timestamp, nonce, encrypt)
    try:
        Freshness().check(timestamp, nonce, NOW)
    except (BadBodyError, StaleError):
        return


# ── 10,000 bodies ──────────────────────────────────────────────────────────
def _mutated(good: bytes, chance: random.Random) -> bytes:
    body = bytearray(good)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(body) + 1)
        kind = chance.randrange(4)
        if kind == 0 and body:
            body[place % len(body)] = chance.randrange(256)
        elif kind == 1:
            del body[place : place + chance.randint(1, 20)]
        elif kind == 2:
            body[place:place] = chance.choice([b"<", b"]]>", b"&", b"\x00", b"<!DOCTYPE x>", b"{", b'"', b"\xff"])
        else:
            body[place:place] = body[: chance.randint(0, 30)]
    return bytes(body)


def test_ten_thousand_bodies_nobody_ever_sent_raise_nothing_else() -> None:
    chance = random.Random(1)
    json_door, xml_door = Guard(crypt()), Guard(crypt("ww1"))
    statuses: Counter[int] = Counter()
    for _ in range(10_000):
        statuses[_knock(json_door, GOOD_QUERY, _mutated(as_json(GOOD), chance))] += 1
        statuses[_knock(xml_door, GOOD_QUERY, _mutated(as_xml(GOOD), chance), encrypted_xml)] += 1
    assert set(statuses) <= {200, 400, 403}
    assert statuses[200] < 1_000  # only mutations outside the secret part survive


# ── XML ────────────────────────────────────────────────────────────────────
def test_xml_of_a_press_reads_as_it_is() -> None:
    fields = xmltext.parse(VECTORS["app_xml"]["plain"].encode())
    assert xmltext.word(fields, "Content") == "接单 T1001"
    assert xmltext.word(fields, "Nothing") == ""
    nested = xmltext.parse(b"<xml><A><B>1</B><B>2</B></A><C/></xml>")
    assert xmltext.inner(nested, "A") == {"B": ["1", "2"]}
    assert xmltext.inner(nested, "C") == {}
    assert xmltext.word(nested, "C") == ""


def test_a_person_may_write_about_document_types() -> None:
    written = "看看这个 <!DOCTYPE html> <!ENTITY x>"
    fields = xmltext.parse(f"<xml><Content>{xmltext.cdata(written)}</Content></xml>".encode())
    assert xmltext.word(fields, "Content") == written


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "'
    + b"&lol;" * 50
    + b'">]><xml><A>&l2;</A></xml>'
)
FOREIGN = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><A>1</A></xml>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        FOREIGN,
        FOREIGN.decode().encode("utf-16"),
        FOREIGN.lower(),
        b"<xml>" * 50 + b"</xml>" * 50,
        b"<xml>" + b"<a/>" * 5_000 + b"</xml>",
        b"<xml><Encrypt>1</Encrypt><Encrypt>2</Encrypt></xml>",
        b"<xml><A>&other;</A></xml>",
        b"<xml><A>\x00</A></xml>",
        b"<xml>",
        b"",
        b"\xff\xfe",
        "<xml>".encode("utf-16"),
        b"<xml/><xml/>",
    ],
)
def test_hostile_xml_is_refused(body: bytes) -> None:
    with pytest.raises(xmltext.BadXmlError) as refusal:
        xmltext.parse(body)
    assert "passwd" not in str(refusal.value)


def test_two_megabytes_are_refused_before_anybody_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(xmltext, "_Reader", nobody)
    with pytest.raises(TurnedAwayError) as refusal:
        encrypted_xml(b"<xml>" + b"x" * 2_000_000 + b"</xml>")
    assert refusal.value.status == 413
    with pytest.raises(TurnedAwayError) as refusal:
        encrypted_json(b" " * 2_000_000)
    assert refusal.value.status == 413


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_any_text_survives_in_a_reply(text: str) -> None:
    fields = xmltext.parse(f"<xml><A>{xmltext.cdata(text)}</A></xml>".encode())
    kept = "".join(c for c in text if xmltext._allowed(c))
    assert xmltext.word(fields, "A") == kept
