-- A year's revenue as the buyer typed it, wrong answers included; empty where it was left out, absent where nobody asked.
ALTER TABLE checkout_progress ADD COLUMN stated_revenue text;

-- Who votes and decides is a member of staff. Both tables were made before staff was, so rows may name somebody who never
-- had an account: such a person gets one that is locked and has no password, under the name by which it was noted.
INSERT INTO staff (id, name, email, role, state, created_at)
SELECT DISTINCT ON (noted.staff_id) noted.staff_id, noted.staff_name, 'former-' || noted.staff_id || '@staff.invalid',
       'credit_officer', 'locked', noted.at
  FROM (SELECT staff_id, staff_name, voted_at AS at FROM credit_votes
         UNION ALL
        SELECT staff_id, staff_name, decided_at FROM credit_decisions WHERE staff_id IS NOT NULL) noted
 WHERE NOT EXISTS (SELECT FROM staff s WHERE s.id = noted.staff_id)
 ORDER BY noted.staff_id, noted.at;

-- What is written from now on is held to them at once. What stands there already is read by the next version, in a
-- transaction of its own: the locks that these lines take hold up whoever decides, and must not last as long as reading
-- every decision does.
ALTER TABLE credit_votes
    ADD CONSTRAINT credit_votes_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff NOT VALID;
ALTER TABLE credit_decisions
    ADD CONSTRAINT credit_decisions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff NOT VALID;

-- An agreement on what was never sold proves nothing that anybody has to prove, so an erasure takes its words, in which a
-- person stands. That something was accepted, when, and the hash of what it was stay: a copy that somebody has can still
-- be held to it. Nothing else of a row ever changes, and nothing of one that led to a sale.
ALTER TABLE agreements
    ALTER COLUMN content DROP NOT NULL,
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT agreements_are_whole_or_erased CHECK ((content IS NULL) = (erased_at IS NOT NULL)) NOT VALID;

CREATE FUNCTION check_agreement_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.content IS NOT NULL AND NEW.content IS NULL
       AND (OLD.merchant_id, OLD.order_id, OLD.id, OLD.sha256, OLD.accepted_at)
           = (NEW.merchant_id, NEW.order_id, NEW.id, NEW.sha256, NEW.accepted_at)
       AND EXISTS (SELECT FROM orders WHERE merchant_id = OLD.merchant_id AND id = OLD.order_id
                      AND state IN ('declined', 'canceled', 'expired')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'agreements is append-only: % is refused', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
END $$;

DROP TRIGGER agreements_stay ON agreements;
CREATE TRIGGER agreements_stay BEFORE DELETE OR TRUNCATE ON agreements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreements_are_only_erased BEFORE UPDATE ON agreements
    FOR EACH ROW EXECUTE FUNCTION check_agreement_erasure();
