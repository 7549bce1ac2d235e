-- The batch of a document, without walking over the pages of all.
CREATE INDEX page_of_batch ON page (document, number) WHERE batch IS NOT NULL;
