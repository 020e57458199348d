"""The HTTP server of the page: static files, the JSON API, and the stream of events (Server-Sent Events)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from agents.web.access import COOKIE, COOKIE_SECONDS, HEADERS, Access
from agents.web.assets import Asset, assets
from agents.web.board import Board, Entry
from agents.web.passages import headline, passages
from agents.web.query import QueryError, read_query
from agents.web.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.web.health import Health
    from schemas.event import Mention

Handler = Any
HEARTBEAT = 10.0
COALESCE = 0.05
"""Seconds in which changes of the board travel together."""
BATCH = 200
SLOW = 20.0
"""Seconds a reader may take for a batch before it is dropped; it can come again and say where it was."""
STREAMS = 64
IN_THREAD = 65_536
"""Bytes from which on a body is compressed in a thread."""
OPEN = frozenset({"/login", "/livez"})
BOARD, HEALTH, ACCESS = web.AppKey("board", Board), web.AppKey("health", object), web.AppKey("access", Access)
CLOSING = web.AppKey("closing", asyncio.Event)
FILES: web.AppKey[dict[str, Asset]] = web.AppKey("files", dict)


@dataclass(slots=True)
class Streams:
    """How many streams are open."""

    open: int = 0


READERS = web.AppKey("readers", Streams)


def make_app(board: Board, health: Health, access: Access) -> web.Application:
    """Return the application; it reads nothing itself."""
    app = web.Application(middlewares=[_guarded], client_max_size=4096)
    app[BOARD], app[HEALTH], app[ACCESS] = board, health, access
    app[FILES], app[READERS], app[CLOSING] = assets(), Streams(), asyncio.Event()
    app.on_response_prepare.append(_with_headers)
    app.on_shutdown.append(_end_streams)
    app.add_routes(
        [
            web.get("/", _page),
            web.get("/login", _login_page),
            web.post("/login", _login),
            web.get("/livez", _alive),
            web.get("/static/{name}", _static),
            web.get("/api/events", _events),
            web.get("/api/events/{id}", _event),
            web.get("/api/stream", _stream),
            web.get("/api/health", _health),
            web.get("/api/vocabulary", _vocabulary),
        ]
    )
    return app


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign names, pages of other sites, and whoever has no token where one is asked for."""
    access = request.app[ACCESS]
    if not access.knows_host(request.headers.get("Host")):
        return _problem(421, "this server does not answer to that name; see khabar web --allow-host")
    if request.path.startswith("/api/") and request.headers.get("Sec-Fetch-Site", "none") not in (
        "none",
        "same-origin",
    ):
        return _problem(403, "not for pages of other sites")
    free = request.path in OPEN or request.path.startswith("/static/")
    if free or access.admits(request.headers, request.cookies):
        return await handler(request)  # type: ignore[no-any-return]  # aiohttp's handlers are untyped here
    if request.path != "/":
        return _problem(401, "a token is needed: Authorization: Bearer TOKEN")
    return _admitted(request, request.query.get("token", "")) or _file(request, "login.html", status=401)


async def _with_headers(request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG001 - the signature of aiohttp's signal
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


async def _end_streams(app: web.Application) -> None:
    app[CLOSING].set()


def _problem(status: int, what: str) -> web.Response:
    return _json({"error": what}, status=status)


def _json(value: object, status: int = 200) -> web.Response:
    response = web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
    response.enable_compression()
    return response


def _file(request: web.Request, name: str, status: int = 200) -> web.Response:
    asset = request.app[FILES].get(name)
    if asset is None:
        return _problem(404, "no such file")
    if request.if_none_match and any(tag.value == asset.etag for tag in request.if_none_match):
        response = web.Response(status=304)
    else:
        response = web.Response(body=asset.body, status=status, content_type=asset.media_type, charset="utf-8")
        response.enable_compression()
    response.etag = asset.etag
    response.headers["Cache-Control"] = "no-cache"
    return response


async def _page(request: web.Request) -> web.Response:
    return _file(request, "index.html")


async def _static(request: web.Request) -> web.Response:
    return _file(request, request.match_info["name"])


async def _alive(request: web.Request) -> web.Response:
    return _json({"alive": True, "events": len(request.app[BOARD])})


async def _login_page(request: web.Request) -> web.Response:
    return _file(request, "login.html")


async def _login(request: web.Request) -> web.Response:
    form = await request.post()
    return _admitted(request, str(form.get("token", ""))) or _file(request, "login.html", status=401)


def _admitted(request: web.Request, token: str) -> web.Response | None:
    """Set the cookie and go to the page, if the token is right.

    Not by a redirect: a cookie that is SameSite=Strict does not go with one that began at another site.
    """
    access = request.app[ACCESS]
    if not token or not access.is_token(token):
        return None
    response = web.Response(text="Signed in.", headers={"Refresh": "0; url=/"})
    response.set_cookie(
        COOKIE, access.cookie(), max_age=COOKIE_SECONDS, httponly=True, samesite="Strict", secure=request.secure
    )
    return response


async def _events(request: web.Request) -> web.Response:
    try:
        query = read_query(request.query.items())
    except QueryError as error:
        return _problem(400, str(error))
    board = request.app[BOARD]
    found = [entry for entry in board.newest() if query.holds(entry.event)]
    page = [entry for entry in found if query.before is None or entry.seq < query.before]
    shown = page[: query.limit]
    head = orjson.dumps(
        {
            "cursor": _cursor(board, board.seq),
            "limit": board.limit,
            "total": len(found),
            "next": shown[-1].seq if len(page) > len(shown) and shown else None,
        }
    )
    body = head[:-1] + b',"events":' + _list(shown) + b"}"
    response = web.Response(body=body, content_type="application/json", zlib_executor_size=IN_THREAD)
    response.enable_compression()
    return response


async def _event(request: web.Request) -> web.Response:
    board = request.app[BOARD]
    entry = board.find(request.match_info["id"])
    if entry is None:
        return _problem(404, "no such event on the board: it is unknown, or older than what is kept")
    mentions = [_mention(board, one) for one in board.mentions(entry.event)]
    return _json({**orjson.loads(entry.body), "mentions": mentions})


def _mention(board: Board, mention: Mention) -> dict[str, object]:
    text = board.text(mention.article_id)
    return {"mention": mention, "headline": headline(mention, text), "passages": passages(mention, text)}


async def _health(request: web.Request) -> web.Response:
    health: Any = request.app[HEALTH]
    streams = {"open": request.app[READERS].open, "most": STREAMS}
    return _json({**health.report(time.time()), "events": len(request.app[BOARD]), "streams": streams})


async def _vocabulary(request: web.Request) -> web.Response:  # noqa: ARG001 - a handler takes the request
    return _json(vocabulary())


def _list(entries: Iterable[Entry]) -> bytes:
    return b"[" + b",".join(entry.body for entry in entries) + b"]"


def _cursor(board: Board, seq: int) -> str:
    return f"{board.run}-{seq}"


async def _stream(request: web.Request) -> web.StreamResponse:
    """Send changes as they come, from the cursor on that the reader brings; all there is where it brings none."""
    readers = request.app[READERS]
    if readers.open >= STREAMS:
        return _problem(503, "too many streams are open")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    readers.open += 1
    try:
        await _send_changes(request, response)
    except (ConnectionError, asyncio.CancelledError):
        pass
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    finally:
        readers.open -= 1
    return response


async def _send_changes(request: web.Request, response: web.StreamResponse) -> None:
    board, closing = request.app[BOARD], request.app[CLOSING]
    run, _, number = (request.headers.get("Last-Event-ID") or request.query.get("after", "")).partition("-")
    known = run == board.run and number.isdecimal()
    seq = int(number) if known else 0
    await _send(response, b"retry: 2000\n\n" + (b"" if known else _message("reset", b"{}")))
    await _send(response, _pulse(request))
    while not closing.is_set():
        batch = board.since(seq, BATCH)
        if batch:
            seq = batch[-1].seq
            await _send(response, _message("events", _list(batch), _cursor(board, seq)))
        elif await _changes(board, closing):
            await asyncio.sleep(COALESCE)
        else:
            await _send(response, _pulse(request))


async def _changes(board: Board, closing: asyncio.Event) -> bool:
    """Wait for the next change; False where there was none within a heartbeat."""
    waiting = [asyncio.ensure_future(one.wait()) for one in (board.changed, closing)]
    done, _ = await asyncio.wait(waiting, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
    return bool(done)


async def _send(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(SLOW):
        await response.write(data)


def _message(event: str, data: bytes, cursor: str = "") -> bytes:
    head = f"id: {cursor}\n" if cursor else ""
    return f"{head}event: {event}\ndata: ".encode() + data + b"\n\n"


def _pulse(request: web.Request) -> bytes:
    """Say that the stream lives, and how it is."""
    health: Any = request.app[HEALTH]
    return _message("pulse", orjson.dumps({"lag": health.lag, "fault": health.fault}))
