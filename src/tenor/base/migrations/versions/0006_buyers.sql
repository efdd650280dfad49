-- A company as it was when terms were last accepted for it. Who acts for it stands in buyer_people.
ALTER TABLE buyers ADD COLUMN vat_number text CHECK (vat_number <> ''), ADD COLUMN address jsonb;
CREATE INDEX buyers_vat_number ON buyers (vat_number) WHERE vat_number IS NOT NULL;

-- By which company a registration number stands for one buyer. This is not a column of buyers because it is learned
-- while other transactions hold that buyer's exposure and write orders that refer to it: an insert here waits for none
-- of them, where an update there would.
CREATE TABLE buyer_registrations (
    country             text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    registration_number text NOT NULL CHECK (registration_number <> ''),
    buyer_id            uuid NOT NULL UNIQUE REFERENCES buyers,
    PRIMARY KEY (country, registration_number)
);

-- Who has proven an e-mail address and asked terms for the company. One address may act for several. `known_by` marks
-- the address that stood for a company of which no registration number was known when it was first met. `profile` is
-- the business as this person last agreed for it, without name and phone, which stand here.
CREATE TABLE buyer_people (
    buyer_id   uuid NOT NULL REFERENCES buyers,
    email      text NOT NULL CHECK (email = lower(email)),
    name       text,
    phone      text,
    role       text NOT NULL DEFAULT 'contact' CHECK (role IN ('contact', 'signatory')),
    profile    jsonb,
    known_by   boolean NOT NULL DEFAULT false,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    PRIMARY KEY (buyer_id, email)
);

CREATE INDEX buyer_people_by_email ON buyer_people (email, last_seen);
CREATE UNIQUE INDEX buyer_people_known_by ON buyer_people (email) WHERE known_by;
CREATE UNIQUE INDEX buyer_people_one_known_by ON buyer_people (buyer_id) WHERE known_by;

-- Two buyers that are one company, as staff (or `tenor` itself) found. Orders and exposures stay where they are; the
-- group shares one limit. Nothing is ever deleted: a merge that was wrong is undone.
CREATE TABLE buyer_merges (
    id         uuid PRIMARY KEY,
    from_buyer uuid NOT NULL REFERENCES buyers,
    into_buyer uuid NOT NULL REFERENCES buyers,
    merged_by  text NOT NULL CHECK (merged_by <> ''),
    reason     text NOT NULL CHECK (reason <> ''),
    merged_at  timestamptz NOT NULL,
    undone_by  text CHECK (undone_by <> ''),
    undone_at  timestamptz,
    CHECK (from_buyer <> into_buyer),
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);

CREATE UNIQUE INDEX buyer_merges_one ON buyer_merges (from_buyer) WHERE undone_at IS NULL;
CREATE INDEX buyer_merges_into ON buyer_merges (into_buyer) WHERE undone_at IS NULL;

-- A group is one buyer and those merged into it: no chains, so no cycles. Whoever writes a merge holds this lock to the
-- end, and whoever decides on a limit shares it, so that a group does not change under a decision.
CREATE FUNCTION check_merge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('buyer merges', 0));
    IF EXISTS (SELECT FROM buyer_merges
                WHERE undone_at IS NULL AND (from_buyer = NEW.into_buyer OR into_buyer = NEW.from_buyer)) THEN
        RAISE EXCEPTION 'buyer % can not be merged into %: merges make no chains', NEW.from_buyer, NEW.into_buyer
            USING ERRCODE = 'check_violation', CONSTRAINT = 'buyer_merges_are_flat';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER buyer_merges_are_flat BEFORE INSERT ON buyer_merges FOR EACH ROW EXECUTE FUNCTION check_merge();
CREATE TRIGGER buyer_merges_stay BEFORE DELETE OR TRUNCATE ON buyer_merges
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER buyer_merges_are_undone_once BEFORE UPDATE ON buyer_merges FOR EACH ROW
    WHEN (OLD.undone_at IS NOT NULL
          OR (OLD.id, OLD.from_buyer, OLD.into_buyer, OLD.merged_by, OLD.reason, OLD.merged_at)
             IS DISTINCT FROM (NEW.id, NEW.from_buyer, NEW.into_buyer, NEW.merged_by, NEW.reason, NEW.merged_at))
    EXECUTE FUNCTION refuse_change();

-- Two buyers that look like one company, found when one of them was met. A pair stands here once.
CREATE TABLE buyer_suspicions (
    buyer_id     uuid NOT NULL REFERENCES buyers,
    like_id      uuid NOT NULL REFERENCES buyers,
    reasons      text[] NOT NULL CHECK (reasons <> '{}'),
    found_at     timestamptz NOT NULL,
    dismissed_by text CHECK (dismissed_by <> ''),
    dismissed_at timestamptz,
    PRIMARY KEY (buyer_id, like_id),
    CHECK (buyer_id < like_id),
    CHECK ((dismissed_by IS NULL) = (dismissed_at IS NULL))
);

CREATE INDEX buyer_suspicions_like ON buyer_suspicions (like_id);

-- When a buyer asked terms for an order, whoever the merchant was. Kept for a week, for the count of a day.
CREATE TABLE buyer_asks (
    buyer_id uuid NOT NULL REFERENCES buyers,
    id       uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (buyer_id, id)
);

CREATE INDEX buyer_asks_age ON buyer_asks (asked_at);

-- What was erased on request, what was kept and why. Nothing in it tells who the person was.
CREATE TABLE erasures (
    id        uuid PRIMARY KEY,
    buyers    uuid[] NOT NULL,
    erased_by text NOT NULL CHECK (erased_by <> ''),
    erased_at timestamptz NOT NULL,
    report    jsonb NOT NULL
);

CREATE TRIGGER erasures_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON erasures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Progress that is no longer needed is found by its age.
CREATE INDEX checkout_progress_age ON checkout_progress (merchant_id, updated_at);

-- Today's buyers. Until now an address was a buyer, and the registration number stood in the profile without its
-- country, which is that of the merchant whose order last named it.
CREATE TEMPORARY TABLE carried ON COMMIT DROP AS
SELECT b.id, b.email, b.created_at, b.profile, named.country,
       nullif(b.profile ->> 'registration_number', '') AS registration_number
  FROM buyers b
  LEFT JOIN LATERAL (
       SELECT m.country FROM orders o JOIN merchants m ON m.id = o.merchant_id
        WHERE o.buyer_id = b.id
          AND o.terms -> 'business' ->> 'registration_number' = b.profile ->> 'registration_number'
        ORDER BY o.terms ->> 'accepted_at' DESC LIMIT 1) named ON true;

INSERT INTO buyer_people (buyer_id, email, name, phone, role, profile, known_by, first_seen, last_seen)
SELECT id, email, nullif(profile ->> 'signatory', ''), nullif(profile ->> 'phone', ''),
       CASE WHEN profile ->> 'signatory' <> '' THEN 'signatory' ELSE 'contact' END,
       profile - 'signatory' - 'phone', true, created_at, created_at
  FROM carried;

UPDATE buyers b
   SET vat_number = nullif(c.profile ->> 'vat_number', ''),
       address = c.profile - 'legal_name' - 'registration_number' - 'vat_number' - 'signatory' - 'phone'
  FROM carried c WHERE c.id = b.id AND c.profile IS NOT NULL;

INSERT INTO buyer_registrations (country, registration_number, buyer_id)
SELECT DISTINCT ON (country, registration_number) country, registration_number, id FROM carried
 WHERE country IS NOT NULL AND registration_number IS NOT NULL
 ORDER BY country, registration_number, created_at, id;

-- Two addresses of one company were two buyers: from now on they share its limit.
INSERT INTO buyer_merges (id, from_buyer, into_buyer, merged_by, reason, merged_at)
SELECT gen_random_uuid(), c.id, r.buyer_id, 'tenor', 'The same registration number.', now()
  FROM carried c JOIN buyer_registrations r USING (country, registration_number) WHERE r.buyer_id <> c.id;

ALTER TABLE buyers DROP COLUMN email, DROP COLUMN profile;
