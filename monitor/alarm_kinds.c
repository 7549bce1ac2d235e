/* alarm_kinds.c - see alarm_kinds.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "monitor/alarm_kinds.h"

const struct alarm_kind alarm_kinds[] = {
    {"backlog",          "many scans wait",
     "See posteingang status: are readers there, and do they read? More readers: workers.readers, "
     "or a worker on another host.",                                                                                       true },
    {"oldest",           "a scan or document waits too long",
     "posteingang status says what it is waiting for; posteingang workers, who works.",                                    true },
    {"no_reader",        "scans wait and no reader is there",
     "systemctl status posteingang-reader; journalctl -u posteingang-reader.",                                             true },
    {"worker_failing",   "a worker fails again and again",
     "journalctl of its host; posteingang workers. Drain it in the portal, or restart it.",                                true },
    {"dispatcher",       "the dispatcher gives no sign of life",
     "systemctl status posteingang-dispatch; journalctl -u posteingang-dispatch.",                                         true },
    {"intake",           "the intake gives no sign of life",
     "systemctl status posteingang-intake; journalctl -u posteingang-intake. Files stay safely in "
     "the drop folders.",                                                                                                  true },
    {"site_silent",      "a site is silent",
     "Ask the site: is the scanner switched on, and does it still reach its folder?",                                      true },
    {"site_folder",      "a drop folder cannot be used",
     "Is the share mounted, and may the group posteingang use the folder? posteingang doctor.",                            true },
    {"desk_silent",      "a desk far away is not heard",
     "Is its host on, and its line there? At the desk: posteingang sites. It keeps what is scanned "
     "meanwhile.",                                                                                                         true },
    {"desk_behind",      "scans wait at a desk far away for long",
     "posteingang sites: is the line cut, too slow, or bounded (centre.rates)?",                                           true },
    {"desk_held",        "nothing is taken from a desk far away",
     "posteingang sites says why; mostly the centre's disk is full.",                                                      true },
    {"refused",          "many scans are refused",
     "The site's _refused folder says why; mostly a scanner's settings were changed.",                                     true },
    {"failed",           "scans were given up",
     "posteingang list --state failed; read the reason, then posteingang retry ID.",                                       true },
    {"corrupt",          "something at rest is damaged",
     "posteingang verify names it; restore the object from the backup, then posteingang retry ID.",                        true },
    {"disk",             "little space is free",
     "Make room or enlarge the file system; below limits.free_space scans stay in the drop "
     "folders.",                                                                                                           true },
    {"object_store",     "the object store does not answer",
     "posteingang doctor says what is wrong. Scans stay in the drop folders until it is back.",                            true },
    {"register_age",     "the case register is old",
     "Import a new one: posteingang register import FILE; or mend the export into "
     "register.folder.",                                                                                                   true },
    {"clearing_age",     "a document is in clearing for long",
     "The team leads see it in the portal; posteingang list --state clearing.",                                            true },
    {"key_age",          "a key is old",
     "Make a new one (posteingang key new) and enrol the workers anew, when nobody is working.",                           true },
    {"certificate",      "a certificate runs out soon",
     "Get a new certificate and put it into the same place.",                                                              true },
    {"undelivered",      "notices cannot be sent",
     "posteingang doctor tries the mail server; see mail.server and alarms.webhook.",                                      true },
    {"scanner_streak",   "a scanner draws a line",                     "Clean the glass of its feeder.",                   true },
    {"scanner_skew",     "a scanner feeds askew",                      "Set the guides of its feeder; clean its rollers.",
     true                                                                                                                       },
    {"scanner_contrast", "a scanner's picture fades",
     "Clean its glass; look at its lamp and its settings.",                                                                true },
    {"scanner_double",   "a scanner seems to pull two sheets at once",
     "Clean or change its separation roller, and compare the last batch with its paper.",                                  true },
    {"deadline",         "a deadline was escalated",                   "The team lead sees it in the portal.",             false},
    {"seal",             "seals cannot be had",
     "Is the provider of seals and time stamps reachable? Papers wait for their seal until then.",                         false},
};
const size_t alarm_kind_count = sizeof alarm_kinds / sizeof alarm_kinds[0];

const struct alarm_kind *alarm_kind_of(const char *name)
{
    static const struct alarm_kind unknown = {"", "something is wrong", "See posteingang status.",
                                              false};
    for (size_t i = 0; i < alarm_kind_count; i++)
        if (strcmp(alarm_kinds[i].name, name) == 0)
            return &alarm_kinds[i];
    return &unknown;
}
