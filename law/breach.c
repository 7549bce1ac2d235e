/* breach.c - see breach.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "law/breach.h"

enum { MOMENT_BYTES = 32 };

int64_t breach_report_by_ms(int64_t known_ms)
{
    return known_ms + (int64_t)BREACH_REPORT_HOURS * 3600 * 1000;
}

/* "02.03.2026, 08:15 Uhr" */
static void write_moment(int64_t wall_ms, char ret_text[MOMENT_BYTES])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    if (wall_ms == 0 || localtime_r(&seconds, &parts) == NULL)
        (void)snprintf(ret_text, MOMENT_BYTES, "unbekannt");
    else
        (void)strftime(ret_text, MOMENT_BYTES, "%d.%m.%Y, %H:%M Uhr", &parts);
}

void breach_note_add_viewer(struct breach_note *note, const char *person, const char *what,
                            int64_t first_ms, int64_t last_ms, int64_t looks)
{
    char first[MOMENT_BYTES], last[MOMENT_BYTES];
    if (note->viewer_count++ >= BREACH_VIEWERS_MOST)
        return;
    write_moment(first_ms, first);
    write_moment(last_ms, last);
    text_append_format(&note->viewers, "  - %s: %s, zuerst %s", person, what, first);
    if (looks > 1)
        text_append_format(&note->viewers, ", zuletzt %s (%" PRId64 " Mal)", last, looks);
    text_append(&note->viewers, "\n");
}

static void line(struct text *text, const char *name, const char *value)
{
    text_append_format(text, "%-28s %s\n", name, value == NULL ? "–" : value);
}

static void moment_line(struct text *text, const char *name, int64_t wall_ms)
{
    char moment[MOMENT_BYTES];
    write_moment(wall_ms, moment);
    line(text, name, moment);
}

static void append_facts(const struct breach_note *note, struct text *text)
{
    text_append_format(text, "Datenschutzvermerk zu einer Fehlablage, Nr. %" PRId64 "\n",
                       note->number);
    text_append_format(text, "%s\n\n", note->authority == NULL ? "" : note->authority);
    line(text, "Dokument:", note->document);
    line(text, "Falsch abgelegt zu:", note->case_number);
    line(text, "Team:", note->team);
    moment_line(text, "Abgelegt am:", note->filed_ms);
    moment_line(text, "Zurückgerufen am:", note->made_ms);
    line(text, "Zurückgerufen von:", note->actor);
    line(text, "Grund:", note->reason);
    moment_line(text, "Bekannt seit:", note->known_ms);
    moment_line(text, "Meldung spätestens bis:", breach_report_by_ms(note->known_ms));
    text_append(text, "  (72 Stunden ab Kenntnis, Art. 33 Abs. 1 DSGVO; auch über das Wochenende. "
                      "Hinweis, keine Entscheidung.)\n\n");
}

static void append_viewers(const struct breach_note *note, struct text *text)
{
    text_append(text, "Wer das Dokument in dieser Zeit im Portal geöffnet hat:\n");
    if (note->viewer_count == 0)
        text_append(text, "  niemand\n");
    else
        text_append_bytes(text, text_string(&note->viewers), note->viewers.length);
    if (note->viewer_count > BREACH_VIEWERS_MOST)
        text_append_format(text, "  … und %u weitere Einträge im Protokoll\n",
                           note->viewer_count - BREACH_VIEWERS_MOST);
    text_append(text, "Zugriffe auf den Ablageordner oder im Dokumentenmanagement hält Posteingang "
                      "nicht fest; bitte dort nachsehen.\n\n");
}

static void append_judgement(const struct breach_note *note, struct text *text)
{
    if (note->outcome != NULL) {
        bool is_reported = string_equal(note->outcome, "reported");
        line(text, "Ergebnis:", is_reported ? "der Aufsichtsbehörde gemeldet" : "nicht gemeldet");
        line(text, "Begründung:", note->settled_why);
        line(text, "Entschieden von:", note->settled_by);
        moment_line(text, "Entschieden am:", note->settled_ms);
        return;
    }
    text_append(text,
                "Zu beurteilen (Art. 33 Abs. 3 und 5, Art. 34 DSGVO; § 83a SGB X):\n"
                "  - Art der Daten und betroffene Personen: ______________________________\n"
                "  - Voraussichtliche Folgen und Risiko: _________________________________\n"
                "  - Ergriffene Maßnahmen: aus dem Fall entfernt, neu zugeordnet, "
                "Ablageregel lernt mit\n"
                "  - Meldung an die Aufsichtsbehörde: ja / nein, weil _____________________\n"
                "  - Benachrichtigung der betroffenen Person: ja / nein, weil _____________\n");
}

void breach_note_append(const struct breach_note *note, struct text *text)
{
    append_facts(note, text);
    append_viewers(note, text);
    append_judgement(note, text);
}

void breach_note_done(struct breach_note *note)
{
    text_done(&note->viewers);
    *note = (struct breach_note){0};
}
