/* machine_zone.h - knows a copy of an identity paper by its machine readable zone (ICAO 9303).
 *
 * Only that there is one: what stands in it is neither kept nor looked people up by
 * (PAuswG § 20). All check digits of the zone have to agree, so hardly anything else looks so. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_MACHINE_ZONE_H
#define CLASSIFY_MACHINE_ZONE_H

#include <stdbool.h>

#include "classify/letter.h"

/* Lines of a card: two of its three, 30 characters each (TD1). */
bool machine_zone_is_card(const char *first, const char *second);
/* The second of the two lines of a passport (44 characters, TD3). */
bool machine_zone_is_passport(const char *second);
/* Such lines stand somewhere in the letter. */
bool machine_zone_is_in(const struct letter *letter);

#endif
