"""What the pages ask of the buyer, and what they say when an answer is wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenor.core.buyers import identity
from tenor.core.buyers.identity import Business, FieldName
from tenor.faces.checkout.forms import Complaint, Problems
from tenor.faces.checkout.languages import Language, isolated


@dataclass(frozen=True)
class Correction:
    """What is wrong with a field, in words, and the id of the control where it is put right."""

    field: str
    control: str
    words: str


@dataclass(frozen=True)
class Question:
    """A field of the business form. `hint` may be empty; the others are for the browser that helps to fill it in."""

    name: str
    label: str
    hint: str
    value: str
    required: bool
    autocomplete: str
    direction: str
    keyboard: str


@dataclass(frozen=True)
class Group:
    """Questions that belong together, under a heading."""

    heading: str
    questions: tuple[Question, ...]


_ABOUT_COMPANY = frozenset({"legal_name", "registration_number", "vat_number"})
_ABOUT_PERSON = frozenset({"phone", "signatory"})

# What a browser knows them by (HTML's autofill names), for those that it knows.
_AUTOCOMPLETE: Mapping[FieldName, str] = {
    "legal_name": "organization",
    "line1": "address-line1",
    "line2": "address-line2",
    "district": "address-level3",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
    "phone": "tel",
    "signatory": "name",
}
_IN_DIGITS = frozenset({"registration_number", "vat_number", "building_number", "postal_code", "phone"})


def groups(language: Language, country: str, business: Business) -> tuple[Group, ...]:
    """The business form of a country, filled in."""
    _ = language.sentences.gettext
    labels, hints = _labels(language, country), _hints(language, country)
    asked = [
        Question(
            name=field.name,
            label=labels[field.name],
            hint=hints.get(field.name, ""),
            value=getattr(business, field.name),
            required=field.required,
            autocomplete=_AUTOCOMPLETE.get(field.name, "off"),
            direction="ltr" if field.name in _IN_DIGITS else "auto",
            keyboard=_keyboard(field.name, country),
        )
        for field in identity.fields(country)
    ]
    return (
        Group(_("Company"), tuple(one for one in asked if one.name in _ABOUT_COMPANY)),
        Group(_("Address"), tuple(one for one in asked if one.name not in _ABOUT_COMPANY | _ABOUT_PERSON)),
        Group(_("Who signs"), tuple(one for one in asked if one.name in _ABOUT_PERSON)),
    )


def revenue(language: Language, currency: str, typed: str) -> Group:
    """The question for a year's revenue, with why it is asked; nobody has to answer it."""
    _ = language.sentences.gettext
    question = Question(
        name="stated_revenue",
        label=_("Revenue of the last business year, in %(currency)s") % {"currency": isolated(currency)},
        hint=_(
            "It helps us to decide at once. If you leave it out, a person looks at your request, which takes longer."
            " The shop does not see it."
        ),
        value=typed,
        required=False,
        autocomplete="off",
        direction="ltr",
        keyboard="decimal",
    )
    return Group(_("Size of the company"), (question,))


def identity_facts(language: Language, country: str, business: Business) -> tuple[tuple[str, str], ...]:
    """What identifies a business in its normal form, under the labels of the form; the address is one of them."""
    _ = language.sentences.gettext
    labels, told = _labels(language, country), [field.name for field in identity.fields(country)]
    address = [getattr(business, name) for name in told if name not in _ABOUT_COMPANY | _ABOUT_PERSON]
    numbers: tuple[FieldName, ...] = ("registration_number", "vat_number")
    facts = [(labels[name], isolated(getattr(business, name))) for name in numbers if getattr(business, name)]
    facts.append((_("Address"), _(", ").join(isolated(part) for part in address if part)))
    return (*facts, (labels["phone"], isolated(business.phone)))


def _keyboard(name: FieldName, country: str) -> str:
    if name == "phone":
        return "tel"
    return "numeric" if name in _IN_DIGITS and country in ("US", "SA") else "text"


def _labels(language: Language, country: str) -> dict[str, str]:
    _ = language.sentences.gettext
    labels = {
        "legal_name": _("Legal name of the company"),
        "registration_number": _("Registration number"),
        "vat_number": _("VAT number"),
        "line1": _("Street"),
        "line2": _("Suite, floor or unit"),
        "building_number": _("Building number"),
        "district": _("District"),
        "city": _("City"),
        "region": _("State, province or region"),
        "postal_code": _("Postal code"),
        "phone": _("Phone"),
        "signatory": _("Full name of the person authorised to sign"),
    }
    if country == "US":
        labels |= {
            "registration_number": _("Employer identification number (EIN)"),
            "line1": _("Street address"),
            "region": _("State"),
            "postal_code": _("ZIP code"),
        }
    elif country == "SA":
        labels["registration_number"] = _("Commercial registration number")
    return labels


def _hints(language: Language, country: str) -> dict[FieldName, str]:
    _ = language.sentences.gettext
    hints: dict[FieldName, str] = {"signatory": _("This person signs the agreement.")}
    if country == "US":
        hints |= {
            "registration_number": _("Nine digits, such as 12-3456789"),
            "region": _("Two letters, such as TX"),
        }
    elif country == "SA":
        hints |= {
            "registration_number": _("Ten digits"),
            "vat_number": _("15 digits; the first and the last are 3"),
            "building_number": _("Four digits, from the national address"),
            "postal_code": _("Five digits"),
        }
    return hints


def corrections(
    language: Language, problems: Problems, country: str = "", signatory: str = ""
) -> tuple[Correction, ...]:
    """A form's problems in words, in the page's order. The business form's depend on the country."""
    return tuple(
        Correction(field, _control(field), _words(language, field, complaint, country, signatory))
        for field, complaint in problems.items()
    )


def _control(field: str) -> str:
    # The radio cards have no control of their own for the group, so the first one stands for it.
    return "offer-1" if field == "offer" else field


def _words(language: Language, field: str, complaint: Complaint, country: str, signatory: str) -> str:
    if complaint == "unreadable":
        return _unreadable(language, field, country)
    asked = _asked_of_business(language, country)
    if field in asked:
        return asked[field]
    return _asked_of_buyer(language, signatory)[field, complaint]


def _unreadable(language: Language, field: str, country: str) -> str:
    _ = language.sentences.gettext
    labels: dict[str, str] = {"email": _("E-mail address"), "signature": _("Your full name, as signature")}
    labels["stated_revenue"] = _("Revenue")
    labels.update(_labels(language, country))
    return _("%(field)s: some characters can't be read. Type it again.") % {"field": labels[field]}


def _asked_of_buyer(language: Language, signatory: str) -> dict[tuple[str, Complaint], str]:
    _ = language.sentences.gettext
    return {
        ("email", "missing"): _("Enter your e-mail address."),
        ("email", "invalid"): _("Enter an e-mail address such as name@company.example."),
        ("code", "missing"): _("Enter the six digits from the letter."),
        ("code", "wrong"): _(
            "This is not the right code, or its time is over. Look for our newest letter, or ask for a new code. After"
            " several wrong codes you have to wait a few minutes."
        ),
        ("offer", "missing"): _("Choose one of the payment terms."),
        ("offer", "unknown"): _("Choose one of the payment terms shown here."),
        ("offer", "changed"): _(
            "The dates or amounts have changed since you opened this page. Check them and accept again."
        ),
        ("signature", "missing"): _("Type your full name to sign."),
        ("signature", "wrong"): _("Only the person authorised to sign can accept: type the name %(name)s.")
        % {"name": isolated(signatory)},
        ("stated_revenue", "invalid"): _("Enter the revenue in digits, such as 4,000,000, or leave it empty."),
        ("agree", "missing"): _("Tick the box to accept the agreement."),
    }


def _asked_of_business(language: Language, country: str) -> dict[str, str]:
    _ = language.sentences.gettext
    asked: dict[str, str] = {
        "legal_name": _("Enter the company's name with 2 to 200 characters, in letters or digits."),
        "registration_number": _("Enter the registration number in letters and digits."),
        "vat_number": _("Enter the VAT number in letters and digits, or leave it empty."),
        "line1": _("Enter the street with at most 120 characters."),
        "line2": _("Enter at most 120 characters here, or leave it empty."),
        "building_number": _("Enter the building number: four digits."),
        "district": _("Enter the district with at most 120 characters."),
        "city": _("Enter the city with at most 120 characters."),
        "region": _("Enter the region with at most 120 characters, or leave it empty."),
        "postal_code": _("Enter the postal code in letters and digits, or leave it empty."),
        "phone": _("Enter a phone number with 7 to 15 digits."),
        "signatory": _("Enter the full name of the person who may sign for the company."),
    }
    if country == "US":
        asked |= {
            "registration_number": _("Enter the EIN: nine digits, such as 12-3456789."),
            "region": _("Enter the state by its two letters, such as TX."),
            "postal_code": _("Enter the ZIP code: five digits, or nine."),
        }
    elif country == "SA":
        asked |= {
            "registration_number": _("Enter the commercial registration number: ten digits."),
            "vat_number": _("Enter the VAT number: 15 digits, of which the first and the last are 3."),
            "postal_code": _("Enter the postal code: five digits."),
        }
    return asked


def notice(language: Language, code: str) -> str:
    """What a page has to say first, by the code in its address; "" for none."""
    _ = language.sentences.gettext
    return {
        "ended": _(
            "For your safety your session has ended. Prove your e-mail address again and go on where you were: what you"
            " filled in is kept."
        ),
        "asked": _(
            "This code is not good any more. Ask for a new one. If too many were asked for, you have to wait an hour."
        ),
        "changed": _("The payment terms have changed meanwhile. Look at them and choose again."),
        "seen": _("These terms were agreed before. Nothing was changed."),
    }.get(code, "")


def why_declined(language: Language, reason: str | None) -> str:
    """The reason of a decline in words that may be told, and never the rule or a number behind it; "" for none."""
    _ = language.sentences.gettext
    too_large = _("The reason: the order is larger than what we can finance at this shop.")
    too_much = _(
        "The reason: together with what your company has agreed to pay us already, this order is more than we can"
        " finance at the moment."
    )
    told = {
        "order_limit": too_large,
        "order_amount_high": too_large,
        "amount_too_large": too_large,
        "order_amount_low": _("The reason: the order is smaller than what we finance at this shop."),
        "exposure_limit": too_much,
        "buyer_limit": too_much,
        "exposure_after_high": too_much,
        "too_much_owed": too_much,
        "days_overdue_high": _("The reason: a payment that your company owes us is overdue."),
        "orders_in_24_hours_high": _("The reason: your company has asked for many orders within a short time."),
        "documents_missing": _("The reason: documents that we asked for did not reach us."),
    }
    # What a bureau, a list or a person says of a company is not told, nor which of them it was.
    unmet = _("The reason: what we know of your company does not meet our conditions at the moment.")
    return told.get(reason, unmet) if reason else ""
