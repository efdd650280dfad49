"""No page of ours can be put into another site's frame, where a buyer could be made to press what is not seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.browser.places import Places
from tests.browser.visitor import Visits


@contextmanager
def _hostile(page: str) -> Iterator[str]:
    """A site of somebody else's, which has its own origin because it has its own port."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


async def test_another_origin_that_frames_our_pages_shows_nothing_of_them(visits: Visits, places: Places) -> None:
    visitor = await visits.by()
    order = await places.order()
    link = places.link(order)
    await visitor.arrives_at_the_agreement(places, link)
    session = visitor.page.url.partition("/agreement")[0]
    addresses = [link, f"{link}/you", f"{link}x", f"{visitor.ours}/sandbox/mail"]
    addresses += [f"{session}/{step}" for step in ("order", "you", "business", "terms", "agreement", "left")]
    frames = "".join(f'<iframe src="{address}"></iframe>' for address in addresses)
    refusals: list[str] = []
    visitor.page.on("console", lambda message: refusals.append(message.text))
    with _hostile(f"<!doctype html><h1>Win a prize</h1>{frames}") as site:
        await visitor.page.goto(site)
        framed = [frame for frame in visitor.page.frames if frame is not visitor.page.main_frame]
        assert len(framed) == len(addresses)
        for frame in framed:
            assert frame.url.startswith("chrome-error://"), frame.url
    refused = [text for text in refusals if "frame-ancestors" in text]
    assert len(refused) == len(addresses), refusals
