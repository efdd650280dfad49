"""The ground that every room stands on: database, money, clock, errors, settings, the wire."""
