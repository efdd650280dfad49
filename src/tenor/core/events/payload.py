"""An event as merchants are told it, made of the log's row. Pure."""

from __future__ import annotations

import msgspec

from tenor.core.events.model import Event, Facts, Told, event_id

_encoder = msgspec.json.Encoder()


def told(event: Event) -> Told:
    """What a merchant may know of an event."""
    facts = msgspec.convert(event.data, Facts)
    return Told(
        id=event_id(event.order_id, event.number),
        type=event.type,
        timestamp=event.occurred_at,
        order_id=event.order_id,
        number=event.number,
        data=facts,
    )


def encode(event: Told) -> bytes:
    """The bytes of one event, the same ones every time."""
    return _encoder.encode(event)
