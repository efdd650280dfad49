"""What the demo's two shops have on their shelves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Said:
    """A word of the shop's own, as its owner keeps it: in English and in Arabic."""

    en: str
    ar: str

    def in_(self, language: str) -> str:
        """The word in the language of a code, `en` or `ar`."""
        return self.ar if language == "ar" else self.en


BAG = Said("bag", "كيس")
TONNE = Said("tonne", "طن")
PIECE = Said("pcs", "قطعة")


@dataclass(frozen=True)
class Product:
    """Something to sell: its price in major units without tax, and how many a builder usually takes.

    `picture` names a drawing under templates/pictures.
    """

    sku: str
    called: Said
    unit_called: Said
    price: Decimal
    usual: int
    picture: str

    @property
    def name(self) -> str:
        """Its English name."""
        return self.called.en

    @property
    def unit(self) -> str:
        """The English name of its unit."""
        return self.unit_called.en


AMERICAN = (
    Product(
        "CEM-425", Said("Portland cement, 94 lb bag", "أسمنت بورتلاندي، كيس 94 رطلًا"), BAG, Decimal("14.85"), 200, "bag"
    ),
    Product(
        "REB-05-20",
        Said("Rebar no. 5, 20 ft", "حديد تسليح رقم 5، طول 20 قدمًا"),
        Said("bar", "سيخ"),
        Decimal("13.40"),
        150,
        "bars",
    ),
    Product(
        "LUM-2X4-8",
        Said("Framing lumber 2x4, 8 ft", "خشب إنشائي 2×4، طول 8 أقدام"),
        PIECE,
        Decimal("4.19"),
        400,
        "lumber",
    ),
    Product(
        "PLY-34-48",
        Said("Plywood sheet 3/4 in, 4x8 ft", "لوح أبلكاش 3/4 بوصة، 4×8 أقدام"),
        Said("sheet", "لوح"),
        Decimal("46.50"),
        0,
        "sheet",
    ),
    Product("GRV-57", Said("Crushed stone no. 57", "حصى مكسر رقم 57"), Said("ton", "طن"), Decimal("38.00"), 0, "heap"),
    Product("BRK-MOD", Said("Modular brick, red", "طوب أحمر قياسي"), PIECE, Decimal("0.72"), 0, "block"),
)

SAUDI = (
    Product(
        "NBM-CEM-50",
        Said("Ordinary Portland cement, 50 kg bag", "أسمنت بورتلاندي عادي، كيس 50 كجم"),
        BAG,
        Decimal("16.75"),
        1200,
        "bag",
    ),
    Product("NBM-REB-16", Said("Steel rebar 16 mm", "حديد تسليح 16 مم"), TONNE, Decimal("2480.00"), 40, "bars"),
    Product(
        "NBM-BLK-20",
        Said("Hollow concrete block 20 cm", "بلوك خرساني مفرغ 20 سم"),
        PIECE,
        Decimal("2.35"),
        5000,
        "block",
    ),
    Product("NBM-SND-W", Said("Washed sand", "رمل مغسول"), TONNE, Decimal("42.00"), 0, "heap"),
    Product(
        "NBM-PLY-18",
        Said("Film-faced plywood 18 mm", "أبلكاش مغلف 18 مم"),
        Said("sheet", "لوح"),
        Decimal("118.00"),
        0,
        "sheet",
    ),
    Product("NBM-TMB-4", Said("White timber 4 m", "خشب أبيض طول 4 م"), PIECE, Decimal("21.50"), 0, "lumber"),
)
