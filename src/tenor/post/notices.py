"""What letters to a merchant say. Pure: a merchant, what happened and a language in, sentences out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tenor.base.texts import Language
from tenor.core.mail.model import Kind
from tenor.core.merchants.model import Merchant
from tenor.post.phrases import kept_apart, name
from tenor.post.wording import Wording


@dataclass(frozen=True)
class Notice:
    """What a letter to a merchant speaks of. `data` is what was noted when it was queued; no order stands behind it.

    `url` is where the letter's button leads.
    """

    language: Language
    merchant: Merchant
    data: Mapping[str, Any]
    url: str = ""


def wording_of(kind: Kind, notice: Notice) -> Wording:
    """What the letter of that kind says."""
    return WRITERS[kind](notice)


def footer(notice: Notice) -> str:
    """Why the reader gets this letter."""
    _ = notice.language.sentences.gettext
    return _("You get this letter because this address was given for notices to %(shop)s.") % {
        "shop": name(notice.language, notice.merchant.name)
    }


def _endpoint_off(notice: Notice) -> Wording:
    _ = notice.language.sentences.gettext
    since = datetime.fromisoformat(notice.data["since"]).astimezone(UTC)
    why = (
        _("Its server answered 410 Gone, which means that nothing more shall be sent there.")
        if notice.data["reason"] == "gone"
        else _("For five days every attempt to bring an event there has failed.")
    )
    address = notice.data["url"]
    return Wording(
        subject=_("No more events are sent to your webhook address"),
        preview=why,
        heading=_("Your webhook address was switched off"),
        paragraphs=(
            why,
            _("No event is lost: all of them stand in the log, and GET /v1/events reads it."),
        ),
        facts=(
            (
                _("The address"),
                kept_apart(notice.language, address) if address else _("Those that your orders bring along"),
            ),
            (_("The endpoint"), kept_apart(notice.language, notice.data["endpoint"])),
            (_("Events are missing since"), kept_apart(notice.language, f"{since:%Y-%m-%d %H:%M:%S} UTC")),
        ),
        clauses=(
            _("See to it that the address answers each event within 15 seconds, with a status from 200 to 299."),
            _("Then open the page of the address, switch it on again, and have what is missing sent again."),
            _("If you can't sign in, the company that runs this service can do both for you."),
        ),
        button=_("Open the page of the address"),
    )


def _merchant_link(notice: Notice) -> Wording:
    _ = notice.language.sentences.gettext
    shop = {"shop": name(notice.language, notice.merchant.name)}
    return Wording(
        subject=_("Your link to sign in for %(shop)s") % shop,
        preview=_("It opens the pages of %(shop)s once, within 30 minutes.") % shop,
        heading=_("Sign in for %(shop)s") % shop,
        paragraphs=(
            _("Somebody, most likely you, asked for a link to the pages that show which events were sent to %(shop)s.")
            % shop,
            _("The link is good once, for 30 minutes."),
        ),
        button=_("Sign in"),
        below=(_("If you did not ask for it, do nothing: without the link nobody gets in."),),
    )


WRITERS: dict[Kind, Callable[[Notice], Wording]] = {
    Kind.ENDPOINT_OFF: _endpoint_off,
    Kind.MERCHANT_LINK: _merchant_link,
}
