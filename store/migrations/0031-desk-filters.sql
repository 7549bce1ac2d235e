-- 0031-desk-filters: a filter of a list that hardly anything passes costs no look at the rows themselves.
-- SPDX-License-Identifier: EUPL-1.2
--
-- The indexes of what is open, of clearing, and of a kind hold everything that their lists ask for
-- (desk_list.c): a walk over all of it for a site, kind or flag that none of it has reads the index
-- alone. A list that asks for another column is to add it here, or each step looks up its row.

DROP INDEX document_open;
DROP INDEX document_open_team;
DROP INDEX document_open_own;
DROP INDEX document_clearing;
DROP INDEX document_clearing_team;
DROP INDEX document_of_kind;

CREATE INDEX document_open
    ON document (urgency, received_ms, id, kind, site, caseworker, decision, guard, state, done)
    WHERE state = 'filed' AND done = 0;
CREATE INDEX document_open_team
    ON document (team, urgency, received_ms, id, kind, site, caseworker, decision, guard, state, done)
    WHERE state = 'filed' AND done = 0;
CREATE INDEX document_open_own
    ON document (caseworker, urgency, received_ms, id, kind, site, decision, guard, state, done)
    WHERE state = 'filed' AND done = 0;
CREATE INDEX document_clearing
    ON document (waiting, urgency, received_ms, id, kind, site, caseworker, decision, guard, state)
    WHERE state = 'clearing';
CREATE INDEX document_clearing_team
    ON document (team, waiting, urgency, received_ms, id, kind, site, caseworker, decision, guard, state)
    WHERE state = 'clearing';
CREATE INDEX document_of_kind
    ON document (kind, received_ms, id, team, caseworker, decider, site, decision, guard, state, done);
