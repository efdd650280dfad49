"""Why something was decided, in sentences for staff; what buyers are told is the checkout's. Pure."""

from __future__ import annotations

from pathlib import Path

from tenor.base import texts
from tenor.base.texts import Language

_HERE = Path(__file__).parent


def languages() -> dict[str, Language]:
    """Every language by its code, with the sentences of this room."""
    return texts.spoken(_HERE / "texts")


def reason(language: Language, code: str) -> str:
    """The sentence for the code of a rule, or of what a person decided. Every code has one."""
    return sentences(language)[code]


def sentences(language: Language) -> dict[str, str]:
    """The sentence for every code."""
    return {**_of_limits(language), **_of_the_unknown(language), **_of_bounds(language), **_of_people(language)}


def _of_limits(language: Language) -> dict[str, str]:
    _ = language.sentences.gettext
    return {
        "order_limit": _("The order is larger than the limit agreed with the merchant for one order."),
        "exposure_limit": _("With this order the buyer would owe more than the merchant's programme allows."),
        "buyer_limit": _("With this order the buyer would owe more than its own credit limit."),
        "within_limits": _("The order is within all limits, and the policy asks for no more."),
        "blocked": _("The company is on the policy's list of those that are blocked."),
        "trusted": _("The company is on the policy's list of those that are trusted."),
        "currency_other": _("The order is in another currency than the policy."),
        "flag_declines": _("The bureau has marked the company with something that the policy declines."),
        "flag_reviews": _("The bureau has marked the company with something that a person has to look at."),
        "no_policy": _("No policy of the programme's name is in force, so a person has to decide."),
        "nothing_matched": _("No rule of the policy says anything of this order, so a person has to decide."),
    }


def _of_the_unknown(language: Language) -> dict[str, str]:
    _ = language.sentences.gettext
    return {
        "registration_number_missing": _("The company's registration number is not known."),
        "bureau_report_missing": _("No bureau has reported on the company: none was asked, or it did not answer."),
        "order_amount_missing": _("The amount of the order is not known."),
        "exposure_after_missing": _("What the buyer would owe is not known."),
        "revenue_missing": _("The revenue that the bureau knows of is not known, or is in another currency."),
        "stated_revenue_missing": _("The company has not stated its revenue."),
        "company_age_days_missing": _("It is not known when the company was founded."),
        "days_overdue_missing": _("It is not known for how long payments are overdue."),
        "orders_in_24_hours_missing": _("It is not known how many orders the buyer has made."),
        "lookalikes_missing": _("It is not known whether the company was registered before."),
    }


def _of_bounds(language: Language) -> dict[str, str]:
    _ = language.sentences.gettext
    return {
        "order_amount_low": _("The order is smaller than what the policy finances."),
        "order_amount_high": _("The order is larger than what the policy leaves to itself."),
        "order_amount_fits": _("The amount of the order is within the policy's bounds."),
        "exposure_after_low": _("The buyer would owe less than the policy's lower bound."),
        "exposure_after_high": _("The buyer would owe more than the policy leaves to itself."),
        "exposure_after_fits": _("What the buyer would owe is within the policy's bounds."),
        "revenue_low": _("The revenue that the bureau knows of is below what the policy asks for."),
        "revenue_high": _("The revenue that the bureau knows of is above the policy's upper bound."),
        "revenue_fits": _("The revenue that the bureau knows of is within the policy's bounds."),
        "stated_revenue_low": _("The revenue that the company states is below what the policy asks for."),
        "stated_revenue_high": _("The revenue that the company states is above the policy's upper bound."),
        "stated_revenue_fits": _("The revenue that the company states is within the policy's bounds."),
        "company_age_days_low": _("The company is younger than the policy asks for."),
        "company_age_days_high": _("The company is older than the policy's upper bound."),
        "company_age_days_fits": _("The company's age is within the policy's bounds."),
        "days_overdue_low": _("The oldest overdue payment is younger than the policy's lower bound."),
        "days_overdue_high": _("A payment of the buyer's is overdue for longer than the policy allows."),
        "days_overdue_fits": _("No payment of the buyer's is overdue for too long."),
        "orders_in_24_hours_low": _("The buyer has made fewer orders within 24 hours than the policy's lower bound."),
        "orders_in_24_hours_high": _("The buyer has made more orders within 24 hours than the policy allows."),
        "orders_in_24_hours_fits": _("The number of the buyer's orders within 24 hours is usual."),
        "lookalikes_low": _("Fewer companies than the policy's lower bound look like this one."),
        "lookalikes_high": _("Another company looks like this one, as if it had been registered twice with a typo."),
        "lookalikes_fits": _("No more companies look like this one than the policy allows."),
    }


def _of_people(language: Language) -> dict[str, str]:
    _ = language.sentences.gettext
    return {
        "staff_approved": _("A person has agreed."),
        "staff_declined": _("A person has declined, for a reason in the person's own words."),
        "company_unverified": _("A person has declined: the company could not be verified."),
        "amount_too_large": _("A person has declined: the order is too large for this company."),
        "too_much_owed": _("A person has declined: the company owes too much already."),
        "documents_missing": _("A person has declined: documents that were asked for did not come."),
    }
