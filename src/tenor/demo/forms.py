"""The forms of a page, read and filled in as a browser does it, and where the page leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_TICKED = ("radio", "checkbox")


@dataclass
class Form:
    """A form: where it leads, what it sends untouched, and what may be typed or ticked. Values by field name."""

    action: str
    kept: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    ticked: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, **answers: str) -> list[tuple[str, str]]:
        """The fields as they are sent. Raises ValueError for an answer that this form has no place for."""
        for name, value in answers.items():
            if name not in self.typed and value not in self.ticked.get(name, ()):
                raise ValueError(f"the page's form has no field {name} that takes {value!r}")
        return list((self.kept | self.typed | answers).items())


def read(page: str, address: str) -> list[Form]:
    """All forms of a page in their order; `address` is the page's own, against which actions are resolved."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms


def onward(page: str, address: str) -> str:
    """Where the first link that looks like a button leads. Raises ValueError where there is none."""
    reader = _Reader(address)
    reader.feed(page)
    if not reader.buttons:
        raise ValueError("the page has no button that leads on")
    return reader.buttons[0]


def forward(page: str) -> str | None:
    """Where a page sends its reader on by itself, if anywhere."""
    reader = _Reader("")
    reader.feed(page)
    return reader.forward


def heading(page: str) -> str:
    """What a page says it is."""
    reader = _Reader("")
    reader.feed(page)
    return " ".join("".join(reader.heading).split())


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.buttons: list[str] = []
        self.forward: str | None = None
        self.heading: list[str] = []
        self._address = address
        self._inside = False
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urlsplit(urljoin(self._address, given.get("action", "")))
            self.forms.append(Form(action._replace(scheme="", netloc="").geturl()))
            self._inside = True
        elif tag == "input" and self._inside and given.get("name"):
            self._take(given)
        elif tag == "a" and "button" in given.get("class", "").split():
            self.buttons.append(urljoin(self._address, given.get("href", "")))
        elif tag == "meta" and given.get("http-equiv") == "refresh":
            self.forward = given.get("content", "").partition("url=")[2]
        elif tag == "h1":
            self._heading = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "h1":
            self._heading = False

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.heading.append(data)

    def _take(self, given: dict[str, str]) -> None:
        form, name, value = self.forms[-1], given["name"], given.get("value", "")
        kind = given.get("type", "text")
        if kind in _TICKED:
            form.ticked.setdefault(name, []).append(value)
            if "checked" in given:
                form.kept[name] = value
        elif kind == "hidden":
            form.kept[name] = value
        elif kind not in ("submit", "button"):
            form.typed[name] = value
