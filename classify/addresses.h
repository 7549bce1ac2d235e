/* addresses.h - streets of the register with a house number, as a letter has them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_ADDRESSES_H
#define CLASSIFY_ADDRESSES_H

#include "classify/letter.h"
#include "classify/register_index.h"

enum { ADDRESS_STREETS_MOST = 4, ADDRESS_MENTIONS_MOST = 256, ADDRESS_HOUSE_BYTES = 8 };

struct address_mention {
    uint32_t first, last; /* tokens */
    uint32_t streets[ADDRESS_STREETS_MOST];
    size_t street_count;   /* 0: only postcode and town could be read */
    bool is_near;          /* the street is one edit away */
    uint32_t house_number; /* of the register's dictionary, DICTIONARY_NONE when it has none */
    char house[ADDRESS_HOUSE_BYTES]; /* as read, folded */
    uint32_t postcode;               /* 0: none stands beside it */
    bool is_institution;             /* an office or firm stands above it */
};

struct addresses {
    struct address_mention *mentions;
    size_t count;
};

enum address_agreement {
    ADDRESS_ABSENT,
    ADDRESS_HOUSE_NEAR,  /* the street and the postcode; one character of the house number is off */
    ADDRESS_STREET_ONLY, /* street and house number; no postcode, or one digit of it is off */
    ADDRESS_FULL         /* street, house number and postcode */
};

bool addresses_find(struct addresses *addresses, const struct letter *letter,
                    const struct register_index *index);
void addresses_done(struct addresses *addresses);
enum address_agreement address_agrees(const struct address_mention *mention,
                                      const struct register_index *index, uint32_t person);

#endif
