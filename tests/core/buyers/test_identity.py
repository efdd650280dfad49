"""What a business is asked, and which answers may stand, country by country."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.core.buyers import identity
from tenor.core.buyers.identity import Business

SAUDI = Business(
    legal_name="Tuwaiq Builders",
    registration_number="1010123456",
    vat_number="300012345600003",
    building_number="7412",
    line1="King Fahd Road",
    district="Al Olaya",
    city="Riyadh",
    postal_code="12213",
    phone="+966115550100",
    signatory="Sara Al-Harbi",
)
AMERICAN = Business(
    legal_name="Northwind Builders",
    registration_number="12-3456789",
    line1="7 Main Street",
    city="Austin",
    region="TX",
    postal_code="73301",
    phone="+15125550100",
    signatory="Ana Reyes",
)
GERMAN = Business(
    legal_name="Nordwind Bau GmbH",
    registration_number="HRB12345",
    line1="Hauptstr. 7",
    city="Berlin",
    phone="+493055501000",
    signatory="Jörg Müller",
)
BY_COUNTRY = {"SA": SAUDI, "US": AMERICAN, "DE": GERMAN}


def _with(business: Business, name: str, value: str) -> Business:
    return Business(**{one: getattr(business, one) for one in Business.__struct_fields__} | {name: value})


@pytest.mark.parametrize("country", BY_COUNTRY)
def test_a_business_that_answers_what_its_country_asks_has_no_problems_and_is_in_its_normal_form(country: str) -> None:
    assert identity.problems(BY_COUNTRY[country], country) == {}
    assert identity.normal(BY_COUNTRY[country], country) == BY_COUNTRY[country]


@pytest.mark.parametrize("country", BY_COUNTRY)
def test_an_empty_form_misses_every_answer_that_is_required(country: str) -> None:
    required = [field.name for field in identity.fields(country) if field.required]
    assert identity.problems(Business(), country) == dict.fromkeys(required, "missing")


@pytest.mark.parametrize(
    ("country", "name", "typed", "kept"),
    [
        ("SA", "registration_number", "١٠١٠ ١٢٣ ٤٥٦", "1010123456"),
        ("SA", "vat_number", "3000-1234-5600-003", "300012345600003"),
        ("SA", "phone", "٠٠٩٦٦ (11) 555-0100", "+966115550100"),
        ("US", "registration_number", "12 345 6789", "12-3456789"),
        ("US", "region", "tx", "TX"),
        ("US", "postal_code", "733011234", "73301-1234"),
        ("DE", "registration_number", "hrb 12345", "HRB12345"),
        ("DE", "vat_number", "DE 123.456.789", "DE123456789"),
        ("DE", "legal_name", "  Nordwind \n Bau ", "Nordwind Bau"),
    ],
)
def test_what_people_put_between_digits_and_the_digits_of_their_own_script_are_read(
    country: str, name: str, typed: str, kept: str
) -> None:
    business = _with(BY_COUNTRY[country], name, typed)
    assert identity.problems(business, country) == {}
    assert getattr(identity.normal(business, country), name) == kept


@pytest.mark.parametrize(
    ("country", "name", "typed"),
    [
        ("SA", "registration_number", "101012345"),
        ("SA", "registration_number", "10101234567"),
        ("SA", "registration_number", "101012345A"),
        ("SA", "vat_number", "200012345600003"),
        ("SA", "vat_number", "300012345600004"),
        ("SA", "vat_number", "30001234560003"),
        ("SA", "vat_number", "3000123456000003"),
        ("SA", "building_number", "741"),
        ("SA", "postal_code", "1221"),
        ("SA", "phone", "555"),
        ("SA", "phone", "+9661155501001234"),
        ("SA", "signatory", "7"),
        ("SA", "signatory", "1234"),
        ("SA", "district", "x" * 121),
        ("US", "registration_number", "07-3456789"),
        ("US", "registration_number", "00-3456789"),
        ("US", "registration_number", "96-3456789"),
        ("US", "registration_number", "12-345678"),
        ("US", "region", "Texas"),
        ("US", "region", "ZZ"),
        ("US", "region", "AL AK"),
        ("US", "postal_code", "7330"),
        ("DE", "registration_number", "?"),
        ("DE", "vat_number", "DE1"),
        ("DE", "line1", "--"),
        ("DE", "legal_name", "A"),
    ],
)
def test_an_answer_that_can_not_be_right_is_refused_and_no_other_is(country: str, name: str, typed: str) -> None:
    assert identity.problems(_with(BY_COUNTRY[country], name, typed), country) == {name: "invalid"}


@given(st.sampled_from(["SA", "US", "DE"]), st.sampled_from(Business.__struct_fields__), st.text(max_size=250))
def test_the_normal_form_of_a_normal_form_is_itself_and_has_the_same_problems(
    country: str, name: str, typed: str
) -> None:
    business = _with(BY_COUNTRY[country], name, typed)
    kept = identity.normal(business, country)
    assert identity.problems(kept, country) == identity.problems(business, country)
    if not identity.problems(kept, country):
        assert identity.normal(kept, country) == kept


def test_what_a_country_does_not_ask_is_not_kept() -> None:
    assert identity.normal(SAUDI, "US").vat_number == ""


@pytest.mark.parametrize("typed", ["Sara Al-Harbi", " sara  al-harbi ", "SARA AL-HARBI"])
def test_a_signature_is_the_signatorys_name_however_it_is_spaced_or_capitalised(typed: str) -> None:
    assert identity.is_signed_by(typed, "Sara Al-Harbi")


@pytest.mark.parametrize("typed", ["", " ", "Sara", "Sara Al-Harb", "Yes"])
def test_another_text_is_no_signature(typed: str) -> None:
    assert not identity.is_signed_by(typed, "Sara Al-Harbi")
