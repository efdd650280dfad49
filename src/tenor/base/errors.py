"""What can go wrong, as a small family of values with stable codes.

The core raises these and knows no HTTP status; each dialect renders them in its own shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import msgspec

Path = tuple[str | int, ...]


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with one field: where it stands, a stable code, and what was expected, in words."""

    path: Path
    code: str
    message: str


def dotted(path: Path) -> str:
    """`("items", 2, "qty")` as people write it: `items[2].qty`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


class TenorError(Exception):
    """The family. `code` is stable and for programs; the message is for people and never holds a secret."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(TenorError):
    """The input breaks a rule. `problems` names every wrong field, not only the first."""

    code = "invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{dotted(p.path)}: {p.message}" if p.path else p.message for p in self.problems))

    @classmethod
    def field(cls, path: Path, message: str, code: str = "invalid") -> Invalid:
        """One problem at one place."""
        return cls([Problem(path, code, message)])


class Malformed(TenorError):
    """The bytes are not JSON, or not an object, or nested beyond reason."""

    code = "malformed"


class TooLarge(TenorError):
    """The body is larger than the call allows. It was refused before it was read whole."""

    code = "too_large"


class UnsupportedMedia(TenorError):
    """The body is not declared as what the call reads."""

    code = "unsupported_media_type"


class NotFound(TenorError):
    """It does not exist, or it belongs to somebody else: nobody can tell which."""

    code = "not_found"


class WrongState(TenorError):
    """The order, or the refund, is not in a state from which this may be done."""

    code = "wrong_state"


class Duplicate(TenorError):
    """A live order already stands under this reference and says something else."""

    code = "duplicate"


class LimitExceeded(TenorError):
    """More than the limit that was agreed."""

    code = "limit_exceeded"


class IdempotencyConflict(TenorError):
    """The Idempotency-Key was used before, with another body."""

    code = "idempotency_conflict"


class Unauthenticated(TenorError):
    """The credentials are missing, malformed, unknown, wrong, revoked or of the other environment."""

    code = "unauthenticated"


class Forbidden(TenorError):
    """The credentials are right but may not be used like this."""

    code = "forbidden"


class TooMany(TenorError):
    """More calls than a stranger may make. The next one is answered in `retry_after` seconds."""

    code = "too_many"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many calls; try again in {retry_after} seconds.")
        self.retry_after = retry_after
