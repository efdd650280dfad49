"""Repayments: what buyers owe by instalment, and what came off it."""
