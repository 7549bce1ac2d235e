/* register_scale.c - what a case register of millions costs: import, index, memory, search.
 *
 * Usage: register_scale FOLDER CASES LETTERS SEED
 * Makes an invented register of CASES cases with two persons each on average and writes it to
 * FOLDER/register.csv; imports it as `register import` does; builds the index as a filer does; and
 * asks it for the candidates of LETTERS letters. Names follow the uneven shares of real ones: a
 * few hundred that everybody has, and a long tail. One letter in three has its case number exactly,
 * one in three with a digit wrong or misread, and the rest none: name, birth date and address, or a
 * common name alone, which is the dear case.
 *
 * Search is measured in processor time of its thread, so that others on the machine do not count;
 * import and index on the clock. FOLDER must be on the disk that is to be measured. The last line
 * is a JSON object. */
// SPDX-License-Identifier: EUPL-1.2
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "classify/candidates.h"
#include "store/register.h"
#include "tests/classify/sample.h"

enum { PATH_BYTES = 4096, WORD_BYTES = 64, PERSONS_A_CASE_MOST = 4, FILLER_WORDS = 160 };

/* ---- chance --------------------------------------------------------------------------------- */

/* SplitMix64: every person is a function of the seed and a number, so that letters can be written
 * without the register at hand. */
static uint64_t mixed(uint64_t value)
{
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

struct chance {
    uint64_t state;
};

static uint32_t below(struct chance *chance, uint32_t limit)
{
    chance->state = mixed(chance->state);
    return (uint32_t)(((chance->state >> 32) * limit) >> 32);
}

/* The first ones are common, the last ones rare: roughly a share of 1/rank. */
static uint32_t skewed(struct chance *chance, uint32_t limit)
{
    uint32_t most = below(chance, limit) + 1;
    return below(chance, below(chance, most) + 1);
}

/* ---- people --------------------------------------------------------------------------------- */

static const char *const surname_starts[] = {
    "Müll",  "Schmi", "Schnei", "Fisch",  "Web",    "Mey",    "Wagn",   "Beck",  "Hoff", "Schul",
    "Koch",  "Bau",   "Richt",  "Klein",  "Wolf",   "Schröd", "Neu",    "Schwa", "Zimm", "Brau",
    "Krü",   "Hart",  "Lang",   "Krau",   "Leh",    "Köh",    "Her",    "Kön",   "Wal",  "Pet",
    "Mai",   "Hub",   "Kai",    "Fuch",   "Schol",  "Möl",    "Jung",   "Hah",   "Vog",  "Fried",
    "Kell",  "Gün",   "Frank",  "Berg",   "Wink",   "Roth",   "Lor",    "Baum",  "Schu", "Alb",
    "Lud",   "Wint",  "Sim",    "Kra",    "Vogt",   "Stein",  "Jäg",    "Ott",   "Somm", "Groß",
    "Sei",   "Hein",  "Brand",  "Haas",   "Schrei", "Grae",   "Diet",   "Zieg",  "Kuh",  "Kühn",
    "Pohl",  "Eng",   "Horn",   "Busch",  "Berge",  "Tho",    "Voi",    "Sau",   "Arn",  "Pfei",
    "Qua",   "Ehl",   "Ihl",    "Tessen", "Malch",  "Stav",   "Wulken", "Peen",  "Rad",  "Tol",
    "Drews", "Käd",   "Bräu",   "Gör",    "Lüb",    "Mül",    "Niem",   "Oel",   "Rüh",  "Stö"};
static const char *const surname_middles[] = {"",   "er", "en",  "el",  "in",  "ar",  "os", "un",
                                              "ei", "au", "eck", "ing", "ann", "ent", "ol", "ack"};
static const char *const surname_ends[] = {
    "er",  "mann", "t",    "ke",  "berg",  "ler",   "ner",  "sen",  "ow",    "in",
    "itz", "bach", "feld", "hof", "stein", "meier", "holz", "born", "brink", "lich",
    "ing", "en",   "z",    "ers", "au",    "kamp",  "dorf", "rath", "wig",   "hardt"};
static const char *const given_names[] = {
    "Hans",      "Karin",      "Peter",    "Monika",    "Wolfgang", "Ursula",    "Klaus",
    "Renate",    "Manfred",    "Helga",    "Jürgen",    "Sabine",   "Michael",   "Petra",
    "Thomas",    "Brigitte",   "Andreas",  "Ingrid",    "Stefan",   "Gisela",    "Christian",
    "Erika",     "Uwe",        "Andrea",   "Werner",    "Christa",  "Horst",     "Susanne",
    "Frank",     "Gabriele",   "Heinz",    "Elke",      "Bernd",    "Angelika",  "Dieter",
    "Heike",     "Martin",     "Martina",  "Günter",    "Barbara",  "Holger",    "Kerstin",
    "Gerhard",   "Birgit",     "Rolf",     "Anja",      "Jens",     "Silke",     "Detlef",
    "Katrin",    "Mohammed",   "Fatima",   "Ali",       "Olena",    "Ahmad",     "Iryna",
    "Finn",      "Emma",       "Ben",      "Mia",       "Jonas",    "Hanna",     "Elias",
    "Emilia",    "Noah",       "Lina",     "Leon",      "Marie",    "Paul",      "Sophia",
    "Friedrich", "Wilhelmine", "Karl",     "Charlotte", "Hermann",  "Frieda",    "Otto",
    "Hedwig",    "Ernst",      "Gertrud",  "Kurt",      "Elfriede", "Siegfried", "Waltraud",
    "Lothar",    "Ilse",       "Egon",     "Edith",     "Joachim",  "Ruth",      "Eckhard",
    "Sigrid",    "Reinhard",   "Rosemarie"};
static const char *const street_starts[] = {
    "Linden",     "Bahnhof",       "Garten",        "Schul",     "Dorf",     "Haupt",
    "Feld",       "Wald",          "Berg",          "Mühlen",    "Kirch",    "Wiesen",
    "Birken",     "Eichen",        "Kastanien",     "Rosen",     "Burg",     "Markt",
    "See",        "Hafen",         "Strelitzer ",   "Demminer ", "Warener ", "Treptower ",
    "Rostocker ", "Clara-Zetkin-", "Fritz-Reuter-", "Goethe",    "Schiller", "Thälmann",
    "Puschkin",   "Ziegel",        "Töpfer",        "Gerber",    "Fischer",  "Sonnen",
    "Nord",       "Süd",           "Ost",           "West",      "Alte ",    "Neue ",
    "Lange ",     "Kurze ",        "Hohe ",         "Große ",    "Kleine ",  "Am ",
    "An der ",    "Zum "};
static const char *const street_ends[] = {"straße", "weg",   "allee", "ring", "platz",  "gasse",
                                          "damm",   "hof",   "berg",  "ufer", "winkel", "tor",
                                          "grund",  "anger", "kamp",  "pfad"};
static const char *const cities[] = {"Neubrandenburg", "Neustrelitz", "Waren (Müritz)", "Demmin",
                                     "Altentreptow",   "Friedland",   "Malchin",        "Röbel",
                                     "Burg Stargard",  "Stavenhagen", "Dargun",         "Penzlin",
                                     "Woldegk",        "Mirow",       "Wesenberg",      "Malchow"};

#define COUNT_OF(list)     ((uint32_t)(sizeof(list) / sizeof(list)[0]))
#define PICK(chance, list) ((list)[skewed(chance, COUNT_OF(list))])

struct resident {
    char case_number[24];
    char surname[3 * WORD_BYTES], given_names[2 * WORD_BYTES], birth_date[11];
    char street[2 * WORD_BYTES], house_number[8], postcode[8];
    const char *city;
    char other_ids[48];
};

static char check_digit(const char *digits)
{
    int product = 10;
    for (; *digits != '\0'; digits++) {
        int sum = (*digits - '0' + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (char)('0' + (11 - product) % 10);
}

static void make_case_number(uint64_t number, char ret_number[24])
{
    char digits[16];
    unsigned area = 10 + (unsigned)(number / 1000000 % 90);
    unsigned running = (unsigned)(number % 1000000);
    (void)snprintf(digits, sizeof digits, "50%02u%06u", area, running);
    (void)snprintf(ret_number, 24, "50.%02u.%06u-%c", area, running, check_digit(digits));
}

static void make_surname(struct chance *chance, char *ret_surname, size_t size)
{
    const char *start = PICK(chance, surname_starts);
    // Half of all people share names without a middle, the others the long tail.
    const char *middle = below(chance, 2) == 0 ? "" : PICK(chance, surname_middles);
    (void)snprintf(ret_surname, size, "%s%s%s", start, middle, PICK(chance, surname_ends));
    if (below(chance, 12) == 0) {
        size_t length = strlen(ret_surname);
        (void)snprintf(ret_surname + length, size - length, "-%s%s%s", PICK(chance, surname_starts),
                       PICK(chance, surname_middles), PICK(chance, surname_ends));
    }
}

/* The case's address is its members' address; so, mostly, is its surname. */
static uint32_t make_case(uint64_t seed, uint64_t number,
                          struct resident ret_persons[PERSONS_A_CASE_MOST])
{
    static const uint32_t sizes[] = {1, 1, 1, 1, 2, 2, 3, 3, 4, 2}; // two on average
    struct chance chance = {mixed(seed ^ mixed(number))};
    uint32_t count = sizes[number % 10];
    struct resident shared = {.city = PICK(&chance, cities)};
    make_case_number(number * 7 % 90000000, shared.case_number);
    make_surname(&chance, shared.surname, sizeof shared.surname);
    (void)snprintf(shared.street, sizeof shared.street, "%s%s", PICK(&chance, street_starts),
                   PICK(&chance, street_ends));
    (void)snprintf(shared.house_number, sizeof shared.house_number, "%u%s",
                   skewed(&chance, 180) + 1, below(&chance, 6) == 0 ? "a" : "");
    (void)snprintf(shared.postcode, sizeof shared.postcode, "17%03u", 33 + below(&chance, 220));
    for (uint32_t i = 0; i < count; i++) {
        struct resident *person = &ret_persons[i];
        *person = shared;
        if (i > 0 && below(&chance, 5) == 0)
            make_surname(&chance, person->surname, sizeof person->surname);
        bool has_second = below(&chance, 3) == 0;
        (void)snprintf(person->given_names, sizeof person->given_names, "%s%s%s",
                       PICK(&chance, given_names), has_second ? " " : "",
                       has_second ? PICK(&chance, given_names) : "");
        (void)snprintf(person->birth_date, sizeof person->birth_date, "%04u-%02u-%02u",
                       1926 + below(&chance, 98), 1 + below(&chance, 12), 1 + below(&chance, 28));
        if (below(&chance, 2) == 0)
            (void)snprintf(person->other_ids, sizeof person->other_ids, "%05u//%07u",
                           10000 + below(&chance, 89999), below(&chance, 9999999));
    }
    return count;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void check(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "register_scale: %s\n", fault->text);
    exit(1);
}

static double seconds_since(int64_t begun_ms)
{
    return (double)(clock_monotonic_ms(clock_system()) - begun_ms) / 1000.0;
}

static void write_register(const char *path, uint64_t cases, uint64_t seed)
{
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        (void)fprintf(stderr, "register_scale: cannot write %s\n", path);
        exit(1);
    }
    (void)fputs("case_number;surname;given_names;birth_date;street;house_number;postcode;city;team;"
                "caseworker;status;other_ids\n",
                file);
    for (uint64_t i = 0; i < cases; i++) {
        struct resident persons[PERSONS_A_CASE_MOST];
        uint32_t count = make_case(seed, i, persons);
        for (uint32_t k = 0; k < count; k++) {
            const struct resident *person = &persons[k];
            (void)fprintf(file, "%s;%s;%s;%s;%s;%s;%s;%s;SG 50.%u;sb%02u;%s;%s\n",
                          person->case_number, person->surname, person->given_names,
                          person->birth_date, person->street, person->house_number,
                          person->postcode, person->city, (unsigned)(i % 6), (unsigned)(i % 60),
                          i % 17 == 0 ? "beendet" : "laufend", person->other_ids);
        }
    }
    if (fclose(file) != 0) {
        (void)fprintf(stderr, "register_scale: %s could not be written\n", path);
        exit(1);
    }
}

static double import(struct ledger *ledger, const char *path,
                     struct register_import_result *ret_result)
{
    struct fault fault = {0};
    const struct register_import import = {
        .csv_path = path, .words.closed = "beendet", .drop_share_most = 0.1, .actor = "bench"};
    int64_t begun_ms = clock_monotonic_ms(clock_system());
    check(register_import_csv(ledger, &import, ret_result, &fault), &fault);
    return seconds_since(begun_ms);
}

static enum status add_row(void *context, const struct register_row *row, struct fault *fault)
{
    const char *const *fields = row->fields;
    const struct register_person person = {
        .case_number = fields[REGISTER_CASE_NUMBER],
        .surname = fields[REGISTER_SURNAME],
        .given_names = fields[REGISTER_GIVEN_NAMES],
        .birth_date = fields[REGISTER_BIRTH_DATE],
        .street = fields[REGISTER_STREET],
        .house_number = fields[REGISTER_HOUSE_NUMBER],
        .postcode = fields[REGISTER_POSTCODE],
        .city = fields[REGISTER_CITY],
        .team = fields[REGISTER_TEAM],
        .status = fields[REGISTER_STATUS],
        .other_ids = fields[REGISTER_OTHER_IDS],
        .old_numbers = fields[REGISTER_OLD_NUMBERS],
        .is_closed = row->is_closed,
        .is_blocked = row->is_blocked,
    };
    return register_index_add(context, &person, fault);
}

static size_t heap_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static double build_index(struct ledger *ledger, const struct rules *rules,
                          struct register_index **ret_index, double *ret_bytes_person)
{
    struct fault fault = {0};
    size_t before = heap_in_use();
    int64_t begun_ms = clock_monotonic_ms(clock_system());
    check(register_index_new(rules, ret_index, &fault), &fault);
    check(register_each(ledger, add_row, *ret_index, &fault), &fault);
    check(register_index_finish(*ret_index, &fault), &fault);
    double seconds = seconds_since(begun_ms);
    *ret_bytes_person =
        (double)(heap_in_use() - before) / (double)register_index_persons(*ret_index);
    return seconds;
}

/* ---- letters -------------------------------------------------------------------------------- */

static const char *const filler[] = {
    "hiermit",    "reiche",  "ich",        "die",     "Unterlagen", "nach",   "Bescheid", "vom",
    "Kosten",     "der",     "Unterkunft", "und",     "Heizung",    "bitte",  "um",       "Prüfung",
    "Vermieter",  "Rente",   "wurde",      "zum",     "angepasst",  "Kopie",  "liegt",    "bei",
    "Sehr",       "geehrte", "Damen",      "Herren",  "mit",        "Grüßen", "Antrag",   "auf",
    "Leistungen", "Wohnung", "Sohn",       "Tochter", "Schule",     "Monat",  "Konto",    "Arbeit"};

/* Everyday slips: a wrong digit, two swapped, or one that recognition takes for another. */
static void spoil(struct chance *chance, char *number)
{
    size_t length = strlen(number);
    size_t at = 6 + below(chance, 5);
    if (at + 1 >= length || number[at] < '0' || number[at] > '9')
        return;
    switch (below(chance, 3)) {
    case 0:
        number[at] = (char)('0' + below(chance, 10));
        break;
    case 1: {
        char swapped = number[at];
        if (number[at + 1] >= '0' && number[at + 1] <= '9') {
            number[at] = number[at + 1];
            number[at + 1] = swapped;
        }
        break;
    }
    default:
        number[at] = number[at] == '0' ? 'O' : number[at] == '1' ? 'l' : 'S';
    }
}

static char *write_letter(struct chance *chance, const struct resident *person, uint32_t form)
{
    struct text text = {0};
    char number[24];
    memcpy(number, person->case_number, sizeof number);
    if (form % 3 == 1)
        spoil(chance, number);
    bool is_name_only = form % 6 == 2;
    text_append_format(&text, "%s %s\n", person->given_names, person->surname);
    if (!is_name_only)
        text_append_format(&text, "%s %s\n%s %s\n", person->street, person->house_number,
                           person->postcode, person->city);
    text_append(&text, "\nLandkreis Mecklenburgische Seenplatte\nSozialamt\n\n");
    if (form % 3 != 2)
        text_append_format(&text, "Ihr Zeichen: %s\n\n", number);
    else if (!is_name_only)
        text_append_format(&text, "geboren am %.2s.%.2s.%.4s\n\n", person->birth_date + 8,
                           person->birth_date + 5, person->birth_date);
    for (uint32_t i = 0; i < FILLER_WORDS; i++)
        text_append_format(&text, "%s%s", filler[below(chance, COUNT_OF(filler))],
                           i % 12 == 11 ? "\n" : " ");
    text_append_format(&text, "\n\n%s %s\n", person->given_names, person->surname);
    return text_take(&text);
}

static double thread_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int by_value(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

struct search {
    double median_ms, p99_ms, longest_ms;
    double found_share; /* of the letters that are not a name alone: their case is a candidate */
};

static bool is_candidate(const struct candidates *candidates, const char *case_number)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (strcmp(candidates->list[i].case_number, case_number) == 0)
            return true;
    return false;
}

static struct search search(const struct register_index *index, uint64_t cases, uint32_t letters,
                            uint64_t seed)
{
    struct chance chance = {mixed(seed ^ 0xbe)};
    double *spent = calloc(letters + 1, sizeof *spent);
    uint32_t asked = 0;
    uint32_t found = 0;
    for (uint32_t i = 0; spent != NULL && i < letters; i++) {
        struct resident persons[PERSONS_A_CASE_MOST];
        struct fault fault = {0};
        uint32_t count = make_case(seed, below(&chance, (uint32_t)cases), persons);
        const struct resident *person = &persons[below(&chance, count)];
        char *letter = write_letter(&chance, person, i);
        struct reading reading = sample_reading(letter);
        struct facts *facts = NULL;
        struct candidates candidates;
        double begun = thread_ms();
        check(facts_new(&reading, index, &facts, &fault), &fault);
        check(candidates_find(&candidates, facts, index, NULL, NULL, &fault), &fault);
        spent[i] = thread_ms() - begun;
        asked += i % 6 != 2;
        found += i % 6 != 2 && is_candidate(&candidates, person->case_number);
        candidates_done(&candidates);
        facts_free(&facts);
        reading_done(&reading);
        free(letter);
    }
    if (spent == NULL)
        exit(1);
    qsort(spent, letters, sizeof *spent, by_value);
    struct search result = {.median_ms = spent[letters / 2],
                            .p99_ms = spent[(uint64_t)letters * 99 / 100],
                            .longest_ms = spent[letters - 1],
                            .found_share = (double)found / (double)(asked == 0 ? 1 : asked)};
    free(spent);
    return result;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "usage: register_scale FOLDER CASES LETTERS SEED\n");
        return 2;
    }
    uint64_t cases = strtoull(argv[2], NULL, 10);
    uint32_t letters = (uint32_t)strtoul(argv[3], NULL, 10);
    uint64_t seed = strtoull(argv[4], NULL, 10);
    char csv[PATH_BYTES];
    char url[PATH_BYTES];
    struct fault fault = {0};
    struct ledger *ledger = NULL;
    struct rules *rules = NULL;
    struct register_index *index = NULL;
    struct register_import_result result = {0};
    (void)snprintf(csv, sizeof csv, "%s/register.csv", argv[1]);
    (void)snprintf(url, sizeof url, "%s/ledger.db", argv[1]);
    if (cases == 0 || letters == 0)
        return 2;
    write_register(csv, cases, seed);
    check(ledger_open(url, LEDGER_CREATE, clock_system(), &ledger, &fault), &fault);
    double import_s = import(ledger, csv, &result);
    const struct classify_options options = sample_options();
    check(rules_new(&options, &rules, &fault), &fault);
    double bytes_person = 0;
    double index_s = build_index(ledger, rules, &index, &bytes_person);
    struct search found = search(index, cases, letters, seed);
    printf("register of %" PRIu64 " cases, %" PRIu64 " persons (seed %" PRIu64 ")\n", result.cases,
           result.persons, seed);
    printf("  import                %10.1f s\n", import_s);
    printf("  index ready           %10.1f s\n", index_s);
    printf("  memory                %10.0f bytes a person\n", bytes_person);
    printf("  candidates of a letter  median %.2f ms, p99 %.2f ms, longest %.2f ms\n",
           found.median_ms, found.p99_ms, found.longest_ms);
    printf("  the letter's case is among them  %.2f %%\n", found.found_share * 100);
    printf("{\"cases\": %" PRIu64 ", \"persons\": %" PRIu64
           ", \"import_s\": %.2f, \"index_s\": %.2f, \"bytes_person\": %.1f,"
           " \"search_p99_ms\": %.3f, \"seed\": %" PRIu64 "}\n",
           result.cases, result.persons, import_s, index_s, bytes_person, found.p99_ms, seed);
    register_index_free(&index);
    rules_free(&rules);
    ledger_close(&ledger);
    return 0;
}
