-- The rows that creating an order writes (core/orders/store.py), by one statement: the order and its event.
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
)
SELECT true FROM made;
