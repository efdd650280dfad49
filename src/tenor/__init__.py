"""Tenor: B2B buy now, pay later, self-hosted."""
