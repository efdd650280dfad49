-- A letter on its way. `language` is absent where nobody told the reader's: then it is the one usual in the merchant's
-- country. `data` holds what the letter says beyond the order as it stands, and never a secret. `attempts` counts since
-- it was last made due. Whoever sends it has claimed it until `claimed_until`. These are real times, not a merchant's.
ALTER TABLE mail_outbox
    ADD COLUMN language      text CHECK (language IN ('en', 'ar')),
    ADD COLUMN data          jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    ADD COLUMN due_at        timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN claimed_until timestamptz,
    ADD COLUMN last_error    text,
    ADD COLUMN sent_at       timestamptz,
    ADD CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    ADD CHECK (state = 'queued' OR claimed_until IS NULL);

CREATE INDEX mail_outbox_due ON mail_outbox (due_at) WHERE state = 'queued';
CREATE INDEX mail_outbox_failed ON mail_outbox (merchant_id, id) WHERE state = 'failed';
CREATE INDEX mail_outbox_of_order ON mail_outbox (merchant_id, order_id);

-- A six-digit code that was mailed to an address. The code is derived from the id and is not kept. `tries` counts the
-- wrong ones, the last of them at `tried_at`. These are times on the merchant's clock.
CREATE TABLE email_challenges (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    id          uuid NOT NULL,
    email       text NOT NULL CHECK (email = lower(email)),
    language    text NOT NULL CHECK (language IN ('en', 'ar')),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
    tries       integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    tried_at    timestamptz,
    proven_at   timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK ((tries = 0) = (tried_at IS NULL))
);

CREATE INDEX email_challenges_of_order ON email_challenges (merchant_id, order_id, created_at);
