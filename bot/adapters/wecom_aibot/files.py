"""A file over the long connection (D 101463): announced, handed over in pieces, finished into an id for three days.

The paper counts the pieces from 1, every client at work from 0: so do we.
"""

import base64
import hashlib

from bot.adapters.wecom.api import Call, Good, Lost
from bot.adapters.wecom_aibot.connection import Connection

PIECE_BYTES = 512 * 1024


class Pieces:
    """uploads.Put by `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __call__(self, name: str, kind: str, data: bytes) -> Call:
        """The answer holds the media_id. A piece that is lost is handed over once more: the same changes nothing."""
        pieces = [data[place : place + PIECE_BYTES] for place in range(0, len(data), PIECE_BYTES)]
        begin = {
            "type": kind,
            "filename": name,
            "total_size": len(data),
            "total_chunks": len(pieces),
            "md5": hashlib.md5(data).hexdigest(),  # noqa: S324 - what the platform prescribes
        }
        begun = await self._connection.ask("aibot_upload_media_init", begin)
        upload = begun.data.get("upload_id") if isinstance(begun, Good) else None
        if not isinstance(upload, str):
            return begun if not isinstance(begun, Good) else Lost("no upload_id in the answer", sent=False)
        for index, piece in enumerate(pieces):
            body = {"upload_id": upload, "chunk_index": index, "base64_data": base64.b64encode(piece).decode()}
            taken = await self._connection.ask("aibot_upload_media_chunk", body)
            if isinstance(taken, Lost):
                taken = await self._connection.ask("aibot_upload_media_chunk", body)
            if not isinstance(taken, Good):
                return taken
        return await self._connection.ask("aibot_upload_media_finish", {"upload_id": upload})
