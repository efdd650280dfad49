"""The documents say what the code does."""

import re
from pathlib import Path

from tenor.core.orders.model import TRANSITIONS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_drawing_of_the_states_is_the_table_of_transitions() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+)$", (DOCS / "architecture.md").read_text(), re.MULTILINE)
    assert sorted(drawn) == sorted((before.value, after.value) for before, after in TRANSITIONS)


def test_every_page_that_the_readme_names_is_there() -> None:
    readme = (DOCS.parent / "README.md").read_text()
    named = re.findall(r"\]\(((?:docs/)?[\w-]+\.md)\)", readme)
    assert named
    assert all((DOCS.parent / page).is_file() for page in named)
