-- What a buyer accepted: the words themselves and not what they would be written from, so that no later wording, price
-- or name changes them. `content` is JSON in the very bytes of which `sha256` is the hash; the PDF is made of it whenever
-- somebody wants it. `accepted_at` is on the merchant's clock.
CREATE TABLE agreements (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    id          uuid NOT NULL,
    content     bytea NOT NULL CHECK (octet_length(content) <= 4194304),
    sha256      bytea NOT NULL CHECK (sha256 = sha256(content)),
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, order_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
);

CREATE TRIGGER agreements_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON agreements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How a merchant's checkout looks. The logo is small, was drawn anew by us, and is read by its own route alone.
ALTER TABLE merchants
    ADD COLUMN accent      text CHECK (accent ~ '^#[0-9a-f]{6}$'),
    ADD COLUMN logo        bytea CHECK (octet_length(logo) <= 65536),
    ADD COLUMN logo_sha256 bytea,
    ADD COLUMN logo_type   text CHECK (logo_type IN ('image/png', 'image/jpeg')),
    ADD COLUMN logo_width  integer CHECK (logo_width BETWEEN 1 AND 480),
    ADD COLUMN logo_height integer CHECK (logo_height BETWEEN 1 AND 160),
    ADD CHECK (num_nulls(logo, logo_sha256, logo_type, logo_width, logo_height) IN (0, 5));
