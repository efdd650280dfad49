-- The same rows, written as most programs would: a transaction of several statements, each a round trip.
\set n :n + 1
BEGIN;
INSERT INTO orders (merchant_id, id, number, face, reference, reference_status, state, version, currency,
                    total, subtotal, tax, shipping, discount, detail, fingerprint,
                    created_at, updated_at, expires_at)
VALUES (:merchant_id, (:run || lpad(to_hex(:n * 16 + :client_id), 24, '0'))::uuid,
        :run || '-' || lpad(to_hex(:n * 16 + :client_id), 12, '0'), :face,
        :run || '-' || lpad(to_hex(:n * 16 + :client_id), 15, '0'), :reference_status, 'new', 1, :currency,
        :total, :subtotal, :tax, :shipping, :discount, :detail, :fingerprint,
        now(), now(), now() + interval '30 days');
INSERT INTO events (merchant_id, order_id, number, type, data, occurred_at)
VALUES (:merchant_id, (:run || lpad(to_hex(:n * 16 + :client_id), 24, '0'))::uuid, 1, 'order.created', :event_data,
        now());
COMMIT;
