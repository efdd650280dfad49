"""A company registered again with a typo is suspected, which credit and staff are told; nothing is merged by it."""

from __future__ import annotations

from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.database import Database
from tenor.base.errors import NotFound, WrongState
from tenor.core.buyers import merging, service
from tenor.core.buyers.suspicions import rules
from tenor.core.buyers.suspicions.model import Registered
from tests.core.buyers.companies import ANA, BO, NOW, agree, meet, merge, northwind

numbers = st.text(digits + ascii_uppercase + "-", min_size=1, max_size=14)
names = st.text(max_size=30)


@given(numbers, numbers)
def test_a_typo_is_a_typo_from_both_sides(one: str, other: str) -> None:
    assert rules.is_one_typo(one, other) == rules.is_one_typo(other, one)


@given(numbers)
def test_what_is_looked_for_is_exactly_what_is_one_typo_away(number: str) -> None:
    found = rules.one_typo_away(number)
    assert len(found) == len(set(found))
    assert all(rules.is_one_typo(number, one) for one in found)


@given(st.data(), numbers)
def test_every_typo_is_looked_for(data: st.DataObject, number: str) -> None:
    at = data.draw(st.integers(0, len(number) - 1))
    to = data.draw(st.integers(0, len(number) - 1))
    swapped = list(number)
    swapped[at], swapped[to] = swapped[to], swapped[at]
    changed = [*number[:at], data.draw(st.sampled_from(digits + ascii_uppercase + "-")), *number[at + 1 :]]
    for other in ("".join(swapped), "".join(changed)):
        assert (other in rules.one_typo_away(number)) == rules.is_one_typo(number, other)


@given(st.integers(0, 8), st.integers(0, 9), names)
def test_one_wrong_digit_under_the_same_name_is_alike(at: int, digit: int, name: str) -> None:
    number = "123456789"
    typed = number[:at] + str(digit) + number[at + 1 :]
    one, other = (Registered(country="US", registration_number=each, name=name) for each in (number, typed))
    assert rules.alike(one, other) == (() if typed == number else ("registration_typo",))


@given(names, names, numbers, numbers, st.sampled_from(["", "A", "B"]), st.sampled_from(["", "A", "B"]))
def test_alike_is_the_same_from_both_sides(a: str, b: str, m: str, n: str, v: str, w: str) -> None:
    one = Registered(country="US", registration_number=m, name=a, vat_number=v)
    other = Registered(country="US", registration_number=n, name=b, vat_number=w)
    assert rules.alike(one, other) == rules.alike(other, one)
    assert rules.alike(one, one) == ()


@pytest.mark.parametrize(
    ("one", "other", "similar"),
    [
        ("Northwind Builders LLC", "NORTHWIND BUILDERS, L.L.C.", True),
        ("Northwind Builders", "Builders Northwind Inc.", True),
        ("Northwind Builders", "Nortwind Bilders", True),
        ("Northwind", "Northwind Builders of Chicago", True),
        ("Société Générale", "Societe Generale SA", True),
        ("شركة طويق للمقاولات", "طويق للمقاولات المحدودة", True),
        ("مؤسسة الأفق", "موسسه الافق", True),
        ("Northwind Builders", "Lakeside Supply", False),
        ("شركة طويق للمقاولات", "شركة نجد للحديد", False),
    ],
)
def test_names_are_similar_when_people_would_take_them_for_one(one: str, other: str, *, similar: bool) -> None:
    assert rules.are_similar(one, other) is similar


async def _suspects(database: Database, buyer: object) -> list[tuple[object, tuple[str, ...]]]:
    async with database.single_statement() as tx:
        return [(one.buyer_id, one.reasons) for one in await service.suspects(tx, await merging.group(tx, buyer))]  # type: ignore[arg-type]


async def _pairs(database: Database) -> int:
    async with database.single_statement() as tx:
        return len(await service.suspected(tx))


async def test_a_second_registration_with_a_typo_is_suspected_of_both_and_remains_another_buyer(
    database: Database,
) -> None:
    known = await meet(database, ANA, northwind("12-3456789"))
    again = await meet(database, BO, northwind("12-3457689", legal_name="North wind Builders"))
    stranger = await meet(database, BO, northwind("12-3456788", legal_name="Lakeside Supply"))
    assert len({known.id, again.id, stranger.id}) == 3
    assert await _suspects(database, again.id) == [(known.id, ("registration_typo",))]
    assert await _suspects(database, known.id) == [(again.id, ("registration_typo",))]
    assert await _suspects(database, stranger.id) == []
    await meet(database, BO, northwind("12-3457689"))
    assert await _pairs(database) == 1


async def test_one_vat_number_under_two_registrations_is_suspected(database: Database) -> None:
    vat = "300012345600003"
    await meet(database, ANA, northwind("1010123456", vat_number=vat), country="SA")
    second = await meet(database, BO, northwind("4030999999", vat_number=vat, legal_name="Other"), country="SA")
    abroad = await meet(database, BO, northwind("4030999999", vat_number=vat), country="AE")
    assert [reasons for _, reasons in await _suspects(database, second.id)] == [("vat_number",)]
    assert await _suspects(database, abroad.id) == []


async def test_a_suspicion_ends_with_a_merge_comes_back_with_its_end_and_ends_when_staff_dismisses_it(
    database: Database,
) -> None:
    known, again = await meet(database, ANA, northwind()), await meet(database, BO, northwind("12-3456780"))
    await agree(database, known, northwind())
    assert await _pairs(database) == 1
    await merge(database, again.id, known.id)
    assert (await _suspects(database, again.id), await _pairs(database)) == ([], 0)
    async with database.transaction() as tx:
        await merging.unmerge(tx, from_=again.id, by="mona", now=NOW)
    assert await _pairs(database) == 1
    with pytest.raises(WrongState):
        async with database.transaction() as tx:
            await service.dismiss(tx, again.id, known.id, by=" ", now=NOW)
    async with database.transaction() as tx:
        await service.dismiss(tx, known.id, again.id, by="mona", now=NOW)
    assert (await _suspects(database, again.id), await _pairs(database)) == ([], 0)
    await meet(database, BO, northwind("12-3456780"))
    assert await _pairs(database) == 0
    with pytest.raises(NotFound, match="Nothing is suspected"):
        async with database.transaction() as tx:
            await service.dismiss(tx, known.id, known.id, by="mona", now=NOW)


async def test_what_one_of_a_group_looks_like_is_told_of_the_whole_group(database: Database) -> None:
    known, again = await meet(database, ANA, northwind()), await meet(database, BO, northwind("12-3456780"))
    third = await meet(database, "cy@example.com", northwind("98-0000000", legal_name="Third"))
    await merge(database, third.id, again.id)
    assert await _suspects(database, third.id) == [(known.id, ("registration_typo",))]


async def test_a_company_that_looks_like_two_of_one_group_is_one_lookalike(database: Database) -> None:
    numbers = ("12-3456789", "12-3456798", "12-3456788")
    one, other, third = [await meet(database, f"{number}@example.com", northwind(number)) for number in numbers]
    await merge(database, third.id, one.id)
    assert await _suspects(database, other.id) == [
        (one.id, ("registration_typo",)), (third.id, ("registration_typo",)),
    ]  # fmt: skip
    assert await _suspects(database, one.id) == [(other.id, ("registration_typo",))]
