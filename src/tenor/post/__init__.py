"""Letters to buyers: what they say, and how they leave. Their rows are `core/mail`'s."""
