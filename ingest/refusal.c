/* refusal.c - see refusal.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <time.h>

#include "ingest/refusal.h"

static const struct words {
    const char *reason, *advice;
} words[] = {
    [REFUSAL_LINK] = {"Das ist nur ein Verweis auf eine andere Datei, kein Scan.",
                      "Bitte die Datei selbst in den Ordner legen, keine Verknüpfung."      },
    [REFUSAL_SPECIAL] = {"Das ist keine gewöhnliche Datei.",
                      "Bitte der Systembetreuung Bescheid geben; das legt kein Scanner an."  },
    [REFUSAL_HARD_LINK] =
        {"Die Datei hat noch einen zweiten Namen, unter dem sie sich ändern kann.",
                      "Bitte die Datei in den Ordner kopieren oder noch einmal einscannen. "
         "Kommt das öfter vor, bitte der Systembetreuung Bescheid geben."                   },
    [REFUSAL_NAME] = {"Der Dateiname enthält Zeichen, die in Namen nicht vorkommen dürfen.",
                      "Bitte die Datei umbenennen (Buchstaben, Ziffern, Punkt und Bindestrich) "
                      "und noch einmal in den Ordner legen."                                 },
    [REFUSAL_PATH] = {"Der Dateiname ist zusammen mit seinen Ordnern zu lang.",
                      "Bitte die Datei kürzer benennen und noch einmal in den Ordner legen."},
    [REFUSAL_TOO_LARGE] = {"Die Datei ist größer als erlaubt.",
                      "Bitte den Stapel in kleineren Teilen oder mit weniger Farben und "
                           "300 dpi einscannen."                                             },
    [REFUSAL_EMPTY] = {"Die Datei ist leer.",
                      "Bitte noch einmal einscannen und darauf achten, dass das Blatt richtig "
                       "eingezogen wird."                                                    },
    [REFUSAL_FORMAT] = {"Die Datei ist weder TIFF noch PDF, JPEG oder PNG.",
                      "Bitte den Scanner auf eines dieser Formate einstellen. Ein Brief aus "
                        "der Textverarbeitung muss vorher als PDF gespeichert werden."       },
    [REFUSAL_INCOMPLETE] = {"Die Datei ist unvollständig: Ihr Ende fehlt.",
                      "Bitte noch einmal einscannen. Vermutlich wurde das Scannen oder "
                            "Kopieren unterbrochen."                                         },
    [REFUSAL_UNREADABLE] = {"Die Datei lässt sich nicht öffnen.",
                      "Bitte noch einmal einscannen. Kommt das öfter vor, bitte der "
                            "Systembetreuung Bescheid geben: Es fehlt das Leserecht."        },
};

const char *refusal_reason(enum refusal refusal)
{
    return words[refusal].reason;
}

const char *refusal_advice(enum refusal refusal)
{
    return words[refusal].advice;
}

const char *refusal_advice_after_reading(void)
{
    return "Bitte das Papier noch einmal einscannen. Wird es wieder abgelehnt, bitte der zentralen "
           "Stelle mit der Vorgangsnummer Bescheid geben.";
}

static void append_time(struct text *text, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm local;
    char stamp[64] = "";
    if (localtime_r(&seconds, &local) != NULL)
        (void)strftime(stamp, sizeof stamp, "%d.%m.%Y, %H:%M:%S Uhr", &local);
    text_append(text, stamp);
}

void refusal_slip_append(struct text *text, const struct refusal_slip *slip)
{
    text_append(text, "Diese Datei wurde nicht in den Posteingang übernommen.\r\n\r\n");
    text_append_format(text, "Datei:    %s\r\n", slip->source);
    text_append_format(text, "Standort: %s\r\n", slip->site);
    text_append(text, "Zeit:     ");
    append_time(text, slip->wall_ms);
    text_append_format(text, "\r\nVorgang:  %s\r\n\r\n", slip->scan);
    text_append_format(text, "Grund:\r\n%s\r\n\r\n", slip->reason);
    text_append_format(text, "Was zu tun ist:\r\n%s\r\n\r\n", slip->advice);
    text_append(text, "Danach können diese Notiz und die Datei gelöscht werden.\r\n");
}
