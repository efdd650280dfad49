-- Nobody who decides waits for this: it reads the tables under a lock that lets others write.
ALTER TABLE credit_votes VALIDATE CONSTRAINT credit_votes_staff_id_fkey;
ALTER TABLE credit_decisions VALIDATE CONSTRAINT credit_decisions_staff_id_fkey;
ALTER TABLE agreements VALIDATE CONSTRAINT agreements_are_whole_or_erased;
