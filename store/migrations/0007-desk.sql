-- 0007-desk: what caseworkers need of a document at a glance, and what they do with it.
-- SPDX-License-Identifier: EUPL-1.2
--
-- team, case_number, kind, caseworker, decider and urgency repeat what the decision that counts says, so
-- that lists of a million documents are walks along an index. They are written where `decision`
-- is, and nowhere else.
ALTER TABLE document ADD COLUMN team TEXT;
ALTER TABLE document ADD COLUMN case_number TEXT;
ALTER TABLE document ADD COLUMN kind TEXT;
ALTER TABLE document ADD COLUMN caseworker TEXT; -- of the case, as the register has it; NULL: none
ALTER TABLE document ADD COLUMN decider TEXT;    -- who decided: "auto", or a person's name
ALTER TABLE document ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0; -- 2 urgent, 1 deadline, 0 none
ALTER TABLE document ADD COLUMN done INTEGER NOT NULL DEFAULT 0;    -- 1: somebody took note of it
-- 1: in clearing, but its case is not in the register yet.
ALTER TABLE document ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
-- Where a recalled document goes once it is out of the cabinet; NULL unless recalled.
ALTER TABLE document ADD COLUMN destination TEXT;

UPDATE document SET (team, case_number, kind, decider, urgency) =
    (SELECT c.team, c.case_number, c.kind, c.decided_by,
            CASE WHEN c.flags LIKE '%urgent%' THEN 2 WHEN c.flags LIKE '%deadline%' THEN 1 ELSE 0 END
     FROM decision c WHERE c.id = document.decision)
WHERE decision IS NOT NULL;

-- The inbox: filed, and nobody took note yet.
CREATE INDEX document_open ON document (urgency, received_ms, id)
    WHERE state = 'filed' AND done = 0;
CREATE INDEX document_open_team ON document (team, urgency, received_ms, id)
    WHERE state = 'filed' AND done = 0;
CREATE INDEX document_open_own ON document (caseworker, urgency, received_ms, id)
    WHERE state = 'filed' AND done = 0;
-- Clearing.
CREATE INDEX document_clearing ON document (waiting, urgency, received_ms, id)
    WHERE state = 'clearing';
CREATE INDEX document_clearing_team ON document (team, waiting, urgency, received_ms, id)
    WHERE state = 'clearing';
-- Everything, the newest first.
CREATE INDEX document_newest ON document (received_ms, id);
CREATE INDEX document_of_team ON document (team, received_ms, id);
CREATE INDEX document_of_case ON document (case_number, received_ms, id);
CREATE INDEX document_of_kind ON document (kind, received_ms, id);
CREATE INDEX document_of_site ON document (site, received_ms, id);
CREATE INDEX document_own ON document (caseworker, received_ms, id) WHERE caseworker IS NOT NULL;
CREATE INDEX document_decided ON document (decider, received_ms, id) WHERE decider <> 'auto';
CREATE INDEX document_unusual ON document (state, received_ms, id) WHERE state <> 'filed';
-- What changed since, for the search index.
CREATE INDEX document_changed ON document (audit, id);

-- What people wrote beside a document. Never changed, never deleted.
CREATE TABLE note (
    id       INTEGER PRIMARY KEY,
    document BLOB    NOT NULL REFERENCES document (id),
    at_ms    INTEGER NOT NULL,
    author   TEXT    NOT NULL,
    words    TEXT    NOT NULL,
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT;
CREATE INDEX note_of ON note (document, id);

-- A document that left the house, or was found to be of no use.
CREATE TABLE handover (
    id       INTEGER PRIMARY KEY,
    document BLOB    NOT NULL REFERENCES document (id),
    at_ms    INTEGER NOT NULL,
    author   TEXT    NOT NULL,
    outcome  TEXT    NOT NULL, -- "forwarded" or "discarded"
    target   TEXT,             -- whom it was forwarded to
    day      TEXT,             -- when, YYYY-MM-DD
    reason   TEXT    NOT NULL,
    audit    INTEGER NOT NULL REFERENCES audit (id)
) STRICT;
CREATE INDEX handover_of ON handover (document, id);

-- Who looked at which document, as what, last: unread is what one has not looked at. Each look has
-- its row in the audit, but for those that follow one another within minutes.
CREATE TABLE sight (
    document BLOB    NOT NULL REFERENCES document (id),
    person   TEXT    NOT NULL,
    what     TEXT    NOT NULL, -- "document", "text", "pdf" …
    last_ms  INTEGER NOT NULL,
    PRIMARY KEY (document, person, what)
) STRICT, WITHOUT ROWID;
