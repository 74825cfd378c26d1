"""Pictures, recordings, files and places as references to what Telegram keeps. Pure.

Telegram's file ids are bound to the kind they came as: an audio file cannot be sent again as a voice message.
Where our kind is coarser than Telegram's, the reference carries Telegram's own in front ("audio/<file id>").
"""

from bot.adapters.telegram.wire import File, Message, PhotoSize
from storage.model.messages import Attachment, AttachmentKind

PHOTO, VOICE, VIDEO, FILE = (
    AttachmentKind.PHOTO,
    AttachmentKind.VOICE,
    AttachmentKind.VIDEO,
    AttachmentKind.FILE,
)


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """What the message carries; at most one thing, as Telegram sends albums piece by piece."""
    if message.photo:
        return (_photo(message.photo),)
    for kind, prefix, file in (
        (VOICE, "", message.voice),
        (VOICE, "audio/", message.audio),
        (VIDEO, "", message.video),
        (VIDEO, "video_note/", message.video_note),
        (VIDEO, "animation/", message.animation),  # comes with a `document` twin: keep this order
        (FILE, "", message.document),
    ):
        if file is not None:
            return (_file(kind, prefix, file),)
    return _place(message)


def _photo(sizes: tuple[PhotoSize, ...]) -> Attachment:
    largest = max(sizes, key=lambda size: (size.width * size.height, size.file_size))
    return Attachment(kind=PHOTO, ref=largest.file_id, size=largest.file_size)


def _file(kind: AttachmentKind, prefix: str, file: File) -> Attachment:
    return Attachment(
        kind=kind,
        ref=prefix + file.file_id,
        name=file.file_name,
        size=file.file_size,
        seconds=file.duration,
    )


def _place(message: Message) -> tuple[Attachment, ...]:
    """A venue comes with a `location` twin; the venue also knows its name."""
    venue = message.venue
    spot = venue.location if venue is not None else message.location
    if spot is None:
        return ()
    name = f"{venue.title} {venue.address}".strip() if venue is not None else ""
    return (Attachment(kind=AttachmentKind.LOCATION, name=name, latitude=spot.latitude, longitude=spot.longitude),)
