/* settings.c - the table of settings; see settings.h. Limits that come from somewhere say where
 * in docs/architecture.md; the sentences are for the administrator who reads the file. */
// SPDX-License-Identifier: EUPL-1.2
#include "config/settings.h"

#include "base/reading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

// Designated initialisers cannot be put in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
/* One row for each shape of setting. The `place` is a member of struct config. */
#define COUNT(name, value, low, high, of, place, words_for_people)                                 \
    {                                                                                              \
        .key = name, .initial = value, .sentence = words_for_people, .unit = of,                   \
        .list = SETTING_SINGLE, .kind = SETTING_COUNT, .least = low, .most = high,                 \
        .offset = offsetof(struct config, place)                                                   \
    }
#define VALUE(shape, name, value, low, high, place, words_for_people)                              \
    {                                                                                              \
        .key = name, .initial = value, .sentence = words_for_people, .list = SETTING_SINGLE,       \
        .kind = shape, .least = low, .most = high, .offset = offsetof(struct config, place)        \
    }
#define WORD(shape, name, value, list_of_words, place, words_for_people)                           \
    {                                                                                              \
        .key = name, .initial = value, .sentence = words_for_people, .words = list_of_words,       \
        .list = SETTING_SINGLE, .kind = shape, .offset = offsetof(struct config, place)            \
    }
#define COLUMN(field, index, words_for_people)                                                     \
    VALUE(SETTING_TEXT, "register.columns." field, field, 1, NAME_BYTES, register_columns[index],  \
          words_for_people)
#define USE(name, value, id, words_for_people)                                                     \
    WORD(SETTING_CHOICE, "matching.identifiers." name, value, uses, matching.identifiers[id],      \
         words_for_people)
#define ENTRY(of, shape, name, value, or_else, low, high, type, place, words_for_people)           \
    {                                                                                              \
        .key = name, .initial = value, .sentence = words_for_people, .otherwise = or_else,         \
        .list = of, .kind = shape, .least = low, .most = high, .offset = offsetof(type, place)     \
    }
#define ENTRY_WORD(of, shape, name, value, list_of_words, type, place, words_for_people)           \
    {                                                                                              \
        .key = name, .initial = value, .sentence = words_for_people, .words = list_of_words,       \
        .list = of, .kind = shape, .offset = offsetof(type, place)                                 \
    }
#define ENTRY_COUNT(of, name, value, low, high, unit_of, type, place, words_for_people)            \
    {                                                                                              \
        .key = name, .initial = value, .sentence = words_for_people, .unit = unit_of, .list = of,  \
        .kind = SETTING_COUNT, .least = low, .most = high, .offset = offsetof(type, place)         \
    }

// NOLINTEND(bugprone-macro-parentheses)

enum { NAME_BYTES = 128, WORDS_BYTES = 1024, PATH_BYTES = 2048, PATTERN_BYTES = 1024 };

enum { MS = 1, SEC = 1000, MIN = 60 * SEC, HOUR = 60 * MIN, DAY = 24 * HOUR };

/* In the order of the enums that they stand for (config.h, base/log.h). */
static const char *const uses[] = {"never", "hint", "match", NULL};
static const char *const several[] = {"clear", "copy", NULL};
static const char *const algorithms[] = {"none",    "mod11_10", "mod97_10", "damm", "luhn",
                                         "mod11_2", "mod37_2",  "mod37_36", NULL};
static const char *const archives[] = {"2b", "1b", NULL};
static const char *const sandboxes[] = {"preferred", "required", NULL};
static const char *const destinations[] = {"folder", "xdomea", "both", NULL};
static const char *const xdomea_versions[] = {"3.0.0", "3.1.0", "4.0.0", NULL};
static const char *const letterboxes[] = {"same_day", "previous_day", "last_emptying", NULL};
static const char *const colours[] = {"colour", "grey", "bitonal", NULL};
static const char *const purge_states[] = {"filed", "forwarded", "discarded", NULL};
static const char *const handlings[] = {"unopened", "unscanned", NULL};
static const char *const protections[] = {"normal", "high", NULL};
static const char *const nestings[] = {"no", "walk", "chain", NULL};
static const char *const truths[] = {"false", "true", NULL};
static const char *const imports[] = {"full", "incremental", NULL};
static const char *const encryptions[] = {"none", "starttls", "tls", NULL};
static const char *const formats[] = {"auto", "text", "json", "journal", NULL};
static const char *const levels[] = {"error", "warning", "info", "debug", NULL};

const struct setting settings[] = {
    VALUE(SETTING_TEXT, "instance.authority", "Landkreis Mecklenburgische Seenplatte", 1,
          NAME_BYTES, authority,
          "The authority, as people read it in the portal and on printed sheets."),
    VALUE(SETTING_TEXT, "instance.office", "Sozialamt", 1, NAME_BYTES, office_name,
          "The office that the mail is for."),

    ENTRY(SETTING_SITES, SETTING_TEXT, "name", NULL, NULL, 1, 64, struct config_site, name,
          "Name of the site, as listings, the portal and receipts show it."),
    ENTRY(SETTING_SITES, SETTING_PATH, "drop", NULL, "drop/ and the name", 1, PATH_BYTES,
          struct config_site, drop, "Folder that scans are dropped in."),
    ENTRY(SETTING_SITES, SETTING_DURATION, "quiet", "2s", NULL, 100 * MS, HOUR, struct config_site,
          quiet_ms, "A file is taken when its size and time of change have rested this long."),
    ENTRY(SETTING_SITES, SETTING_DURATION, "incomplete_after", "60s", NULL, SEC, DAY,
          struct config_site, incomplete_ms,
          "A file that stays incomplete this long is refused, with a reason beside it."),
    ENTRY_WORD(SETTING_SITES, SETTING_CHOICE, "letterbox", "previous_day", letterboxes,
               struct config_site, letterbox,
               "Which day counts for letters found at the first emptying of a day where nothing "
               "parts them at midnight; last_emptying is in the sender's favour."),
    ENTRY(SETTING_SITES, SETTING_OPTION_TEXT, "scan_profile", "", NULL, 0, NAME_BYTES,
          struct config_site, scan_profile, "Name of the scan profile that is used here."),
    ENTRY(SETTING_SITES, SETTING_OPTION_TEXT, "scanner", "", NULL, 0, NAME_BYTES,
          struct config_site, scanner, "The scanner: make, model, serial number."),
    ENTRY(
        SETTING_SITES, SETTING_OPTION_TEXT, "operator", "", NULL, 0, NAME_BYTES, struct config_site,
        operator_name,
        "Who scans here when no cover says so: a person, or a pseudonym that can be resolved; for "
        "the Transfervermerk."),
    ENTRY_WORD(
        SETTING_SITES, SETTING_SWITCH, "remote", "false", truths, struct config_site, is_remote,
        "Whether its scans come over the line from a desk (posteingang site) instead of from "
        "a folder here."),

    ENTRY(SETTING_TEAMS, SETTING_TEXT, "name", NULL, NULL, 1, NAME_BYTES, struct config_team, name,
          "Name of the team, as the register's team column has it."),
    ENTRY(SETTING_TEAMS, SETTING_TEXT, "title", NULL, "the name", 1, NAME_BYTES, struct config_team,
          title, "What people call the team."),
    {.key = "destination",
                                     .initial = "folder",
                                     .sentence =
         "Where what is filed to the team goes: into the cabinet, as xdomea packages into a "
         "folder for a document management system, or both.",           .words = destinations,
                                     .list = SETTING_TEAMS,
                                     .kind = SETTING_CHOICE,
                                     .offset = offsetof(struct config_team,                 destination)},
    ENTRY(SETTING_TEAMS, SETTING_OPTION_PATH, "xdomea", NULL, "xdomea.folder", 0, PATH_BYTES,
          struct config_team, xdomea, "Folder for the packages of this team."),

    ENTRY(SETTING_GRAMMARS, SETTING_TEXT, "name", NULL, NULL, 1, 64, struct config_case_grammar,
          name, "Name of the scheme, for explanations."),
    ENTRY(SETTING_GRAMMARS, SETTING_TEXT, "pattern", NULL, NULL, 1, PATTERN_BYTES,
          struct config_case_grammar, pattern,
          "Regular expression (PCRE2) that finds a number in a text; its named groups are the "
          "parts."),
    ENTRY(SETTING_GRAMMARS, SETTING_TEXT, "canonical", NULL, NULL, 1, NAME_BYTES,
          struct config_case_grammar, canonical,
          "How the register writes the number; {name} stands for the group of that name."),
    {                        .key = "check.algorithm",
                                     .initial = "none",
                                     .sentence = "How the check digit is computed: ISO 7064 MOD 11,10, MOD 97-10, MOD 11-2, MOD "
                 "37-2 or MOD 37,36, Damm, Luhn.", .words = algorithms,
                                     .list = SETTING_GRAMMARS,
                                     .kind = SETTING_CHOICE,
                                     .offset = offsetof(struct config_case_grammar, check)            },
    ENTRY(SETTING_GRAMMARS, SETTING_OPTION_TEXT, "check.over", "", NULL, 0, NAME_BYTES,
          struct config_case_grammar, check_over,
          "The digits that the check is computed over, e.g. \"50{area}{number}\"."),
    ENTRY(SETTING_GRAMMARS, SETTING_OPTION_TEXT, "check.group", "", NULL, 0, 64,
          struct config_case_grammar, check_group, "The group that holds the check digits."),

    ENTRY(SETTING_KINDS, SETTING_TEXT, "name", NULL, NULL, 1, 63, struct config_kind, name,
          "Name of the kind, in small letters, as lists and reports show it; one that the program "
          "knows already gets these triggers as well."),
    ENTRY(SETTING_KINDS, SETTING_TEXT, "title", NULL, "the name", 1, NAME_BYTES, struct config_kind,
          title, "What people call it."),
    ENTRY(SETTING_KINDS, SETTING_OPTION_TEXT, "triggers", "", NULL, 0, WORDS_BYTES,
          struct config_kind, triggers,
          "Phrases that speak for it, parted by semicolons: beginnings of words, of which the "
          "first found is enough. A weight may follow, of which 3 are enough: \"heimvertrag=2\"."),
    ENTRY(SETTING_KINDS, SETTING_OPTION_TEXT, "flags", "", NULL, 0, NAME_BYTES, struct config_kind,
          flags, "What each of the phrases raises wherever it stands: deadline, urgent."),

    ENTRY(SETTING_SCAN_PROFILES, SETTING_TEXT, "name", NULL, NULL, 1, NAME_BYTES,
          struct config_scan_profile, name, "Name of the profile, as sites and notes name it."),
    ENTRY_COUNT(SETTING_SCAN_PROFILES, "dpi", "300", 100, 1200, "dpi", struct config_scan_profile,
                dpi, "Resolution."),
    ENTRY_WORD(SETTING_SCAN_PROFILES, SETTING_CHOICE, "colour", "colour", colours,
               struct config_scan_profile, colour, "Depth of colour."),
    ENTRY_WORD(SETTING_SCAN_PROFILES, SETTING_SWITCH, "one_sided", "false", truths,
               struct config_scan_profile, is_one_sided, "true: only the front sides are scanned."),
    ENTRY(SETTING_SCAN_PROFILES, SETTING_OPTION_TEXT, "released_by", "", NULL, 0, NAME_BYTES,
          struct config_scan_profile, released_by,
          "Who tested the profile and released it, and when."),

    VALUE(SETTING_SHARE, "register.most_lost", "10 %", 0, 1, register_drop_share_most,
          "An import that would lose more than this share of the persons is refused."),
    WORD(SETTING_SWITCH, "register.import", "full", imports, register_is_incremental,
         "full: a file is the whole register. incremental: it holds the cases that changed, each "
         "with all its persons; all others stay."),
    VALUE(SETTING_OPTION_PATH, "register.folder", "", 0, PATH_BYTES, register_folder,
          "Folder whose CSV files are imported by themselves and moved to done/ or refused/ in it; "
          "empty: none."),
    VALUE(SETTING_DURATION, "register.quiet", "10s", 100 * MS, HOUR, register_quiet_ms,
          "A file in that folder is taken when its size and time of change have rested this "
          "long."),
    COLUMN("case_number", 0, "The case number."),
    COLUMN("surname", 1, "Surname."),
    COLUMN("given_names", 2, "Given names."),
    COLUMN("birth_date", 3, "Date of birth, 2001-10-08 or 08.10.2001."),
    COLUMN("street", 4, "Street without the house number."),
    COLUMN("house_number", 5, "House number."),
    COLUMN("postcode", 6, "Postcode."),
    COLUMN("city", 7, "Town or village."),
    COLUMN("team", 8, "The team that handles the case."),
    COLUMN("benefit", 9, "The benefit; the column may be missing."),
    COLUMN("caseworker", 10, "The caseworker; the column may be missing."),
    COLUMN("site", 11, "The site the person goes to; the column may be missing."),
    COLUMN("status", 12, "Whether the case is open; the column may be missing."),
    COLUMN("other_ids", 13, "Other numbers, parted by semicolons; the column may be missing."),
    COLUMN("old_numbers", 14,
           "Numbers that the case had before, parted by semicolons; the column may be missing."),
    COLUMN("blocked", 15, "Whether the case is blocked (Sperrvermerk); the column may be missing."),
    VALUE(SETTING_OPTION_TEXT, "register.words.closed",
          "beendet; geschlossen; abgeschlossen; eingestellt; archiviert; closed", 0, WORDS_BYTES,
          register_closed_words, "What the status column begins with when the case is over."),
    VALUE(SETTING_OPTION_TEXT, "register.words.blocked",
          "gesperrt; Sperrvermerk; Auskunftssperre; Mitarbeiterfall", 0, WORDS_BYTES,
          register_blocked_words,
          "What the status column begins with when the case is blocked: a letter to it always "
          "goes to a person."),
    VALUE(SETTING_OPTION_TEXT, "register.words.staff", "Mitarbeiterfall; Mitarbeiter; Bedienstete",
          0, WORDS_BYTES, register_staff_words,
          "What the status column or the column blocked begins with when the case is that of "
          "somebody who works for the office: blocked, and under a right of its own."),
    VALUE(SETTING_OPTION_TEXT, "register.words.not_blocked", "nein; n; no; 0; false; -", 0,
          WORDS_BYTES, register_unblocked_words,
          "What the column blocked begins with when the case is not blocked; anything else in it "
          "blocks the case."),
    VALUE(SETTING_OPTION_TEXT, "register.words.removed", "geloescht; gelöscht; entfernt; deleted",
          0, WORDS_BYTES, register_removed_words,
          "What the status column begins with when the row is to be taken out of the register."),

    VALUE(SETTING_PROBABILITY, "matching.threshold", "0.99", 0.5, 0.999999, matching.threshold,
          "Least probability that lets a document be filed without a person."),
    VALUE(SETTING_PROBABILITY, "matching.margin", "0.5", 0, 0.999999, matching.margin,
          "Least distance between the best case's probability and the second's."),
    COUNT("matching.candidates", "5", 1, 50, "candidates", matching.candidates_most,
          "How many candidates an explanation keeps."),
    WORD(SETTING_CHOICE, "matching.several_cases", "copy", several, matching.several_cases,
         "A letter that surely belongs to several cases, each person named with their own number. "
         "copy: filed to each; clear: a person decides."),
    USE("iban", "match", CONFIG_ID_IBAN, "IBAN of the person."),
    USE("bg_number", "match", CONFIG_ID_BG_NUMBER,
        "Number of the Bedarfsgemeinschaft (Jobcenter)."),
    USE("insurance_number", "never", CONFIG_ID_INSURANCE_NUMBER,
        "Pension insurance number; SGB IV section 18f allows its use to few."),
    USE("health_number", "hint", CONFIG_ID_HEALTH_NUMBER, "Health insurance number (KVNR)."),
    USE("tax_id", "never", CONFIG_ID_TAX_ID,
        "Tax identification number; AO section 139b binds its use to tax purposes."),
    USE("child_benefit_number", "match", CONFIG_ID_CHILD_BENEFIT, "Child benefit number."),
    USE("id_card", "never", CONFIG_ID_ID_CARD,
        "Serial number of the identity card; PAuswG section 20(3) forbids looking people up by "
        "it."),
    USE("customer_number", "match", CONFIG_ID_CUSTOMER_NUMBER,
        "Customer number of the Bundesagentur für Arbeit."),
    USE("court_reference", "match", CONFIG_ID_COURT_REFERENCE,
        "A court's file number; the register may have it with the case that is fought about."),
    USE("authority_reference", "hint", CONFIG_ID_AUTHORITY_REFERENCE,
        "Another authority's reference, known by its label (Wohngeldnummer, Geschäftszeichen); "
        "there is no national form."),
    USE("institution_number", "hint", CONFIG_ID_INSTITUTION_NUMBER,
        "Institution number (IK) of a care provider or health insurer."),

    VALUE(SETTING_TEXT, "reading.languages", "deu", 3, NAME_BYTES, reading.languages,
          "Tesseract's models, joined by +, e.g. deu+eng."),
    VALUE(SETTING_OPTION_PATH, "reading.tessdata", "", 0, PATH_BYTES, reading.tessdata,
          "Folder of the models; empty: where Debian puts them."),
    VALUE(SETTING_DURATION, "reading.page_wall", "120s", SEC, HOUR, reading.page_wall_ms,
          "A page that takes longer than this is given up."),
    VALUE(SETTING_DURATION, "reading.page_ocr", "45s", SEC, HOUR, reading.page_ocr_ms,
          "Recognition of a page ends after so much processor time, and keeps what it has."),
    VALUE(SETTING_SECONDS, "reading.page_cpu", "60s", 1, 3600, reading.page_cpu_s,
          "Processor time for one page."),
    VALUE(SETTING_SIZE, "reading.page_memory", "1GiB", 256e6, 64e9, reading.page_memory,
          "Address space for one page."),
    COUNT("reading.page_pixels", "100000000", 1e6, 1e9, "pixels", reading.page_pixels_most,
          "Largest page; A3 at 600 dpi has 70 million pixels."),
    COUNT("reading.page_side", "32768", 1000, READING_PIXELS_PER_SIDE_MOST, "pixels",
          reading.page_side_most, "Longest side of a page."),
    COUNT("reading.render_dpi", "300", 150, 600, "dpi", reading.render_dpi,
          "Resolution at which PDF pages are drawn to be read."),
    VALUE(SETTING_TEXT, "reading.separators", "PATCHT,ADAR-NEXTDOC", 0, WORDS_BYTES,
          reading.separators,
          "Codes of sheets that part documents, parted by commas; our own sheets always do."),
    VALUE(SETTING_TEXT, "reading.stickers", "ASN#,TAG:", 0, WORDS_BYTES, reading.stickers,
          "How codes on stickers begin whose page is the first of a document, parted by commas; "
          "# stands for a number."),
    WORD(SETTING_SWITCH, "reading.archive", "2b", archives, reading.archive_1b,
         "Level of PDF/A that the archive's files have."),
    WORD(SETTING_SWITCH, "reading.sandbox", "preferred", sandboxes, reading.sandbox_required,
         "Whether a reader refuses to start when the kernel lacks a layer of its sandbox."),

    VALUE(SETTING_SIZE, "limits.scan_size", "200MB", 1e3, 2e9, limits.scan_bytes_most,
          "Largest file that is taken."),
    COUNT("limits.scan_pages", "500", 1, READING_PAGES_MOST, "pages", limits.scan_pages_most,
          "Most pages in one scan."),
    VALUE(SETTING_SIZE, "limits.free_space", "500MB", 0, 1e15, limits.free_bytes_least,
          "With less free space than this, files stay where they were dropped."),

    VALUE(SETTING_LEDGER, "store.ledger", "ledger/posteingang.db", 1, PATH_BYTES, store.ledger,
          "The ledger, which knows where everything is: an SQLite file, or postgresql://… for a "
          "database on a server; #NAME behind it: the office whose ledger it is, of several in one "
          "database."),
    VALUE(SETTING_SPOOL, "store.spool", "spool", 1, PATH_BYTES, store.spool,
          "Keeps scans, readings and PDFs by their digests: a folder, or s3://BUCKET/PREFIX in an "
          "object store."),
    VALUE(SETTING_PATH, "store.cabinet", "cabinet", 1, PATH_BYTES, store.cabinet,
          "Folder of the filed documents, by team and case."),
    VALUE(SETTING_PATH, "store.runtime", "run", 1, PATH_BYTES, store.runtime,
          "Folder for sockets and locks; nothing in it outlives the programs."),
    COUNT("store.scrub_hour", "2", 0, 24, NULL, store.scrub_hour,
          "Hour of the night at which everything at rest is read and checked; 24: never."),
    COUNT("store.scrub_rate", "50", 1, 1000, NULL, store.scrub_rate,
          "How many files a second that check reads at most."),
    VALUE(SETTING_SIZE, "store.reserve", "8MB", 0, 1e9, store.reserve_bytes,
          "Room on the ledger's disk that is kept for its last words when the disk is full; 0B: "
          "none."),
    WORD(SETTING_SWITCH, "store.shared", "false", truths, store.is_shared,
         "Whether the programs run as several users of one group, which may then use the ledger, "
         "the spool and the sockets."),

    VALUE(SETTING_OPTION_TEXT, "store.s3.endpoint", "", 0, NAME_BYTES, store.s3.endpoint,
          "Address of the object store: https://HOST or https://HOST:PORT. The bucket is the first "
          "part of the path."),
    VALUE(SETTING_TEXT, "store.s3.region", "us-east-1", 1, NAME_BYTES, store.s3.region,
          "Its region, as it is in signatures."),
    VALUE(SETTING_OPTION_TEXT, "store.s3.access_key", "", 0, NAME_BYTES, store.s3.access_key,
          "The name of the key that may list, get, put and delete in the bucket."),
    VALUE(SETTING_OPTION_PATH, "store.s3.secret_file", "", 0, PATH_BYTES, store.s3.secret_file,
          "File whose first line is the secret of that key."),
    VALUE(SETTING_OPTION_PATH, "store.s3.authorities", "", 0, PATH_BYTES, store.s3.authorities,
          "File of the certificates (PEM) that the object store's is checked against; empty: the "
          "system's."),
    VALUE(SETTING_DURATION, "store.s3.timeout", "5s", SEC, MIN, store.s3.timeout_ms,
          "A request of which nothing has moved for this long is given up and made again."),
    VALUE(
        SETTING_PATH, "store.s3.cache", "cache", 1, PATH_BYTES, store.s3.cache,
        "Folder of this host for copies of objects and for what is being written; losing it loses "
        "nothing."),
    VALUE(SETTING_SIZE, "store.s3.cache_size", "10GB", 1e6, 1e15, store.s3.cache_bytes,
          "How much the copies may take; those that were used longest ago go first."),
    VALUE(SETTING_DURATION, "store.s3.cache_age", "24h", MIN, 30.0 * DAY, store.s3.cache_age_ms,
          "A copy that is older is not given out: what was deleted elsewhere shows on no host for "
          "longer."),

    COUNT("workers.readers", "0", 0, 256, "readers", workers.readers,
          "Reading programs on this host; 0: one for each core."),
    { .key = "workers.address",
                                     .otherwise = "ipc://, store.runtime and dispatch.sock",
                                     .sentence = "Where the workers of this host reach the dispatcher: ipc://PATH. "
                 "A path in the instance that is too long for a socket is put below /tmp.",              .list = SETTING_SINGLE,
                                     .kind = SETTING_TEXT,
                                     .least = 1,
                                     .most = PATH_BYTES,
                                     .offset = offsetof(struct config,                workers.address)},
    VALUE(SETTING_DURATION, "workers.lease", "60s", SEC, HOUR, workers.lease_ms,
          "A worker that says nothing of a job for this long loses it."),
    VALUE(SETTING_DURATION, "workers.heartbeat", "1s", 100 * MS, MIN, workers.heartbeat_ms,
          "How often dispatcher and workers say that they are there."),
    VALUE(SETTING_DURATION, "workers.vanished", "5s", 500 * MS, HOUR, workers.vanished_ms,
          "A worker that was silent for this long is gone."),
    COUNT("workers.attempts", "3", 1, 20, "attempts", workers.content_attempts,
          "After this many failures over its content a scan waits for a person."),
    COUNT("workers.lost", "10", 1, 100, "attempts", workers.lost_attempts,
          "After this many workers vanished over it a scan waits for a person."),
    VALUE(SETTING_DURATION, "workers.backoff", "30s", 100 * MS, DAY, workers.backoff_ms,
          "Wait before the second attempt; doubles with each further one."),
    VALUE(SETTING_DURATION, "workers.backoff_most", "1h", 100 * MS, 7 * DAY,
          workers.backoff_most_ms, "Longest wait before another attempt."),
    VALUE(SETTING_DURATION, "workers.poll", "1s", 50 * MS, MIN, workers.poll_ms,
          "How often the ledger is asked for work when no bell rings."),

    VALUE(SETTING_OPTION_TEXT, "dispatch.listen", "", 0, 300, dispatch.listen,
          "Where enrolled workers of other hosts reach the dispatcher: tcp://ADDRESS:PORT, e.g. "
          "tcp://10.0.0.1:5570, or tcp://*:5570 on every address; empty: there are none."),
    VALUE(SETTING_PATH, "dispatch.key", "keys/dispatch.key", 1, PATH_BYTES, dispatch.key,
          "The dispatcher's own key, which those workers trust."),

    VALUE(SETTING_OPTION_TEXT, "reception.listen", "", 0, 300, reception.listen,
          "Where desks far away (posteingang site) reach this centre: tcp://ADDRESS:PORT, e.g. "
          "tcp://*:5571; empty: there are none. The key is dispatch.key."),
    VALUE(SETTING_OPTION_PATH, "reception.folder", "", 0, PATH_BYTES, reception.folder,
          "Folder of scans of which a part has come; empty: incoming, in the ledger's folder."),

    VALUE(SETTING_OPTION_TEXT, "centre.connect", "", 0, 300, centre.connect,
          "At a desk far away: the centre's reception.listen, tcp://HOST:PORT. Empty: this is no "
          "such desk."),
    VALUE(SETTING_PATH, "centre.key", "keys/site.key", 1, PATH_BYTES, centre.key,
          "The desk's key file, made by: posteingang key new."),
    VALUE(SETTING_OPTION_TEXT, "centre.rates", "", 0, WORDS_BYTES, centre.rates,
          "What may be sent in a second, by hours of the day: e.g. 7-17 64kB; 17-22 256kB. 0B: "
          "nothing in these hours; hours that are not named have no limit."),
    COUNT("centre.keep", "30", 0, 3650, "days", centre.keep_days,
          "How long the desk keeps its own copy of a scan after the centre has taken it over."),
    VALUE(
        SETTING_DURATION, "centre.silence", "60s", SEC, HOUR, centre.silence_ms,
        "Without a word from the centre for this long the line counts as cut, and is tried anew."),

    VALUE(SETTING_PATH, "xdomea.folder", "xdomea/out", 1, PATH_BYTES, xdomea.folder,
          "Folder that packages are put in for the document management system, which takes them "
          "away."),
    VALUE(SETTING_PATH, "xdomea.answers", "xdomea/answers", 1, PATH_BYTES, xdomea.answers,
          "Folder that the system puts its answers (message 0630) in."),
    WORD(SETTING_CHOICE, "xdomea.version", "3.1.0", xdomea_versions, xdomea.version,
         "Version of the standard; 4.0.0 follows its published examples."),
    VALUE(SETTING_TEXT, "xdomea.sender", "Scanstelle", 1, NAME_BYTES, xdomea.sender,
          "The organisational unit that hands over, as the system shows it."),
    VALUE(SETTING_TEXT, "xdomea.creator", "posteingang", 1, NAME_BYTES, xdomea.creator,
          "The account by which the system knows this software."),

    VALUE(SETTING_PATH, "sheets.key", "keys/sheets.key", 1, PATH_BYTES, sheets.key,
          "The key that seals return sheets; made when the first one is printed. Who holds it can "
          "print sheets that file by themselves."),

    VALUE(
        SETTING_DURATION, "deadlines.escalate_after", "4h", MIN, 7 * DAY, deadlines.escalate_ms,
        "A document with a deadline that nobody has acknowledged this long after it was flagged is "
        "shown to the team's lead."),

    VALUE(SETTING_OPTION_TEXT, "privacy.medical_kinds", "attest", 0, WORDS_BYTES, medical_kinds,
          "Kinds of document, parted by semicolons, that hold health data: only those see them who "
          "were given the right to (posteingang user right --help)."),

    WORD(
        SETTING_CHOICE, "quality.protection", "normal", protections, quality.protection,
        "Protection class of the documents: normal, a sample of each batch is checked; high, every "
        "document (BSI TR-03138)."),
    VALUE(SETTING_OPTION_TEXT, "quality.high_kinds", "", 0, WORDS_BYTES, quality.high_kinds,
          "Kinds of document, parted by semicolons, of which every one is checked."),
    COUNT("quality.rate", "40", 1, 1000, "per mille", quality.rate,
          "Share of the documents of a batch (or of a site's day without batches) that another "
          "person checks at the class normal; at least one."),
    COUNT("quality.tightened_rate", "250", 1, 1000, "per mille", quality.tightened_rate,
          "The same for the batches of a site after a finding."),
    COUNT("quality.clean_batches", "5", 1, 100, "batches", quality.clean_batches,
          "In a row without a finding, until quality.rate holds for the site again."),
    COUNT(
        "quality.paper_months", "6", 0, 120, "months", quality.paper_months,
        "Paper is kept at least this long after it was scanned; then it may be destroyed when its "
        "check is done and somebody has released it."),

    ENTRY(SETTING_PURGE_RULES, SETTING_TEXT, "name", NULL, NULL, 1, NAME_BYTES,
          struct retention_rule, name, "Name of the rule, as proposals name it."),
    ENTRY_WORD(
        SETTING_PURGE_RULES, SETTING_CHOICE, "state", "discarded", purge_states,
        struct retention_rule, state,
        "Which documents: filed (counted from the day of the scan, and only when the case is "
        "closed), forwarded (from the receiver's confirmation) or discarded (from then)."),
    ENTRY(SETTING_PURGE_RULES, SETTING_OPTION_TEXT, "kind", "", NULL, 0, 63, struct retention_rule,
          kind, "Only this kind of document; empty: every kind."),
    ENTRY_COUNT(SETTING_PURGE_RULES, "months", "120", 0, 1200, "months", struct retention_rule,
                months, "How long they are kept."),
    VALUE(SETTING_DURATION, "purge.quiet", "1h", 0, DAY, purge.quiet_ms,
          "Files that were written later than this long ago are left for the next run of the "
          "deletion: whoever wrote them may not have told the ledger yet."),

    ENTRY(SETTING_BODIES, SETTING_TEXT, "name", NULL, NULL, 1, 63, struct config_body, name,
          "Name of the body, in small letters."),
    ENTRY(SETTING_BODIES, SETTING_TEXT, "title", NULL, "the name", 1, NAME_BYTES,
          struct config_body, title, "What people call it."),
    ENTRY(SETTING_BODIES, SETTING_OPTION_TEXT, "address", "", NULL, 0, WORDS_BYTES,
          struct config_body, address, "Where its mail goes."),
    ENTRY(SETTING_BODIES, SETTING_OPTION_TEXT, "words", "", NULL, 0, WORDS_BYTES,
          struct config_body, words,
          "Beginnings of lines of the address field by which it is known, parted by semicolons."),

    ENTRY(SETTING_UNOPENED, SETTING_TEXT, "name", NULL, NULL, 1, 63, struct config_unopened, name,
          "Name of the kind of mail, in small letters."),
    ENTRY(SETTING_UNOPENED, SETTING_TEXT, "title", NULL, "the name", 1, NAME_BYTES,
          struct config_unopened, title, "What people call it."),
    ENTRY_WORD(SETTING_UNOPENED, SETTING_CHOICE, "handling", "unopened", handlings,
               struct config_unopened, handling,
               "unopened: passed on as it came; unscanned: opened, and never scanned."),
    ENTRY(SETTING_UNOPENED, SETTING_OPTION_TEXT, "advice", "", NULL, 0, WORDS_BYTES,
          struct config_unopened, advice, "What the mailroom does with it."),
    ENTRY(SETTING_UNOPENED, SETTING_OPTION_TEXT, "words", "", NULL, 0, WORDS_BYTES,
          struct config_unopened, words,
          "Words on an envelope by which it is known, parted by semicolons."),
    VALUE(
        SETTING_OPTION_TEXT, "seal.command", "", 0, WORDS_BYTES, seal.command,
        "Program and words, parted by blanks, the first an absolute path: gets the day's record on "
        "standard input and gives the seal on standard output; empty: none."),
    VALUE(SETTING_OPTION_TEXT, "seal.check", "", 0, WORDS_BYTES, seal.check,
          "The same to check a seal: gets the paths of record and seal as two more words, and ends "
          "with 0 when it is good; empty: not checked."),
    VALUE(SETTING_OPTION_TEXT, "seal.stamp", "", 0, WORDS_BYTES, seal.stamp,
          "As seal.command, for a time stamp (RFC 3161); empty: none."),
    VALUE(SETTING_OPTION_TEXT, "seal.stamp_check", "", 0, WORDS_BYTES, seal.stamp_check,
          "As seal.check, for time stamps; empty: not checked."),
    VALUE(SETTING_DURATION, "seal.timeout", "30s", SEC, 10 * MIN, seal.timeout_ms,
          "Such a program that runs for longer is ended."),
    COUNT("forwarding.confirm_days", "14", 1, 365, "days", forwarding.confirm_days,
          "A receiver that has not confirmed misdirected mail after this is listed as overdue."),

    VALUE(SETTING_TEXT, "procedure.version", "1.0", 1, NAME_BYTES, procedure.version,
          "Version of the office's procedure documentation, as each Transfervermerk names it."),
    VALUE(SETTING_OPTION_TEXT, "procedure.environment", "", 0, WORDS_BYTES, procedure.environment,
          "The technical and organisational environment in words, for the Transfervermerk; empty: "
          "the name and version of this program."),

    WORD(SETTING_SWITCH, "portal.enabled", "true", truths, portal.enabled,
         "Whether `posteingang run` starts the portal."),
    VALUE(
        SETTING_TEXT, "portal.address", "127.0.0.1", 2, 45, portal.address,
        "Address the portal listens on; for other hosts give it a certificate, or put a web server "
        "with TLS before it."),
    COUNT("portal.port", "8080", 0, 65535, NULL, portal.port,
          "Port the portal listens on; 0: any free one."),
    VALUE(SETTING_OPTION_PATH, "portal.certificate", "", 0, PATH_BYTES, portal.certificate,
          "The portal's own certificate with its chain (PEM), for TLS without a web server before "
          "it; "
          "empty: no TLS. A new one is taken at the next reload."),
    VALUE(SETTING_OPTION_PATH, "portal.key", "", 0, PATH_BYTES, portal.key,
          "The private key of portal.certificate (PEM, without a password)."),
    VALUE(SETTING_DURATION, "portal.idle", "30min", MIN, DAY, portal.idle_ms,
          "A session without a request for this long ends."),
    VALUE(SETTING_DURATION, "portal.absolute", "10h", MIN, 7 * DAY, portal.absolute_ms,
          "A session ends after this in any case."),
    VALUE(SETTING_OPTION_PATH, "portal.web", "", 0, PATH_BYTES, portal.web,
          "Folder of the portal's pages; empty: those that came with the program."),
    VALUE(SETTING_OPTION_TEXT, "portal.second_factor.required", "", 0, NAME_BYTES,
          portal.factor_roles,
          "Roles that must show a second factor (TOTP), parted by semicolons, e.g. admin; "
          "registry. Everybody else may."),
    VALUE(SETTING_PATH, "portal.second_factor.key", "keys/second-factor.key", 1, PATH_BYTES,
          portal.factor_key,
          "The key that the secrets of second factors are sealed with in the ledger; made when it "
          "is first needed. Without it nobody's codes can be checked."),

    WORD(SETTING_SWITCH, "monitor.enabled", "true", truths, monitor.enabled,
         "Whether `posteingang run` starts the program that serves metrics and sends warnings."),
    VALUE(SETTING_TEXT, "monitor.address", "127.0.0.1", 2, 45, monitor.address,
          "Address that /metrics and /health are served on; whoever reaches it may read them."),
    COUNT("monitor.port", "9181", 0, 65535, NULL, monitor.port,
          "Port of /metrics and /health; 0: any free one."),

    VALUE(SETTING_OPTION_TEXT, "alarms.mail", "", 0, WORDS_BYTES, alarms.mail,
          "Who is warned by mail: addresses parted by commas; empty: nobody."),
    VALUE(SETTING_OPTION_TEXT, "alarms.webhook", "", 0, WORDS_BYTES, alarms.webhook,
          "URL that each warning is posted to as JSON; empty: none."),
    VALUE(SETTING_DURATION, "alarms.look", "10s", 100 * MS, HOUR, alarms.look_ms,
          "How often it is looked whether something is to be warned of."),
    VALUE(SETTING_DURATION, "alarms.hold", "1min", 0, DAY, alarms.hold_ms,
          "What holds for this long is warned of, and what is away for this long has ended."),
    COUNT("alarms.backlog", "2000", 0, 1000000, "scans", alarms.backlog,
          "Warns when more scans than this wait to be read; 0: never."),
    VALUE(SETTING_DURATION, "alarms.oldest", "4h", 0, 365 * (double)DAY, alarms.oldest_ms,
          "Warns when a scan or document has waited for this long; 0s: never."),
    VALUE(SETTING_DURATION, "alarms.silence", "1h", 0, 7 * DAY, alarms.silence_ms,
          "Warns when a site has not scanned this long after it usually has on such a day; "
          "0s: never."),
    COUNT("alarms.failures", "3", 0, 1000, "attempts", alarms.failures,
          "Warns when a worker fails this often in a row; 0: never."),
    COUNT("alarms.refused", "5", 0, 1000000, "scans", alarms.refused,
          "Warns when this many scans were refused within an hour; 0: never."),
    VALUE(SETTING_SIZE, "alarms.free_space", "5GB", 0, 1e15, alarms.free_bytes,
          "Warns when less than this is free for the spool or the ledger; 0B: never."),
    VALUE(SETTING_DURATION, "alarms.register_age", "8d", 0, 3650 * (double)DAY, alarms.register_ms,
          "Warns when the case register is older than this; 0s: never."),
    VALUE(SETTING_DURATION, "alarms.clearing_age", "5d", 0, 3650 * (double)DAY, alarms.clearing_ms,
          "Warns when a document has been in clearing for this long; 0s: never."),
    VALUE(SETTING_DURATION, "alarms.key_age", "730d", 0, 36500 * (double)DAY, alarms.key_ms,
          "Warns when a key file is older than this; 0s: never."),
    VALUE(
        SETTING_OPTION_TEXT, "alarms.certificates", "", 0, WORDS_BYTES, alarms.certificates,
        "Certificates (PEM files, absolute paths parted by commas) that are watched: the portal's, "
        "or that of the web server before it; empty: none."),
    VALUE(SETTING_DURATION, "alarms.expiry", "21d", 0, 3650 * (double)DAY, alarms.expiry_ms,
          "Warns this long before a certificate runs out; 0s: never."),
    VALUE(SETTING_DURATION, "alarms.undelivered", "1h", 0, 365 * (double)DAY, alarms.undelivered_ms,
          "Warns, where it still can, when a notice could not be sent for this long; 0s: never."),
    VALUE(SETTING_DURATION, "alarms.desk_silent", "1h", 0, 365 * (double)DAY, alarms.desk_silent_ms,
          "Warns when a desk far away has said nothing for this long; 0s: never."),
    VALUE(SETTING_DURATION, "alarms.desk_behind", "1d", 0, 365 * (double)DAY, alarms.desk_behind_ms,
          "Warns when a scan has waited at a desk far away for this long; 0s: never."),

    VALUE(SETTING_OPTION_TEXT, "mail.server", "", 0, 300, mail.server,
          "Mail server that takes our notices: HOST:PORT, e.g. mail.example.org:587; empty: no "
          "mail is sent."),
    WORD(SETTING_CHOICE, "mail.encryption", "starttls", encryptions, mail.encryption,
         "starttls: encrypted or not sent at all; tls: encrypted from the first byte; none: in "
         "clear text, for a mail server on this host."),
    VALUE(SETTING_OPTION_PATH, "mail.authorities", "", 0, PATH_BYTES, mail.authorities,
          "File of the certificates (PEM) that the mail server's is checked against; empty: the "
          "system's."),
    VALUE(SETTING_OPTION_TEXT, "mail.user", "", 0, NAME_BYTES, mail.user,
          "Name to log in to the mail server with; empty: without."),
    VALUE(SETTING_OPTION_PATH, "mail.password", "", 0, PATH_BYTES, mail.password,
          "File that holds the password of mail.user, readable by nobody else; empty: none."),
    VALUE(SETTING_TEXT, "mail.from", "posteingang@localhost", 3, NAME_BYTES, mail.from,
          "Mail address that our notices come from."),
    VALUE(SETTING_DURATION, "mail.timeout", "30s", SEC, 10 * MIN, mail.timeout_ms,
          "A delivery, by mail or to the webhook, is given up after this and tried again."),
    VALUE(SETTING_DURATION, "mail.backoff", "30s", 100 * MS, DAY, mail.backoff_ms,
          "Wait before a notice is sent again; doubles with each further attempt."),
    VALUE(SETTING_DURATION, "mail.backoff_most", "1h", 100 * MS, 7 * DAY, mail.backoff_most_ms,
          "Longest wait before another attempt."),
    VALUE(SETTING_DURATION, "mail.give_up", "3d", MIN, 365 * (double)DAY, mail.give_up_ms,
          "A notice that could not be sent for this long is given up."),

    VALUE(SETTING_DURATION, "retention.notices", "90d", HOUR, 3650 * (double)DAY,
          retention.notices_ms, "How long sent notices and ended warnings are kept."),
    VALUE(SETTING_DURATION, "retention.activity", "400d", 7 * (double)DAY, 3650 * (double)DAY,
          retention.activity_ms, "How long the numbers behind the portal's charts are kept."),
    VALUE(SETTING_DURATION, "retention.uploads", "1d", HOUR, 365 * (double)DAY,
          retention.uploads_ms, "How long uploads that were never finished are kept."),

    VALUE(SETTING_OPTION_TEXT, "directory.uri", "", 0, WORDS_BYTES, directory.uri,
          "Where the directory is: ldaps://HOST, or ldap://HOST with start_tls; several, parted by "
          "blanks, are tried one after the other. Empty: people have accounts here only."),
    WORD(SETTING_SWITCH, "directory.start_tls", "false", truths, directory.start_tls,
         "Whether an ldap:// connection turns to TLS before anything is said."),
    VALUE(SETTING_OPTION_PATH, "directory.ca", "", 0, PATH_BYTES, directory.ca,
          "Certificates (PEM) that the directory's own must come from; empty: those of the "
          "system."),
    VALUE(SETTING_OPTION_TEXT, "directory.bind_dn", "", 0, WORDS_BYTES, directory.bind_dn,
          "Account that searches, e.g. CN=posteingang,OU=Dienste,DC=landkreis,DC=local."),
    VALUE(SETTING_OPTION_PATH, "directory.password_file", "", 0, PATH_BYTES,
          directory.password_file, "File whose first line is that account's password."),
    VALUE(SETTING_OPTION_TEXT, "directory.user_dn", "", 0, WORDS_BYTES, directory.user_dn,
          "Instead of such an account: how people are called when they log in, e.g. "
          "{name}@landkreis.local or uid={name},ou=people,dc=landkreis."),
    VALUE(SETTING_OPTION_TEXT, "directory.base", "", 0, WORDS_BYTES, directory.base,
          "Where people are searched, e.g. DC=landkreis,DC=local."),
    VALUE(SETTING_TEXT, "directory.user_filter",
          "(&(objectCategory=person)(objectClass=user)(sAMAccountName={name})"
          "(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
          1, WORDS_BYTES, directory.user_filter,
          "What finds somebody by {name}. The default is for Active Directory and leaves out who "
          "is disabled there; for others e.g. (&(objectClass=inetOrgPerson)(uid={name}))."),
    VALUE(SETTING_TEXT, "directory.attributes.name", "sAMAccountName", 1, NAME_BYTES,
          directory.name_attribute, "What people log in with."),
    VALUE(SETTING_TEXT, "directory.attributes.title", "displayName", 1, NAME_BYTES,
          directory.title_attribute, "What people call each other."),
    VALUE(SETTING_OPTION_TEXT, "directory.attributes.mail", "mail", 0, NAME_BYTES,
          directory.mail_attribute, "Where notices go; empty: not read."),
    VALUE(SETTING_OPTION_TEXT, "directory.attributes.team", "", 0, NAME_BYTES,
          directory.team_attribute,
          "The teams of caseworkers and leads, besides those of their groups; empty: not read."),
    VALUE(SETTING_OPTION_TEXT, "directory.attributes.caseworker", "", 0, NAME_BYTES,
          directory.caseworker_attribute,
          "What the register's caseworker column calls this person; empty: not read."),
    VALUE(SETTING_OPTION_TEXT, "directory.groups.base", "", 0, WORDS_BYTES, directory.group_base,
          "Where groups are searched; empty: where people are."),
    VALUE(SETTING_TEXT, "directory.groups.filter", "(member={dn})", 1, WORDS_BYTES,
          directory.group_filter, "What finds the groups of somebody, by {dn} or {name}."),
    WORD(SETTING_CHOICE, "directory.groups.nested", "no", nestings, directory.nesting,
         "Whether groups of groups count. walk: asked level by level, of any directory; chain: "
         "Active Directory finds them itself, with (member:1.2.840.113556.1.4.1941:={dn}) in place "
         "of the filter."),
    VALUE(SETTING_DURATION, "directory.timeout", "5s", 100 * MS, MIN, directory.timeout_ms,
          "How long an answer of the directory is waited for."),
    VALUE(SETTING_DURATION, "directory.recheck", "10min", SEC, DAY, directory.recheck_ms,
          "How often the directory is asked again about those who are logged in; needs "
          "bind_dn."),

    ENTRY(SETTING_DIRECTORY_GROUPS, SETTING_TEXT, "group", NULL, NULL, 1, WORDS_BYTES,
          struct config_directory_group, group,
          "A group of the directory: its whole name (DN), or its common name alone."),
    ENTRY(SETTING_DIRECTORY_GROUPS, SETTING_OPTION_TEXT, "role", "", NULL, 0, 64,
          struct config_directory_group, role,
          "mailroom, caseworker, lead, quality, registry, auditor or admin; of several groups with "
          "a role the first in this list counts."),
    ENTRY(SETTING_DIRECTORY_GROUPS, SETTING_OPTION_TEXT, "site", "", NULL, 0, 64,
          struct config_directory_group, site, "The site, for mailroom staff."),
    ENTRY(SETTING_DIRECTORY_GROUPS, SETTING_OPTION_TEXT, "team", "", NULL, 0, NAME_BYTES,
          struct config_directory_group, team,
          "A team, for caseworkers and leads; those of all their groups count."),

    WORD(SETTING_CHOICE, "log.level", "info", levels, log_level,
         "The least important events that are logged."),
    WORD(SETTING_CHOICE, "log.format", "auto", formats, log_format,
         "auto: journald's fields where standard error is the journal, else lines of text; text; "
         "json: one object a line; journal: journald's fields."),
};
const size_t setting_count = LENGTH(settings);

// clang-format off
const struct setting_section setting_sections[] = {
    {"instance", "Who runs this instance.", SETTING_SINGLE},
    {"sites", "Where scans are dropped: a folder for each site.", SETTING_SITES},
    {"teams", "The teams that documents go to, when they need a title of their own.",
     SETTING_TEAMS},
    {"case_numbers",
     "The schemes that case numbers follow. Older schemes stay in the list for as "
     "long as such numbers come in.", SETTING_GRAMMARS},
    {"kinds", "Kinds of document of this office, besides those that the program knows.", SETTING_KINDS},
    {"scan_profiles",
     "How papers are scanned: settings that were tested and released, by name; each Transfervermerk "
     "names them.", SETTING_SCAN_PROFILES},
    {"register", "The case register, imported from a CSV file.", SETTING_SINGLE},
    {"register.words", "What the register\'s words mean: beginnings, parted by semicolons.", SETTING_SINGLE},
    {"register.columns", "What the columns of that file are called.", SETTING_SINGLE},
    {"matching", "When a document is filed without a person.", SETTING_SINGLE},
    {"matching.identifiers",
     "Which other numbers may point to a case. match: evidence like any other; hint: shown to a "
     "person only; never: not looked for.", SETTING_SINGLE},
    {"reading", "Reading of scans: recognition and its limits.", SETTING_SINGLE},
    {"limits", "What is taken over at all.", SETTING_SINGLE},
    {"store", "Where everything is kept.", SETTING_SINGLE},
    {"store.s3", "The object store, when store.spool is in one.", SETTING_SINGLE},
    {"workers", "How work is handed out.", SETTING_SINGLE},
    {"dispatch", "The door for workers on other hosts (see: posteingang key new --help).",
     SETTING_SINGLE},
    {"reception", "The door for desks far away, which keep scans and send them on.", SETTING_SINGLE},
    {"centre", "At a desk far away: the way to the centre (posteingang site).", SETTING_SINGLE},
    {"xdomea", "Handing over to a document management system; teams choose it (destination).",
     SETTING_SINGLE},
    {"sheets", "Sheets that are printed: separators, covers, return sheets.", SETTING_SINGLE},
    {"deadlines", "Documents with a deadline.", SETTING_SINGLE},
    {"privacy", "What only some may see, whatever their role and team.", SETTING_SINGLE},
    {"quality",
     "Checking of scans by another person, and how long the paper is kept.",
     SETTING_SINGLE},
    {"procedure",
     "What every Transfervermerk says of the procedure.",
     SETTING_SINGLE},
    {"purge_rules",
     "How long documents are kept before two persons may delete them. The first rule that is about "
     "a document counts; what no rule is about is never deleted.", SETTING_PURGE_RULES},
    {"purge", "Deletion of what two persons have agreed on.", SETTING_SINGLE},
    {"bodies",
     "Other bodies that mail is often meant for: where it is passed on to. A letter that is "
     "addressed to one of them waits for a person, with the body as the suggestion.", SETTING_BODIES},
    {"unopened",
     "What the mailroom does not open, or does not scan, and what to do with it. An envelope that "
     "was scanned all the same and bears these words waits for a person.", SETTING_UNOPENED},
    {"forwarding", "Misdirected mail.", SETTING_SINGLE},
    {"seal",
     "Programs that seal and stamp the digest of each day (posteingang proof seal): one with a key of "
     "the office, or the client of a trust service.", SETTING_SINGLE},
    {"portal", "The web portal.", SETTING_SINGLE},
    {"portal.second_factor", "A second factor at the log-in, besides the password.", SETTING_SINGLE},
    {"monitor", "The program that serves metrics, warns, sends notices and clears away.", SETTING_SINGLE},
    {"alarms", "When the administrators are warned, and how.", SETTING_SINGLE},
    {"mail", "How notices are sent.", SETTING_SINGLE},
    {"retention", "How long what only serves the machine is kept; letters are none of it.", SETTING_SINGLE},
    {"directory", "Log-in with the accounts of a directory (LDAP, Active Directory).", SETTING_SINGLE},
    {"directory.attributes", "What the directory calls what is read of people.", SETTING_SINGLE},
    {"directory.groups", "How the groups of people are found.", SETTING_SINGLE},
    {"directory_groups", "What groups of the directory mean here. Who is in none with a role may not log in.",
     SETTING_DIRECTORY_GROUPS},
    {"log", "What the programs say on standard error.", SETTING_SINGLE},
};
// clang-format on
const size_t setting_section_count = LENGTH(setting_sections);

_Static_assert(LENGTH(settings) <= SETTINGS_MOST, "raise SETTINGS_MOST");

const char *setting_list_key(enum setting_list list)
{
    static const char *const keys[] = {"sites",       "teams",         "case_numbers",
                                       "kinds",       "scan_profiles", "directory_groups",
                                       "purge_rules", "bodies",        "unopened"};
    return list < SETTING_LISTS ? keys[list] : "";
}
