-- 0034-desk-covers: what 0031-desk-filters did for the lists of open things, for the other lists.
-- SPDX-License-Identifier: EUPL-1.2
--
-- A list of a team, site, kind, person or state that is narrowed down by what hardly anything has
-- reads its index until the page is full: with a million documents, a row looked up for each step is
-- seconds. So the indexes hold what lists are narrowed down by (desk_list.c), but no state and no
-- audit row: a document's way through its states writes into none of them, and of the rows that are
-- left nearly all are in the state that the list wants.

DROP INDEX document_of_team;
DROP INDEX document_of_site;
DROP INDEX document_of_kind;
DROP INDEX document_own;
DROP INDEX document_decided;
DROP INDEX document_unusual;

CREATE INDEX document_of_team
    ON document (team, received_ms, id, kind, site, urgency, guard, caseworker, done);
CREATE INDEX document_of_site
    ON document (site, received_ms, id, kind, team, urgency, guard, caseworker, done);
CREATE INDEX document_of_kind
    ON document (kind, received_ms, id, site, team, urgency, guard, caseworker, done);
CREATE INDEX document_own
    ON document (caseworker, received_ms, id, kind, site, team, urgency, guard, done)
    WHERE caseworker IS NOT NULL;
CREATE INDEX document_decided
    ON document (decider, received_ms, id, kind, site, team, urgency, guard, caseworker, done)
    WHERE decider <> 'auto';
CREATE INDEX document_unusual
    ON document (state, received_ms, id, kind, site, team, urgency, guard, caseworker, decider, done)
    WHERE state <> 'filed';
