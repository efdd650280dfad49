"""Webhooks: the addresses where a merchant's events go, and the secrets that sign them."""
