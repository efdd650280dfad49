-- Where a merchant hears of what went wrong with what is its own, such as an endpoint that was switched off.
ALTER TABLE merchants ADD COLUMN email text CHECK (email <> '');

-- A letter is a delivery too: to a reader instead of an endpoint. `letter` is its kind. Its event is the one that caused
-- it; a code that somebody asked for has an order and no event, a notice to a merchant has neither. `language` is absent
-- where nobody told the reader's: then it is the one usual in the merchant's country. `data` holds what the letter says
-- beyond the order as it stands. Codes and links stand in a letter's bytes, so they are made for each attempt and never
-- kept. An order is checked by its event or, for letters without one, by `order_of_letter`.
ALTER TABLE deliveries
    ALTER COLUMN endpoint_id DROP NOT NULL,
    ADD COLUMN letter          text,
    ADD COLUMN recipient       text,
    ADD COLUMN language        text CHECK (language IN ('en', 'ar')),
    ADD COLUMN data            jsonb,
    ADD COLUMN order_of_letter uuid GENERATED ALWAYS AS (CASE WHEN event_number IS NULL THEN order_id END) STORED,
    DROP CONSTRAINT deliveries_check1,
    DROP CONSTRAINT deliveries_check2,
    ADD CONSTRAINT deliveries_of_one_way CHECK (CASE WHEN letter IS NULL
        THEN endpoint_id IS NOT NULL AND recipient IS NULL AND language IS NULL AND data IS NULL
             AND (order_id IS NULL) = (event_number IS NULL) AND (order_id IS NOT NULL OR body IS NOT NULL)
        ELSE endpoint_id IS NULL AND recipient IS NOT NULL AND body IS NULL AND url IS NULL
             AND (event_number IS NULL OR order_id IS NOT NULL) END),
    ADD FOREIGN KEY (merchant_id, order_of_letter) REFERENCES orders;

-- The attempts of a delivery go with it.
ALTER TABLE delivery_attempts
    DROP CONSTRAINT delivery_attempts_merchant_id_delivery_id_fkey,
    ADD FOREIGN KEY (merchant_id, delivery_id) REFERENCES deliveries ON DELETE CASCADE;

-- A letter stands in few indexes and is checked once, because `create` writes one in the statement that everybody
-- waits for.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_merchant_id_endpoint_id_order_id_event_number_key;
CREATE UNIQUE INDEX deliveries_once ON deliveries (merchant_id, endpoint_id, order_id, event_number)
    WHERE endpoint_id IS NOT NULL;
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (merchant_id, endpoint_id, due_at)
    WHERE state = 'pending' AND endpoint_id IS NOT NULL;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL AND letter IS NULL;
CREATE INDEX letters_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL AND letter IS NOT NULL;
CREATE INDEX letters_due ON deliveries (due_at) WHERE state = 'pending' AND letter IS NOT NULL;
CREATE INDEX letters_of_order ON deliveries (merchant_id, order_id) WHERE letter IS NOT NULL;
-- What became of an order is told once, whoever asks for the letter twice. The link that a create queues is not in it.
CREATE UNIQUE INDEX letters_once ON deliveries (merchant_id, order_id, letter)
    WHERE letter IN ('under_review', 'approved', 'agreement', 'declined', 'order_confirmed');

-- What stands in the outbox keeps its id, which is the letter's Message-ID, and a claim that a worker holds on it. Where
-- an error was noted, at least one attempt was made, though a retry may have set the count back.
INSERT INTO deliveries (merchant_id, id, order_id, letter, recipient, language, data, state, attempts, retries, due_at,
                        claimed_until, created_at, ended_at)
SELECT merchant_id, id, order_id, kind, recipient, language, data,
       CASE state WHEN 'queued' THEN 'pending' WHEN 'sent' THEN 'delivered' ELSE state END,
       greatest(attempts, (last_error IS NOT NULL)::integer), attempts, due_at, claimed_until, created_at,
       CASE state WHEN 'sent' THEN sent_at WHEN 'failed' THEN now() END
  FROM mail_outbox;

-- Of earlier attempts the outbox kept the latest reason alone, and not when it was.
INSERT INTO delivery_attempts (merchant_id, delivery_id, number, started_at, milliseconds, error, answer)
SELECT merchant_id, id, greatest(attempts, 1), least(due_at, now()), 0, last_error, ''
  FROM mail_outbox WHERE last_error IS NOT NULL;

DROP TABLE mail_outbox;
