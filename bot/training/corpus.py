"""Reading the corpus: one message per line under a heading of labels. The format is told in corpus/README.md."""

import re
from dataclasses import dataclass
from pathlib import Path

CATEGORIES = ("求助", "举报线索", "矛盾纠纷", "诈骗预警", "证件户籍", "咨询", "扰民", "失物招领", "交通")
OTHER = "其他/闲聊"
URGENCIES = ("紧急", "一般", "低")
FRAUD_TYPES = (
    *("刷单返利", "虚假投资", "冒充客服", "冒充公检法", "贷款征信", "钓鱼链接"),
    *("冒充领导熟人", "网络交友", "虚假购物服务", "游戏交易", "中奖补贴", "其他诈骗"),
)
PASTED = "贴文"
_HEADING = re.compile(r"\[([^\]]+)\]")
_PLACE = re.compile(r"\{([^{}]*)\}")
_PHONE = re.compile(r"<([^<>]*)>")
_MARKS = re.compile(r"[{}<>]")


class CorpusError(ValueError):
    """A line that breaks the format; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a heading says. `fraud_type` is "" where there is no fraud."""

    category: str
    urgency: str
    fraud_type: str = ""
    is_request: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled message. `location` and `phone` are exact substrings of `text`, or ""."""

    text: str
    labels: Labels
    location: str
    phone: str
    source: str

    @property
    def fraud(self) -> bool:
        return bool(self.labels.fraud_type)


def corpus_folder() -> Path:
    """Beside the source tree, or inside the installed program."""
    beside = Path(__file__).resolve().parents[2] / "corpus"
    return beside if beside.is_dir() else Path(__file__).resolve().parent / "corpus_files"


def read_folder(folder: Path) -> list[Example]:
    """All examples of all files, by name. Raises CorpusError."""
    return [example for path in sorted(folder.glob("*.txt")) for example in read_file(path)]


def read_file(path: Path) -> list[Example]:
    labels: Labels | None = None
    examples = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("# "):
            continue
        heading = _HEADING.fullmatch(line) if _looks_like_labels(line) else None
        try:
            if heading:
                labels = _labels(heading.group(1).split())
            elif labels is None:
                raise CorpusError("第一行要是标签")
            else:
                examples.append(_example(line, labels, path.stem))
        except CorpusError as error:
            raise CorpusError(f"{path.name} 第 {number} 行：{error}：{line[:60]}") from None
    return examples


def _looks_like_labels(line: str) -> bool:
    """[捂脸] is a message."""
    words = set(line.strip("[]").split())
    return bool(words & {*CATEGORIES, OTHER, "闲聊", *URGENCIES})


def _labels(words: list[str]) -> Labels:
    category = OTHER if words[0] == "闲聊" else words[0]
    if category not in (*CATEGORIES, OTHER):
        raise CorpusError("不认识的类别")
    if len(words) < 2 or words[1] not in URGENCIES:
        raise CorpusError("第二个要是 紧急、一般 或 低")
    fraud = category == "诈骗预警"
    if fraud != (len(words) > 2) or (fraud and words[2] not in FRAUD_TYPES):
        raise CorpusError("诈骗预警要写骗局类型，别的类别不写")
    if len(words) > 4 or (len(words) == 4 and words[3] != PASTED):
        raise CorpusError("第四个只能是 贴文")
    request = category != OTHER and len(words) < 4
    return Labels(category=category, urgency=words[1], fraud_type=words[2] if fraud else "", is_request=request)


def _example(line: str, labels: Labels, source: str) -> Example:
    places, phones = _PLACE.findall(line), _PHONE.findall(line)
    text = _MARKS.sub("", line).replace("\\n", "\n")
    if len(places) > 1 or len(phones) > 1 or len(_MARKS.findall(line)) != 2 * (len(places) + len(phones)):
        raise CorpusError("{…} 和 <…> 各最多一处，要成对")
    return Example(
        text=text,
        labels=labels,
        location=places[0] if places else "",
        phone=phones[0] if phones else "",
        source=source,
    )
