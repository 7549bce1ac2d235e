/* world.c - see world.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/matching/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify/check_digit.h"

#define LENGTH(table) (sizeof(table) / sizeof *(table))

static const char *const SURNAMES[] = {
    "Müller",     "Schmidt",  "Schröder",  "Schulz",   "Krüger",    "Lange",    "Wolff",
    "Neumann",    "Hoffmann", "Lehmann",   "Köhler",   "Krause",    "Lemke",    "Peters",
    "Möller",     "Hansen",   "Jahn",      "Voss",     "Böttcher",  "Kruse",    "Thiel",
    "Wegner",     "Brandt",   "Ziegler",   "Lüdtke",   "Radtke",    "Behnke",   "Wendt",
    "Sommer",     "Koch",     "Fuchs",     "Winter",   "Herzog",    "Kaiser",   "Gärtner",
    "Stolz",      "Ebert",    "Kuhn",      "Pohl",     "Yilmaz",    "Nguyen",   "Petrenko",
    "Kowalski",   "Nowak",    "Ivanova",   "Al Hamad", "Ahmadi",    "Tesfaye",  "von Bülow",
    "zur Mühlen", "Groß",     "Weiß",      "Preuß",    "Strauß",    "Haß",      "Schäfer",
    "Rößler",     "Kröger",   "Lübcke",    "Dräger",   "Süß",       "Meyer",    "Meier",
    "Maier",      "Schmitt",  "Schmied",   "Hofmann",  "Niemann",   "Albrecht", "Arndt",
    "Barth",      "Beck",     "Bergmann",  "Busch",    "Dietrich",  "Engel",    "Ernst",
    "Fiedler",    "Franke",   "Frenzel",   "Geißler",  "Graf",      "Günther",  "Haase",
    "Heinrich",   "Hermann",  "Horn",      "Jäger",    "John",      "Jung",     "Keller",
    "Kraft",      "Lindner",  "Lorenz",    "Ludwig",   "Marx",      "Otto",     "Pfeiffer",
    "Richter",    "Ritter",   "Roth",      "Sander",   "Schreiber", "Seidel",   "Simon",
    "Stein",      "Thomas",   "Ulrich",    "Vogel",    "Vogt",      "Walter",   "Weber",
    "Winkler",    "Zander",   "Zimmermann"};
static const char *const SURNAME_HEADS[] = {"Brink", "Linden", "Hage", "Stein", "Buch",  "Eich",
                                            "Holz",  "Wiese",  "Bach", "Moor",  "Heide", "Sand",
                                            "Born",  "Kamp",   "Rog",  "Wulf",  "Teter", "Mal"};
static const char *const SURNAME_TAILS[] = {"mann", "meier", "huber", "berg",  "feld",
                                            "ow",   "in",    "ke",    "städt", "haus",
                                            "horn", "hagen", "dorf",  "er"};
static const char *const GIVEN[] = {
    "Anna",       "Maria",     "Ursula",    "Karin",   "Renate",    "Sabine",     "Monika",
    "Petra",      "Erika",     "Ingrid",    "Christa", "Gisela",    "Helga",      "Brigitte",
    "Käthe",      "Hannelore", "Jana",      "Katrin",  "Lena",      "Emma",       "Mia",
    "Hanna",      "Sophie",    "Lea",       "Fatima",  "Olena",     "Aylin",      "Zeynep",
    "Iryna",      "Mariam",    "Peter",     "Michael", "Thomas",    "Andreas",    "Wolfgang",
    "Klaus",      "Jürgen",    "Günter",    "Stefan",  "Christian", "Uwe",        "Werner",
    "Horst",      "Frank",     "Dieter",    "Manfred", "Gerhard",   "Hans",       "Bernd",
    "Torsten",    "Matthias",  "Paul",      "Finn",    "Ben",       "Jonas",      "Leon",
    "Mohammed",   "Ahmad",     "Yusuf",     "Oleh",    "Karl",      "Otto",       "Emil",
    "Ole",        "Björn",     "René",      "Sören",   "Jörg",      "Hans-Peter", "Karl-Heinz",
    "Anne-Marie", "Eva-Maria", "Friedrich", "Wilhelm", "Heinz",     "Rolf",       "Ralf",
    "Jens"};
static const char *const STREETS[] = {"Lindenstraße",
                                      "Bahnhofstraße",
                                      "Dorfstraße",
                                      "Hauptstraße",
                                      "Gartenstraße",
                                      "Ringstraße",
                                      "Am Markt",
                                      "Schulstraße",
                                      "Mühlenstraße",
                                      "Kirchstraße",
                                      "Bergstraße",
                                      "Waldweg",
                                      "Am Anger",
                                      "Seestraße",
                                      "Hafenstraße",
                                      "Neue Straße",
                                      "Feldstraße",
                                      "Wiesenweg",
                                      "Birkenallee",
                                      "Ernst-Moritz-Arndt-Straße",
                                      "Fritz-Reuter-Straße",
                                      "Clara-Zetkin-Straße",
                                      "Goethestraße",
                                      "Schillerstraße",
                                      "Rosa-Luxemburg-Straße",
                                      "Straße der Jugend",
                                      "Am Wasserturm",
                                      "Papenbergstraße",
                                      "Zum Kiebitzberg",
                                      "Alter Postweg",
                                      "Rostocker Chaussee",
                                      "Demminer Landstraße",
                                      "Treptower Straße",
                                      "Kastanienweg",
                                      "Eichenring",
                                      "Lange Straße",
                                      "Große Wollweberstraße",
                                      "Pfaffenstraße",
                                      "Robert-Koch-Ring",
                                      "Zu den Tannen",
                                      "Amtsbrink",
                                      "Steinstraße",
                                      "Warener Damm",
                                      "Teterower Straße"};
static const struct {
    const char *postcode, *city;
} TOWNS[] = {
    {"17033", "Neubrandenburg"           },
    {"17034", "Neubrandenburg"           },
    {"17036", "Neubrandenburg"           },
    {"17087", "Altentreptow"             },
    {"17094", "Burg Stargard"            },
    {"17098", "Friedland"                },
    {"17109", "Demmin"                   },
    {"17139", "Malchin"                  },
    {"17153", "Stavenhagen"              },
    {"17159", "Dargun"                   },
    {"17192", "Waren (Müritz)"          },
    {"17207", "Röbel/Müritz"           },
    {"17213", "Malchow"                  },
    {"17217", "Penzlin"                  },
    {"17235", "Neustrelitz"              },
    {"17252", "Mirow"                    },
    {"17258", "Feldberger Seenlandschaft"},
    {"17348", "Woldegk"                  },
};

void world_done(struct world *world)
{
    free(world->citizens);
    *world = (struct world){0};
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void county_number(struct world *world, char number[WORLD_NUMBER_BYTES])
{
    static const int areas[] = {21, 22, 23, 24, 31, 32, 41};
    int area = areas[chance_below(&world->chance, LENGTH(areas))];
    uint32_t serial = world->serial;
    if (chance_is(&world->chance, 0.2)) {
        (void)snprintf(number, WORLD_NUMBER_BYTES, "SG 50.%d/%05u/%02d", area / 10, serial % 100000,
                       chance_between(&world->chance, 4, 17));
        return;
    }
    char digits[16];
    (void)snprintf(digits, sizeof digits, "50%02d%06u", area, serial % 1000000);
    (void)snprintf(number, WORLD_NUMBER_BYTES, "50.%02d.%06u-%d", area, serial % 1000000,
                   check_mod11_10(digits));
}

void world_new_number(struct world *world, char number[WORLD_NUMBER_BYTES])
{
    static const char *const teams[] = {"HL", "GS", "EG", "HP"};
    static const char *const laws[] = {"SGBXII", "SGBIX", "ASYLBLG"};
    char digits[16];
    // Mostly the next number, often a few further: registers have gaps.
    world->serial +=
        (uint32_t)(chance_is(&world->chance, 0.5) ? 1 : chance_between(&world->chance, 1, 8));
    if (world->shape == WORLD_COUNTY) {
        county_number(world, number);
    } else if (world->shape == WORLD_LETTERS) {
        int year = chance_between(&world->chance, 8, 26);
        (void)snprintf(digits, sizeof digits, "%02d%05u", year, world->serial % 100000);
        (void)snprintf(number, WORLD_NUMBER_BYTES, "%s-%02d-%05u-%d",
                       teams[chance_below(&world->chance, LENGTH(teams))], year,
                       world->serial % 100000, check_damm(digits));
    } else {
        (void)snprintf(number, WORLD_NUMBER_BYTES, "50%02d %08u %s",
                       chance_between(&world->chance, 10, 49), world->serial % 100000000U,
                       laws[chance_below(&world->chance, LENGTH(laws))]);
    }
}

const struct case_grammar *world_grammars(enum world_shape shape, size_t *ret_count)
{
    static const struct case_grammar county[] = {
        {"current",
         "(?<![0-9A-Za-z])50[ ./-]*(?<area>[0-9]{2})[ ./-]*(?<number>[0-9]{6})[ ./-]*"
         "(?<check>[0-9])(?![0-9])",    "50.{area}.{number}-{check}",   CHECK_MOD11_10, "50{area}{number}", "check"},
        {"legacy",
         "(?<![0-9A-Za-z])(?:SG ?)?50 ?[.] ?(?<area>[0-9]) ?/ ?(?<number>[0-9]{5}) ?/ "
         "?(?<year>[0-9]{2})(?![0-9])", "SG 50.{area}/{number}/{year}", CHECK_NONE,     NULL,               NULL   },
    };
    static const struct case_grammar letters[] = {
        {"team",
         "(?<![0-9A-Za-z])(?<team>HL|GS|EG|HP)[ ./-]*(?<year>[0-9]{2})[ ./-]*(?<number>[0-9]{5})"
         "[ ./-]*(?<check>[0-9])(?![0-9])", "{team}-{year}-{number}-{check}", CHECK_DAMM, "{year}{number}", "check"},
    };
    static const struct case_grammar plain[] = {
        {"plain",
         "(?<![0-9])(?<area>50[0-9]{2}) ?(?<number>[0-9]{8}) ?(?<law>SGBXII|SGBIX|ASYLBLG)", "{area} {number} {law}", CHECK_NONE, NULL, NULL},
    };
    *ret_count = shape == WORLD_COUNTY ? LENGTH(county) : 1;
    return shape == WORLD_COUNTY ? county : shape == WORLD_LETTERS ? letters : plain;
}

/* ---- people --------------------------------------------------------------------------------- */

static void write_surname(struct chance *chance, char surname[WORLD_NAME_BYTES])
{
    if (chance_is(chance, 0.55))
        (void)snprintf(surname, WORLD_NAME_BYTES, "%s",
                       SURNAMES[chance_common(chance, LENGTH(SURNAMES))]);
    else
        (void)snprintf(surname, WORLD_NAME_BYTES, "%s%s",
                       SURNAME_HEADS[chance_below(chance, LENGTH(SURNAME_HEADS))],
                       SURNAME_TAILS[chance_below(chance, LENGTH(SURNAME_TAILS))]);
}

static void write_given(struct chance *chance, char given[WORLD_NAME_BYTES])
{
    const char *first = GIVEN[chance_common(chance, LENGTH(GIVEN))];
    const char *second = GIVEN[chance_below(chance, LENGTH(GIVEN))];
    if (chance_is(chance, 0.25) && strcmp(first, second) != 0)
        (void)snprintf(given, WORLD_NAME_BYTES, "%s %s", first, second);
    else
        (void)snprintf(given, WORLD_NAME_BYTES, "%s", first);
}

static void set_birth(struct chance *chance, struct citizen *citizen, int least, int most)
{
    citizen->year = chance_between(chance, least, most);
    citizen->month = chance_between(chance, 1, 12);
    citizen->day = chance_between(chance, 1, 28);
}

static void set_address(struct chance *chance, struct citizen *citizen)
{
    size_t town = chance_below(chance, LENGTH(TOWNS));
    const char *suffix = chance_is(chance, 0.2) ? "abcd" + chance_below(chance, 4) : "";
    (void)snprintf(citizen->street, sizeof citizen->street, "%s",
                   STREETS[chance_common(chance, LENGTH(STREETS))]);
    (void)snprintf(citizen->house, sizeof citizen->house, "%d%.1s", chance_between(chance, 1, 140),
                   suffix);
    (void)snprintf(citizen->postcode, sizeof citizen->postcode, "%s", TOWNS[town].postcode);
    (void)snprintf(citizen->city, sizeof citizen->city, "%s", TOWNS[town].city);
}

static void set_identifiers(struct chance *chance, struct citizen *citizen)
{
    char account[20];
    char whole[24];
    (void)snprintf(account, sizeof account, "15050%03d%010d", chance_between(chance, 100, 999),
                   chance_between(chance, 100000, 999999999));
    // ISO 13616: the check digits are those of account, country (DE as 1314) and 00.
    (void)snprintf(whole, sizeof whole, "%s1314", account);
    if (chance_is(chance, 0.5))
        (void)snprintf(citizen->iban, sizeof citizen->iban, "DE%02d%.18s", check_mod97_10(whole),
                       account);
    if (chance_is(chance, 0.25))
        (void)snprintf(citizen->bg_number, sizeof citizen->bg_number, "%05d//%07d",
                       chance_between(chance, 3000, 3999) * 10 + 2,
                       chance_between(chance, 1, 9999999));
}

static struct citizen new_citizen(struct world *world)
{
    struct citizen citizen = {.relative = WORLD_NONE};
    write_surname(&world->chance, citizen.surname);
    write_given(&world->chance, citizen.given_names);
    set_birth(&world->chance, &citizen, 1930, 2018);
    set_address(&world->chance, &citizen);
    set_identifiers(&world->chance, &citizen);
    return citizen;
}

struct citizen world_stranger(struct world *world)
{
    return new_citizen(world);
}

static void add(struct world *world, const struct citizen *citizen)
{
    if (world->count < world->capacity)
        world->citizens[world->count++] = *citizen;
}

/* Brothers and sisters may have one letter in common, but no given name. */
static bool shares_name(const char *left, const char *right)
{
    char words[WORLD_NAME_BYTES];
    (void)snprintf(words, sizeof words, "%s", left);
    for (char *word = strtok(words, " -"); word != NULL; word = strtok(NULL, " -")) {
        if (strstr(right, word) != NULL)
            return true;
    }
    return false;
}

/* A second person beside the last one. Father and son, couples and twins often have consecutive
 * numbers, because they applied together. */
static void add_relative(struct world *world, enum world_tie tie)
{
    struct citizen *first = &world->citizens[world->count - 1];
    struct citizen other = *first;
    first->tie = tie;
    first->relative = (int)world->count;
    other.relative = (int)world->count - 1;
    other.tie = tie;
    other.bg_number[0] = '\0';
    if (tie != TIE_SAME_NAME && tie != TIE_NAMESAKE) {
        do
            write_given(&world->chance, other.given_names);
        while (shares_name(other.given_names, first->given_names));
    }
    if (tie != TIE_TWIN)
        set_birth(&world->chance, &other, tie == TIE_COUPLE ? first->year - 4 : 1935,
                  tie == TIE_COUPLE ? first->year + 4 : 2018);
    if (tie == TIE_NAMESAKE)
        set_address(&world->chance, &other);
    if (tie != TIE_COUPLE)
        other.iban[0] = '\0';
    if (tie != TIE_HOUSEHOLD)
        world_new_number(world, other.number);
    add(world, &other);
}

bool world_init(struct world *world, enum world_shape shape, size_t households, uint64_t seed)
{
    static const struct {
        enum world_tie tie;
        double share;
    } ties[] = {
        {TIE_COUPLE,    0.06},
        {TIE_TWIN,      0.02},
        {TIE_SAME_NAME, 0.02},
        {TIE_SIBLING,   0.04},
        {TIE_HOUSEHOLD, 0.15},
        {TIE_NAMESAKE,  0.02},
    };
    *world = (struct world){.shape = shape, .chance = chance_of(seed), .serial = 1000};
    world->capacity = households * 2;
    world->citizens = calloc(world->capacity, sizeof *world->citizens);
    for (size_t i = 0; world->citizens != NULL && i < households; i++) {
        struct citizen citizen = new_citizen(world);
        world_new_number(world, citizen.number);
        add(world, &citizen);
        double share = chance_share(&world->chance);
        for (size_t k = 0; k < LENGTH(ties); k++) {
            if (share < ties[k].share) {
                add_relative(world, ties[k].tie);
                break;
            }
            share -= ties[k].share;
        }
    }
    return world->citizens != NULL;
}

/* ---- the register --------------------------------------------------------------------------- */

static enum status add_to_index(struct register_index *index, const struct citizen *citizen)
{
    char birth[16];
    char ids[WORLD_IDS_BYTES];
    struct fault fault;
    (void)snprintf(birth, sizeof birth, "%04d-%02d-%02d", citizen->year, citizen->month,
                   citizen->day);
    (void)snprintf(ids, sizeof ids, "%s%s%s", citizen->iban,
                   citizen->iban[0] != '\0' && citizen->bg_number[0] != '\0' ? ";" : "",
                   citizen->bg_number);
    const struct register_person person = {.case_number = citizen->number,
                                           .surname = citizen->surname,
                                           .given_names = citizen->given_names,
                                           .birth_date = birth,
                                           .street = citizen->street,
                                           .house_number = citizen->house,
                                           .postcode = citizen->postcode,
                                           .city = citizen->city,
                                           .team = "SG 50.2",
                                           .status = "",
                                           .other_ids = ids};
    return register_index_add(index, &person, &fault);
}

struct register_index *world_index(const struct world *world, const struct rules *rules,
                                   uint64_t seed)
{
    struct register_index *index = NULL;
    struct fault fault;
    struct chance chance = chance_of(seed);
    size_t *order = calloc(world->count + 1, sizeof *order);
    enum status status = order == NULL ? STATUS_LATER : register_index_new(rules, &index, &fault);
    for (size_t i = 0; order != NULL && i < world->count; i++) {
        size_t other = chance_below(&chance, i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    for (size_t i = 0; status == STATUS_OK && i < world->count; i++)
        status = add_to_index(index, &world->citizens[order[i]]);
    if (status == STATUS_OK)
        status = register_index_finish(index, &fault);
    free(order);
    if (status != STATUS_OK)
        register_index_free(&index);
    return index;
}
