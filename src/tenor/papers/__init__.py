"""Papers that can be kept: an agreement as a PDF.

The typesetter takes longer to load than all the rest of Tenor, so the first who wants a paper loads it: neither a
server's start nor a command waits for it.
"""

from __future__ import annotations

from tenor.core.agreements.model import Agreement, Content


def signed_agreement(agreement: Agreement) -> bytes:
    """The PDF of what was accepted."""
    from tenor.papers import agreement as typeset

    return typeset.signed(agreement)


def draft_agreement(content: Content) -> bytes:
    """The PDF of what would be accepted, marked as a draft."""
    from tenor.papers import agreement as typeset

    return typeset.draft(content)
