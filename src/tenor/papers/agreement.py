"""An agreement as a PDF, made of nothing but what is kept of it: the same content gives the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from tenor.core.agreements import rules
from tenor.core.agreements.model import Agreement, Content, Fact
from tenor.papers.sheet import ALARM, SOFT, Align, Sheet, Style

_TITLE = Style(20, bold=True)
_HEADING = Style(12.5, bold=True)
_TEXT = Style(10)
_STRONG = Style(10, bold=True)
_SOFT = Style(9, ink=SOFT)
_ALARM = Style(11, bold=True, ink=ALARM)
_SMALL = Style(8, ink=SOFT)
# Small enough for 64 digits on one line, so that they can be copied whole.
_DIGITS = Style(7, ink=SOFT)

# A draft was made at no time in particular.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_ATTACHED = "agreement.json"


def signed(agreement: Agreement) -> bytes:
    """The PDF of an accepted agreement, with the content itself inside, of which the printed SHA-256 is."""
    return _pdf(rules.from_bytes(agreement.content), agreement)


def draft(content: Content) -> bytes:
    """The PDF of what is not signed yet, marked as such on every page. There is no SHA-256 to check."""
    return _pdf(content, None)


def _pdf(content: Content, kept: Agreement | None) -> bytes:
    made_at = kept.accepted_at if kept else _NO_TIME
    mark = (kept.sha256 if kept else rules.digest(rules.to_bytes(content))).hex()[:32]
    words = content.headings
    sheet = Sheet("rtl" if content.language == "ar" else "ltr", content.language, words.title, made_at, mark)
    _head(sheet, content)
    _parties(sheet, content)
    _order(sheet, content)
    _clauses(sheet, content)
    _payments(sheet, content)
    _signature(sheet, content, kept)
    foot = words.draft if kept is None else f"{words.title} · \u2066{content.id}\u2069"
    sheet.number_pages(words.page, foot, _SMALL)
    if kept is not None:
        sheet.attach(_ATTACHED, kept.content, made_at)
    return sheet.as_bytes()


def _head(sheet: Sheet, content: Content) -> None:
    sheet.text(content.headings.title, _TITLE)
    if content.id is None:
        sheet.gap(1)
        sheet.text(content.headings.draft, _ALARM)
    if content.note:
        sheet.gap(1)
        sheet.text(content.note, _SOFT)
    sheet.gap(2)
    _facts(sheet, content.facts)


def _heading(sheet: Sheet, words: str) -> None:
    sheet.gap(5)
    # A heading never stands alone at the bottom of a page.
    sheet.room(20)
    sheet.text(words, _HEADING)
    sheet.gap(1)


def _facts(sheet: Sheet, facts: tuple[Fact, ...]) -> None:
    for label, value in facts:
        sheet.row([(label, 0.34, _SOFT, "start"), (value, 0.66, _TEXT, "start")])


def _parties(sheet: Sheet, content: Content) -> None:
    _heading(sheet, content.headings.parties)
    for party in content.parties:
        sheet.row([(party.role, 0.34, _SOFT, "start"), (party.name, 0.66, _STRONG, "start")])
        _facts(sheet, party.facts)
        sheet.gap(1.5)


def _amounts(sheet: Sheet, rows: tuple[Fact, ...], style: Style = _TEXT) -> None:
    end: Align = "end"
    for label, amount in rows:
        sheet.rule()
        sheet.gap(0.8)
        sheet.row([(label, 0.6, style, "start"), (amount, 0.4, style, end)])
        sheet.gap(0.8)


def _order(sheet: Sheet, content: Content) -> None:
    _heading(sheet, content.headings.order)
    for line in content.lines:
        sheet.rule()
        sheet.gap(0.8)
        sheet.row(
            [(line.name, 0.44, _TEXT, "start"), (line.count, 0.32, _SOFT, "start"), (line.amount, 0.24, _TEXT, "end")]
        )
        sheet.gap(0.8)
    _amounts(sheet, content.sums[:-1])
    _amounts(sheet, content.sums[-1:], _STRONG)


def _clauses(sheet: Sheet, content: Content) -> None:
    _heading(sheet, content.headings.clauses)
    for number, clause in enumerate(content.clauses, 1):
        sheet.room(sheet.leading(_TEXT) * 2)
        sheet.row([(f"{number}.", 0.05, _TEXT, "start"), (clause, 0.95, _TEXT, "start")])
        sheet.gap(1.2)


def _payments(sheet: Sheet, content: Content) -> None:
    _heading(sheet, content.headings.payments)
    _amounts(sheet, content.payments)
    _amounts(sheet, content.owed[:-1], _SOFT)
    _amounts(sheet, content.owed[-1:], _STRONG)


def _signature(sheet: Sheet, content: Content, kept: Agreement | None) -> None:
    _heading(sheet, content.headings.signature)
    _facts(sheet, content.signature)
    if kept is not None:
        sheet.row(
            [
                (content.headings.checksum, 0.34, _SOFT, "start"),
                (f"\u2066{kept.sha256.hex()}\u2069", 0.66, _DIGITS, "start"),
            ]
        )
        sheet.gap(1)
        sheet.text(content.headings.checking, _SMALL)
    else:
        sheet.text(content.headings.draft, _ALARM)
