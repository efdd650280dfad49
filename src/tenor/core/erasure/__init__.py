"""Erasure: on request a person's data go, while the books stay as they are."""
