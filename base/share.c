/* share.c - see share.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sys/stat.h>

#include "base/share.h"

static bool is_with_group;

void share_with_group(bool is_shared)
{
    is_with_group = is_shared;
    if (is_shared)
        (void)umask(S_IRWXO);
}

bool share_is_with_group(void)
{
    return is_with_group;
}

mode_t share_mode(mode_t alone)
{
    return is_with_group ? alone | ((alone & S_IRWXU) >> 3) : alone;
}
