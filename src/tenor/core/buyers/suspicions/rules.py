"""Whether two companies may be one that was registered twice, the second time with a typo. Pure.

The answer is a suspicion, for the credit policy and for people. Nothing is merged by it.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations
from string import ascii_uppercase, digits

from tenor.core.buyers.suspicions.model import Reason, Registered


def alike(one: Registered, other: Registered) -> tuple[Reason, ...]:
    """Why two differently registered companies of one country may be the same; empty where nothing says so.

    Either their registration numbers are one typo apart and their names similar, or they share a VAT number.
    """
    if one.country != other.country or one.registration_number == other.registration_number:
        return ()
    found: list[Reason] = []
    if is_one_typo(one.registration_number, other.registration_number) and are_similar(one.name, other.name):
        found.append("registration_typo")
    if one.vat_number and one.vat_number == other.vat_number:
        found.append("vat_number")
    return tuple(found)


def is_one_typo(one: str, other: str) -> bool:
    """Whether two numbers differ by one digit (or letter) written for another, or by two that changed places."""
    if len(one) != len(other):
        return False
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(differing) == 1:
        a, b = differing[0]
        return b in _others(a)
    return len(differing) == 2 and differing[0] == differing[1][::-1] and all(_others(a) for a, _ in differing)


def one_typo_away(number: str) -> list[str]:
    """Every number for which `is_one_typo` holds, so that known ones are found by an index."""
    found = {number[:at] + other + number[at + 1 :] for at, sign in enumerate(number) for other in _others(sign)}
    for first, second in combinations(range(len(number)), 2):
        a, b = number[first], number[second]
        if a != b and _others(a) and _others(b):
            found.add(number[:first] + b + number[first + 1 : second] + a + number[second + 1 :])
    return sorted(found)


def _others(sign: str) -> str:
    """What may be written for a sign by mistake: a digit for a digit, a letter for a letter; nothing for a hyphen."""
    alphabet = digits if sign in digits else ascii_uppercase if sign in ascii_uppercase else ""
    return alphabet.replace(sign, "")


def are_similar(one: str, other: str) -> bool:
    """Whether two names may be one company's.

    The form of the company, letter case, accents and punctuation make no difference. Then the words are the same in
    any order, or all of the shorter name stands in the longer one, or every fifth letter at most differs.
    """
    first, second = _words(one), _words(other)
    shorter, longer = sorted((set(first), set(second)), key=len)
    if shorter <= longer:
        return True
    a, b = " ".join(first), " ".join(second)
    return _distance(a, b) <= max(len(a), len(b)) // 5


# Forms of companies in the countries that are served, as they stand in names.
_FORMS = frozenset(
    {"llc", "llp", "lp", "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "gmbh"}
    | {"est", "establishment", "the", "and", "شركه", "مؤسسه", "موسسه", "المحدوده", "محدوده", "ذات", "مسءوليه"}
    | {"مسئوليه", "مسووليه", "ذمم"}
)
# Letters that Arabic writes in several ways without meaning another name.
_ONE_LETTER = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": ""})


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", name).translate(_ONE_LETTER).casefold()
    bare = "".join(one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one))
    # "L.L.C." is one word; other punctuation parts words.
    words = re.findall(r"\w+", re.sub(r"[.'\u2019]", "", bare))
    return [word for word in words if word not in _FORMS] or words or [bare]


def _distance(one: str, other: str) -> int:
    """How many letters have to be changed, put in or left out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for above, a in enumerate(one, 1):
        last, row[0] = row[0], above
        for at, b in enumerate(other, 1):
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, last + (a != b))
    return row[-1]
