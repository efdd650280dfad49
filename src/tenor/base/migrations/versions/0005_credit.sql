-- Every version of a policy that ever decided or was published, as it was written. A packaged one comes here with its
-- first decision, so that the decision can be read back after a release that ships another.
CREATE TABLE credit_policies (
    name      text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_-]*$'),
    version   integer NOT NULL CHECK (version > 0),
    origin    text NOT NULL CHECK (origin IN ('packaged', 'published')),
    source    text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
);

CREATE TRIGGER credit_policies_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_policies
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a credit bureau said of a company when it was asked for an order; `report` is set where it answered. The time is
-- on the merchant's clock. Nothing of a person stands here.
CREATE TABLE credit_reports (
    merchant_id         uuid NOT NULL,
    order_id            uuid NOT NULL,
    id                  uuid NOT NULL,
    country             text NOT NULL,
    registration_number text NOT NULL,
    status              text NOT NULL CHECK (status IN ('reported', 'unknown', 'timed_out', 'failed')),
    report              jsonb,
    fetched_at          timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK ((status = 'reported') = (report IS NOT NULL))
);

CREATE INDEX credit_reports_of_company ON credit_reports (country, registration_number, fetched_at);

-- Every decision with all that it was made of. `outcome` is what was decided: by the policy, or by the person who is
-- named; `fired` is always what the policy's rules said of `facts`. A change is a raised total, held to the limits alone.
CREATE TABLE credit_decisions (
    merchant_id    uuid NOT NULL,
    order_id       uuid NOT NULL,
    id             uuid NOT NULL,
    buyer_id       uuid NOT NULL REFERENCES buyers,
    kind           text NOT NULL CHECK (kind IN ('policy', 'change', 'staff')),
    outcome        text NOT NULL CHECK (outcome IN ('approve', 'review', 'decline')),
    reason         text NOT NULL,
    credit_limit   bigint CHECK (credit_limit >= 0),
    facts          jsonb NOT NULL,
    fired          jsonb NOT NULL,
    policy_name    text,
    policy_version integer,
    staff_id       uuid,
    staff_name     text,
    note           text NOT NULL DEFAULT '',
    decided_at     timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    FOREIGN KEY (policy_name, policy_version) REFERENCES credit_policies,
    CHECK ((policy_name IS NULL) = (policy_version IS NULL)),
    CHECK ((kind = 'staff') = (staff_id IS NOT NULL AND staff_name IS NOT NULL)),
    -- Without a policy nobody but a person approves.
    CHECK (policy_name IS NOT NULL OR kind = 'staff' OR outcome <> 'approve')
);

CREATE INDEX credit_decisions_of_order ON credit_decisions (merchant_id, order_id, id);
CREATE INDEX credit_decisions_of_buyer ON credit_decisions (buyer_id, decided_at);

CREATE TRIGGER credit_decisions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who has said what of an order that waits. An order waits once in its life, so each person has one vote on it.
CREATE TABLE credit_votes (
    merchant_id  uuid NOT NULL,
    order_id     uuid NOT NULL,
    staff_id     uuid NOT NULL,
    staff_name   text NOT NULL CHECK (staff_name <> ''),
    verdict      text NOT NULL CHECK (verdict IN ('approve', 'decline')),
    credit_limit bigint CHECK (credit_limit >= 0),
    note         text NOT NULL,
    voted_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, order_id, staff_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK ((verdict = 'approve') = (credit_limit IS NOT NULL))
);

CREATE TRIGGER credit_votes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_votes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a buyer may owe in all, in a currency. It is changed under the lock of the buyer's exposure.
CREATE TABLE buyer_limits (
    buyer_id   uuid NOT NULL REFERENCES buyers,
    currency   text NOT NULL,
    amount     bigint NOT NULL CHECK (amount >= 0),
    granted_by text NOT NULL CHECK (granted_by IN ('policy', 'staff')),
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (buyer_id, currency)
);

-- Orders of one buyer, whoever the merchant is. A new order has no buyer, so creating one does not touch this index.
CREATE INDEX orders_of_buyer ON orders (buyer_id, currency) WHERE buyer_id IS NOT NULL;
CREATE INDEX orders_waiting ON orders (merchant_id, updated_at) WHERE state = 'under_review';

-- Orders of which it was told that they end soon, or seen that there is nobody to tell (`mail_id` is null).
CREATE TABLE order_reminders (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    mail_id     uuid,
    told_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, order_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
);
