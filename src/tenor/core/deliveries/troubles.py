"""What kind of trouble an attempt met, so that a page can say what to do next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tenor.base.outbound import Failure
from tenor.core.deliveries import rules
from tenor.core.dispatch.model import Attempt


class Trouble(StrEnum):
    """What went wrong, as far as the one who has to mend it acts differently."""

    ADDRESS_REFUSED = "address_refused"
    NO_ADDRESS = "no_address"
    NO_NAME = "no_name"
    NO_CONNECTION = "no_connection"
    CERTIFICATE = "certificate"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN_OFF = "broken_off"
    TOO_LONG = "too_long"
    NO_HTTP = "no_http"
    REDIRECT = "redirect"
    SIGNATURE = "signature"
    NOT_FOUND = "not_found"
    GONE = "gone"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    OURS = "ours"


_FAILURES: Mapping[Failure, Trouble] = {
    Failure.REFUSED: Trouble.ADDRESS_REFUSED,
    Failure.NO_URL: Trouble.NO_ADDRESS,
    Failure.UNRESOLVED: Trouble.NO_NAME,
    Failure.UNCONNECTED: Trouble.NO_CONNECTION,
    Failure.CERTIFICATE: Trouble.CERTIFICATE,
    Failure.TLS: Trouble.TLS,
    Failure.LATE: Trouble.TIMEOUT,
    Failure.ENDLESS: Trouble.TIMEOUT,
    Failure.CLOSED: Trouble.BROKEN_OFF,
    Failure.BROKEN_OFF: Trouble.BROKEN_OFF,
    Failure.TOO_LONG: Trouble.TOO_LONG,
    Failure.NO_HTTP: Trouble.NO_HTTP,
    Failure.OTHER: Trouble.NO_CONNECTION,
}

_STATUSES: Mapping[int, Trouble] = {
    401: Trouble.SIGNATURE,
    403: Trouble.SIGNATURE,
    404: Trouble.NOT_FOUND,
    405: Trouble.NOT_FOUND,
    410: Trouble.GONE,
    413: Trouble.TOO_LARGE,
    429: Trouble.BUSY,
    503: Trouble.BUSY,
}


def of(attempt: Attempt) -> Trouble | None:
    """What trouble an attempt met; None for one that was taken."""
    return told_by(attempt.status, attempt.error)


def told_by(status: int | None, error: str | None) -> Trouble | None:
    """What trouble a status of HTTP and an error tell of; None for neither of them and for what was taken.

    A status that is none of HTTP's counts as no HTTP.
    """
    if (status is None and error is None) or rules.succeeded(status, error):
        return None
    if status is not None and not 200 <= status < 300:
        return _STATUSES.get(status) or _by_class(status)
    failure = Failure.of(error or "")
    # Whatever was not told by the client that sends was told by us, before anything was sent.
    return _FAILURES[failure] if failure else Trouble.OURS


def _by_class(status: int) -> Trouble:
    classes = {3: Trouble.REDIRECT, 4: Trouble.CLIENT_ERROR, 5: Trouble.SERVER_ERROR}
    return classes.get(status // 100, Trouble.NO_HTTP)
