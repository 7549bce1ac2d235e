-- 0009-pages: what is known of each page: its size, its pictures, the sheet of ours that it was.
-- SPDX-License-Identifier: EUPL-1.2
--
-- Offsets and lengths are bytes in the scan's page file, an object of the spool; length 0: there is
-- none. reading, text and pdf belong to blank pages that were set aside, which can come back.
ALTER TABLE scan ADD COLUMN page_file BLOB;

ALTER TABLE page ADD COLUMN rotation INTEGER NOT NULL DEFAULT 0; -- clockwise degrees
ALTER TABLE page ADD COLUMN notes    INTEGER NOT NULL DEFAULT 0; -- bits: base/page_facts.h
ALTER TABLE page ADD COLUMN width    INTEGER NOT NULL DEFAULT 0; -- px, as a person reads it
ALTER TABLE page ADD COLUMN height   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN dpi      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN sheet    TEXT    NOT NULL DEFAULT ''; -- its code
ALTER TABLE page ADD COLUMN preview_offset INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN preview_length INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN preview_media  INTEGER NOT NULL DEFAULT 0; -- 1 PNG, 2 JPEG
ALTER TABLE page ADD COLUMN preview_width  INTEGER NOT NULL DEFAULT 0; -- px
ALTER TABLE page ADD COLUMN preview_height INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN thumbnail_offset INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN thumbnail_length INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN thumbnail_media  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN thumbnail_width  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN thumbnail_height INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN reading_offset INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN reading_length INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN text_offset    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN text_length    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN pdf_offset     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN pdf_length     INTEGER NOT NULL DEFAULT 0;
