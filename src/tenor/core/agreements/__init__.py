"""Agreements: what a buyer accepted, word for word, kept as it was."""
