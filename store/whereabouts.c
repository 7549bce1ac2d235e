/* whereabouts.c - see whereabouts.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/ledger_private.h"
#include "store/whereabouts.h"

static const struct {
    const char *name, *german;
} words[WHEREABOUTS] = {
    [WHERE_BEING_READ] = {"being_read",    "ist eingegangen und wird gerade eingelesen"             },
    [WHERE_BEING_SORTED] = {"being_sorted",  "ist eingelesen und wird zugeordnet"                     },
    [WHERE_AT_THE_OFFICE] = {"at_the_office", "liegt der zuständigen Stelle vor"                      },
    [WHERE_FORWARDED] = {"forwarded",     "wurde an die zuständige Behörde weitergeleitet"       },
    [WHERE_CLOSED] = {"closed",        "ist eingegangen; weiter ist nichts zu tun"              },
    [WHERE_UNREADABLE] = {"unreadable",    "konnte nicht eingelesen werden; der Standort sieht nach"},
    [WHERE_UNKNOWN] = {"unknown",       "ist eingegangen; bitte fragen Sie im Amt nach"          },
};

const char *whereabouts_name(enum whereabouts where)
{
    return words[where].name;
}

const char *whereabouts_german(enum whereabouts where)
{
    return words[where].german;
}

bool receipt_code_read(const char *written, char ret_code[RECEIPT_CODE_BYTES])
{
    enum { HALF = 4, LETTERS = 2 * HALF };
    size_t count = 0;
    for (; *written != '\0'; written++) {
        char letter = *written;
        if (letter == '-' || letter == ' ')
            continue;
        if (letter >= 'a' && letter <= 'z')
            letter = (char)(letter - 'a' + 'A');
        bool is_one = (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        if (!is_one || count == LETTERS)
            return false;
        if (count >= HALF)
            ret_code[count + 1] = letter;
        else
            ret_code[count] = letter;
        count++;
    }
    ret_code[HALF] = '-';
    ret_code[LETTERS + 1] = '\0';
    return count == LETTERS;
}

static enum whereabouts of_document(const char *name)
{
    enum document_state state = DOCUMENT_CORRUPT;
    (void)document_state_from_name(name, &state);
    if (state == DOCUMENT_FILED)
        return WHERE_AT_THE_OFFICE;
    if (state == DOCUMENT_FORWARDED)
        return WHERE_FORWARDED;
    if (state == DOCUMENT_DISCARDED)
        return WHERE_CLOSED;
    bool is_moving = state == DOCUMENT_MATCHING || state == DOCUMENT_CLEARING ||
                     state == DOCUMENT_RECALLED || state == DOCUMENT_ARRANGING;
    return is_moving ? WHERE_BEING_SORTED : WHERE_UNKNOWN;
}

static enum whereabouts of_scan(const char *name)
{
    enum scan_state state = SCAN_CORRUPT;
    (void)scan_state_from_name(name, &state);
    if (state == SCAN_RECEIVED || state == SCAN_READING)
        return WHERE_BEING_READ;
    return state == SCAN_FAILED || state == SCAN_REFUSED ? WHERE_UNREADABLE : WHERE_UNKNOWN;
}

/* A file that came twice is where it was the first time; a letter to several cases is one. */
enum status receipt_whereabouts(struct ledger *ledger, const char *code,
                                whereabouts_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    struct letter_whereabouts letter = {0};
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT s.state, d.state, b.at_ms, a.at_ms FROM receipt_scan r"
        " JOIN scan t ON t.id = r.scan JOIN scan s ON s.id = COALESCE(t.duplicate_of, t.id)"
        " JOIN audit b ON b.id = s.audit"
        " LEFT JOIN document d ON d.scan = s.id AND d.copy_of IS NULL AND d.state <> 'replaced'"
        " LEFT JOIN audit a ON a.id = d.audit WHERE r.code = $1"
        " ORDER BY t.received_ms, t.id, d.ordinal",
        VALUES(value_text(code)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        bool is_document = !rows_is_null(rows, 1);
        letter.number++;
        letter.where = is_document ? of_document(rows_text(rows, 1)) : of_scan(rows_text(rows, 0));
        letter.since_ms = rows_integer(rows, is_document ? 3 : 2);
        status = callback(context, &letter, fault);
    }
    rows_done(&rows);
    return status;
}
