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
