"""What the pages say that depends on what they show. Pure: a language in, sentences out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenor.base.texts import Language
from tenor.core.deliveries.troubles import Trouble as Met
from tenor.core.dispatch.model import DeliveryState
from tenor.core.merchants.signin.model import Act
from tenor.core.webhooks.model import OffReason
from tenor.faces.guarding import Trouble


@dataclass(frozen=True)
class Advice:
    """What went wrong, in a few plain words, and what to do about it."""

    heading: str
    words: str


def advice(language: Language) -> Mapping[Met, Advice]:
    """What to do next for each trouble that a delivery can meet."""
    return {**_on_the_way(language), **_answers(language)}


def _on_the_way(language: Language) -> Mapping[Met, Advice]:
    """Troubles before there was a whole answer."""
    _ = language.sentences.gettext
    return {
        Met.ADDRESS_REFUSED: Advice(
            _("The address leads into a private network"),
            _("We send to public addresses only. Let the name point to a public address, or ask for another endpoint."),
        ),
        Met.NO_ADDRESS: Advice(
            _("The address is not one of the web"),
            _("It has to begin with https:// or http://. Ask the company that runs this service to register another."),
        ),
        Met.NO_NAME: Advice(
            _("The server's name is not known"),
            _("Look up the name in the DNS from outside your network. It may be misspelt, or its entry may be gone."),
        ),
        Met.NO_CONNECTION: Advice(
            _("Nobody answered at that address"),
            _("See whether the server runs and listens on that port, and whether a firewall lets us in."),
        ),
        Met.CERTIFICATE: Advice(
            _("The certificate is not valid"),
            _("See that it has not run out, that it names this host, and that the server sends the whole chain."),
        ),
        Met.TLS: Advice(
            _("The encrypted connection could not be made"),
            _("See that the server offers TLS 1.2 or newer on that port, with a cipher that is in use today."),
        ),
        Met.TIMEOUT: Advice(
            _("There was no answer within 15 seconds"),
            _("Put the event into a queue of yours, answer 200 at once, and do the work afterwards."),
        ),
        Met.BROKEN_OFF: Advice(
            _("The connection was closed before the answer was complete"),
            _("Look into your server's log at that time: it may have crashed, or something before it may cut it off."),
        ),
        Met.TOO_LONG: Advice(
            _("The answer was longer than 64 KB"),
            _("Answer with a status alone. An error page of your framework is a common cause."),
        ),
        Met.NO_HTTP: Advice(
            _("The answer was not HTTP"),
            _("See that a web server listens on that port, and that the address says http or https as it should."),
        ),
        Met.OURS: Advice(
            _("It was not sent, and the fault is ours"),
            _("It is tried again by itself. If this goes on, tell the company that runs this service."),
        ),
    }


def _answers(language: Language) -> Mapping[Met, Advice]:
    """Answers that do not take the event."""
    _ = language.sentences.gettext
    return {
        Met.REDIRECT: Advice(
            _("Your server redirects"),
            _("We follow no redirects. Have the address registered that it points to, often https or with www."),
        ),
        Met.SIGNATURE: Advice(
            _("Your server refused us"),
            _(
                "Most often the signature is checked with the wrong secret, or not over the exact bytes. See also"
                " whether the address asks for a sign-in."
            ),
        ),
        Met.NOT_FOUND: Advice(
            _("Your server knows no such page, or takes no POST there"),
            _("Compare the address with the route in your code: the path, a slash at the end, the method POST."),
        ),
        Met.GONE: Advice(
            _("Your server said that nothing more shall come"),
            _("It answered 410. If that was not meant, mend it, switch the endpoint on, and send again."),
        ),
        Met.TOO_LARGE: Advice(
            _("Your server takes no body of this size"),
            _("Raise the limit for bodies at this address. Events have a few KB, those of long orders more."),
        ),
        Met.BUSY: Advice(
            _("Your server asks us to wait"),
            _("We wait and try again by ourselves. If it stays so, let webhooks past your limits for visitors."),
        ),
        Met.CLIENT_ERROR: Advice(
            _("Your server refused the request"),
            _("Its answer below says more. Answer 200 also for types of events that you have no use for."),
        ),
        Met.SERVER_ERROR: Advice(
            _("Your server failed"),
            _("Look into its log at that time. When it is mended, send the event again."),
        ),
    }


def states(language: Language) -> Mapping[DeliveryState, str]:
    """Where a delivery stands, in a word or two."""
    _ = language.sentences.gettext
    return {
        DeliveryState.DELIVERED: _("Arrived"),
        DeliveryState.PENDING: _("On its way"),
        DeliveryState.FAILED: _("Given up"),
        DeliveryState.CANCELED: _("Called off"),
    }


def off_reasons(language: Language) -> Mapping[OffReason, str]:
    """Why an endpoint was switched off."""
    _ = language.sentences.gettext
    return {
        "by_hand": _("It was switched off by hand."),
        "gone": _("It was switched off because your server answered 410."),
        "failing": _("It was switched off because for five days nothing was taken."),
    }


def acts(language: Language) -> Mapping[Act, str]:
    """What was done on these pages."""
    _ = language.sentences.gettext
    return {
        Act.SIGNED_IN: _("Signed in"),
        Act.SIGNED_OUT: _("Signed out"),
        Act.SIGNED_OUT_EVERYWHERE: _("Signed out everywhere"),
        Act.DELIVERY_REPLAYED: _("Sent a delivery again"),
        Act.ENDPOINT_REPLAYED: _("Sent everything again since a time"),
        Act.ENDPOINT_TESTED: _("Sent a test event"),
        Act.ENDPOINT_SWITCHED_ON: _("Switched an endpoint on"),
        Act.SECRET_SHOWN: _("Looked at a secret"),
        Act.SECRET_ROTATED: _("Began a new secret"),
    }


def said(language: Language) -> Mapping[str, str]:
    """What a page says first after a form was sent, by the code in its address."""
    _ = language.sentences.gettext
    return {
        "ended": _("Sign in to see this page. A session ends after an hour without use, and after 12 hours."),
        "left": _("You are signed out."),
        "left_everywhere": _("Everybody is signed out."),
        "replayed": _("It goes out again at once. Look again in a moment to see what came back."),
        "replayed_since": _("All of it goes out again, as quickly as your server takes it."),
        "tested": _("The test event goes out at once. Look again in a moment to see what came back."),
        "switched_on": _("The endpoint is on. What it missed is not sent by itself: have it sent again below."),
        "rotated": _("There is a new secret. For 24 hours the one before it signs as well."),
    }


def troubles(language: Language) -> Mapping[Trouble, tuple[str, str]]:
    """The heading and the words of a page that says what went wrong."""
    _ = language.sentences.gettext
    return {
        Trouble.UNSAFE: (_("These pages need https"), _("Tell the company that runs this service.")),
        Trouble.METHOD: (_("This can not be done here"), _("The page knows no such method.")),
        Trouble.MISSING: (_("There is no such page"), _("It never was, or what it showed was removed after its time.")),
        Trouble.UNREADABLE: (_("The form could not be read"), _("Go back and try again.")),
        Trouble.INVALID: (_("Something is missing or wrong"), _("Go back and try again.")),
        Trouble.REFUSED: (
            _("This can not be done now"),
            _("The endpoint is switched off, or has no address of its own. Nothing was done."),
        ),
        Trouble.FOREIGN: (
            _("The form was not taken"),
            _("It came from another site, or from a page of an earlier session. Nothing was done."),
        ),
        Trouble.FAULT: (_("Something went wrong"), _("It is our fault, and it is noted in our log.")),
    }


def no_email(language: Language) -> str:
    """What is wrong with an address that is none."""
    return language.sentences.gettext("Enter an e-mail address such as name@shop.example.")


def no_time(language: Language) -> str:
    """What is wrong with a time that is none."""
    return language.sentences.gettext("Enter a date and a time such as 2026-04-15 12:00.")
