/* progress.c - see progress.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/times.h"

enum { PROGRESS_REDRAW_MS = 500, PROGRESS_LOG_MS = 10000 };

/* Scans that have been read hold no pages that are to come. */
static uint64_t scans_to_read(const struct ledger_summary *summary)
{
    return summary->scans[SCAN_RECEIVED] + summary->scans[SCAN_READING];
}

/* From the pages that scans had so far; 0 when nothing can be said. */
static int64_t expected_end_ms(const struct progress *progress,
                               const struct ledger_summary *summary)
{
    double minute = pace_pages_a_minute(&progress->pace);
    uint64_t read = summary->scans[SCAN_READ];
    if (minute < 1 || read == 0 || scans_to_read(summary) == 0)
        return 0;
    double pages_a_scan = (double)summary->pages_read / (double)read;
    return (int64_t)((double)scans_to_read(summary) * pages_a_scan / minute * 60000);
}

void progress_append_line(const struct progress *progress, const struct ledger_summary *summary,
                          struct text *text)
{
    text_append_format(text, "waiting %llu, being read %llu, filed %llu, clearing %llu",
                       (unsigned long long)summary->scans[SCAN_RECEIVED],
                       (unsigned long long)summary->scans[SCAN_READING],
                       (unsigned long long)summary->documents[DOCUMENT_FILED],
                       (unsigned long long)summary->documents[DOCUMENT_CLEARING]);
    uint64_t refused = summary->scans[SCAN_REFUSED] + summary->scans[SCAN_DUPLICATE];
    if (refused > 0)
        text_append_format(text, ", refused %llu", (unsigned long long)refused);
    if (summary->scans[SCAN_FAILED] > 0)
        text_append_format(text, ", failed %llu", (unsigned long long)summary->scans[SCAN_FAILED]);
    double minute = pace_pages_a_minute(&progress->pace);
    if (minute >= 1)
        text_append_format(text, ", %.0f pages/min", minute);
    int64_t end_ms = expected_end_ms(progress, summary);
    char left[TIMES_BYTES];
    times_duration(end_ms, left);
    if (end_ms > 0)
        text_append_format(text, ", %s to go", left);
}

void progress_show(struct progress *progress, const struct ledger_summary *summary,
                   int64_t monotonic_ms)
{
    bool is_terminal = terminal_is(stderr);
    if (!progress->has_first) {
        progress->first = *summary;
        progress->shown = *summary;
        progress->began_ms = monotonic_ms;
        progress->shown_ms = monotonic_ms;
        progress->has_first = true;
    }
    pace_add(&progress->pace, monotonic_ms, summary->pages_read);
    int64_t since_ms = monotonic_ms - progress->shown_ms;
    bool has_changed = memcmp(&progress->shown, summary, sizeof *summary) != 0;
    if (since_ms < (is_terminal ? PROGRESS_REDRAW_MS : PROGRESS_LOG_MS) ||
        (!is_terminal && !has_changed))
        return;
    progress->shown = *summary;
    progress->shown_ms = monotonic_ms;
    struct text line = {0};
    progress_append_line(progress, summary, &line);
    size_t columns = terminal_columns(stderr); // the words are ASCII: a byte is a column
    if (is_terminal && line.length >= columns)
        line.bytes[columns - 1] = '\0';
    if (is_terminal)
        terminal_redraw_line(stderr, text_string(&line));
    else
        log_info(NULL, "%s", text_string(&line));
    text_done(&line);
}

void progress_end(const struct progress *progress)
{
    if (progress->has_first && terminal_is(stderr))
        terminal_redraw_line(stderr, "");
}

static void print_title(const struct progress *progress, const struct ledger_summary *summary,
                        int64_t took_ms)
{
    uint64_t pages = summary->pages_read - progress->first.pages_read;
    char took[TIMES_BYTES];
    times_duration(took_ms, took);
    printf("Done in %s: %llu page%s read", took, (unsigned long long)pages, pages == 1 ? "" : "s");
    if (pages > 0 && took_ms > 0)
        printf(", %.0f a minute", (double)pages * 60000 / (double)took_ms);
    printf("\n");
}

void progress_print_outcome(const struct progress *progress, const struct ledger_summary *summary,
                            int64_t monotonic_ms)
{
    const struct ledger_summary *first = &progress->first;
    const struct {
        const char *words;
        uint64_t before, now;
        const char *advice; /* NULL: no person is needed */
    } rows[] = {
        {"filed",       first->documents[DOCUMENT_FILED],    summary->documents[DOCUMENT_FILED],    NULL},
        {"in clearing", first->documents[DOCUMENT_CLEARING], summary->documents[DOCUMENT_CLEARING],
         "posteingang list --state clearing, then explain ID and assign ID --case NO"                   },
        {"refused",     first->scans[SCAN_REFUSED],          summary->scans[SCAN_REFUSED],
         "the reason lies beside each file in its site's _refused folder"                               },
        {"duplicates",  first->scans[SCAN_DUPLICATE],        summary->scans[SCAN_DUPLICATE],        NULL},
        {"failed",      first->scans[SCAN_FAILED],           summary->scans[SCAN_FAILED],
         "posteingang list --state failed, then posteingang retry ID"                                   },
    };
    print_title(progress, summary, monotonic_ms - progress->began_ms);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t count = rows[i].now > rows[i].before ? rows[i].now - rows[i].before : 0;
        if (count == 0 && i > 1)
            continue;
        printf("  %8llu  %-12s", (unsigned long long)count, rows[i].words);
        if (count > 0 && rows[i].advice != NULL)
            printf("  %s%s%s", terminal_paint(stdout, PAINT_DIM), rows[i].advice,
                   terminal_paint(stdout, PAINT_NONE));
        printf("\n");
    }
}
