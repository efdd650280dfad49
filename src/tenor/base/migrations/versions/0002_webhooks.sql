-- An event's place in the log, by which a merchant's feed is read. It is drawn while the order is locked, so within an
-- order it grows with the number. Events of before get theirs by the time at which they were recorded.
ALTER TABLE events ADD COLUMN position bigint;
ALTER TABLE events DISABLE TRIGGER events_stay;
UPDATE events e SET position = placed.position
  FROM (SELECT merchant_id, order_id, number,
               row_number() OVER (ORDER BY recorded_at, order_id, number) AS position FROM events) placed
 WHERE (e.merchant_id, e.order_id, e.number) = (placed.merchant_id, placed.order_id, placed.number);
ALTER TABLE events ENABLE TRIGGER events_stay;
ALTER TABLE events ALTER COLUMN position SET NOT NULL;
ALTER TABLE events ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME events_position);
SELECT setval('events_position', (SELECT coalesce(max(position), 0) + 1 FROM events), false);
CREATE INDEX events_feed ON events (merchant_id, position);

-- Where a merchant's events go. `order_urls` is the one row, whose id is the merchant's own, that stands for the
-- addresses which orders bring along. The signing secret is derived from its generation and is not kept.
CREATE TABLE webhook_endpoints (
    merchant_id   uuid NOT NULL REFERENCES merchants,
    id            uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('endpoint', 'order_urls')),
    url           text CHECK (url <> ''),
    types         text[] NOT NULL DEFAULT '{}',
    state         text NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'off')),
    off_reason    text CHECK (off_reason IN ('by_hand', 'gone', 'failing')),
    generation    integer NOT NULL DEFAULT 1 CHECK (generation > 0),
    rotated_at    timestamptz,
    failures      integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since timestamptz,
    paused_until  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_id, id),
    CHECK ((kind = 'order_urls') = (url IS NULL)),
    CHECK (kind <> 'order_urls' OR id = merchant_id),
    CHECK ((state = 'off') = (off_reason IS NOT NULL)),
    CHECK ((failures = 0) = (failing_since IS NULL))
);

-- One event on its way to one address. `body` holds the exact bytes from the first attempt on. `retries` counts the
-- attempts since it was last made due, `attempts` all of them. Whoever sends it has claimed it until `claimed_until`.
-- A test has no order and no event.
CREATE TABLE deliveries (
    merchant_id   uuid NOT NULL,
    id            uuid NOT NULL DEFAULT gen_random_uuid(),
    endpoint_id   uuid NOT NULL,
    order_id      uuid,
    event_number  integer,
    url           text,
    face          text,
    body          bytea,
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'canceled')),
    attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    retries       integer NOT NULL DEFAULT 0 CHECK (retries >= 0 AND retries <= attempts),
    due_at        timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, endpoint_id, order_id, event_number),
    FOREIGN KEY (merchant_id, endpoint_id) REFERENCES webhook_endpoints,
    FOREIGN KEY (merchant_id, order_id, event_number) REFERENCES events,
    CHECK ((order_id IS NULL) = (event_number IS NULL)),
    CHECK (order_id IS NOT NULL OR body IS NOT NULL),
    CHECK ((url IS NULL) = (face IS NULL)),
    CHECK ((state = 'pending') = (ended_at IS NULL)),
    CHECK (state = 'pending' OR claimed_until IS NULL)
);

CREATE INDEX deliveries_due ON deliveries (merchant_id, endpoint_id, due_at) WHERE state = 'pending';

-- What came of each attempt. `answer` is the first 2 KB; `status` is absent where there was no answer.
CREATE TABLE delivery_attempts (
    merchant_id  uuid NOT NULL,
    delivery_id  uuid NOT NULL,
    number       integer NOT NULL CHECK (number > 0),
    started_at   timestamptz NOT NULL,
    milliseconds integer NOT NULL CHECK (milliseconds >= 0),
    status       integer,
    error        text,
    answer       bytea NOT NULL CHECK (octet_length(answer) <= 2048),
    PRIMARY KEY (merchant_id, delivery_id, number),
    FOREIGN KEY (merchant_id, delivery_id) REFERENCES deliveries,
    CHECK (status IS NOT NULL OR error IS NOT NULL)
);
