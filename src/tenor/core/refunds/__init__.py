"""Refunds: requests that lock by the bank's calendar and are executed once."""
