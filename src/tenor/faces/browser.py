"""What pages behind a sign-in ask of a browser: where they may be used, their cookie, and whether a form is ours."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from tenor.base import seal as text
from tenor.base.config import Settings
from tenor.base.seal import Seal
from tenor.base.smtp import is_loopback


class Browser:
    """The rules of one deployment, by its public URL, for one face's pages.

    `pages` names them in the cookie (`tenor_desk`) and in the stamp on their forms, so that what is good for one
    face's pages is good for no other's. `same_site` is `lax` where the browser shall send the cookie along also when
    somebody follows a link from elsewhere, such as from a letter.
    """

    def __init__(
        self, settings: Settings, seal: Seal, pages: str, same_site: Literal["strict", "lax"] = "strict"
    ) -> None:
        public = urlsplit(settings.public_url)
        self._seal = seal
        self._form = f"{pages}-form"
        self._same_site: Literal["strict", "lax"] = same_site
        self._origin = f"{public.scheme}://{public.netloc}".lower()
        self._local = public.scheme == "http" and is_loopback(public.hostname or "")
        self.secure = public.scheme == "https"
        self.cookie = f"__Host-tenor_{pages}" if self.secure else f"tenor_{pages}"

    @property
    def is_safe(self) -> bool:
        """Whether passwords may travel: under https, or on this machine alone."""
        return self.secure or self._local

    def token(self, request: Request) -> str:
        """The session's token, or nothing."""
        return request.cookies.get(self.cookie, "")

    def keep(self, response: Response, token: str) -> None:
        """Have the browser keep a session's token until it is closed; no script and no other site gets at it."""
        response.set_cookie(self.cookie, token, path="/", secure=self.secure, httponly=True, samesite=self._same_site)

    def forget(self, response: Response) -> None:
        """Have the browser drop the token."""
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite=self._same_site)

    def is_ours(self, request: Request) -> bool:
        """Whether a form was sent by a page of ours, as the browser tells (`Origin`); a browser that tells nothing is
        refused. On this machine any of its names will do, the one that was asked for.
        """
        origin = request.headers.get("origin", "").lower()
        if origin == self._origin:
            return True
        host = request.headers.get("host", "").lower()
        return self._local and origin == f"http://{host}" and is_loopback(urlsplit(f"//{host}").hostname or "")

    def form_token(self, bound_to: str) -> str:
        """What every form carries: a stamp over the session, or over the link, that it belongs to."""
        return text.to_text(self._seal.stamp(self._form, bound_to.encode()))

    def is_form_of(self, bound_to: str, given: str) -> bool:
        """Whether a form's stamp is that one."""
        try:
            stamp = text.from_text(given)
        except ValueError:
            return False
        return self._seal.matches(stamp, self._form, bound_to.encode())


def origin_of(request: Request) -> str:
    """The caller's network address, as the audit log keeps it."""
    return request.client.host if request.client else "unknown"
