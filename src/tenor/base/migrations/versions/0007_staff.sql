-- People who work at the desk. The second factor is derived from the id and `totp_generation` and is not kept;
-- `totp_step` is the last step whose code was used. `setup_hash` is of the one-time link by which a password is chosen.
-- `failures` counts the tries since the last sign-in. All times of staff are real times.
CREATE TABLE staff (
    id               uuid PRIMARY KEY,
    name             text NOT NULL CHECK (name <> ''),
    email            text NOT NULL UNIQUE CHECK (email = lower(email)),
    role             text NOT NULL CHECK (role IN ('credit_officer', 'finance', 'support', 'admin')),
    state            text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'locked')),
    password_hash    text,
    totp_generation  integer NOT NULL DEFAULT 1 CHECK (totp_generation > 0),
    totp_step        bigint,
    setup_hash       bytea UNIQUE,
    setup_expires_at timestamptz,
    failures         integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    blocked_until    timestamptz,
    created_at       timestamptz NOT NULL,
    CHECK ((setup_hash IS NULL) = (setup_expires_at IS NULL))
);

-- The token is in the browser alone; here is a keyed hash of it.
CREATE TABLE staff_sessions (
    id         uuid PRIMARY KEY,
    staff_id   uuid NOT NULL REFERENCES staff,
    token_hash bytea NOT NULL UNIQUE,
    origin     text NOT NULL,
    agent      text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    ended_at   timestamptz
);

CREATE INDEX staff_sessions_open ON staff_sessions (staff_id, created_at) WHERE ended_at IS NULL;

-- What staff did: on whose behalf, on what, from where. `who` is the name as it was then. It is never changed.
CREATE TABLE staff_audit (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    staff_id    uuid REFERENCES staff,
    who         text NOT NULL,
    act         text NOT NULL,
    merchant_id uuid,
    order_id    uuid,
    buyer_id    uuid,
    subject     text,
    detail      jsonb NOT NULL DEFAULT '{}',
    origin      text NOT NULL
);

CREATE INDEX staff_audit_of_order ON staff_audit (merchant_id, order_id, number) WHERE order_id IS NOT NULL;
CREATE INDEX staff_audit_of_staff ON staff_audit (staff_id, number);

CREATE TRIGGER staff_audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A document that staff asked the buyer for. The upload link is derived from the id. Times are on the merchant's clock.
CREATE TABLE document_requests (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    id          uuid NOT NULL,
    wanted      text NOT NULL,
    asked_by    uuid NOT NULL REFERENCES staff,
    asked_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > asked_at),
    document_id uuid,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    FOREIGN KEY (merchant_id, document_id) REFERENCES documents
);

CREATE INDEX document_requests_of_order ON document_requests (merchant_id, order_id);
CREATE INDEX documents_of_order ON documents (merchant_id, order_id);

-- What a person might have in hand. A live order is found by its reference already; these cost a create nothing, but
-- for the one of e-mail addresses, which counts those orders alone that bring one.
CREATE INDEX orders_ended_reference ON orders (merchant_id, reference)
    WHERE state IN ('canceled', 'declined', 'expired');
CREATE INDEX orders_customer_email ON orders (merchant_id, lower(detail ->> 'customer_email'))
    WHERE detail ->> 'customer_email' IS NOT NULL;
CREATE INDEX orders_terms_email ON orders (merchant_id, (terms ->> 'email')) WHERE terms IS NOT NULL;
CREATE INDEX buyers_name ON buyers (lower(company_name) text_pattern_ops);
CREATE INDEX buyer_registrations_number ON buyer_registrations (registration_number);
CREATE INDEX journal_entries_of_order ON journal_entries (merchant_id, order_id) WHERE order_id IS NOT NULL;
