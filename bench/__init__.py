"""Measurements: speed, load and scale. Never part of a timed test."""
