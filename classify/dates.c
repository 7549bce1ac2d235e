/* dates.c - see dates.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/dates.h"
#include "classify/fold.h"

#define DIGIT "[0-9OoIl]"

/* Groups 1 to 3 in the order of PARTS. Months match on their beginning, as written and folded. */
static const char *const NOTATIONS[DATE_NOTATIONS] = {
    "(?<![0-9A-Za-z])(" DIGIT "{1,2}) ?[.,/] ?(" DIGIT "{1,2}) ?[.,/] ?((?:1[89]|20)" DIGIT
    "{2}|" DIGIT "{2})(?![0-9A-Za-z]|[.,/][0-9])",
    "(?<![0-9A-Za-z])((?:1[89]|20)[0-9]{2})-([0-9]{2})-([0-9]{2})(?![0-9A-Za-z])",
    "(?<![0-9A-Za-z])(" DIGIT
    "{1,2})[.,]? ?((?i)Jan|Jän|Feb|Mär|Maer|Mar|Mrz|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov"
    "|Dez)[\\p{L}]{0,6}[.,]? ((?:1[89]|20)" DIGIT "{2}|" DIGIT "{2})(?![0-9A-Za-z])",
    "(?<![0-9A-Za-z.,/-])(" DIGIT "{2})[ .,:;'-]{0,2}(" DIGIT
    "{2})[ .,:;'-]{0,2}((?:1[89]|20)" DIGIT "{2}|" DIGIT "{2})(?![0-9A-Za-z]|[.,/-][0-9])",
};

enum { NOTATION_LOOSE = DATE_NOTATIONS - 1 };

enum part { PART_DAY, PART_MONTH, PART_YEAR, PARTS };

static const unsigned PARTS_OF[DATE_NOTATIONS][PARTS] = {
    {1, 2, 3},
    {3, 2, 1},
    {1, 2, 3},
    {1, 2, 3}
};

static const struct {
    const char *beginning;
    uint32_t month;
} MONTHS[] = {
    {"jan",  1 },
    {"jaen", 1 },
    {"feb",  2 },
    {"maer", 3 },
    {"mar",  3 },
    {"mrz",  3 },
    {"apr",  4 },
    {"mai",  5 },
    {"jun",  6 },
    {"jul",  7 },
    {"aug",  8 },
    {"sep",  9 },
    {"okt",  10},
    {"nov",  11},
    {"dez",  12},
};

enum status date_patterns_init(struct date_patterns *patterns, struct fault *fault)
{
    *patterns = (struct date_patterns){{0}};
    for (size_t i = 0; i < DATE_NOTATIONS; i++) {
        enum status status = pattern_new(NOTATIONS[i], &patterns->notations[i], fault);
        if (status != STATUS_OK) {
            date_patterns_done(patterns);
            return fault_within(fault, "pattern of dates");
        }
    }
    return STATUS_OK;
}

void date_patterns_done(struct date_patterns *patterns)
{
    for (size_t i = 0; i < DATE_NOTATIONS; i++)
        pattern_free(&patterns->notations[i]);
}

static uint32_t read_number(const char *text, const struct pattern_span *span)
{
    uint32_t value = 0;
    for (size_t i = span->start; i < span->end; i++) {
        char digit = fold_number_character(text[i]);
        if (ascii_is_digit(digit))
            value = value * 10 + (uint32_t)(digit - '0');
    }
    return value;
}

static uint32_t read_month(const char *text, const struct pattern_span *span)
{
    if (ascii_is_digit(fold_number_character(text[span->start])) && span->end - span->start <= 2)
        return read_number(text, span);
    char word[32] = "";
    char folded[FOLD_WORD_BYTES];
    size_t length = span->end - span->start;
    memcpy(word, text + span->start, length < sizeof word ? length : sizeof word - 1);
    fold_word(word, folded);
    for (size_t i = 0; i < sizeof MONTHS / sizeof *MONTHS; i++) {
        if (strncmp(folded, MONTHS[i].beginning, strlen(MONTHS[i].beginning)) == 0)
            return MONTHS[i].month;
    }
    return 0;
}

static bool is_leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* A short year may be a leap year. */
static bool is_possible(uint32_t day, uint32_t month, uint32_t year, bool is_short)
{
    static const uint32_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    return month != 2 || day < 29 || is_short || is_leap(year);
}

static bool find_notation(const struct date_patterns *patterns, size_t notation, const char *text,
                          size_t length, size_t from, struct date *ret_date)
{
    struct pattern_match match;
    while (from < length &&
           pattern_find(patterns->notations[notation], text, length, from, &match)) {
        const unsigned *parts = PARTS_OF[notation];
        const struct pattern_span *year = &match.groups[parts[PART_YEAR]];
        struct date date = {
            .day = read_number(text, &match.groups[parts[PART_DAY]]),
            .month = read_month(text, &match.groups[parts[PART_MONTH]]),
            .year = read_number(text, year),
            .is_short = year->end - year->start == 2,
            .is_loose = notation == NOTATION_LOOSE,
            .start = match.groups[0].start,
            .end = match.groups[0].end,
        };
        if (is_possible(date.day, date.month, date.year, date.is_short)) {
            *ret_date = date;
            return true;
        }
        from = match.groups[1].end;
    }
    return false;
}

bool date_find(const struct date_patterns *patterns, const char *text, size_t length, size_t from,
               struct date *ret_date)
{
    bool found = false;
    for (size_t i = 0; i < DATE_NOTATIONS; i++) {
        struct date date;
        if (find_notation(patterns, i, text, length, from, &date) &&
            (!found || date.start < ret_date->start)) {
            *ret_date = date;
            found = true;
        }
    }
    return found;
}

uint32_t date_from_iso(const char *iso)
{
    static const char form[] = "0000-00-00";
    uint32_t parts[PARTS] = {0};
    size_t part = PART_YEAR;
    if (strlen(iso) != sizeof form - 1)
        return 0;
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == '-' ? iso[i] != '-' : !ascii_is_digit(iso[i]))
            return 0;
        if (form[i] == '-')
            part--;
        else
            parts[part] = parts[part] * 10 + (uint32_t)(iso[i] - '0');
    }
    if (!is_possible(parts[PART_DAY], parts[PART_MONTH], parts[PART_YEAR], false))
        return 0;
    return parts[PART_YEAR] * 10000 + parts[PART_MONTH] * 100 + parts[PART_DAY];
}

bool date_is(const struct date *date, uint32_t day)
{
    uint32_t year = day / 10000;
    return day != 0 && date->day == day % 100 && date->month == day / 100 % 100 &&
           date->year == (date->is_short ? year % 100 : year);
}

unsigned date_differences(const struct date *date, uint32_t day)
{
    uint32_t modulus = date->is_short ? 1000000 : 100000000;
    uint32_t read = (date->year * 10000 + date->month * 100 + date->day) % modulus;
    unsigned differences = 0;
    for (day %= modulus; modulus > 1; modulus /= 10) {
        differences += read % 10 != day % 10 ? 1U : 0U;
        read /= 10;
        day /= 10;
    }
    return differences;
}
