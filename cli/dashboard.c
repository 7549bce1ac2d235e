/* dashboard.c - see dashboard.h. From 110 columns on, there are two panes side by side. When there is
 * too little height, lists are cut, the alarms last. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/dashboard.h"
#include "cli/times.h"

enum {
    TWO_PANES_COLUMNS = 110,
    LABEL_COLUMN = 12,   /* where bars begin */
    NUMBER_COLUMNS = 10, /* behind them */
    CHART_LINES_LEAST = 10,
    CHART_LINES_MOST = 40
};
#define STEP_MS  INT64_C(600000) /* of a value in the chart */
#define ALIVE_MS INT64_C(60000)  /* a folder that was swept within this is fine */

/* "12345" as "12,345": large numbers are read at a glance. */
static void grouped(uint64_t number, char ret_text[32])
{
    char digits[32];
    size_t used = 0;
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (int i = 0; i < length && used + 2 < 32; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            ret_text[used++] = ',';
        ret_text[used++] = digits[i];
    }
    ret_text[used] = '\0';
}

static void heading(struct canvas *canvas, const char *words)
{
    canvas_line(canvas);
    canvas_put(canvas, PAINT_BOLD, "%s", words);
}

/* A label, a bar of its share of `whole`, and the number. */
static void bar_row(struct canvas *canvas, const char *label, uint64_t number, uint64_t whole,
                    enum paint paint)
{
    char words[32];
    size_t width = canvas->width > LABEL_COLUMN + NUMBER_COLUMNS + 8
                       ? canvas->width - LABEL_COLUMN - NUMBER_COLUMNS
                       : 8;
    grouped(number, words);
    canvas_line(canvas);
    canvas_put(canvas, PAINT_NONE, " %s", label);
    canvas_move(canvas, LABEL_COLUMN);
    canvas_bar(canvas, paint, whole == 0 ? 0 : (double)number / (double)whole, width);
    canvas_put_right(canvas, canvas->width, number == 0 ? PAINT_DIM : PAINT_NONE, words);
}

/* ---- panes ------------------------------------------------------------------------------------------ */

static void draw_queue(const struct dashboard *dashboard, struct canvas *canvas)
{
    const struct ledger_summary *summary = &dashboard->summary;
    const uint64_t numbers[] = {summary->scans[SCAN_RECEIVED], summary->scans[SCAN_READING],
                                summary->documents[DOCUMENT_MATCHING]};
    uint64_t whole = numbers[0] + numbers[1] + numbers[2];
    heading(canvas, "QUEUE");
    bar_row(canvas, "waiting", numbers[0], whole, PAINT_ATTENTION);
    bar_row(canvas, "reading", numbers[1], whole, PAINT_NONE);
    bar_row(canvas, "matching", numbers[2], whole, PAINT_NONE);
}

static void draw_outcome(const struct dashboard *dashboard, struct canvas *canvas)
{
    const struct ledger_summary *summary = &dashboard->summary;
    uint64_t people =
        summary->documents[DOCUMENT_FORWARDED] + summary->documents[DOCUMENT_DISCARDED];
    uint64_t bad = summary->scans[SCAN_FAILED] + summary->scans[SCAN_CORRUPT] +
                   summary->documents[DOCUMENT_CORRUPT];
    const struct {
        const char *label;
        uint64_t number;
        enum paint paint;
    } rows[] = {
        {"filed",     summary->documents[DOCUMENT_FILED],    PAINT_GOOD     },
        {"clearing",  summary->documents[DOCUMENT_CLEARING], PAINT_ATTENTION},
        {"elsewhere", people,                                PAINT_NONE     },
        {"refused",   summary->scans[SCAN_REFUSED],          PAINT_NONE     },
        {"failed",    bad,                                   PAINT_BAD      },
    };
    uint64_t whole = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        whole += rows[i].number;
    heading(canvas, "OUTCOME");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        bar_row(canvas, rows[i].label, rows[i].number, whole, rows[i].paint);
}

static void draw_end(const struct dashboard *dashboard, struct canvas *canvas)
{
    char age[TIMES_BYTES];
    char moment[TIMES_BYTES];
    canvas_line(canvas);
    canvas_move(canvas, LABEL_COLUMN - 1);
    if (dashboard->summary.oldest_waiting_ms == 0) {
        canvas_put(canvas, PAINT_DIM, " nothing waits");
        return;
    }
    times_duration(dashboard->now_ms - dashboard->summary.oldest_waiting_ms, age);
    canvas_put(canvas, PAINT_NONE, " oldest %s", age);
    if (dashboard->expected_end_ms == 0)
        return;
    times_moment(dashboard->expected_end_ms, dashboard->now_ms, moment);
    times_duration(dashboard->expected_end_ms - dashboard->now_ms, age);
    canvas_put(canvas, PAINT_NONE, ", %.0f pages to do, done by %s (%s)", dashboard->pages_waiting,
               moment, age);
}

static void draw_pace(const struct dashboard *dashboard, struct canvas *canvas)
{
    size_t steps = canvas->width > DASHBOARD_STEPS + 30 ? DASHBOARD_STEPS : DASHBOARD_STEPS / 2;
    heading(canvas, "PACE");
    canvas_move(canvas, LABEL_COLUMN);
    canvas_chart(canvas, PAINT_GOOD, dashboard->pages + DASHBOARD_STEPS - steps, steps);
    canvas_put(canvas, PAINT_NONE, "  %.0f pages a minute", dashboard->pages_a_minute);
    canvas_put(canvas, PAINT_DIM, "  (%zu h)", steps / 6);
    draw_end(dashboard, canvas);
}

/* "… 3 more" when not all of the list was shown. */
static void draw_more(struct canvas *canvas, size_t shown, size_t count)
{
    if (shown >= count)
        return;
    canvas_line(canvas);
    canvas_put(canvas, PAINT_DIM, " %s %zu more", canvas->has_blocks ? "…" : "...", count - shown);
}

/* How many of `count` rows fit into `room` lines when the rest takes a line of its own. */
static size_t fitting(size_t count, size_t room)
{
    if (count <= room)
        return count;
    return room > 0 ? room - 1 : 0;
}

static void draw_worker(const struct dashboard_worker *worker, struct canvas *canvas)
{
    char pages[32];
    size_t name_columns = canvas->width / 3;
    canvas_line(canvas);
    canvas_put(canvas, PAINT_NONE, " %.*s", (int)name_columns, worker->name);
    canvas_move(canvas, name_columns + 2);
    if (worker->is_drained)
        canvas_put(canvas, PAINT_ATTENTION, "drained ");
    if (worker->doing[0] == '\0') {
        canvas_put(canvas, PAINT_DIM, "waits for work");
        return;
    }
    if (worker->page_count > 0) {
        canvas_bar(canvas, PAINT_GOOD, (double)worker->page_done / worker->page_count, 10);
        (void)snprintf(pages, sizeof pages, " %u/%u ", worker->page_done, worker->page_count);
        canvas_put(canvas, PAINT_NONE, "%s", pages);
    }
    canvas_put(canvas, PAINT_NONE, "%s", worker->doing);
}

static void draw_workers(const struct dashboard *dashboard, size_t room, struct canvas *canvas)
{
    size_t count = dashboard->worker_count;
    if (room < 2)
        return;
    heading(canvas, "WORKERS");
    if (count == 0) {
        canvas_line(canvas);
        canvas_put(canvas, PAINT_ATTENTION,
                   " nobody is there: posteingang run, or systemctl start "
                   "posteingang.target");
    }
    size_t shown = fitting(count, room - 1);
    for (size_t i = 0; i < shown; i++)
        draw_worker(&dashboard->workers[i], canvas);
    draw_more(canvas, shown, count);
}

static bool is_swept(const struct dashboard *dashboard, const struct dashboard_site *site)
{
    return site->swept_ms != 0 && dashboard->now_ms - site->swept_ms < ALIVE_MS;
}

static void draw_site(const struct dashboard *dashboard, const struct dashboard_site *site,
                      struct canvas *canvas)
{
    char moment[TIMES_BYTES];
    canvas_line(canvas);
    canvas_put(canvas, is_swept(dashboard, site) ? PAINT_GOOD : PAINT_DIM, " %s",
               canvas->has_blocks ? "●" : "*");
    canvas_put(canvas, PAINT_NONE, " %s", site->name);
    canvas_move(canvas, canvas->width / 3 + 2);
    if (site->last_ms == 0)
        canvas_put(canvas, PAINT_DIM, "no scan yet");
    else {
        times_moment(site->last_ms, dashboard->now_ms, moment);
        canvas_put(canvas, PAINT_NONE, "last scan %s", moment);
    }
    if (site->waiting > 0)
        canvas_put(canvas, PAINT_ATTENTION, ", %" PRIu64 " wait there", site->waiting);
    if (!is_swept(dashboard, site) && site->is_remote)
        canvas_put(canvas, PAINT_ATTENTION, "%s",
                   site->swept_ms == 0 ? ", never came" : ", line cut");
    else if (!is_swept(dashboard, site))
        canvas_put(canvas, PAINT_DIM, "%s",
                   site->swept_ms == 0 ? ", folder not watched" : ", folder not watched any more");
}

/* As many beside each other as the width takes: for when there is too little height. */
static void draw_sites_densely(const struct dashboard *dashboard, size_t room,
                               struct canvas *canvas)
{
    char moment[TIMES_BYTES];
    size_t lines = 1;
    heading(canvas, "SITES");
    canvas_move(canvas, LABEL_COLUMN);
    for (size_t i = 0; i < dashboard->site_count; i++) {
        const struct dashboard_site *site = &dashboard->sites[i];
        times_moment(site->last_ms, dashboard->now_ms, moment);
        size_t columns = string_columns(site->name) + strlen(moment) + 6;
        if (canvas->used[canvas->count - 1] + columns > canvas->width) {
            if (lines++ == room)
                return;
            canvas_line(canvas);
            canvas_move(canvas, LABEL_COLUMN);
        }
        canvas_put(canvas, is_swept(dashboard, site) ? PAINT_GOOD : PAINT_DIM, "%s ",
                   canvas->has_blocks ? "●" : "*");
        canvas_put(canvas, PAINT_NONE, "%s ", site->name);
        canvas_put(canvas, PAINT_DIM, "%s  ", site->last_ms == 0 ? "" : moment);
    }
}

static void draw_sites(const struct dashboard *dashboard, size_t room, struct canvas *canvas)
{
    if (room < 1 || dashboard->site_count == 0)
        return;
    if (dashboard->site_count + 1 > room) {
        draw_sites_densely(dashboard, room, canvas);
        return;
    }
    heading(canvas, "SITES");
    for (size_t i = 0; i < dashboard->site_count; i++)
        draw_site(dashboard, &dashboard->sites[i], canvas);
}

static void draw_alarms(const struct dashboard *dashboard, size_t room, struct canvas *canvas)
{
    char since[TIMES_BYTES];
    if (dashboard->alarm_count == 0) {
        canvas_line(canvas);
        canvas_put(canvas, PAINT_GOOD, "%s no alarms", canvas->has_blocks ? "✓" : "ok:");
        return;
    }
    size_t shown = fitting(dashboard->alarm_count, room);
    for (size_t i = 0; i < shown; i++) {
        const struct dashboard_alarm *alarm = &dashboard->alarms[i];
        times_moment(alarm->raised_ms, dashboard->now_ms, since);
        canvas_line(canvas);
        canvas_put(canvas, alarm->is_critical ? PAINT_BAD : PAINT_ATTENTION, "! %s  %s", since,
                   alarm->words);
    }
    draw_more(canvas, shown, dashboard->alarm_count);
}

/* ---- the page ---------------------------------------------------------------------------------------- */

static void draw_head(const struct dashboard *dashboard, struct canvas *canvas)
{
    char words[TIMES_BYTES];
    char line[160];
    times_moment(dashboard->now_ms, dashboard->now_ms, words);
    canvas_line(canvas);
    (void)snprintf(line, sizeof line, "%.90s, %.50s", dashboard->config->authority,
                   dashboard->config->office_name);
    canvas_put(canvas, PAINT_BOLD, "Posteingang  ");
    canvas_put(canvas, PAINT_NONE, "%.*s", (int)(canvas->width > 24 ? canvas->width - 22 : 2),
               line);
    canvas_put_right(canvas, canvas->width, PAINT_BOLD, words);
    canvas_line(canvas);
    canvas_rule(canvas, canvas->width);
}

static void draw_foot(const struct dashboard *dashboard, struct canvas *canvas)
{
    char age[TIMES_BYTES];
    const struct ledger_summary *summary = &dashboard->summary;
    canvas_line(canvas);
    if (summary->register_version == 0) {
        canvas_put(canvas, PAINT_ATTENTION, "no case register");
    } else {
        times_duration(dashboard->now_ms - summary->register_imported_ms, age);
        canvas_put(canvas, PAINT_DIM, "register %s old", age);
    }
    if (dashboard->free_bytes > 0)
        canvas_put(canvas, PAINT_DIM, ", %.0f GB free", (double)dashboard->free_bytes / 1e9);
    canvas_put(canvas, PAINT_DIM, ", %llu pages read", (unsigned long long)summary->pages_read);
    canvas_put_right(canvas, canvas->width, PAINT_DIM, "q quits");
}

/* Numbers, and below or beside them lists, within `room` lines. */
static void draw_one_pane(const struct dashboard *dashboard, size_t room, struct canvas *canvas)
{
    size_t before = canvas->count;
    draw_queue(dashboard, canvas);
    draw_outcome(dashboard, canvas);
    draw_pace(dashboard, canvas);
    size_t used = canvas->count - before;
    size_t left = room > used ? room - used : 0;
    size_t workers = dashboard->worker_count == 0 ? 2 : dashboard->worker_count + 1;
    size_t sites = dashboard->site_count + 1;
    size_t for_sites = workers + sites <= left ? sites : 2;
    size_t for_workers = left > for_sites ? left - for_sites : 0;
    draw_workers(dashboard, for_workers, canvas);
    used = canvas->count - before;
    draw_sites(dashboard, room > used ? room - used : 0, canvas);
}

static bool has_read(const struct dashboard *dashboard)
{
    for (size_t i = 0; i < DASHBOARD_STEPS; i++)
        if (dashboard->pages[i] > 0)
            return true;
    return false;
}

/* The chart once more, as large as what is left, with the hour below every sixth value. */
static void draw_hours(const struct dashboard *dashboard, size_t room, struct canvas *canvas)
{
    char moment[TIMES_BYTES];
    size_t step = (canvas->width - 8) / DASHBOARD_STEPS;
    if (room < CHART_LINES_LEAST || step < 2)
        return;
    size_t height = room - 4 < CHART_LINES_MOST ? room - 4 : CHART_LINES_MOST;
    canvas_line(canvas);
    heading(canvas, "PAGES READ IN TEN MINUTES");
    if (!has_read(dashboard)) {
        canvas_line(canvas);
        canvas_put(canvas, PAINT_DIM, " none in these hours");
        return;
    }
    canvas_high_chart(canvas, PAINT_GOOD, dashboard->pages, DASHBOARD_STEPS, height, step);
    canvas_line(canvas);
    canvas_put(canvas, PAINT_DIM, "%6d", 0);
    for (size_t i = 0; i < DASHBOARD_STEPS; i += 6) {
        int64_t back = (int64_t)(DASHBOARD_STEPS - 1 - i) * STEP_MS;
        times_moment(dashboard->now_ms - dashboard->now_ms % STEP_MS - back, dashboard->now_ms,
                     moment);
        canvas_move(canvas, 8 + i * step);
        canvas_put(canvas, PAINT_DIM, "%s", moment);
    }
}

static void draw_two_panes(const struct dashboard *dashboard, size_t room, struct canvas *canvas)
{
    struct canvas left;
    struct canvas right;
    size_t width = (canvas->width - 3) / 2;
    canvas_init(&left, width, canvas->has_paints, canvas->has_blocks);
    canvas_init(&right, canvas->width - 3 - width, canvas->has_paints, canvas->has_blocks);
    draw_queue(dashboard, &left);
    canvas_line(&left);
    draw_outcome(dashboard, &left);
    canvas_line(&left);
    draw_pace(dashboard, &left);
    draw_workers(dashboard, room > 6 ? room - 6 : room, &right);
    canvas_line(&right);
    draw_sites(dashboard, room > right.count ? room - right.count : 0, &right);
    canvas_beside(canvas, &left, &right);
    size_t used = left.count > right.count ? left.count : right.count;
    canvas_done(&left);
    canvas_done(&right);
    draw_hours(dashboard, room > used ? room - used : 0, canvas);
}

void dashboard_draw(const struct dashboard *dashboard, size_t columns, size_t rows,
                    struct canvas *canvas)
{
    struct canvas alarms;
    size_t alarm_room = rows > 40 ? 10 : 2;
    canvas_init(&alarms, columns, canvas->has_paints, canvas->has_blocks);
    draw_alarms(dashboard, alarm_room, &alarms);
    draw_head(dashboard, canvas);
    size_t fixed = canvas->count + alarms.count + 2; // a rule and the foot
    size_t room = rows > fixed ? rows - fixed : 0;
    if (columns >= TWO_PANES_COLUMNS)
        draw_two_panes(dashboard, room, canvas);
    else
        draw_one_pane(dashboard, room, canvas);
    while (canvas->count + alarms.count + 2 < rows)
        canvas_line(canvas); // the foot stays at the foot
    canvas_line(canvas);
    canvas_rule(canvas, columns);
    canvas_below(canvas, &alarms);
    draw_foot(dashboard, canvas);
    canvas_done(&alarms);
}
