"""Is the program well? For a machine that asks every few seconds, and for a person who asks once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`ok`: messages are taken and answered. `parts`: each part of the program and how it is."""

    ok: bool
    parts: dict[str, str] = field(default_factory=dict)


HealthCheck = Callable[[], Awaitable[Health]]
Metrics = Callable[[], bytes]


def watch_routes(health: HealthCheck, metrics: Metrics) -> list[Route]:
    """`/healthz` (200 or 503, JSON) and `/metrics` (Prometheus text)."""

    async def healthz(_request: Request) -> Response:
        found = await health()
        body = {"ok": found.ok, "parts": found.parts}
        return JSONResponse(body, 200 if found.ok else 503, headers={"Cache-Control": "no-store"})

    async def show_metrics(_request: Request) -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/healthz", healthz), Route("/metrics", show_metrics)]
