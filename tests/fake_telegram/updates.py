"""The queue of undelivered updates: long polling that confirms by offset, or a webhook that is told again."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.fake_telegram.make import Json
from tests.fake_telegram.state import ApiError, bad

TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
LOCAL = ("http://127.0.0.1", "http://localhost")


class Updates:
    """`retry_seconds`: how long the webhook deliverer waits after an answer that is not 2xx."""

    def __init__(self, retry_seconds: float = 0.02) -> None:
        self.pending: list[Json] = []
        self.withheld: list[Json] = []  # of kinds the bot did not ask for
        self.allowed: list[str] = []
        self.webhook: Json = {}
        self.deliveries: list[tuple[Any, int]] = []  # (update_id, HTTP status; 0: no answer)
        self._retry = retry_seconds
        self._news = asyncio.Event()
        self._poll = 0  # number of the latest getUpdates; an older one that still waits is terminated
        self._task: asyncio.Task[None] | None = None

    def push(self, update: Json) -> None:
        kinds = [key for key in update if key != "update_id"]
        if self.allowed and not any(kind in self.allowed for kind in kinds):
            self.withheld.append(update)
            return
        self.pending.append(update)
        self._wake()

    async def get_updates(self, params: Json) -> list[Json]:
        """Raises ApiError 409 while a webhook is set, or when another getUpdates takes over."""
        if self.webhook:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self._poll += 1
        mine = self._poll
        if isinstance(kinds := params.get("allowed_updates"), list):
            self.allowed = kinds
        self._confirm(int(params.get("offset") or 0))
        self._wake()
        limit = max(1, min(100, int(params.get("limit") or 100)))
        deadline = asyncio.get_running_loop().time() + float(params.get("timeout") or 0)
        while not self.pending:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or not await self._next_news(left):
                break
            if mine != self._poll:
                raise ApiError(409, TERMINATED)
        return self.pending[:limit]

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self.pending = [u for u in self.pending if u.get("update_id", offset) >= offset]
        elif offset < 0:
            self.pending = self.pending[offset:]

    async def _next_news(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    # -- webhook

    def set_webhook(self, params: Json) -> bool:
        url = params.get("url") or ""
        if not url:
            return self.delete_webhook(params)
        if not url.startswith(("https://", *LOCAL)):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self._poll += 1
        self.webhook = {"url": url, "secret": params.get("secret_token") or ""}
        if isinstance(kinds := params.get("allowed_updates"), list):
            self.allowed = kinds
        if params.get("drop_pending_updates"):
            self.pending.clear()
        self._wake()
        self._restart(self._deliver)
        return True

    def delete_webhook(self, params: Json) -> bool:
        self.webhook = {}
        self._restart(None)
        if params.get("drop_pending_updates"):
            self.pending.clear()
        return True

    def webhook_info(self, _: Json) -> Json:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            "allowed_updates": self.allowed,
        }

    def _restart(self, work: Callable[[], Any] | None) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = None if work is None else asyncio.create_task(work())

    async def _deliver(self) -> None:
        """One after another; the first that is not taken is told again before any later one."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret"]} if self.webhook["secret"] else {}
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                if not self.pending:
                    await self._news.wait()
                    continue
                update = self.pending[0]
                status = await self._post(session, update, headers)
                self.deliveries.append((update.get("update_id"), status))
                if 200 <= status < 300:
                    self.pending.pop(0)
                    self._wake()
                else:
                    await asyncio.sleep(self._retry)

    async def _post(self, session: aiohttp.ClientSession, update: Json, headers: dict[str, str]) -> int:
        try:
            async with session.post(self.webhook["url"], json=update, headers=headers) as response:
                return response.status
        except (aiohttp.ClientError, OSError):
            return 0

    async def drained(self) -> None:
        """Returns once everything has been confirmed or delivered."""
        while self.pending:
            await self._news.wait()

    async def close(self) -> None:
        task = self._task
        self._restart(None)
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)
