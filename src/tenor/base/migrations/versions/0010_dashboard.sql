-- One-time links to a merchant's own pages. The secret is derived from the id and stands nowhere. `recipient` is where
-- the link was mailed to; one that an operator printed has none. All times are real times.
CREATE TABLE merchant_links (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    recipient   text CHECK (recipient <> ''),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at     timestamptz,
    PRIMARY KEY (merchant_id, id)
);

CREATE INDEX merchant_links_mailed ON merchant_links (created_at) WHERE recipient IS NOT NULL;
CREATE INDEX merchants_email ON merchants (lower(email)) WHERE email IS NOT NULL;

-- The token is in the browser alone; here is a keyed hash of it. `entered_by` is the address that the link was mailed
-- to, as it was then.
CREATE TABLE merchant_sessions (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    token_hash  bytea NOT NULL,
    entered_by  text,
    origin      text NOT NULL,
    agent       text NOT NULL,
    created_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    ended_at    timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, token_hash)
);

CREATE INDEX merchant_sessions_age ON merchant_sessions (created_at);

-- What merchants did on their own pages, and from where. It is never changed.
CREATE TABLE merchant_acts (
    merchant_id uuid NOT NULL REFERENCES merchants,
    number      bigint GENERATED ALWAYS AS IDENTITY,
    at          timestamptz NOT NULL,
    act         text NOT NULL,
    subject     text,
    detail      jsonb NOT NULL DEFAULT '{}',
    origin      text NOT NULL,
    PRIMARY KEY (merchant_id, number)
);

CREATE TRIGGER merchant_acts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON merchant_acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Deliveries as merchants look through them, the newest first, and those that were given up. Letters are in neither, so
-- an order without endpoints pays for none of this.
CREATE INDEX deliveries_newest ON deliveries (merchant_id, created_at) WHERE endpoint_id IS NOT NULL;
CREATE INDEX deliveries_failed ON deliveries (merchant_id, endpoint_id)
    WHERE state = 'failed' AND endpoint_id IS NOT NULL;
