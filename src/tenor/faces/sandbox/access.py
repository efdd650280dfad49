"""Who may read a sandbox's letters. Pure but for reading the request."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from tenor.base.config import Settings
from tenor.base.smtp import is_loopback

# What proxies add. Whoever comes through one may come from anywhere.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def may_read(settings: Settings, request: Request) -> bool:
    """Whether this caller may see letters, in which links and codes stand.

    Unless TENOR_SANDBOX_MAIL is `public`, only this machine may. It takes more than the caller's address to know that:
    a proxy on this machine calls from here for everybody, so a deployment whose public URL leads elsewhere shows
    nothing; and a page from elsewhere can make a browser on this machine call by a name of its own, so the name must
    be this machine's as well.
    """
    if settings.environment != "sandbox":
        return False
    if settings.sandbox_mail == "public":
        return True
    client = request.client.host if request.client else ""
    return (
        is_loopback(urlsplit(settings.public_url).hostname or "")
        and is_loopback(client)
        and is_loopback(_host_of(request))
        and not any(name in request.headers for name in _FORWARDED)
    )


def _host_of(request: Request) -> str:
    """The name by which the server was called; nothing where the caller gave what is no name."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""
