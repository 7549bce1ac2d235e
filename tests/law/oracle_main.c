/* oracle_main.c - answers, line by line, what the rooms of law and matching reckon, so that
 * test_oracles.py can hold it against other people's programs: a word, a blank, and what about. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "classify/check_digit.h"
#include "law/day.h"
#include "law/holidays.h"
#include "law/period.h"

enum { LINE_BYTES = 128 };

static void print_day(int32_t day)
{
    char text[DAY_TEXT_BYTES];
    day_to_text(day, text);
    printf("%s ", text);
}

static bool answer_number(const char *word, const char *about)
{
    static const struct {
        const char *word;
        bool (*check)(const char *);
    } checks[] = {
        {"vsnr", check_insurance_number  },
        {"kvnr", check_health_number     },
        {"ik",   check_institution_number},
        {"tax",  check_tax_id            },
        {"iban", check_iban              },
    };
    static const struct {
        const char *word;
        int (*compute)(const char *);
    } digits[] = {
        {"11,10", check_mod11_10},
        {"97-10", check_mod97_10},
        {"damm",  check_damm    },
        {"luhn",  check_luhn    },
        {"11-2",  check_mod11_2 },
        {"37-2",  check_mod37_2 },
        {"37,36", check_mod37_36},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (strcmp(checks[i].word, word) == 0)
            return printf("%d\n", checks[i].check(about)) > 0;
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        if (strcmp(digits[i].word, word) == 0)
            return printf("%d\n", digits[i].compute(about)) > 0;
    if (strcmp(word, "icao") == 0)
        return printf("%d\n", check_machine_readable(about, strlen(about))) > 0;
    return false;
}

static bool answer_day(const char *word, const char *about)
{
    int32_t day = 0;
    int length = 0;
    char unit[8], from[DAY_TEXT_BYTES];
    if (strcmp(word, "year") == 0) { // Easter and all holidays
        if (sscanf(about, "%d", &length) != 1 ||
            !day_from_civil((struct civil_day){length, 1, 1}, &day))
            return false;
        print_day(easter_sunday(length));
        for (; day_to_civil(day).year == length; day++)
            if (public_holiday(day) != NULL)
                print_day(day);
        return printf("\n") > 0;
    }
    if (strcmp(word, "posted") == 0 && day_from_text(about, &day)) {
        const struct period month = {1, PERIOD_MONTHS, false};
        int32_t notified = deemed_notified(day);
        struct period_end end = period_end(notified, &month);
        print_day(notified);
        print_day(end.raw);
        print_day(end.day);
        return printf("\n") > 0;
    }
    if (strcmp(word, "period") != 0 || sscanf(about, "%10s %d %7s", from, &length, unit) != 3 ||
        !day_from_text(from, &day))
        return false;
    const struct period period = {length, unit[0] == 'm' ? PERIOD_MONTHS : PERIOD_WEEKS, false};
    print_day(period_end(day, &period).day);
    return printf("\n") > 0;
}

int main(void)
{
    char line[LINE_BYTES];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *about = strchr(line, ' ');
        if (about == NULL)
            return 2;
        *about++ = '\0';
        if (!answer_number(line, about) && !answer_day(line, about)) {
            fprintf(stderr, "%s %s?\n", line, about);
            return 2;
        }
    }
    return 0;
}
