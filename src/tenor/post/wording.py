"""What each letter says. Pure: an order, a kind and a language in, sentences out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tenor.base.texts import Language
from tenor.core.documents.model import Evidence
from tenor.core.mail.model import Kind
from tenor.core.merchants.model import Merchant
from tenor.core.orders.model import Order, State
from tenor.core.terms.model import Offer
from tenor.post.phrases import as_kept
from tenor.post.phrases import kept_apart as _isolated
from tenor.post.phrases import name as _name


@dataclass(frozen=True)
class About:
    """What a letter speaks of.

    `offer` are the terms as they were when the letter was queued; a letter about terms has them. `url` is where its
    button leads. `code` is the six digits of a sign-in, in the letter that brings them; `wanted` is the document that
    is asked for, in the letter that asks; `clauses` are the sentences of the agreement as they were accepted.
    """

    language: Language
    merchant: Merchant
    order: Order
    url: str
    offer: Offer | None = None
    code: str = ""
    wanted: str = ""
    clauses: tuple[str, ...] = ()

    @property
    def shop(self) -> str:
        """The merchant's name for the middle of a sentence."""
        return _name(self.language, self.merchant.name)

    @property
    def reference(self) -> str:
        """The merchant's own number of the order, for the middle of a sentence."""
        return _name(self.language, self.order.reference)


@dataclass(frozen=True)
class Payment:
    """A payment that falls due: its day and amount for people."""

    day: str
    amount: str


@dataclass(frozen=True)
class Wording:
    """A letter's parts in the order in which they stand, from the subject to the lines below the button.

    `preview` is what mail programs show beside the subject. `facts` are labels and values, `clauses` the numbered
    sentences of an agreement, `owed` the sentence that follows the payments.
    """

    subject: str
    preview: str
    heading: str
    paragraphs: tuple[str, ...]
    code: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    clauses: tuple[str, ...] = ()
    payments: tuple[Payment, ...] = ()
    owed: str = ""
    button: str = ""
    below: tuple[str, ...] = ()


def wording_of(kind: Kind, about: About) -> Wording:
    """What the letter of that kind says."""
    return _WRITERS[kind](about)


def footer(about: About) -> str:
    """Why the reader gets this letter, and whom to ask."""
    _ = about.language.sentences.gettext
    return _(
        "You get this letter because this address was given for order %(reference)s at %(shop)s. If you have questions"
        " about the order, ask %(shop)s."
    ) % {"shop": about.shop, "reference": about.reference}


def _order_link(about: About) -> Wording:
    _ = about.language.sentences.gettext
    words = {"shop": about.shop, "date": _open_until(about)}
    invitation = _("%(shop)s lets your company pay later. You can choose until %(date)s.") % words
    return Wording(
        subject=_("Choose how your company pays for its order at %(shop)s") % words,
        preview=invitation,
        heading=_("Choose payment terms for your order"),
        paragraphs=(invitation,),
        facts=_order_facts(about),
        button=_("Choose payment terms"),
        below=_of_an_invitation(about),
    )


def _of_an_invitation(about: About) -> tuple[str, ...]:
    _ = about.language.sentences.gettext
    return (
        _("The link is for you alone: it shows that you read mail at this address."),
        _("If you do not know of this order, do nothing: nothing is agreed until somebody accepts terms."),
    )


def _sign_in_code(about: About) -> Wording:
    _ = about.language.sentences.gettext
    good_for = _("The code is good for 15 minutes.")
    return Wording(
        subject=_("Your code for the order at %(shop)s") % {"shop": about.shop},
        preview=good_for,
        heading=_("Your code"),
        paragraphs=(_("Type this code on the page where you asked for it."),),
        code=about.code,
        below=(
            good_for,
            _("Give it to nobody: we never ask for it. If you did not ask for a code, do nothing."),
        ),
    )


def _under_review(about: About) -> Wording:
    _ = about.language.sentences.gettext
    next_step = _("A person looks at your request. We write to you as soon as it is decided.")
    return Wording(
        subject=_("We are looking at your request for payment terms at %(shop)s") % {"shop": about.shop},
        preview=next_step,
        heading=_("We are looking at your request"),
        paragraphs=(
            next_step,
            _("You do not have to do anything. Nothing is agreed until then, and your company owes us nothing."),
        ),
        facts=_order_facts(about),
        button=_("See the order"),
    )


def _approved(about: About) -> Wording:
    _ = about.language.sentences.gettext
    words = {"shop": about.shop}
    next_step = _("%(shop)s can go on with your order now. Nothing is owed before %(shop)s confirms it.") % words
    return Wording(
        subject=_("Your payment terms at %(shop)s are approved") % words,
        preview=next_step,
        heading=_("Your payment terms are approved"),
        paragraphs=(next_step,),
        facts=_order_facts(about),
        payments=_payments(about),
        owed=_owed(about),
        button=_("See the order"),
        below=(_("A copy of the agreement comes in a letter of its own."),),
    )


def _agreement(about: About) -> Wording:
    """The sentences that the buyer accepted, word for word.

    The signed agreement as a PDF is not attached: it names people and numbers, which should lie in no mailbox that
    others read. The page that the button opens gives it to whoever proves the address.
    """
    _ = about.language.sentences.gettext
    terms = about.order.terms
    assert terms is not None, "an agreement was accepted by somebody"
    words = {
        "shop": about.shop,
        "company": _name(about.language, terms.company_name),
        "date": _isolated(about.language, about.language.day(terms.accepted_at.astimezone(_zone(about)).date())),
    }
    accepted = _("%(company)s accepted this agreement on %(date)s.") % words
    return Wording(
        subject=_("Your copy of the agreement for the order at %(shop)s") % words,
        preview=accepted,
        heading=_("Agreement"),
        paragraphs=(accepted,),
        facts=_order_facts(about),
        clauses=tuple(as_kept(about.language, clause) for clause in about.clauses),
        payments=_payments(about),
        owed=_owed(about),
        button=_("Download the signed agreement"),
        below=(_("The signed agreement is a PDF. You get it after you have proven this address once more."),),
    )


def _declined(about: About) -> Wording:
    _ = about.language.sentences.gettext
    words = {"shop": about.shop}
    answer = _(
        "Thank you for asking. We have looked at your request and can't offer payment terms this time. Nothing was"
        " agreed, and your company owes us nothing for this order."
    )
    return Wording(
        subject=_("No payment terms for your order at %(shop)s") % words,
        preview=answer,
        heading=_("We can't offer payment terms for this order"),
        paragraphs=(answer, _("%(shop)s may have another way to pay.") % words),
        facts=_order_facts(about),
    )


def _document_wanted(about: About) -> Wording:
    _ = about.language.sentences.gettext
    words = {"shop": about.shop, "document": wanted_document(about.language, Evidence(about.wanted))}
    asked = _("To decide on your request for payment terms at %(shop)s we need one more document.") % words
    return Wording(
        subject=_("We need a document for your request at %(shop)s") % words,
        preview=asked,
        heading=_("We need one more document"),
        paragraphs=(
            asked,
            _("Hand it in by the button below, as a PDF or as an image of at most 10 MB."),
        ),
        facts=((_("What we need"), words["document"]), *_order_facts(about)),
        button=_("Hand in the document"),
        below=(_("The link is good once, for 14 days. Do not pass it on."),),
    )


def wanted_document(language: Language, wanted: Evidence) -> str:
    """A document that buyers are asked for, as they know it."""
    _ = language.sentences.gettext
    return {
        Evidence.REGISTRATION: _("The company's registration certificate"),
        Evidence.VAT_CERTIFICATE: _("The VAT registration certificate"),
        Evidence.BANK_STATEMENTS: _("The company's bank statements of the last three months"),
        Evidence.FINANCIAL_STATEMENTS: _("The company's financial statements of the last year"),
        Evidence.SIGNING_AUTHORITY: _("Proof that the person who signed may sign for the company"),
    }[wanted]


def _order_confirmed(about: About) -> Wording:
    _ = about.language.sentences.gettext
    words = {"shop": about.shop}
    confirmed = _("%(shop)s has confirmed your order. This is what your company pays us, and when.") % words
    return Wording(
        subject=_("Your order at %(shop)s is confirmed: what your company pays, and when") % words,
        preview=confirmed,
        heading=_("Your order is confirmed"),
        paragraphs=(confirmed,),
        facts=_order_facts(about),
        payments=_payments(about),
        owed=_owed(about),
        button=_("See the order"),
        below=(_("What %(shop)s refunds is taken off, the last payment first.") % words,),
    )


def _ends_soon(about: About) -> Wording:
    return _request_ends(about) if about.order.state == State.UNDER_REVIEW else _choice_ends(about)


def _choice_ends(about: About) -> Wording:
    _ = about.language.sentences.gettext
    words = {"shop": about.shop, "date": _open_until(about)}
    invitation = _("%(shop)s lets your company pay later. You can choose until %(date)s.") % words
    return Wording(
        subject=_("Your order at %(shop)s waits for you until %(date)s") % words,
        preview=invitation,
        heading=_("Your order ends soon"),
        paragraphs=(invitation, _("After that the order ends, and %(shop)s would have to make a new one.") % words),
        facts=_order_facts(about),
        button=_("Choose payment terms"),
        below=_of_an_invitation(about),
    )


def _request_ends(about: About) -> Wording:
    _ = about.language.sentences.gettext
    words = {"shop": about.shop, "date": _open_until(about)}
    still = _("We are still looking at your request. If nothing is decided until %(date)s, it ends.") % words
    return Wording(
        subject=_("Your request for payment terms at %(shop)s ends on %(date)s") % words,
        preview=still,
        heading=_("Your request ends soon"),
        paragraphs=(
            still,
            _("You do not have to do anything. Nothing is agreed until then, and your company owes us nothing."),
        ),
        facts=_order_facts(about),
        button=_("See the order"),
    )


_WRITERS: dict[Kind, Callable[[About], Wording]] = {
    Kind.ORDER_LINK: _order_link,
    Kind.SIGN_IN_CODE: _sign_in_code,
    Kind.UNDER_REVIEW: _under_review,
    Kind.APPROVED: _approved,
    Kind.AGREEMENT: _agreement,
    Kind.DECLINED: _declined,
    Kind.DOCUMENT_WANTED: _document_wanted,
    Kind.ORDER_CONFIRMED: _order_confirmed,
    Kind.ENDS_SOON: _ends_soon,
}


def _order_facts(about: About) -> tuple[tuple[str, str], ...]:
    _ = about.language.sentences.gettext
    total = about.offer.total if about.offer is not None else about.order.amounts.total
    return (
        (_("The shop's order number"), about.reference),
        (_("Total of the order"), _amount(about, total)),
    )


def _payments(about: About) -> tuple[Payment, ...]:
    language = about.language
    return tuple(Payment(language.day(one.due_on), _amount(about, one.amount)) for one in _offer(about).schedule)


def _owed(about: About) -> str:
    """All that is to be paid, and whether a fee is in it."""
    _ = about.language.sentences.gettext
    offer = _offer(about)
    words = {"to_pay": _amount(about, offer.to_pay), "fee": _amount(about, offer.buyer_fee)}
    if offer.buyer_fee:
        return _("%(to_pay)s in all, with a fee of %(fee)s, agreed in advance.") % words
    return _("%(to_pay)s in all. There is no fee.") % words


def _offer(about: About) -> Offer:
    assert about.offer is not None, "a letter about terms is queued with them"
    return about.offer


def _open_until(about: About) -> str:
    return _isolated(about.language, about.language.day(about.order.expires_at.astimezone(_zone(about)).date()))


def _zone(about: About) -> ZoneInfo:
    """Where the programme counts its days."""
    return ZoneInfo(about.merchant.programme.time_zone)


def _amount(about: About, minor: int) -> str:
    return _isolated(about.language, about.language.money(minor, about.order.currency))
