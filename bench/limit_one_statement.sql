-- The statement by which Tenor creates an order (core/orders/store.py), with its values as pgbench can make them.
-- The ids grow as UUIDv7 do, over all clients and runs, so that the indexes grow at one end here too.
\set n :n + 1
WITH made AS (
    INSERT INTO orders (merchant_id, id, number, face, reference, reference_status, state, version, currency,
                        total, subtotal, tax, shipping, discount, detail, fingerprint,
                        created_at, updated_at, expires_at)
    VALUES (:merchant_id, (:run || lpad(to_hex(:n * 16 + :client_id), 24, '0'))::uuid,
            :run || '-' || lpad(to_hex(:n * 16 + :client_id), 12, '0'), :face,
            :run || '-' || lpad(to_hex(:n * 16 + :client_id), 15, '0'), :reference_status, 'new', 1, :currency,
            :total, :subtotal, :tax, :shipping, :discount, :detail, :fingerprint,
            now(), now(), now() + interval '30 days')
    ON CONFLICT DO NOTHING
    RETURNING merchant_id, id
), told AS (
    INSERT INTO events (merchant_id, order_id, number, type, data, occurred_at)
    SELECT merchant_id, id, 1, 'order.created', :event_data, now() FROM made
), mailed AS (
    INSERT INTO mail_outbox (merchant_id, order_id, id, kind, recipient, created_at)
    SELECT merchant_id, id, id, 'order_link', '', now() FROM made WHERE :mails = 1
)
SELECT true FROM made;
