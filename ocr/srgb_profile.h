/* srgb_profile.h - an ICC profile of the sRGB colour space, for the archive's output intent. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef OCR_SRGB_PROFILE_H
#define OCR_SRGB_PROFILE_H

#include "base/bytes.h"

/* Appends the profile, about 700 bytes. */
void srgb_profile_write(struct byte_writer *writer);

#endif
