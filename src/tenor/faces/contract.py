"""What the contracts of all dialects have in common."""

from __future__ import annotations

from tenor.base.idempotency import KEPT, LONGEST_KEY

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": f"The first answer is kept for {KEPT.days} days and given again to the same body",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
}
