"""The business that buys: what is asked of it, and what its answers must look like in each country. Pure.

What a number must look like is the issuing authority's: the IRS for the EIN, the Saudi Ministry of Commerce for the
commercial registration, and ZATCA for the VAT number (rule BR-KSA-40 of its e-invoicing standard: 15 digits of which
the first and the last are 3). No formula for the check digit inside it is published, so none is held against a buyer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from tenor.core.buyers import rules

FieldName = Literal[
    "legal_name",
    "registration_number",
    "vat_number",
    "line1",
    "line2",
    "building_number",
    "district",
    "city",
    "region",
    "postal_code",
    "phone",
    "signatory",
]
Fault = Literal["missing", "invalid"]


class Business(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A company and the person who may sign for it, as typed or as checked; an empty text was not given.

    `registration_number` is the EIN in the United States and the commercial registration in Saudi Arabia. `line1` is
    the street.
    """

    legal_name: str = ""
    registration_number: str = ""
    vat_number: str = ""
    line1: str = ""
    line2: str = ""
    building_number: str = ""
    district: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    phone: str = ""
    signatory: str = ""


@dataclass(frozen=True)
class Field:
    """One question to a business. `normal` is how its answer is kept; `fits` tells whether a kept answer may stand."""

    name: FieldName
    fits: Callable[[str], bool]
    normal: Callable[[str], str]
    required: bool = True


def fields(country: str) -> tuple[Field, ...]:
    """What a business in a country (ISO 3166) is asked, in the order of a form."""
    return _COUNTRIES.get(country, _ELSEWHERE)


def normal(business: Business, country: str) -> Business:
    """The answers as they are kept: digits western, blanks tidy, and nothing that the country is not asked."""
    return Business(**{field.name: field.normal(getattr(business, field.name)) for field in fields(country)})


def problems(business: Business, country: str) -> dict[FieldName, Fault]:
    """What is wrong with each answer in its normal form, in the order of a form; empty when nothing is."""
    found: dict[FieldName, Fault] = {}
    for field in fields(country):
        answer = field.normal(getattr(business, field.name))
        if not answer and field.required:
            found[field.name] = "missing"
        elif answer and not field.fits(answer):
            found[field.name] = "invalid"
    return found


def is_signed_by(signature: str, signatory: str) -> bool:
    """Whether a typed name is that person's. Letter case, blanks and ways to write one letter make no difference."""
    return bool(_tidy(signature)) and _folded(signature) == _folded(signatory)


def _folded(name: str) -> str:
    return _tidy(unicodedata.normalize("NFKC", name)).casefold()


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _western(text: str) -> str:
    """Decimal digits of any script as 0 to 9."""
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def _compact(text: str) -> str:
    """A number without what people put between its digits."""
    return re.sub(r"[\s.\-\u2010-\u2015]", "", _western(text)).upper()


def _ein(text: str) -> str:
    digits = _compact(text)
    return f"{digits[:2]}-{digits[2:]}" if re.fullmatch(r"[0-9]{9}", digits) else digits


def _zip(text: str) -> str:
    digits = _compact(text)
    return f"{digits[:5]}-{digits[5:]}" if re.fullmatch(r"[0-9]{9}", digits) else digits


def _phone(text: str) -> str:
    number = re.sub(r"[()/]", "", _compact(text))
    return f"+{number[2:]}" if number.startswith("00") else number


def _matches(pattern: str) -> Callable[[str], bool]:
    whole = re.compile(pattern, re.ASCII)
    return lambda text: whole.fullmatch(text) is not None


def _is_line(text: str) -> bool:
    return len(text) <= 120 and any(character.isalnum() for character in text)


def _is_person(text: str) -> bool:
    return 2 <= len(text) <= 100 and any(character.isalpha() for character in text)


# The first two digits tell the IRS campus that gave the number ("How EINs are assigned and valid EIN prefixes").
_is_ein = _matches(r"(0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589])-[0-9]{7}")
_STATES = (
    " AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA"
    " RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI "
)


def _is_state(text: str) -> bool:
    return len(text) == 2 and f" {text} " in _STATES


_LEGAL_NAME = Field("legal_name", lambda text: rules.company_name_problem(text) is None, _tidy)
_STREET = Field("line1", _is_line, _tidy)
_MORE = Field("line2", _is_line, _tidy, required=False)
_CITY = Field("city", _is_line, _tidy)
_PHONE = Field("phone", _matches(r"\+?[0-9]{7,15}"), _phone)
_SIGNATORY = Field("signatory", _is_person, _tidy)

_COUNTRIES: dict[str, tuple[Field, ...]] = {
    "US": (
        _LEGAL_NAME,
        Field("registration_number", _is_ein, _ein),
        _STREET,
        _MORE,
        _CITY,
        Field("region", _is_state, _compact),
        Field("postal_code", _matches(r"[0-9]{5}(-[0-9]{4})?"), _zip),
        _PHONE,
        _SIGNATORY,
    ),
    "SA": (
        _LEGAL_NAME,
        Field("registration_number", _matches(r"[0-9]{10}"), _compact),
        Field("vat_number", _matches(r"3[0-9]{13}3"), _compact),
        Field("building_number", _matches(r"[0-9]{4}"), _compact),
        _STREET,
        Field("district", _is_line, _tidy),
        _CITY,
        Field("postal_code", _matches(r"[0-9]{5}"), _compact),
        _PHONE,
        _SIGNATORY,
    ),
}
_ELSEWHERE: tuple[Field, ...] = (
    _LEGAL_NAME,
    Field("registration_number", _matches(r"[A-Z0-9/]{2,40}"), _compact),
    Field("vat_number", _matches(r"[A-Z0-9]{4,20}"), _compact, required=False),
    _STREET,
    _MORE,
    _CITY,
    Field("region", _is_line, _tidy, required=False),
    Field("postal_code", _matches(r"[A-Z0-9]{3,12}"), _compact, required=False),
    _PHONE,
    _SIGNATORY,
)
