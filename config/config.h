/* config.h - posteingang.yaml, read once, checked whole, handed down as small structs.
 *
 * Every setting, its default, its limits and its sentence stand in one table (settings.c), from
 * which `init` writes the file and the documentation is made. Unknown keys, wrong units and
 * impossible combinations are errors that name the line, the reason and a suggestion. Relative
 * paths are relative to the folder of the file and come out absolute here. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/retention.h"
#include "base/spool_place.h"
#include "base/text.h"

/* What letters count for that were found at the first emptying of a day: law/receipt.h. */
enum config_letterbox {
    CONFIG_LETTERBOX_SAME_DAY = 0,
    CONFIG_LETTERBOX_PREVIOUS_DAY,
    CONFIG_LETTERBOX_LAST_EMPTYING
};

struct config_site {
    char *name;            /* as it stands in drop paths and listings */
    char *drop;            /* absolute path of its drop folder */
    int64_t quiet_ms;      /* size and mtime must rest this long before a file is taken */
    int64_t incomplete_ms; /* a file that stays incomplete this long is refused */
    enum config_letterbox letterbox;
    char *scan_profile;  /* name of the profile that is used here; NULL: none is named */
    char *scanner;       /* make, model and serial number; NULL: not said */
    char *operator_name; /* who scans here when no cover says so; NULL: not said */
    bool is_remote;      /* its scans come from a desk by the reception, not from a folder here */
};

enum config_colour { CONFIG_COLOUR_FULL = 0, CONFIG_COLOUR_GREY, CONFIG_COLOUR_BITONAL };

/* How papers are scanned: settings of a scanner that were tested and released. */
struct config_scan_profile {
    char *name;
    int64_t dpi;
    enum config_colour colour;
    bool is_one_sided; /* false: both sides */
    char *released_by; /* who tested and released it, and when; NULL: not said */
};

/* Where what is filed to a team goes. */
enum config_destination { CONFIG_FOLDER = 0, CONFIG_XDOMEA, CONFIG_FOLDER_AND_XDOMEA };

struct config_team {
    char *name;  /* as the register's team column has it */
    char *title; /* for people */
    enum config_destination destination;
    char *xdomea; /* absolute path of the folder for its packages; NULL unless it has any */
};

enum config_check_algorithm {
    CONFIG_CHECK_NONE = 0,
    CONFIG_CHECK_MOD11_10,
    CONFIG_CHECK_MOD97_10,
    CONFIG_CHECK_DAMM,
    CONFIG_CHECK_LUHN,
    CONFIG_CHECK_MOD11_2,
    CONFIG_CHECK_MOD37_2,
    CONFIG_CHECK_MOD37_36
};

/* One scheme of case numbers. `canonical` and `check_over` are templates: {name} stands for the
 * named group of the pattern. */
struct config_case_grammar {
    char *name;
    char *pattern;   /* PCRE2, UTF-8, named groups; compiled by the check */
    char *canonical; /* how the register writes it, e.g. "50.{area}.{number}-{check}" */
    enum config_check_algorithm check;
    char *check_over;  /* digits the check is computed over, e.g. "50{area}{number}"; NULL: none */
    char *check_group; /* the named group that holds the check digits; NULL: none */
};

/* A kind of document that the office has besides those that the program knows, or further triggers
 * for one of them. */
struct config_kind {
    char *name;     /* as lists and reports show it */
    char *title;    /* for people */
    char *triggers; /* phrases parted by `;`, each with an optional weight: "heimvertrag=2"; NULL */
    char *flags;    /* parted by blanks: "deadline", "urgent"; NULL */
};

enum { CONFIG_REGISTER_COLUMNS = 16 }; /* in the order of store/register.h's fields */

enum config_identifier_use {
    CONFIG_IDENTIFIER_NEVER = 0, /* not looked for */
    CONFIG_IDENTIFIER_HINT,      /* shown to a person, never part of the decision */
    CONFIG_IDENTIFIER_MATCH      /* evidence like any other */
};

/* Kinds of identifiers beyond the case number, each with its own permission. */
enum config_identifier {
    CONFIG_ID_IBAN = 0,
    CONFIG_ID_BG_NUMBER,           /* Jobcenter */
    CONFIG_ID_INSURANCE_NUMBER,    /* Rentenversicherungsnummer; SGB IV 18f: default never */
    CONFIG_ID_HEALTH_NUMBER,       /* KVNR */
    CONFIG_ID_TAX_ID,              /* AO 139b: default never */
    CONFIG_ID_CHILD_BENEFIT,       /* Kindergeldnummer */
    CONFIG_ID_ID_CARD,             /* PAuswG 20(3): default never */
    CONFIG_ID_CUSTOMER_NUMBER,     /* Kundennummer of the Bundesagentur für Arbeit */
    CONFIG_ID_COURT_REFERENCE,     /* a court's file, e.g. "S 13 SO 226/12" */
    CONFIG_ID_AUTHORITY_REFERENCE, /* labelled: Wohngeldstelle, Versorgungsamt and others */
    CONFIG_ID_INSTITUTION_NUMBER,  /* IK of a provider or health insurer */
    CONFIG_IDENTIFIERS
};

enum config_several_cases {
    CONFIG_SEVERAL_CASES_CLEAR = 0, /* a person decides */
    CONFIG_SEVERAL_CASES_COPY       /* each case gets its copy */
};

struct config_matching {
    double threshold; /* least probability to file without a person */
    double margin;    /* least distance to the runner-up's probability */
    enum config_identifier_use identifiers[CONFIG_IDENTIFIERS];
    int64_t candidates_most; /* candidates kept in an explanation */
    enum config_several_cases several_cases;
};

struct config_reading {
    char *languages;      /* Tesseract's, e.g. "deu" or "deu+eng" */
    char *tessdata;       /* folder of the models; NULL: Tesseract's own default */
    int64_t page_wall_ms; /* a page child is killed after this */
    int64_t page_ocr_ms;  /* recognition stops after this, processor time */
    int64_t page_cpu_s;   /* RLIMIT_CPU of a page child */
    int64_t page_memory;  /* bytes: RLIMIT_AS of a page child */
    int64_t page_pixels_most;
    int64_t page_side_most; /* px */
    int64_t render_dpi;     /* for PDF pages that have to be rendered */
    char *separators;       /* codes of sheets that part documents, parted by commas; "" for none */
    char *stickers;         /* how codes begin whose page is the first of a document; likewise */
    bool archive_1b;        /* PDF/A-1b instead of 2b */
    bool sandbox_required;  /* false: preferred; refuse to serve when a layer is missing */
};

struct config_limits {
    int64_t scan_bytes_most;
    int64_t scan_pages_most;
    int64_t free_bytes_least; /* the intake leaves files where they are below this */
};

/* The object store, when the spool is in one. */
struct config_s3 {
    char *endpoint, *region, *access_key;
    char *secret_file; /* absolute path */
    char *authorities; /* absolute path; NULL: the system's */
    int64_t timeout_ms;
    char *cache; /* absolute path */
    int64_t cache_bytes;
    int64_t cache_age_ms;
};

struct config_store {
    char *ledger; /* absolute path of the SQLite file, later also postgresql://… */
    char *spool;  /* absolute path of the folder, or s3://… */
    struct config_s3 s3;
    char *cabinet;         /* absolute path: the central team's files */
    char *runtime;         /* absolute path of the folder for sockets and locks, mode 0700 */
    int64_t scrub_hour;    /* local time; 24: never */
    int64_t scrub_rate;    /* spool objects a second */
    int64_t reserve_bytes; /* beside the ledger, for when its disk is full */
    bool is_shared;        /* the programs run as several users of one group: base/share.h */
};

struct config_workers {
    int64_t readers; /* 0: one a core */
    char *address;   /* ZeroMQ address of the dispatcher, e.g. "ipc:///…/dispatch.sock" */
    int64_t lease_ms;
    int64_t heartbeat_ms;
    int64_t vanished_ms; /* a silent worker is given up after this */
    int64_t content_attempts;
    int64_t lost_attempts;
    int64_t backoff_ms;
    int64_t backoff_most_ms;
    int64_t poll_ms; /* how often the ledger is asked when no bell rings */
};

/* The dispatcher's door for workers on other hosts. */
struct config_dispatch {
    char *listen; /* "tcp://HOST:PORT"; NULL: workers on this host only */
    char *key;    /* absolute path of the dispatcher's key file */
};

/* The centre's door for desks far away: posteingang-reception. */
struct config_reception {
    char *listen; /* "tcp://HOST:PORT"; NULL: there are none. The key is dispatch.key */
    char *folder; /* absolute path: scans that are not all here yet */
};

enum { CONFIG_HOURS = 24, CONFIG_RATE_UNLIMITED = -1 };

/* A desk's way to the centre: posteingang site. */
struct config_centre {
    char *connect;     /* "tcp://HOST:PORT", the centre's reception.listen; NULL: this is no desk */
    char *key;         /* absolute path of the desk's key file */
    char *rates;       /* as it is written; see config_rates_read(); NULL: no limit */
    int64_t keep_days; /* its own copies, after the centre has them */
    int64_t silence_ms; /* without a word from the centre the line counts as cut */
};

/* Packages for a document management system: filing/xdomea.h. */
struct config_xdomea {
    char *folder;  /* absolute: packages of teams without a folder of their own */
    char *answers; /* absolute: where the system's answers come in */
    int version;   /* enum xdomea_version */
    char *sender;  /* the unit that sends, for the system */
    char *creator; /* the account by which it knows us */
};

struct config_sheets {
    char *key; /* absolute path of the key that seals return sheets */
};

/* Deadlines, checking and paper: dated rules of the office, see docs/operations.md. */
struct config_deadlines {
    int64_t escalate_ms; /* a flagged document that nobody acknowledged by then is escalated */
};

enum config_protection { CONFIG_PROTECTION_NORMAL = 0, CONFIG_PROTECTION_HIGH };

struct config_quality {
    enum config_protection protection; /* of a batch's documents */
    char *high_kinds;                  /* kinds parted by `;` that are always checked; NULL: none */
    int64_t rate;                      /* per mille of a batch that are checked */
    int64_t tightened_rate;            /* the same after a finding */
    int64_t clean_batches;             /* in a row without one, until `rate` holds again */
    int64_t paper_months;              /* paper is kept this long after it was scanned */
};

struct config_purge {
    int64_t quiet_ms; /* files that are younger wait for the next run */
};

/* Another body that mail is passed on to. */
struct config_body {
    char *name;
    char *title;   /* for people */
    char *address; /* NULL: not said */
    char *words;   /* beginnings of lines of an address field, parted by `;`; NULL: none */
};

enum config_handling { CONFIG_UNOPENED = 0, CONFIG_UNSCANNED };

/* Mail that is not opened, or not scanned. */
struct config_unopened {
    char *name;
    char *title; /* for people */
    enum config_handling handling;
    char *advice; /* NULL: none */
    char *words;  /* on an envelope, parted by `;`; NULL: none */
};

/* Programs of the office that seal and stamp the daily root; cli/proof_provider.h. */
struct config_seal {
    char *command, *check;     /* of seals; NULL: none */
    char *stamp, *stamp_check; /* of time stamps; NULL: none */
    int64_t timeout_ms;
};

struct config_forwarding {
    int64_t confirm_days; /* until a confirmation is overdue */
};

/* What the Transfervermerk says of the procedure. */
struct config_procedure {
    char *version;     /* of the Verfahrensdokumentation */
    char *environment; /* NULL: this program's name and version */
};

/* What a group of the directory means here. */
struct config_directory_group {
    char *group; /* its name (DN), or its common name alone */
    char *role;  /* as user_role_name() has it; NULL: it gives no role */
    char *site;  /* of mailroom staff; NULL: none */
    char *team;  /* of caseworkers and leads; NULL: none */
};

enum config_directory_nesting { CONFIG_NESTING_NO = 0, CONFIG_NESTING_WALK, CONFIG_NESTING_CHAIN };

/* A directory (LDAP, Active Directory) whose people may log in. */
struct config_directory {
    char *uri; /* parted by blanks: tried one after the other; NULL: there is no directory */
    bool start_tls;
    char *ca;            /* file of certificates; NULL: those of the system */
    char *bind_dn;       /* who searches; NULL: nobody, or the person themselves */
    char *password_file; /* of bind_dn; NULL: none */
    char *user_dn;       /* "uid={name},…": who logs in is bound so at once; NULL: searched for */
    char *base;          /* where people are searched; NULL only without uri */
    char *user_filter;
    char *name_attribute, *title_attribute;
    char *mail_attribute, *team_attribute, *caseworker_attribute; /* NULL: not read */
    char *group_base;                                             /* NULL: base */
    char *group_filter;
    enum config_directory_nesting nesting;
    int64_t timeout_ms;
    int64_t recheck_ms;
};

struct config_portal {
    bool enabled;
    char *address; /* "127.0.0.1" */
    int64_t port;
    char *certificate;   /* PEM with its chain; NULL: the portal speaks no TLS */
    char *key;           /* its private key; NULL as the certificate is */
    char *factor_roles;  /* parted by semicolons; NULL: none must show a second factor */
    char *factor_key;    /* absolute path of the key that seals second factors */
    int64_t idle_ms;     /* session ends after this without a request */
    int64_t absolute_ms; /* session ends after this in any case */
    char *web;           /* folder of the web application's files; NULL: beside the program */
};

/* The program that looks after the others: metrics, alarms, notices, clearing away. */
struct config_monitor {
    bool enabled;
    char *address; /* "127.0.0.1" */
    int64_t port;  /* of /metrics and /health */
};

/* When an admin is warned; 0 of a number or time switches that alarm off. */
struct config_alarms {
    char *mail;          /* addresses parted by commas; NULL: none */
    char *webhook;       /* URL; NULL: none */
    int64_t look_ms;     /* how often it is looked */
    int64_t hold_ms;     /* what holds this long is an alarm, what does not hold this long ended */
    int64_t backlog;     /* scans that wait to be read */
    int64_t oldest_ms;   /* waiting time of the oldest scan or document */
    int64_t silence_ms;  /* after the time by which a site usually has scanned */
    int64_t failures;    /* of one worker in a row */
    int64_t refused;     /* scans refused within an hour */
    int64_t free_bytes;  /* free space where the spool or the ledger is */
    int64_t register_ms; /* age of the case register */
    int64_t clearing_ms; /* age of the oldest document in clearing */
    int64_t key_ms;      /* age of a key file */
    char *certificates;  /* PEM files parted by commas; NULL: none */
    int64_t expiry_ms;   /* before the end of a certificate */
    int64_t undelivered_ms; /* age of the oldest notice that waits */
    int64_t desk_silent_ms; /* a desk far away says nothing for so long */
    int64_t desk_behind_ms; /* age of the oldest scan that waits at one */
};

enum config_encryption {
    CONFIG_ENCRYPTION_NONE = 0, /* for a mail server on this host */
    CONFIG_ENCRYPTION_STARTTLS, /* or nothing is sent */
    CONFIG_ENCRYPTION_TLS       /* from the first byte */
};

struct config_mail {
    char *server; /* "HOST:PORT"; NULL: no mail is sent */
    enum config_encryption encryption;
    char *authorities; /* absolute path of CA certificates; NULL: the system's */
    char *user;        /* NULL: none */
    char *password;    /* absolute path of the file with the password; NULL: none */
    char *from;        /* mail address of the sender */
    int64_t timeout_ms;
    int64_t backoff_ms; /* before a notice is sent again; doubles */
    int64_t backoff_most_ms;
    int64_t give_up_ms; /* a notice that is this old is not sent any more */
};

/* How long what is only of use to the machine's keepers is kept. */
struct config_retention {
    int64_t notices_ms;  /* sent notices and ended alarms */
    int64_t activity_ms; /* numbers behind the charts */
    int64_t uploads_ms;  /* uploads that were never finished */
};

struct config {
    char *path;      /* absolute */
    char *folder;    /* absolute; relative paths in the file start here */
    char *authority; /* who runs this instance, for people */
    char *office_name;
    struct config_site *sites;
    size_t site_count;
    struct config_team *teams;
    size_t team_count;
    struct config_case_grammar *grammars;
    size_t grammar_count;
    struct config_kind *kinds;
    size_t kind_count;
    struct config_scan_profile *scan_profiles;
    size_t scan_profile_count;
    struct retention_rule *purge_rules;
    size_t purge_rule_count;
    struct config_body *bodies;
    size_t body_count;
    struct config_unopened *unopened;
    size_t unopened_count;
    struct config_directory directory;
    struct config_directory_group *directory_groups;
    size_t directory_group_count;
    char *register_columns[CONFIG_REGISTER_COLUMNS];
    double register_drop_share_most;
    bool register_is_incremental; /* how a file is taken when nothing else is said */
    char *register_folder;        /* watched for exports; NULL: none is */
    int64_t register_quiet_ms;    /* a file there is whole when it has rested this long */
    char *medical_kinds;         /* kinds of document with health data, parted by `;`; NULL: none */
    char *register_closed_words; /* what the register's words mean: store/register.h */
    char *register_blocked_words;
    char *register_staff_words;
    char *register_unblocked_words;
    char *register_removed_words;
    struct config_matching matching;
    struct config_reading reading;
    struct config_limits limits;
    struct config_store store;
    struct config_workers workers;
    struct config_dispatch dispatch;
    struct config_reception reception;
    struct config_centre centre;
    struct config_xdomea xdomea;
    struct config_sheets sheets;
    struct config_deadlines deadlines;
    struct config_quality quality;
    struct config_purge purge;
    struct config_forwarding forwarding;
    struct config_seal seal;
    struct config_procedure procedure;
    struct config_portal portal;
    struct config_monitor monitor;
    struct config_alarms alarms;
    struct config_mail mail;
    struct config_retention retention;
    enum log_level log_level;
    enum log_format log_format;
    char *notes; /* lines on what was settled otherwise than a person may expect; NULL for none */
};

/* Reads and checks the whole file. On STATUS_OK the caller owns *ret_config (config_free()).
 * STATUS_REFUSE: every problem that was found is appended to `problems` (when not NULL), one a
 * line as "posteingang.yaml:12: …", and the first is in `fault`. */
enum status config_load(const char *path, struct config **ret_config, struct text *problems,
                        struct fault *fault);
void config_free(struct config **config_p);

/* Whether the ledger is a database on a server. */
bool config_ledger_is_on_server(const struct config *config);
/* The folder of the ledger's file, or the one that its local helpers have when it is on a server:
 * "ledger" below the configuration's. The caller owns it; NULL: no memory. */
char *config_ledger_folder(const struct config *config);
/* Where the spool is; borrows from the configuration. */
struct spool_place config_spool_place(const struct config *config);
/* What the spool uses of this host's disks: its folder, or the cache of its bucket. Borrowed. */
const char *config_spool_folder(const struct config *config);

/* Where the file is: `given` (--config), else $POSTEINGANG_CONFIG, else ./posteingang.yaml, else
 * /etc/posteingang/posteingang.yaml. Static or borrowed; never NULL. */
const char *config_find(const char *given);

/* config_find() and config_load(), with problems printed to standard error. Programs use this:
 * NULL means exit with EXIT_CONFIGURATION. store.shared is in force from here on. */
struct config *config_load_or_explain(const char *given);

/* Reads a table of hours, e.g. "7-17 64kB; 17-22 256kB": from the first hour (local time) until
 * before the last one, bytes a second; 0B: nothing is sent. Hours that are not named have no limit:
 * CONFIG_RATE_UNLIMITED. `text` NULL: none has. False: `reason` says what is wrong. */
bool config_rates_read(const char *text, int64_t ret_rates[CONFIG_HOURS], struct text *reason);

/* Whether a site may be called that: it becomes a folder's name and a column of listings. */
bool config_site_name_is_fit(const char *name);
/* NULL when there is none of that name. */
const struct config_site *config_site(const struct config *config, const char *name);
/* NULL when there is none of that name: then what is filed goes into the cabinet alone. */
const struct config_team *config_team(const struct config *config, const char *name);
/* The scan profile of a site; NULL when it names none. Borrowed. */
const struct config_scan_profile *config_scan_profile_of(const struct config *config,
                                                         const char *site);

/* Appends a complete posteingang.yaml: every setting with its default and one sentence, the
 * example grammars, and the sites named (`site_count` of them). */
void config_append_sample(struct text *text, const char *const *sites, size_t site_count);
/* Appends docs/settings.md: every setting with kind, default, limits and sentence. */
void config_append_reference(struct text *text);
/* Appends the effective settings in the same form, without the sentences. */
void config_append_effective(const struct config *config, struct text *text);
/* Number of readers after "one a core" was worked out. */
int64_t config_reader_count(const struct config *config);

#endif
