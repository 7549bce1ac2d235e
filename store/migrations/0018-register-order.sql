-- 0018-register-order: the rows of a register's version by case and by address, as tables of their
-- own. An index that an import fills in the order of its file is written to at random places: with
-- millions of rows each portion touches nearly every page of it. These are filled in their own
-- order after the rows, and a version that leaves is cut off in one piece.
-- SPDX-License-Identifier: EUPL-1.2
DROP INDEX register_row_case;
DROP INDEX register_row_home;

CREATE TABLE register_by_case (
    version     INTEGER NOT NULL REFERENCES register_version (id),
    case_number TEXT    NOT NULL,
    line        INTEGER NOT NULL,
    PRIMARY KEY (version, case_number, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE register_by_address (
    version      INTEGER NOT NULL REFERENCES register_version (id),
    postcode     TEXT    NOT NULL,
    street       TEXT    NOT NULL, -- never empty: no street, no address
    house_number TEXT    NOT NULL,
    line         INTEGER NOT NULL,
    PRIMARY KEY (version, postcode, street, house_number, line)
) STRICT, WITHOUT ROWID;

INSERT INTO register_by_case (version, case_number, line)
    SELECT version, case_number, line FROM register_row ORDER BY version, case_number, line;
INSERT INTO register_by_address (version, postcode, street, house_number, line)
    SELECT version, postcode, street, house_number, line FROM register_row WHERE street <> ''
    ORDER BY version, postcode, street, house_number, line;
