/* match_context.c - see match_context.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"
#include "store/match_context.h"

/* A field that would break its line is left out: no case number of a register holds a control. */
static bool is_fit(const char *word)
{
    return word != NULL && strpbrk(word, "\t\n") == NULL;
}

static void append_line(struct text *lines, const char *word, struct rows *rows)
{
    const char *case_number = rows_text(rows, 0), *kind = rows_text(rows, 1);
    if (is_fit(case_number) && is_fit(kind))
        text_append_format(lines, "%s\t%s\t%s\n", word, case_number, kind);
}

static enum status append_all(struct ledger *ledger, const char *word, const char *sql,
                              const struct value *values, size_t count, struct text *lines,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(ledger->database, sql, values, count, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        append_line(lines, word, rows);
    }
    rows_done(&rows);
    return status;
}

enum status match_context_append(struct ledger *ledger, struct document_id id, struct text *lines,
                                 struct fault *fault)
{
    enum status status = append_all(
        ledger, "excluded",
        "SELECT case_number, '' FROM recall WHERE document = $1 AND case_number <> ''"
        " UNION SELECT c.case_number, '' FROM correction k JOIN decision c ON c.id = k.decision"
        " WHERE k.document = $1 AND k.misfiled = 1 AND c.case_number IS NOT NULL ORDER BY 1",
        VALUES(value_uuid(&id.uuid)), lines, fault);
    return status == STATUS_OK && !text_ok(lines) ? ledger_out_of_memory(fault) : status;
}
