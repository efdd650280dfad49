"""Buyers: the companies that buy now and pay later."""
