/* kinds.c - see kinds.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/kinds.h"

static const char *const names[] = {
    "anhoerung",
    "antrag_formlos",
    "antrag_formular",
    "anwalt",
    "asyl",
    "attest",
    "auskunft",
    "ausweis",
    "behoerde",
    "bestattung",
    "betreuung",
    "bildung_teilhabe",
    "eilantrag",
    "eingliederungshilfe",
    "energiesperre",
    "fristverlaengerung",
    "hilfe_zur_pflege",
    "klage",
    "kontoauszug",
    "krankenhaus",
    "kuendigung_wohnung",
    "lohnabrechnung",
    "mietbescheinigung",
    "mietvertrag",
    "nachreichung",
    "nebenkosten",
    "pfaendung",
    "rechnung_pflege",
    "rentenbescheid",
    "sachstand",
    "schulbescheinigung",
    "schwerbehinderung",
    "sterbefall",
    "ueberpruefungsantrag",
    "veraenderung",
    "weiterbewilligung",
    "werbung",
    "widerspruch",
    "zustellung",
};

enum { NAMES = sizeof names / sizeof names[0] };

const char *kind_built_in(size_t place)
{
    return place < NAMES ? names[place] : NULL;
}

bool kind_is_built_in(const char *name, size_t length)
{
    for (size_t i = 0; i < NAMES; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return true;
    return false;
}

bool kind_list_next(const char **list, const char **ret_name, size_t *ret_length)
{
    if (*list == NULL)
        return false;
    const char *name = *list + strspn(*list, "; ");
    size_t length = strcspn(name, ";");
    *list = name + length;
    while (length > 0 && name[length - 1] == ' ')
        length--;
    if (length == 0)
        return false;
    *ret_name = name;
    *ret_length = length;
    return true;
}

bool kind_list_has(const char *list, const char *kind)
{
    const char *name = NULL;
    size_t length = 0;
    while (kind_list_next(&list, &name, &length))
        if (strlen(kind) == length && memcmp(name, kind, length) == 0)
            return true;
    return false;
}
