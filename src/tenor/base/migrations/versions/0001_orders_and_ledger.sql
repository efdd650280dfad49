-- merchant_id leads every key of a merchant's rows, so that the schema can be distributed merchant by merchant.
-- Amounts are minor units of the row's currency. Times are UTC.

CREATE TABLE merchants (
    id           uuid PRIMARY KEY,
    name         text NOT NULL CHECK (name <> ''),
    country      text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    flow         text NOT NULL,
    origins      text[] NOT NULL DEFAULT '{}',
    clock_offset interval NOT NULL DEFAULT '0' CHECK (clock_offset >= '0'),
    created_at   timestamptz NOT NULL
);

-- What a merchant and Tenor agreed: offers, fees, limits. A change is a new version; orders keep what they were sold under.
CREATE TABLE programmes (
    merchant_id uuid NOT NULL REFERENCES merchants,
    version     integer NOT NULL CHECK (version > 0),
    agreed      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, version)
);

CREATE TABLE credentials (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('api_key', 'oauth_client')),
    environment text NOT NULL CHECK (environment IN ('sandbox', 'production')),
    secret_hash bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    PRIMARY KEY (merchant_id, id)
);

-- A buyer trades with several merchants, so these rows are nobody's but the buyer's own.
CREATE TABLE buyers (
    id           uuid PRIMARY KEY,
    company_name text NOT NULL CHECK (company_name <> ''),
    email        text NOT NULL UNIQUE CHECK (email = lower(email)),
    created_at   timestamptz NOT NULL
);

CREATE TABLE buyer_exposures (
    buyer_id uuid NOT NULL REFERENCES buyers,
    currency text NOT NULL,
    amount   bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (buyer_id, currency)
);

CREATE TABLE order_transitions (
    from_state text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);

INSERT INTO order_transitions (from_state, to_state) VALUES
    ('new', 'under_review'), ('new', 'terms_selected'), ('new', 'declined'), ('new', 'expired'),
    ('under_review', 'terms_selected'), ('under_review', 'declined'), ('under_review', 'expired'),
    ('terms_selected', 'order_placed'), ('terms_selected', 'expired'),
    ('order_placed', 'order_confirmed'), ('order_placed', 'canceled'), ('order_placed', 'expired'),
    ('order_confirmed', 'refunded');

CREATE TABLE orders (
    merchant_id      uuid NOT NULL REFERENCES merchants,
    id               uuid NOT NULL,
    number           text NOT NULL,
    face             text NOT NULL,
    reference        text NOT NULL,
    reference_status text,
    state            text NOT NULL CHECK (state IN (
                         'new', 'under_review', 'terms_selected', 'order_placed', 'order_confirmed',
                         'refunded', 'declined', 'canceled', 'expired')),
    version          integer NOT NULL CHECK (version > 0),
    currency         text NOT NULL,
    total            bigint NOT NULL CHECK (total >= 0),
    subtotal         bigint NOT NULL CHECK (subtotal >= 0),
    tax              bigint NOT NULL CHECK (tax >= 0),
    shipping         bigint NOT NULL CHECK (shipping >= 0),
    discount         bigint NOT NULL CHECK (discount >= 0),
    detail           jsonb NOT NULL,
    fingerprint      bytea NOT NULL,
    buyer_id         uuid REFERENCES buyers,
    terms            jsonb,
    exposure         bigint NOT NULL DEFAULT 0 CHECK (exposure >= 0),
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (total = subtotal + tax + shipping - discount),
    -- From the choice of terms on, it is known who buys and on what terms.
    CHECK (state NOT IN ('terms_selected', 'order_placed', 'order_confirmed', 'refunded')
           OR (buyer_id IS NOT NULL AND terms IS NOT NULL))
);

-- The condition is always true and keeps this index for look-ups by number. Without it, and as long as the tables are
-- young and have no statistics, it looks as good as the primary key for the look-up of (merchant_id, id) that each
-- foreign key makes: sessions that chose it then read all of the merchant's orders to write one more.
CREATE UNIQUE INDEX orders_number ON orders (merchant_id, number) WHERE number IS NOT NULL;

-- One live order a reference; after these ends the reference is free again.
CREATE UNIQUE INDEX orders_live_reference ON orders (merchant_id, reference)
    WHERE state NOT IN ('canceled', 'declined', 'expired');

CREATE INDEX orders_unfinished ON orders (merchant_id, expires_at)
    WHERE state IN ('new', 'under_review', 'terms_selected', 'order_placed');

CREATE FUNCTION refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an order can not go from % to %', CASE WHEN TG_OP = 'INSERT' THEN 'nothing' ELSE OLD.state END, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'order_transitions';
END $$;

CREATE FUNCTION check_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM order_transitions WHERE from_state = OLD.state AND to_state = NEW.state) THEN
        RAISE EXCEPTION 'an order can not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_transitions';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER orders_begin_as_new BEFORE INSERT ON orders
    FOR EACH ROW WHEN (NEW.state <> 'new') EXECUTE FUNCTION refuse_transition();
CREATE TRIGGER orders_change_state BEFORE UPDATE ON orders
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION check_transition();

-- What happened, told once, numbered within its order. Readers (webhooks, mail, feeds) come later than the fact.
CREATE TABLE events (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    number      integer NOT NULL CHECK (number > 0),
    type        text NOT NULL,
    data        jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_id, order_id, number),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
);

CREATE TABLE mail_outbox (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    id          uuid NOT NULL,
    kind        text NOT NULL,
    recipient   text NOT NULL,
    state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
);

CREATE TABLE documents (
    merchant_id   uuid NOT NULL,
    order_id      uuid NOT NULL,
    id            uuid NOT NULL,
    file_name     text NOT NULL,
    document_type text NOT NULL,
    media_type    text NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
    size          integer NOT NULL CHECK (size > 0),
    sha256        bytea NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
);

CREATE TABLE refunds (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    id          uuid NOT NULL,
    amount      bigint NOT NULL CHECK (amount > 0),
    state       text NOT NULL CHECK (state IN ('draft', 'approved', 'declined', 'executed')),
    locked_at   timestamptz NOT NULL,
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK ((ended_at IS NULL) = (state IN ('draft', 'approved')))
);

CREATE UNIQUE INDEX refunds_one_active ON refunds (merchant_id, order_id) WHERE state IN ('draft', 'approved');
CREATE INDEX refunds_of_order ON refunds (merchant_id, order_id, created_at);
CREATE INDEX refunds_to_execute ON refunds (merchant_id, locked_at) WHERE state = 'approved';

-- What a buyer owes, and when. `credited` is what refunds took off, the latest instalment first.
CREATE TABLE instalments (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    number      integer NOT NULL CHECK (number > 0),
    due_on      date NOT NULL,
    amount      bigint NOT NULL CHECK (amount >= 0),
    paid        bigint NOT NULL DEFAULT 0 CHECK (paid >= 0),
    credited    bigint NOT NULL DEFAULT 0 CHECK (credited >= 0),
    PRIMARY KEY (merchant_id, order_id, number),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK (paid + credited <= amount)
);

CREATE TABLE journal_entries (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    kind        text NOT NULL,
    cause_type  text NOT NULL,
    cause_id    uuid NOT NULL,
    order_id    uuid,
    currency    text NOT NULL,
    legs        smallint NOT NULL CHECK (legs >= 2),
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_id, id),
    -- An entry names its cause once, so doing it twice does nothing.
    UNIQUE (merchant_id, cause_type, cause_id, kind),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
);

CREATE TABLE journal_legs (
    merchant_id uuid NOT NULL,
    entry_id    uuid NOT NULL,
    line        smallint NOT NULL CHECK (line > 0),
    account     text NOT NULL,
    debit       bigint NOT NULL CHECK (debit >= 0),
    credit      bigint NOT NULL CHECK (credit >= 0),
    PRIMARY KEY (merchant_id, entry_id, line),
    FOREIGN KEY (merchant_id, entry_id) REFERENCES journal_entries,
    CHECK ((debit = 0) <> (credit = 0))
);

-- Sums kept beside the journal in the same transaction: one row an account of one merchant, never one for all.
CREATE TABLE account_balances (
    merchant_id uuid NOT NULL REFERENCES merchants,
    account     text NOT NULL,
    currency    text NOT NULL,
    debit       numeric(38) NOT NULL CHECK (debit >= 0),
    credit      numeric(38) NOT NULL CHECK (credit >= 0),
    PRIMARY KEY (merchant_id, account, currency)
);

CREATE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry   uuid := CASE WHEN TG_TABLE_NAME = 'journal_entries' THEN (to_jsonb(NEW) ->> 'id')::uuid
                         ELSE (to_jsonb(NEW) ->> 'entry_id')::uuid END;
    planned smallint;
    found   bigint;
    surplus numeric;
BEGIN
    SELECT legs INTO planned FROM journal_entries WHERE merchant_id = NEW.merchant_id AND id = entry;
    SELECT count(*), coalesce(sum(debit), 0) - coalesce(sum(credit), 0) INTO found, surplus
      FROM journal_legs WHERE merchant_id = NEW.merchant_id AND entry_id = entry;
    IF surplus <> 0 THEN
        RAISE EXCEPTION 'journal entry % does not sum to zero: debit exceeds credit by %', entry, surplus
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_sums_to_zero';
    END IF;
    -- The count keeps a finished entry finished: legs that come later break it even when they balance.
    IF found <> planned THEN
        RAISE EXCEPTION 'journal entry % has % legs instead of %', entry, found, planned
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_is_whole';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER journal_entries_balance AFTER INSERT ON journal_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry();
CREATE CONSTRAINT TRIGGER journal_legs_balance AFTER INSERT ON journal_legs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
END $$;

CREATE TRIGGER journal_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_legs_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_legs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE idempotency_keys (
    merchant_id uuid NOT NULL REFERENCES merchants,
    route       text NOT NULL,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,
    status      integer,
    body        bytea,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, route, key)
);

CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
