"""Merchants: who they are, what was agreed with them, and the keys they hold."""
