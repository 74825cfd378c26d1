"""The program itself: interpreter, packages, clock, the data directory."""

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from importlib import metadata, util
from pathlib import Path

from bot import secret_file, yaml_text
from bot.channel_needs import NAMES, env_of
from bot.doctor.findings import Finding, bad, fine, odd

DISTRIBUTION = "pingan-bot"
PACKAGES = ("bot", "handlers", "storage")
LOWEST, ABOVE = (3, 11), (3, 14)
SECRET_KEYS = frozenset({"secret", "token", "aes_key", "app_secret", "key", "webhook_secret"})
SECRET_SECTIONS = frozenset({"telegram", *NAMES})
_MOVE = "请搬到 secrets.env，这里改成 ${{{}}}；给别人看过的，到后台换一个新的"
LITTLE, VERY_LITTLE = 1024, 100  # MB


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    told = ".".join(str(part) for part in version)
    if LOWEST <= version[:2] < ABOVE:
        return fine("Python", told)
    return bad("Python", f"{told} 不合适，需要 3.11–3.13。")


def check_packages(owners: Mapping[str, Sequence[str]] | None = None) -> Finding:
    """Another installed package with a `handlers/` of its own would silently replace ours."""
    known = metadata.packages_distributions() if owners is None else owners
    for package in PACKAGES:
        others = sorted({name for name in known.get(package, ()) if _plain(name) != DISTRIBUTION})
        if others:
            return bad("程序文件", f"{'、'.join(others)} 也带了名为 {package} 的包，会互相覆盖。请卸载它或换一个环境。")
    places = {_home(package) for package in PACKAGES}
    if len(places) != 1:
        return bad("程序文件", f"{'、'.join(PACKAGES)} 不在同一个地方，请重新安装。")
    return fine("程序文件", f"{DISTRIBUTION} {version()}")


def version() -> str:
    """The installed version; empty if we run from files nobody installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _home(package: str) -> Path | None:
    spec = util.find_spec(package)
    return Path(spec.origin).resolve().parent.parent if spec and spec.origin else None


def check_clock(now: datetime) -> Finding:
    """Our own files cannot be younger than the present."""
    written = datetime.fromtimestamp(Path(__file__).stat().st_mtime, now.tzinfo)
    if now < written:
        return bad("系统时间", f"{now.astimezone():%Y-%m-%d %H:%M} 比程序文件还旧，请校准系统时间。")
    return fine("系统时间", f"{now.astimezone():%Y-%m-%d %H:%M %Z}")


def check_data_dir(folder: Path) -> Finding:
    """Writable, and with room. A directory that is not there yet is made at the first start."""
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not there.is_dir():
        return bad("数据目录", f"{there} 不是目录，请改配置里的 data_dir。")
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"0")
    except OSError as error:
        return bad("数据目录", f"{folder} 不能写（{error.strerror}）。请检查目录权限和磁盘。")
    free = shutil.disk_usage(there).free // 2**20
    if free < VERY_LITTLE:
        return bad("数据目录", f"{folder} 所在的磁盘只剩 {free} MB，请马上清理。")
    if free < LITTLE:
        return odd("数据目录", f"{folder} 所在的磁盘只剩 {free} MB，请尽快清理。")
    return fine("数据目录", f"{folder}，还有 {free // 1024} GB 可用")


def check_secrets(path: Path | None) -> list[Finding]:
    """Secrets belong into the environment or secrets.env, and that file to its owner; told only where they do not."""
    if path is None or not path.exists():
        return []
    from bot.logs import hide

    text = yaml_text.read(path)[0]
    found = [
        odd("配置文件", f"{path} 第 {line} 行的 {key} 直接写着密钥。{_MOVE.format(env_of(key))}。")
        for key, line in written_secrets(text)
    ]
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#") and "${" not in line]
    if not found and any(hide(line) != line for line in lines):
        found.append(odd("配置文件", f"{path} 里直接写着令牌或密码。{_MOVE.format('名字')}。"))
    secrets = secret_file.beside(path)
    if secrets is not None and secret_file.seen_by_others(secrets):
        found.append(odd("密钥文件", f"别的用户也能读 {secrets}。请运行 chmod 600 {secrets}。"))
    return found


def written_secrets(text: str) -> list[tuple[str, int]]:
    """(key, line) of each secret of a config.yaml that stands there in clear. Raises TextError."""
    root = yaml_text.compose(text)
    found = []
    for key, line in yaml_text.lines(root).items():
        if key[-1] in SECRET_KEYS and key[0] in SECRET_SECTIONS:
            value = reduce(lambda inner, part: inner[part], key, yaml_text.values(root) if root else {})
            if value and "${" not in str(value):
                found.append((".".join(str(part) for part in key if isinstance(part, str)), line))
    return sorted(found, key=lambda pair: pair[1])
