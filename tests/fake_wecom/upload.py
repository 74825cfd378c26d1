"""Files over the long connection (D 101463): announced, sent in pieces that may repeat, finished into a media_id."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fake_wecom.crypt import Json
from tests.fake_wecom.files import check_upload
from tests.fake_wecom.state import BAD_PARAM, Refusal, State, Window, charge

PIECE_BYTES = 512 * 1024
PIECES = 100
SESSION_SECONDS = 1800
KINDS = {"file", "image", "voice", "video"}


@dataclass(slots=True)
class Session:
    kind: str
    size: int
    total: int
    md5: str
    until: float
    pieces: dict[int, bytes] = field(default_factory=dict)


class Upload:
    """`keep` turns the whole file into a media_id. 30 files a minute, 1000 an hour."""

    def __init__(self, state: State, keep: Callable[[bytes], str]) -> None:
        self.state = state
        self._keep = keep
        self._sessions: dict[str, Session] = {}
        self._windows = (Window(30, 60), Window(1000, 3600))

    def begin(self, body: Json) -> Json:
        """aibot_upload_media_init. Raises Refusal."""
        kind, size, total = body["type"], body["total_size"], body["total_chunks"]
        if kind not in KINDS or not body.get("filename") or size < 5 or not 1 <= total <= PIECES:
            raise Refusal(BAD_PARAM, "upload_media_init")
        charge(self._windows, "", self.state.clock())
        name = f"UP{self.state.next('upload')}"
        until = self.state.clock() + SESSION_SECONDS
        self._sessions[name] = Session(kind, size, total, str(body.get("md5") or ""), until)
        return {"upload_id": name}

    def piece(self, body: Json) -> Json:
        """aibot_upload_media_chunk: the same piece again changes nothing. Raises Refusal."""
        session, number = self._session(body), body["chunk_index"]
        data = base64.b64decode(body["base64_data"], validate=True)
        # The paper counts from 1, the platform's own client from 0.
        if not 0 <= number <= session.total or not 0 < len(data) <= PIECE_BYTES:
            raise Refusal(BAD_PARAM, "upload_media_chunk")
        session.pieces[number] = data
        return {}

    def finish(self, body: Json) -> Json:
        """aibot_upload_media_finish: all pieces, the announced size and MD5. Raises Refusal."""
        session = self._session(body)
        first = min(session.pieces, default=0)
        whole = b"".join(data for _, data in sorted(session.pieces.items()))
        complete = sorted(session.pieces) == list(range(first, first + session.total)) and len(whole) == session.size
        if not complete or (session.md5 and hashlib.md5(whole).hexdigest() != session.md5):
            raise Refusal(BAD_PARAM, "upload_media_finish: pieces are missing or differ")
        check_upload(session.kind, whole)
        del self._sessions[body["upload_id"]]
        return {"type": session.kind, "media_id": self._keep(whole), "created_at": str(int(self.state.clock()))}

    def _session(self, body: Json) -> Session:
        session = self._sessions.get(str(body.get("upload_id", "")))
        if session is None or self.state.clock() > session.until:
            raise Refusal(BAD_PARAM, "invalid upload_id")
        return session
