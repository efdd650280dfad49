"""A merchant's logo: judged by its content and drawn anew, so that what buyers load is a small plain picture. Pure."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from tenor.base.errors import Invalid
from tenor.core.merchants.model import Logo

LARGEST = 2 * 1024 * 1024
LARGEST_DRAWN = 64 * 1024
# Twice what a page shows, for fine screens.
WIDEST, HIGHEST = 480, 160
_MOST_PIXELS = 4000 * 4000


def drawn(content: bytes) -> Logo:
    """The logo of a PNG or JPEG file, at most 480 by 160 pixels, without anything else that the file held.

    Raises `Invalid` (path `logo`) for what is none, is larger than 2 MB or 16 million pixels, or stays too large.
    """
    if len(content) > LARGEST:
        raise Invalid.field(("logo",), "must be at most 2 MB")
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            # The size is checked below, by our own measure.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if image.width * image.height > _MOST_PIXELS:
                raise Invalid.field(("logo",), "must be at most 16 million pixels")
            image.load()
            photo = image.format == "JPEG"
            plain = image.convert("RGB" if photo else "RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Invalid.field(("logo",), "must be a whole PNG or JPEG file") from None
    plain.thumbnail((WIDEST, HIGHEST))
    out = BytesIO()
    if photo:
        plain.save(out, "JPEG", quality=85, optimize=True)
    else:
        plain.save(out, "PNG", optimize=True)
    if len(out.getvalue()) > LARGEST_DRAWN:
        raise Invalid.field(("logo",), "has too much detail for a logo: it would take more than 64 KB")
    return Logo(
        content=out.getvalue(),
        media_type="image/jpeg" if photo else "image/png",
        width=plain.width,
        height=plain.height,
    )
