"""Problems name their place as people write it."""

from __future__ import annotations

import pytest

from tenor.base.errors import Invalid, Path, Problem, TenorError, dotted


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("order_total",), "order_total"),
        (("items", 2, "qty"), "items[2].qty"),
        (("billing", "address", "line1"), "billing.address.line1"),
        (("matrix", 0, 1), "matrix[0][1]"),
    ],
)
def test_a_path_is_written_with_points_and_brackets(path: Path, text: str) -> None:
    assert dotted(path) == text


def test_a_refusal_names_every_problem_in_one_sentence() -> None:
    refusal = Invalid([Problem(("a", 0), "required", "is required"), Problem((), "invalid", "does not add up")])
    assert str(refusal) == refusal.message == "a[0]: is required; does not add up"


def test_every_refusal_of_the_family_has_a_stable_code_of_its_own() -> None:
    codes = [kind.code for kind in TenorError.__subclasses__()]
    assert len(set(codes)) == len(codes)
    assert all(code.isidentifier() and code != TenorError.code for code in codes)
