"""Deliveries: events on their way to an address, and every attempt to bring them there."""
