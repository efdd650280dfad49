-- The business as it was when terms were last accepted for it, for whoever proves the same address again.
ALTER TABLE buyers ADD COLUMN profile jsonb;

-- How far the holder of one e-mail address has come with an order. `business` is as it was typed, wrong answers
-- included; `offer` is the code of the chosen one and `shown` a mark of what it looked like. It is opened by those alone
-- who have proven the address. `updated_at` is on the merchant's clock.
CREATE TABLE checkout_progress (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    id          uuid NOT NULL,
    email       text NOT NULL CHECK (email = lower(email)),
    business    jsonb,
    offer       text,
    shown       text,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, order_id, email),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders,
    CHECK ((offer IS NULL) = (shown IS NULL))
);
