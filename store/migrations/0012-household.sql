-- 0012-household: who lives at an address, for the other cases of a household.
-- SPDX-License-Identifier: EUPL-1.2
CREATE INDEX register_row_home ON register_row (postcode, street, house_number, version);
