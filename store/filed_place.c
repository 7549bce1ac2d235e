/* filed_place.c - see filed_place.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/filed_place.h"

static bool read_process(const char *package, struct uuid *ret_process)
{
    const char *slash = strrchr(package, '/');
    return slash != NULL && slash != package && uuid_from_text(slash + 1, ret_process);
}

static enum status take(const char *part, size_t length, struct filed_place *place,
                        struct fault *fault)
{
    const size_t mark = sizeof FILED_PLACE_XDOMEA - 1;
    bool is_package = length > mark && strncmp(part, FILED_PLACE_XDOMEA, mark) == 0;
    char **target = is_package ? &place->package : &place->cabinet;
    if (length == 0 || *target != NULL)
        return fault_set(fault, STATUS_REFUSE, "this is no place of a filed document");
    *target = is_package ? string_copy_bytes(part + mark, length - mark)
                         : string_copy_bytes(part, length);
    if (*target == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (is_package && !read_process(place->package, &place->process))
        return fault_set(fault, STATUS_REFUSE, "a package's place does not end with its process");
    return STATUS_OK;
}

enum status filed_place_read(const char *place, struct filed_place *ret_place, struct fault *fault)
{
    *ret_place = (struct filed_place){0};
    if (place == NULL || place[0] == '\0')
        return STATUS_OK;
    size_t first = strcspn(place, FILED_PLACE_BAR);
    enum status status = take(place, first, ret_place, fault);
    if (status == STATUS_OK && place[first] != '\0')
        status = take(place + first + 1, strlen(place + first + 1), ret_place, fault);
    return status;
}

void filed_place_done(struct filed_place *place)
{
    free(place->cabinet);
    free(place->package);
    *place = (struct filed_place){0};
}
