"""Letters to buyers: what they say, and how they leave. The outbox's rows are `core/mail`'s."""
