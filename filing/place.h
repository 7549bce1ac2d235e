/* place.h - names of teams and cases as names of folders, reversibly.
 *
 * What a file system or a Windows share could misunderstand becomes %XX: the percent sign itself,
 * slashes, controls, \ : * ? " < > |, a dot in front, a dot or blank at the end, and bytes that
 * are no UTF-8. An empty name becomes a lone %, which nothing else does. So two names never share
 * a folder. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef FILING_PLACE_H
#define FILING_PLACE_H

#include "base/text.h"

enum { PLACE_NAME_BYTES_MOST = 255 /* NAME_MAX of Linux and of Windows */ };

/* Appends `name` as the name of a folder. false: it would be longer than a folder's name may be. */
bool place_append(struct text *place, const char *name);

#endif
