"""Sheets of paper: text set in our typeface, from the top of a page to the bottom of the last one.

Lengths are millimetres and sizes are points. Everything is measured from the side where reading begins, so that the
same layout serves both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont
from fpdf.line_break import Fragment

from tenor.base import looks
from tenor.papers import lines
from tenor.papers.lines import Direction

_MARGIN, _FOOT = 20.0, 24.0
_LEADING = {"ltr": 0.52, "rtl": 0.62}
_SHAPED = {"ltr": TextDirection.LTR, "rtl": TextDirection.RTL}
_MISSING = "?"
_FACE = "Text"

Align = Literal["start", "end"]
Ink = tuple[int, int, int]

INK: Ink = (23, 33, 31)
SOFT: Ink = (81, 96, 92)
ALARM: Ink = (163, 36, 28)


@dataclass(frozen=True)
class Style:
    """How a text looks."""

    size: float = 10
    bold: bool = False
    ink: Ink = INK


class _Paper(FPDF):
    """A PDF whose file id is made of nothing but its content."""

    def file_id(self) -> str:
        return f"<{self.mark}><{self.mark}>"

    mark = "0" * 32

    def _preload_bidirectional_text(self, text: str, markdown: bool) -> Sequence[Fragment]:
        """Take a run as the one piece that it is. fpdf2 would order it anew and cut it where the script changes. For
        it a vowel sign, which all scripts share, is such a change: it would fall beside its letter.
        """
        assert isinstance(self.text_shaping, dict), "runs are shaped"
        self.text_shaping["fragment_direction"] = self.text_shaping["direction"]
        self.text_shaping["paragraph_direction"] = self.text_shaping["direction"]
        return (Fragment(list(text), self._get_current_graphics_state(), self.k),) if text else ()


class Sheet:
    """A PDF under way."""

    def __init__(self, direction: Direction, language: str, title: str, made_at: datetime, mark: str) -> None:
        """`mark` is 32 hexadecimal digits that name the content."""
        self.direction = direction
        self._pdf = _Paper(format="A4")
        self._pdf.mark = mark
        self._pdf.set_margins(_MARGIN, _MARGIN)
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.add_font(_FACE, "", looks.document_font(400))
        self._pdf.add_font(_FACE, "B", looks.document_font(600))
        self._pdf.set_title(title)
        self._pdf.set_lang(language)
        self._pdf.set_creator("Tenor")
        self._pdf.set_producer("Tenor")
        self._pdf.set_creation_date(made_at)
        self._widths: dict[tuple[lines.Run, Style], float] = {}
        self._style = Style()
        self._pdf.add_page()
        self.width = self._pdf.epw

    def leading(self, style: Style) -> float:
        """How far the next line stands below, in millimetres."""
        return style.size * _LEADING[self.direction]

    def gap(self, height: float) -> None:
        """Leave room."""
        self._pdf.set_y(self._pdf.get_y() + height)

    def room(self, height: float) -> None:
        """Begin a page unless so much room is left on this one."""
        if self._pdf.get_y() + height > self._pdf.h - _FOOT:
            self._pdf.add_page()

    def rule(self) -> None:
        """A thin line from side to side."""
        y = self._pdf.get_y()
        self._pdf.set_draw_color(218, 216, 206)
        self._pdf.set_line_width(0.2)
        self._pdf.line(_MARGIN, y, _MARGIN + self.width, y)

    def text(self, text: str, style: Style, *, indent: float = 0) -> None:
        """A paragraph over the whole width."""
        for line in self._broken(text, self.width - indent, style):
            self.room(self.leading(style))
            self._line(line, indent, self.width - indent, style, "start")
            self.gap(self.leading(style))

    def row(self, cells: list[tuple[str, float, Style, Align]]) -> None:
        """Texts side by side, each with its share of the width; what is too long for its share takes more lines."""
        broken = [self._broken(text, share * self.width - 3, style) for text, share, style, _ in cells]
        heights = [len(own) * self.leading(style) for own, (_, _, style, _) in zip(broken, cells, strict=True)]
        self.room(max(heights))
        top, at = self._pdf.get_y(), 0.0
        for own, (_, share, style, align) in zip(broken, cells, strict=True):
            inset = 0.0 if align == "start" else 3.0
            for number, line in enumerate(own):
                self._pdf.set_y(top + number * self.leading(style))
                self._line(line, at + inset, share * self.width - 3, style, align)
            at += share * self.width
        self._pdf.set_y(top + max(heights))

    def number_pages(self, template: str, label: str, style: Style) -> None:
        """Write the foot of every page: `label`, and `template` with `{page}` and `{pages}` filled in."""
        pages = self._pdf.pages_count
        for page in range(1, pages + 1):
            self._pdf.page = page
            # The page ended in another font than the last one did, so it has to be named again.
            self._pdf.current_font_is_set_on_page = False
            self._pdf.set_y(self._pdf.h - 14)
            numbered = template.replace("{page}", str(page)).replace("{pages}", str(pages))
            self._line(label, 0, self.width * 0.75, style, "start")
            self._line(numbered, self.width * 0.75, self.width * 0.25, style, "end")

    def attach(self, name: str, content: bytes, made_at: datetime) -> None:
        """Put a file into the PDF."""
        self._pdf.embed_file(
            bytes=content, basename=name, creation_date=made_at, modification_date=made_at, compress=True
        )

    def as_bytes(self) -> bytes:
        """The PDF."""
        return bytes(self._pdf.output())

    def _broken(self, text: str, width: float, style: Style) -> list[str]:
        self._dress(style)
        return lines.broken(self._known(text), width, self._measured)

    def _known(self, text: str) -> str:
        """The text with a sign in place of every character that the typeface has no glyph for."""
        font = self._pdf.current_font
        assert isinstance(font, TTFFont), "a style was set"
        flat = " ".join(text.split("\n"))
        return "".join(one if ord(one) in font.cmap or not one.isprintable() else _MISSING for one in flat)

    def _measured(self, text: str) -> float:
        return sum(self._run_width(run) for run in lines.runs(text, self.direction))

    def _run_width(self, run: lines.Run) -> float:
        width = self._widths.get((run, self._style))
        if width is None:
            self._shape(run.direction)
            width = self._widths[run, self._style] = float(self._pdf.get_string_width(run.text))
        return width

    def _line(self, line: str, at: float, width: float, style: Style, align: Align) -> None:
        """One line within a column that begins `at` so many millimetres from where reading begins."""
        self._dress(style)
        placed = [(run, self._run_width(run)) for run in lines.runs(line, self.direction)]
        used = sum(wide for _, wide in placed)
        left = at if self.direction == "ltr" else self.width - at - width
        if (align == "end") == (self.direction == "ltr"):
            left += width - used
        x, y = _MARGIN + left, self._pdf.get_y()
        for run, wide in placed:
            self._shape(run.direction)
            self._pdf.set_xy(x, y)
            self._pdf.cell(w=wide, h=self.leading(style), text=run.text)
            x += wide
        self._pdf.set_y(y)

    def _dress(self, style: Style) -> None:
        self._style = style
        self._pdf.set_font(_FACE, "B" if style.bold else "", style.size)
        self._pdf.set_text_color(*style.ink)

    def _shape(self, direction: Direction) -> None:
        self._pdf.set_text_shaping(True, direction=_SHAPED[direction])
