/* seed_main.c - seed_portal FILE [LATER]: fills the empty instance of a configuration with the
 * invented office of tests/portal/seed.h, and prints the ids that a test asks for, one a line.
 * With LATER it does what seed_later() calls so, on an office that is there. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/status.h"
#include "tests/portal/seed.h"

static void print_id(const char *name, const struct uuid *uuid)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(uuid, id);
    (void)printf("%s %s\n", name, id);
}

static enum status work_on(const struct config *config, int argc, char **argv, struct fault *fault)
{
    struct seed seed = {0};
    if (argc == 3)
        return seed_later(config, clock_system(), argv[2], fault);
    enum status status = seed_office(config, clock_system(), &seed, fault);
    if (status != STATUS_OK)
        return status;
    print_id("clearing", &seed.clearing.uuid);
    print_id("filed", &seed.filed.uuid);
    print_id("refused", &seed.refused.uuid);
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    struct fault fault = {0};
    if (argc != 2 && argc != 3) {
        (void)fprintf(stderr, "Usage: seed_portal FILE [LATER]\n");
        return EXIT_USAGE;
    }
    struct config *config = config_load_or_explain(argv[1]);
    if (config == NULL)
        return EXIT_CONFIGURATION;
    enum status status = work_on(config, argc, argv, &fault);
    config_free(&config);
    if (status == STATUS_OK)
        return EXIT_DONE;
    (void)fprintf(stderr, "seed_portal: %s\n", fault.text);
    return EXIT_STORAGE;
}
