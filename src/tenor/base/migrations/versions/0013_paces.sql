-- When a caller's budget of calls is whole again, by real time. `caller` is a keyed hash of what is counted and for which
-- use, so that no address stands here. A budget that is whole needs no row, and its row is removed.
CREATE TABLE paces (
    merchant_id uuid        NOT NULL REFERENCES merchants,
    caller      bytea       NOT NULL,
    whole_at    timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, caller)
);
CREATE INDEX paces_whole ON paces (whole_at);
