/* verify.c - is everything at rest as it should be? See audit.h.
 *
 * In this order, because each step trusts the ones before: the database file itself, the audit
 * chain, the states against each other (a table of queries, each for what must not be), the rows
 * against their audit rows (a state, digest or case number changed without a trace contradicts
 * them), and last and longest the spool objects. Nothing is changed, and nothing is kept in
 * memory but the row at hand.
 *
 * All but the objects is one look at one moment. The objects are walked in portions, so that
 * hours of reading do not hold back the write-ahead log; what comes in meanwhile is not missed,
 * because ids grow with time. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/audit.h"
#include "store/ledger_private.h"
#include "store/proof.h"

enum { OBJECTS_A_PORTION = 128 };

struct check {
    struct ledger *ledger;
    struct spool *spool;
    void (*progress)(void *context, uint64_t done, uint64_t all);
    damage_found *damage; /* NULL: nobody */
    void *context;
    uint64_t objects; /* in all, for the progress */
    struct digest_stream state;
    struct verify_result result;
};

__attribute__((format(printf, 2, 3))) static void found(struct check *check, const char *format,
                                                        ...)
{
    if (check->result.faults == 0) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(check->result.first_fault, sizeof check->result.first_fault, format,
                        arguments);
        va_end(arguments);
    }
    check->result.faults++;
}

/* ---- the audit chain ------------------------------------------------------------------------ */

static struct digest hash_of_row(struct rows *rows, const struct digest *previous)
{
    const char *strings[4];
    for (int i = 0; i < 4; i++)
        strings[i] = rows_text(rows, 2 + i) == NULL ? "" : rows_text(rows, 2 + i);
    return audit_hash(previous, rows_integer(rows, 0), rows_integer(rows, 1), strings[0],
                      strings[1], strings[2], strings[3]);
}

/* Goes on from what a bad row says of itself, so that one bad row is one fault. */
static void check_audit_row(struct check *check, struct rows *rows, int64_t *last,
                            struct digest *previous)
{
    int64_t id = rows_integer(rows, 0);
    struct digest stored = rows_digest(rows, 6);
    struct digest computed = hash_of_row(rows, previous);
    if (id != *last + 1)
        found(check, "audit row %" PRId64 " is missing: after row %" PRId64 " comes row %" PRId64,
              *last + 1, *last, id);
    else if (!digest_equal(&stored, &computed))
        found(check, "audit row %" PRId64 " was changed: its hash does not follow from it", id);
    *last = id;
    *previous = stored;
    check->result.audit_rows++;
}

static enum status check_chain(struct check *check, struct fault *fault)
{
    struct rows *rows = NULL;
    struct digest previous = {0};
    int64_t last = 0;
    bool there = true;
    enum status status = database_walk(
        check->ledger->database,
        "SELECT id, at_ms, actor, action, subject, detail, hash FROM audit ORDER BY id", NO_VALUES,
        &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        check_audit_row(check, rows, &last, &previous);
    }
    rows_done(&rows);
    digest_add(&check->state, previous.bytes, DIGEST_BYTES);
    return status;
}

/* ---- states --------------------------------------------------------------------------------- */

enum subject { SUBJECT_UUID, SUBJECT_NUMBER, SUBJECT_WORD };

/* What must not be. Each query gives the offenders in its first column. */
struct rule {
    const char *noun;
    enum subject subject;
    const char *words;
    const char *sql;
};

#define OPEN_READ_JOB                                                                              \
    "SELECT 1 FROM job j WHERE j.scan = s.id AND j.document IS NULL AND j.state <> 'done'"
#define OPEN_JOB                                                                                   \
    "SELECT 1 FROM job j WHERE j.scan = d.scan AND j.document = d.id AND j.state <> 'done'"

static const struct rule rules[] = {
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "is in a state that there is not",
     .sql =
         "SELECT id FROM scan WHERE state NOT IN"
         " ('received', 'reading', 'read', 'failed', 'refused', 'duplicate', 'corrupt', 'purged',"
         " 'sent')"                                                                               },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "was set aside as corrupt: a person must look",
     .sql = "SELECT id FROM scan WHERE state = 'corrupt'"                                         },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "is received, but no read job waits for a reader",
     .sql = "SELECT s.id FROM scan s WHERE s.state = 'received' AND NOT EXISTS"
            " (" OPEN_READ_JOB " AND j.state = 'ready')"                                          },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "is reading, but no reader holds its job",
     .sql = "SELECT s.id FROM scan s WHERE s.state = 'reading' AND NOT EXISTS"
            " (" OPEN_READ_JOB " AND j.state = 'leased')"                                         },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "has failed, but its job is not dead",
     .sql = "SELECT s.id FROM scan s WHERE s.state = 'failed' AND NOT EXISTS"
            " (" OPEN_READ_JOB " AND j.state = 'dead')"                                           },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "is at rest, but still has a read job",
     .sql = "SELECT s.id FROM scan s WHERE s.state IN ('read', 'refused', 'duplicate', 'sent') AND "
            "EXISTS"
            " (" OPEN_READ_JOB ")"                                                                },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "was refused or failed without a reason",
     .sql = "SELECT id FROM scan WHERE state IN ('refused', 'failed') AND (error IS NULL OR error "
            "= '')"                                                                               },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "does not say rightly which scan it is a duplicate of",
     .sql = "SELECT s.id FROM scan s LEFT JOIN scan f ON f.id = s.duplicate_of WHERE"
            " (s.state = 'duplicate' AND (f.id IS NULL OR f.sha256 <> s.sha256 OR f.id = s.id))"
            " OR (s.state NOT IN ('duplicate', 'sent', 'refused', 'corrupt') AND s.duplicate_of IS "
            "NOT NULL)"                                                                           },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "has no bytes in the spool, but was not refused",
     .sql = "SELECT id FROM scan WHERE has_bytes = 0 AND state NOT IN ('refused', 'corrupt', "
            "'purged', 'sent')"                                                                   },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "was read, but its pages are not each there exactly once",
     .sql =
         "SELECT s.id FROM scan s WHERE s.state = 'read' AND (s.page_count < 1 OR s.page_count <>"
         " (SELECT count(*) FROM page p WHERE p.scan = s.id AND p.number >= 1"
         " AND p.number <= s.page_count) OR EXISTS (SELECT 1 FROM page p WHERE p.scan = s.id"
         " AND (p.number < 1 OR p.number > s.page_count)))"                                       },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "was read, but its documents are not all there",
     .sql = "SELECT s.id FROM scan s WHERE s.state = 'read' AND s.documents <>"
            " (SELECT count(*) FROM document d WHERE d.scan = s.id)"                              },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "was not read, but has pages or documents",
     .sql = "SELECT s.id FROM scan s WHERE s.state NOT IN ('read', 'corrupt', 'purged') AND"
            " (EXISTS (SELECT 1 FROM page p WHERE p.scan = s.id)"
            " OR EXISTS (SELECT 1 FROM document d WHERE d.scan = s.id))"                          },
    {.noun = "a page of scan",
     .subject = SUBJECT_UUID,
     .words = "ended in a way that there is not, or in no document",
     .sql =
         "SELECT scan FROM page WHERE outcome NOT IN ('document', 'separator', 'blank', 'refused',"
         " 'duplicate') OR (outcome IN ('document', 'duplicate')) <> (document IS NOT NULL)"      },
    {.noun = "a page of scan",
     .subject = SUBJECT_UUID,
     .words = "is called a duplicate, but its document is in use",
     .sql = "SELECT p.scan FROM page p JOIN document d ON d.id = p.document WHERE"
            " p.outcome = 'duplicate' AND d.state NOT IN ('discarded', 'recalled', 'corrupt')"    },
    {.noun = "a page of scan",
     .subject = SUBJECT_UUID,
     .words = "is in a document of another scan",
     .sql = "SELECT p.scan FROM page p JOIN document d ON d.id = p.document WHERE d.scan <> p.scan"
            " AND d.arrangement IS NULL"                                                          },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is in a state that there is not",
     .sql = "SELECT id FROM document WHERE state NOT IN"
            " ('matching', 'filed', 'clearing', 'forwarded', 'discarded', 'recalled', 'corrupt',"
            " 'arranging', 'replaced', 'purged')"                                                 },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "was set aside as corrupt: a person must look",
     .sql = "SELECT id FROM document WHERE state = 'corrupt'"                                     },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "has no page",
     .sql = "SELECT d.id FROM document d WHERE d.state NOT IN ('replaced', 'purged') AND NOT "
            "(d.state ="
            " 'recalled' AND d.destination = 'replaced') AND NOT EXISTS"
            " (SELECT 1 FROM page p WHERE p.scan = d.scan AND p.document = COALESCE(d.copy_of, "
            "d.id))"                                                                              },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is matching, but no job is open or dead for it",
     .sql = "SELECT d.id FROM document d WHERE d.state = 'matching' AND NOT EXISTS (" OPEN_JOB ")"},
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "has more than one job that is open",
     .sql = "SELECT j.document FROM job j WHERE j.document IS NOT NULL AND j.state IN ('ready', "
            "'leased')"
            " GROUP BY j.document HAVING count(*) > 1"                                            },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is at rest, but a job still works on it",
     .sql = "SELECT d.id FROM document d WHERE d.state NOT IN ('matching', 'recalled',"
            " 'arranging') AND EXISTS"
            " (" OPEN_JOB " AND j.state <> 'dead')"                                               },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is recalled, but no job takes it out of the cabinet",
     .sql = "SELECT d.id FROM document d WHERE d.state = 'recalled' AND (d.place IS NULL OR"
            " d.destination IS NULL OR NOT EXISTS (" OPEN_JOB " AND j.kind = 'file'))"            },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is being arranged, but no open arrangement with a job is about it",
     .sql = "SELECT d.id FROM document d WHERE d.state = 'arranging' AND NOT EXISTS (SELECT 1 FROM"
            " arrangement_source s JOIN arrangement a ON a.id = s.arrangement"
            " JOIN arrangement_source f ON f.arrangement = a.id JOIN document fd ON fd.id ="
            " f.document JOIN job j ON j.scan = fd.scan AND j.document = fd.id AND j.state <>"
            " 'done' WHERE s.document = d.id AND a.state = 'open' AND j.kind = 'compose'"
            " AND j.state IN ('ready', 'leased'))"                                                },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is replaced, but still has pages or a place in the cabinet",
     .sql = "SELECT d.id FROM document d WHERE d.state = 'replaced' AND (d.place IS NOT NULL OR"
            " EXISTS (SELECT 1 FROM page p WHERE p.scan = d.scan AND p.document = d.id))"         },
    {.noun = "a page of scan",
     .subject = SUBJECT_UUID,
     .words = "is in an arranged document without a place there",
     .sql = "SELECT p.scan FROM page p JOIN document d ON d.id = p.document WHERE"
            " (p.position > 0) <> (d.arrangement IS NOT NULL)"                                    },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "repeats its decision wrongly",
     .sql = "SELECT d.id FROM document d JOIN decision c ON c.id = d.decision WHERE"
            " d.team IS DISTINCT FROM c.team OR d.case_number IS DISTINCT FROM c.case_number"
            " OR d.kind IS DISTINCT FROM c.kind"                                                  },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is filed, but has no place in the cabinet",
     .sql = "SELECT id FROM document WHERE state = 'filed' AND (place IS NULL OR place = '')"     },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is filed, but nobody decided for a case",
     .sql = "SELECT d.id FROM document d LEFT JOIN decision c ON c.id = d.decision WHERE"
            " d.state = 'filed' AND (c.id IS NULL OR c.to_file = 0 OR c.case_number IS NULL)"     },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "waits for a person, but nothing says why",
     .sql = "SELECT id FROM document WHERE state = 'clearing' AND decision IS NULL"               },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "points to a decision about another document, or to none",
     .sql = "SELECT d.id FROM document d LEFT JOIN decision c ON c.id = d.decision WHERE"
            " d.decision IS NOT NULL AND (c.id IS NULL OR c.document <> d.id)"                    },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "is a copy of a copy, or of a document of another scan",
     .sql = "SELECT d.id FROM document d JOIN document o ON o.id = d.copy_of"
            " WHERE o.scan <> d.scan OR o.copy_of IS NOT NULL"                                    },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "has a date of receipt that its proofs do not give",
     .sql = "SELECT r.document FROM receipt_date r WHERE NOT EXISTS (SELECT 1 FROM receipt_proof p"
            " WHERE p.document = r.document AND p.day = r.day AND p.kind = r.evidence"
            " AND p.proves = 1 AND p.audit = r.audit)"                                            },
    {.noun = "document",
     .subject = SUBJECT_UUID,
     .words = "was purged, but no proof by two persons says so",
     .sql = "SELECT d.id FROM document d WHERE d.state = 'purged' AND NOT EXISTS (SELECT 1 FROM"
            " purge_item i JOIN purge p ON p.id = i.purge WHERE i.document = d.id AND i.state IN"
            " ('leaving', 'erasing', 'erased') AND p.approved_by <> p.proposed_by"
            " AND p.approval IS NOT NULL)"                                                        },
    {.noun = "scan",
     .subject = SUBJECT_UUID,
     .words = "was purged, but not all of its documents",
     .sql = "SELECT s.id FROM scan s WHERE s.state = 'purged' AND EXISTS (SELECT 1 FROM document d"
            " WHERE d.scan = s.id AND d.state <> 'purged')"                                       },
    {.noun = "lot",
     .subject = SUBJECT_UUID,
     .words = "does not have the checks that it says, or was released without them",
     .sql = "SELECT l.id FROM quality_lot l WHERE l.open_checks <> (SELECT count(*) FROM"
            " quality_item i WHERE i.lot = l.id AND i.drawn IS NOT NULL AND (i.verdict IS NULL OR"
            " i.verdict = 'bad')) OR l.documents <> (SELECT count(*) FROM quality_item i WHERE"
            " i.lot = l.id) OR (l.released_ms > 0) <> (l.released IS NOT NULL)"                   },
    {.noun = "job",
     .subject = SUBJECT_NUMBER,
     .words = "is of a kind or in a state that there is not",
     .sql = "SELECT id FROM job WHERE kind NOT IN ('read', 'match', 'file', 'compose')"
            " OR state NOT IN ('ready', 'leased', 'done', 'dead')"                                },
    {.noun = "job",
     .subject = SUBJECT_NUMBER,
     .words = "is leased to nobody or for no time, or has a lease without being so",
     .sql = "SELECT id FROM job WHERE (state = 'leased') <> (lease_until IS NOT NULL)"
            " OR (state = 'leased' AND (worker IS NULL OR attempt < 1))"                          },
    {.noun = "job",
     .subject = SUBJECT_NUMBER,
     .words = "reads a document, or matches or files none",
     .sql = "SELECT id FROM job WHERE (kind = 'read') <> (document IS NULL)"                      },
    {.noun = "job",
     .subject = SUBJECT_NUMBER,
     .words = "is about a document of another scan",
     .sql = "SELECT j.id FROM job j JOIN document d ON d.id = j.document WHERE d.scan <> j.scan"  },
    {.noun = "job",
     .subject = SUBJECT_NUMBER,
     .words = "files a document that nobody decided to file",
     .sql = "SELECT j.id FROM job j JOIN document d ON d.id = j.document LEFT JOIN decision c"
            " ON c.id = d.decision WHERE j.kind = 'file' AND j.state IN ('ready', 'leased')"
            " AND d.state <> 'recalled' AND (c.id IS NULL OR c.to_file = 0)"                      },
    {.noun = "version of the register",
     .subject = SUBJECT_NUMBER,
     .words = "is one of several that are current",
     .sql = "SELECT id FROM register_version WHERE state = 'current' AND 1 <"
            " (SELECT count(*) FROM register_version WHERE state = 'current')"                    },
    {.noun = "version of the register",
     .subject = SUBJECT_NUMBER,
     .words = "does not have as many persons as it says",
     .sql = "SELECT v.id FROM register_version v WHERE v.state IN ('current', 'previous') AND "
            "v.persons"
            " <> (SELECT count(*) FROM register_row r WHERE r.version = v.id)"                    },
    {.noun = "version of the register",
     .subject = SUBJECT_NUMBER,
     .words = "does not find every row by its case and address",
     .sql = "SELECT v.id FROM register_version v WHERE v.state IN ('current', 'previous') AND "
            "(v.persons <> (SELECT count(*) FROM register_by_case k JOIN register_row r ON"
            " r.version = k.version AND r.line = k.line AND r.case_number = k.case_number"
            " WHERE k.version = v.id) OR (SELECT count(*) FROM register_row r WHERE r.version ="
            " v.id AND r.street <> '') <> (SELECT count(*) FROM register_by_address h JOIN"
            " register_row r ON r.version = h.version AND r.line = h.line AND r.street = h.street"
            " AND r.postcode = h.postcode AND r.house_number = h.house_number"
            " WHERE h.version = v.id))"                                                           },
    {.noun = "the tally",
     .subject = SUBJECT_WORD,
     .words = "is not the number of rows",
     .sql = "SELECT name FROM (SELECT name, amount FROM tally"
            " UNION ALL SELECT 'scan ' || state, -count(*) FROM scan GROUP BY state"
            " UNION ALL SELECT 'document ' || state, -count(*) FROM document GROUP BY state"
            " UNION ALL SELECT 'job ' || state, -count(*) FROM job GROUP BY state"
            " UNION ALL SELECT 'page read', -count(*) FROM page) AS counted"
            " GROUP BY name HAVING sum(amount) <> 0"                                              },
};

static void found_by_rule(struct check *check, const struct rule *rule, struct rows *rows)
{
    char subject[64];
    struct uuid uuid = {0};
    switch (rule->subject) {
    case SUBJECT_UUID:
        uuid = rows_uuid(rows, 0);
        uuid_to_text(&uuid, subject);
        break;
    case SUBJECT_NUMBER:
        (void)snprintf(subject, sizeof subject, "%" PRId64, rows_integer(rows, 0));
        break;
    case SUBJECT_WORD:
        (void)snprintf(subject, sizeof subject, "\"%s\"",
                       rows_is_null(rows, 0) ? "" : rows_text(rows, 0));
        break;
    }
    found(check, "%s %s %s", rule->noun, subject, rule->words);
}

static enum status check_rule(struct check *check, const struct rule *rule, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(check->ledger->database, rule->sql, NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        found_by_rule(check, rule, rows);
    }
    rows_done(&rows);
    return status;
}

/* ---- rows against their audit rows ---------------------------------------------------------- */

/* The audit row that a row names must be about it and say the same as the row does now. Columns
 * of the query: id of the subject, the audit row's subject and detail, then for each key of
 * `keys` a word, digest or secret, NULL when there is nothing to compare. */
enum trace_kind { TRACE_WORD, TRACE_DIGEST, TRACE_SECRET };

struct trace {
    const char *noun;
    const char *sql;
    struct {
        const char *name;
        enum trace_kind kind;
    } keys[4]; /* ends with a NULL name */
};

static const struct trace traces[] = {
    {.noun = "scan",
     .keys = {{"scan", TRACE_WORD}},
     .sql = "SELECT s.id, a.subject, a.detail, s.state FROM scan s"
            " JOIN audit a ON a.id = s.audit"                                    },
    {.noun = "scan",
     .keys = {{"sha256", TRACE_DIGEST}},
     .sql = "SELECT s.id, a.subject, a.detail, s.sha256 FROM scan s"
            " JOIN audit a ON a.id = s.born"                                     },
    {.noun = "scan",
     .keys = {{"page_file", TRACE_DIGEST}},
     .sql = "SELECT s.id, a.subject, a.detail, s.page_file FROM scan s"
            " JOIN audit a ON a.id = s.audit WHERE s.state = 'read'"             },
    {.noun = "the pages of scan",
     .keys = {{"sheets", TRACE_WORD}, {"unread", TRACE_WORD}},
     .sql = "SELECT s.id, a.subject, a.detail, CAST((SELECT count(*) FROM page p WHERE p.scan ="
            " s.id AND p.outcome = 'separator') AS TEXT), CAST((SELECT count(*) FROM page q WHERE"
            " q.scan = s.id AND q.outcome = 'refused') AS TEXT) FROM scan s JOIN audit a ON a.id ="
            " s.audit WHERE s.state = 'read' AND a.detail LIKE '%\"sheets\":\"%'"},
    {.noun = "document",
     .keys = {{"document", TRACE_WORD}},
     .sql = "SELECT d.id, a.subject, a.detail, d.state FROM document d"
            " JOIN audit a ON a.id = d.audit"                                    },
    {.noun = "document",
     .keys = {{"reading", TRACE_DIGEST}, {"text", TRACE_DIGEST}, {"pdf", TRACE_DIGEST}},
     .sql = "SELECT d.id, a.subject, a.detail, d.reading, d.text, d.pdf FROM document d"
            " JOIN audit a ON a.id = d.born"                                     },
    {.noun = "the decision about document",
     .keys = {{"case_sha256", TRACE_SECRET}, {"explanation", TRACE_DIGEST}},
     .sql = "SELECT c.document, a.subject, a.detail, c.case_number, c.explanation"
            " FROM decision c JOIN audit a ON a.id = c.audit"                    },
    {.noun = "the deletion of document",
     .keys = {{"proof", TRACE_DIGEST}},
     .sql = "SELECT i.document, a.subject, a.detail, i.proof FROM purge_item i"
            " JOIN audit a ON a.id = i.audit"                                    },
    {.noun = "the sample of lot",
     .keys = {{"seed", TRACE_DIGEST}},
     .sql = "SELECT l.id, a.subject, a.detail, l.seed FROM quality_lot l"
            " JOIN audit a ON a.id = l.audit"                                    },
    {.noun = "the check of document",
     .keys = {{"verdict", TRACE_WORD}, {"findings", TRACE_WORD}},
     .sql = "SELECT q.document, a.subject, a.detail, q.verdict, q.findings"
            " FROM quality_check q JOIN audit a ON a.id = q.audit"               },
    {.noun = "the anomaly stated of document",
     .keys = {{"code", TRACE_WORD}, {"words", TRACE_SECRET}},
     .sql = "SELECT n.document, a.subject, a.detail, n.code, n.words FROM anomaly n"
            " JOIN audit a ON a.id = n.audit"                                    },
    {.noun = "the date of receipt of document",
     .keys = {{"day", TRACE_WORD}, {"evidence", TRACE_WORD}},
     .sql = "SELECT r.document, a.subject, a.detail, r.day, r.evidence"
            " FROM receipt_date r JOIN audit a ON a.id = r.audit"                },
    {.noun = "the Transfervermerk of document",
     .keys = {{"pdf", TRACE_DIGEST}, {"note", TRACE_DIGEST}},
     .sql = "SELECT n.document, a.subject, a.detail, n.pdf, n.note"
            " FROM filed_note n JOIN audit a ON a.id = n.audit"                  },
};

static bool detail_says(const char *detail, const char *key, struct rows *rows, int column,
                        enum trace_kind kind)
{
    char said[DIGEST_HEX_BYTES + 64];
    char hex[DIGEST_HEX_BYTES] = "";
    struct digest digest = {0};
    const char *word = rows_text(rows, column);
    if (kind == TRACE_DIGEST)
        digest = rows_digest(rows, column);
    else if (kind == TRACE_SECRET)
        digest = digest_of(word, strlen(word));
    digest_to_hex(&digest, hex);
    (void)snprintf(said, sizeof said, "\"%s\":\"%s\"", key, kind == TRACE_WORD ? word : hex);
    return strstr(detail, said) != NULL;
}

static void check_traced_row(struct check *check, const struct trace *trace, struct rows *rows)
{
    char id[UUID_TEXT_BYTES];
    struct uuid uuid = rows_uuid(rows, 0);
    uuid_to_text(&uuid, id);
    if (!string_equal(rows_text(rows, 1), id)) {
        found(check, "%s %s names an audit row that is about something else", trace->noun, id);
        return;
    }
    for (int i = 0; i < 4 && trace->keys[i].name != NULL; i++) {
        if (rows_is_null(rows, 3 + i))
            continue;
        const char *detail = rows_text(rows, 2);
        if (detail == NULL ||
            !detail_says(detail, trace->keys[i].name, rows, 3 + i, trace->keys[i].kind))
            found(check, "%s %s was changed without a trace: its %s is not what the audit says",
                  trace->noun, id, trace->keys[i].name);
    }
}

static enum status check_trace(struct check *check, const struct trace *trace, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_walk(check->ledger->database, trace->sql, NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        check_traced_row(check, trace, rows);
    }
    rows_done(&rows);
    return status;
}

/* ---- objects -------------------------------------------------------------------------------- */

/* A walk over the objects of one table. Columns of the query: the row's key, then digests. $1 is
 * the key to go on after, $2 how many rows. */
struct object_walk {
    const char *noun;
    bool has_uuid; /* the key is a UUID and not a number */
    const char *sql;
    int objects; /* columns with digests */
    const char *names[3];
};

static const struct object_walk walks[] = {
    {.noun = "scan",
     .has_uuid = true,
     .objects = 1,
     .names = {"bytes"},
     .sql = "SELECT id, sha256 FROM scan WHERE has_bytes = 1 AND state <> 'duplicate'"
            " AND id > $1 ORDER BY id LIMIT $2"},
    {.noun = "scan",
     .has_uuid = true,
     .objects = 1,
     .names = {"page file"},
     .sql = "SELECT id, page_file FROM scan WHERE page_file IS NOT NULL AND id > $1"
            " ORDER BY id LIMIT $2"            },
    {.noun = "document",
     .has_uuid = true,
     .objects = 3,
     .names = {"reading", "text", "pdf"},
     .sql = "SELECT id, reading, text, pdf FROM document WHERE state <> 'purged' AND id > $1"
            " ORDER BY id LIMIT $2"            },
    {.noun = "decision",
     .objects = 1,
     .names = {"explanation"},
     .sql = "SELECT id, explanation FROM decision WHERE explanation IS NOT NULL AND id > $1"
            " ORDER BY id LIMIT $2"     },
    {.noun = "document",
     .has_uuid = true,
     .objects = 1,
     .names = {"Transfervermerk"},
     .sql = "SELECT document, note FROM filed_note WHERE document > $1 ORDER BY document"
            " LIMIT $2"     },
};

struct object_row {
    struct uuid uuid;
    int64_t number;
    struct digest digests[3];
};

static enum status read_portion(struct check *check, const struct object_walk *walk,
                                const struct object_row *after, struct object_row *ret_rows,
                                size_t *ret_count, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    size_t count = 0;
    enum status status = database_query(
        check->ledger->database, walk->sql,
        VALUES(walk->has_uuid ? value_uuid(&after->uuid) : value_integer(after->number),
               value_integer(OBJECTS_A_PORTION)),
        &rows, fault);
    while (status == STATUS_OK && count < OBJECTS_A_PORTION) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct object_row row = {.uuid = rows_uuid(rows, 0), .number = rows_integer(rows, 0)};
        for (int i = 0; i < walk->objects; i++)
            row.digests[i] = rows_digest(rows, 1 + i);
        ret_rows[count++] = row;
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

/* Any failure but a passing one is a finding about this object; the others are still checked. */
static enum status check_object(struct check *check, const struct object_walk *walk,
                                const struct object_row *row, int index, struct fault *fault)
{
    char subject[UUID_TEXT_BYTES];
    struct fault why;
    enum status status = spool_check(check->spool, &row->digests[index], &why);
    if (status == STATUS_LATER)
        return fault_set(fault, status, "%s", why.text);
    uuid_to_text(&row->uuid, subject);
    if (!walk->has_uuid)
        (void)snprintf(subject, sizeof subject, "%" PRId64, row->number);
    if (status != STATUS_OK) {
        char words[2 * FAULT_TEXT_BYTES];
        (void)snprintf(words, sizeof words, "%s %s, %s: %s", walk->noun, subject,
                       walk->names[index], why.text);
        found(check, "%s", words);
        status =
            check->damage == NULL
                ? STATUS_OK
                : check->damage(check->context, walk->has_uuid ? &row->uuid : NULL, words, fault);
    }
    if (status != STATUS_OK)
        return status;
    digest_add(&check->state, row->digests[index].bytes, DIGEST_BYTES);
    check->result.objects++;
    if (check->progress != NULL)
        check->progress(check->context, check->result.objects, check->objects);
    return STATUS_OK;
}

static enum status check_objects(struct check *check, const struct object_walk *walk,
                                 struct fault *fault)
{
    struct object_row rows[OBJECTS_A_PORTION];
    struct object_row after = {0};
    size_t count = OBJECTS_A_PORTION;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count == OBJECTS_A_PORTION) {
        status = read_portion(check, walk, &after, rows, &count, fault);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            for (int index = 0; status == STATUS_OK && index < walk->objects; index++)
                status = check_object(check, walk, &rows[i], index, fault);
        if (count > 0)
            after = rows[count - 1];
    }
    return status;
}

static enum status count_objects(struct check *check, struct fault *fault)
{
    int64_t objects = 0;
    enum status status = database_number(
        check->ledger->database,
        "SELECT (SELECT count(*) FROM scan WHERE has_bytes = 1 AND state <> 'duplicate')"
        " + 3 * (SELECT count(*) FROM document WHERE state <> 'purged')"
        " + (SELECT count(*) FROM decision WHERE explanation IS NOT NULL)"
        " + (SELECT count(*) FROM filed_note)",
        NO_VALUES, 0, &objects, fault);
    check->objects = (uint64_t)objects;
    return status;
}

/* ---- what was deleted by two persons ----------------------------------------------------------- */

static enum status name_purges(struct check *check, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    size_t length = 0;
    enum status status = database_query(
        check->ledger->database,
        "SELECT i.purge, count(*) FROM purge_item i WHERE i.state = 'erased' GROUP BY i.purge"
        " ORDER BY i.purge",
        NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        check->result.purged += (uint64_t)rows_integer(rows, 1);
        if (length + 24 < sizeof check->result.purges)
            length += (size_t)snprintf(check->result.purges + length,
                                       sizeof check->result.purges - length, "%s%" PRId64,
                                       length == 0 ? "" : ", ", rows_integer(rows, 0));
        else if (strstr(check->result.purges, "…") == NULL)
            (void)snprintf(check->result.purges + length, sizeof check->result.purges - length,
                           " …");
    }
    rows_done(&rows);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void take_finding(void *context, const char *words)
{
    found(context, "%s", words);
}

static enum status check_daily_roots(struct check *check, struct fault *fault)
{
    char day[PROOF_DAY_BYTES];
    uint64_t days = 0;
    enum status status = proof_check(check->ledger, &days, day, fault);
    if (status == STATUS_OK && day[0] != '\0')
        found(check, "the root of %s does not follow from the documents up to that day", day);
    return status;
}

static enum status check_database(struct check *check, struct fault *fault)
{
    struct database *database = check->ledger->database;
    enum status status = database_check_file(database, take_finding, check, fault);
    if (status == STATUS_OK)
        status = check_chain(check, fault);
    if (status == STATUS_OK)
        status = database_check_references(database, take_finding, check, fault);
    for (size_t i = 0; status == STATUS_OK && i < sizeof rules / sizeof *rules; i++)
        status = check_rule(check, &rules[i], fault);
    for (size_t i = 0; status == STATUS_OK && i < sizeof traces / sizeof *traces; i++)
        status = check_trace(check, &traces[i], fault);
    if (status == STATUS_OK)
        status = name_purges(check, fault);
    if (status == STATUS_OK)
        status = check_daily_roots(check, fault);
    if (status == STATUS_OK)
        status = count_objects(check, fault);
    return status;
}

enum status ledger_verify(struct ledger *ledger, struct spool *spool,
                          void (*progress)(void *context, uint64_t done, uint64_t all),
                          void *context, struct verify_result *ret_result, struct fault *fault)
{
    return ledger_scrub(ledger, spool, progress, NULL, context, ret_result, fault);
}

enum status ledger_scrub(struct ledger *ledger, struct spool *spool,
                         void (*progress)(void *context, uint64_t done, uint64_t all),
                         damage_found *damage, void *context, struct verify_result *ret_result,
                         struct fault *fault)
{
    struct check check = {.ledger = ledger,
                          .spool = spool,
                          .progress = progress,
                          .damage = damage,
                          .context = context};
    digest_begin(&check.state);
    enum status status = database_begin_reading(ledger->database, fault);
    if (status == STATUS_OK)
        status = database_end(ledger->database, check_database(&check, fault), fault);
    if (status == STATUS_HALT && check.result.faults > 0)
        status = STATUS_OK; // a damaged file that cannot be read any further has been named
    else
        for (size_t i = 0; status == STATUS_OK && i < sizeof walks / sizeof *walks; i++)
            status = check_objects(&check, &walks[i], fault);
    check.result.state = digest_end(&check.state);
    if (status == STATUS_OK)
        *ret_result = check.result;
    return status;
}
