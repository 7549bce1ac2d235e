/* names.h - where a letter names persons whose surname the register knows.
 *
 * A mention is a surname with what stands beside it: given names before it, or behind it after a
 * comma, in the row "Vorname" of a form, an initial, or a title (Herr, Frau, Familie). A bare
 * surname is a mention only when it stands alone on its line: "Koch", "Lang" and "Sommer" are
 * words, too. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_NAMES_H
#define CLASSIFY_NAMES_H

#include "classify/letter.h"
#include "classify/register_index.h"

enum { NAME_SURNAMES_MOST = 6, NAME_GIVEN_MOST = 6, NAME_NEAR_MOST = 4 };

/* One given name, as the dictionary could have it. */
struct given_name {
    uint32_t token;
    uint32_t numbers[NAME_NEAR_MOST];
    size_t count;
    bool is_near; /* one edit away */
};

struct name_mention {
    uint32_t first, last; /* tokens */
    uint32_t surnames[NAME_SURNAMES_MOST];
    size_t surname_count;
    bool is_near; /* the surname is one edit away */
    struct given_name given_names[NAME_GIVEN_MOST];
    size_t given_count;
    bool is_several;  /* "Anna und Bernd Müller": each given name is a person */
    bool is_titled;   /* "Herr Müller" */
    bool is_form;     /* in a form's row for surnames */
    bool is_reversed; /* "Müller Hans" without a comma */
    char initial;     /* of "A. Müller", lower case; 0 without */
};

struct names {
    struct name_mention *mentions;
    size_t count;
    size_t capacity;
    bool failed;
};

enum name_agreement {
    NAME_ABSENT,
    NAME_SOUNDS,  /* a surname that sounds the same, and just the given name */
    NAME_OTHER,   /* the surname, with somebody else's given name */
    NAME_SURNAME, /* the surname with a title, an initial, or alone */
    NAME_PARTLY,  /* surname and a given name, and another one that the register lacks */
    NAME_FULL     /* surname and given name */
};

bool names_find(struct names *names, const struct letter *letter,
                const struct register_index *index);
void names_done(struct names *names);
/* How the mention fits a person. `ret_near`: some part is one edit away. */
enum name_agreement name_agrees(const struct name_mention *mention,
                                const struct register_index *index, uint32_t person,
                                bool *ret_near);

#endif
