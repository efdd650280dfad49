"""The credit bureau: where facts about a company come from. A real one is one module with one class like these.

Asking takes time, so it is done with no transaction open, and what came of it is kept as a row. A bureau that is slow,
down or missing never is an error: the policy misses its facts, and a person looks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from tenor.base.logs import logger
from tenor.core.credit.model import Report, ReportStatus

PATIENCE = 3.0


@dataclass(frozen=True)
class Company:
    """Whom to ask for: the country (ISO 3166), the number in its country's normal form, a proven e-mail address."""

    country: str
    registration_number: str
    email: str


class Bureau(Protocol):
    """Outside facts about companies."""

    async def ask(self, company: Company) -> Report | None:
        """What is known of a company; None where it is not known. May raise, and may take as long as it likes."""


async def ask(bureau: Bureau, company: Company, patience: float = PATIENCE) -> tuple[ReportStatus, Report | None]:
    """Ask a bureau and wait for so many seconds at most. Never raises what the bureau does."""
    try:
        report = await asyncio.wait_for(bureau.ask(company), patience)
    except TimeoutError:
        logger().warning("bureau timed out", country=company.country)
        return "timed_out", None
    except Exception as error:
        # A bureau's own message may hold the company's number.
        logger().warning("bureau failed", country=company.country, error=type(error).__name__)
        return "failed", None
    return ("unknown", None) if report is None else ("reported", report)
