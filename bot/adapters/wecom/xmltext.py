"""Hostile XML → plain dict, for the callbacks that still speak it. No document types, no entities, no depth."""

from xml.parsers import expat

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 8
MAX_NODES = 2000

Fields = dict[str, object]
"""Names to texts; elements with elements inside are dicts, repeated ones below the top lists."""


class BadXmlError(ValueError):
    """Not XML the platform could have sent. Never quotes what came."""


def parse(body: bytes) -> Fields:
    """What is inside the one outer element. Raises BadXmlError, nothing else whatever comes.

    A name given twice at the top is refused: two readers could believe two different ones.
    """
    if len(body) > MAX_BYTES:
        raise BadXmlError("too large")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadXmlError("no UTF-8") from None
    return _Reader().read(text)


def word(fields: Fields, name: str) -> str:
    """The text under `name`; "" where there is none or it is no text."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def inner(fields: Fields, name: str) -> Fields:
    """The element under `name`; empty where there is none."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def cdata(text: str) -> str:
    """`text` for an element of a reply, whatever is in it. Signs XML cannot carry are left out."""
    kept = "".join(char for char in text if _allowed(char))
    return "<![CDATA[" + kept.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _allowed(char: str) -> bool:
    return char in "\n\t" or " " <= char < "\ud800" or "\udfff" < char < "\ufffe" or char > "\uffff"


class _Reader:
    def __init__(self) -> None:
        self._stack: list[tuple[str, Fields, list[str]]] = []
        self._nodes = 0
        self._top: Fields = {}

    def read(self, text: str) -> Fields:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        # Refused where it begins, before any entity is defined. In a CDATA section it is what a person wrote.
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(text, True)
        except expat.ExpatError as error:
            raise BadXmlError(f"line {error.lineno}") from None
        return self._top

    def _start(self, name: str, _attributes: object) -> None:
        self._nodes += 1
        if len(self._stack) >= MAX_DEPTH or self._nodes > MAX_NODES:
            raise BadXmlError("too deep or too many elements")
        self._stack.append((name, {}, []))

    def _data(self, text: str) -> None:
        if self._stack:
            self._stack[-1][2].append(text)

    def _end(self, _name: str) -> None:
        name, children, words = self._stack.pop()
        if not self._stack:
            self._top = children
            return
        value: object = children or "".join(words)
        parent = self._stack[-1][1]
        if name not in parent:
            parent[name] = value
            return
        if len(self._stack) == 1:
            raise BadXmlError("a name given twice")
        known = parent[name]
        parent[name] = [*known, value] if isinstance(known, list) else [known, value]

    def _refuse(self, *_anything: object) -> None:
        raise BadXmlError("document type")
