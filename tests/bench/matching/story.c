/* story.c - see story.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/matching/story.h"

#include <stdio.h>
#include <string.h>

#define LENGTH(table) (sizeof(table) / sizeof *(table))

enum { PIECES_MOST = 8, PIECE_BYTES = 256, CELL_COLUMN = 60, VALUE_COLUMN = 76 };

/* How often the likely person writes, and how often somebody borrows their name or number. */
static const double LIKELY_WRITES = 0.8, LIKELY_BORROWED = 0.1;

/* ---- pieces of writing ---------------------------------------------------------------------- */

static void write_birth(struct chance *chance, const struct citizen *citizen, char *text,
                        size_t bytes)
{
    static const char *const months[] = {"Januar",    "Februar", "März",     "April",
                                         "Mai",       "Juni",    "Juli",     "August",
                                         "September", "Oktober", "November", "Dezember"};
    int d = citizen->day;
    int m = citizen->month;
    int y = citizen->year;
    switch (chance_below(chance, 6)) {
    case 0:
        (void)snprintf(text, bytes, "%d.%d.%d", d, m, y);
        break;
    case 1:
        (void)snprintf(text, bytes, "%02d.%02d.%02d", d, m, y % 100);
        break;
    case 2:
        (void)snprintf(text, bytes, "%d. %s %d", d, months[m - 1], y);
        break;
    case 3:
        (void)snprintf(text, bytes, "%04d-%02d-%02d", y, m, d);
        break;
    default:
        (void)snprintf(text, bytes, "%02d.%02d.%d", d, m, y);
        break;
    }
}

static bool is_separator(char character)
{
    return character == '.' || character == '-' || character == '/' || character == ' ';
}

/* Separators as people write them: as they are, none, blanks, blanks around them, others. */
static void write_number(struct chance *chance, const char *number, char *text, size_t bytes)
{
    size_t style = chance_below(chance, 10);
    size_t length = 0;
    for (; *number != '\0' && length + 4 < bytes; number++) {
        bool is_mark = is_separator(*number);
        if (!is_mark || style < 5) {
            text[length++] = *number;
        } else if (style == 6) {
            text[length++] = ' ';
        } else if (style == 7) {
            text[length++] = *number == ' ' ? ' ' : '/';
        } else if (style == 8 && *number != ' ') {
            text[length++] = *number;
            text[length++] = ' ';
        } else if (style == 9 && *number == '-') {
            memcpy(text + length, " - ", 3);
            length += 3;
        } else if (style != 5) {
            text[length++] = *number;
        }
    }
    text[length] = '\0';
}

/* A sender's slip: one digit wrong, or two neighbours swapped. */
static void slip(struct chance *chance, const char *number, char text[WORLD_NUMBER_BYTES])
{
    size_t places[WORLD_NUMBER_BYTES];
    size_t count = 0;
    memcpy(text, number, strlen(number) + 1);
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] >= '0' && text[i] <= '9' && i > 2)
            places[count++] = i;
    }
    size_t pick = chance_below(chance, count - 1);
    char *left = &text[places[pick]];
    char *right = &text[places[pick + 1]];
    if (chance_is(chance, 0.3) && *left != *right) {
        char kept = *left;
        *left = *right;
        *right = kept;
    } else {
        *left = (char)('0' + (*left - '0' + chance_between(chance, 1, 9)) % 10);
    }
}

static const char *const SENTENCES[] = {
    "Die Kopien der Kontoauszüge liegen bei.",
    "Ich bitte um eine kurze schriftliche Bestätigung des Eingangs.",
    "Die Hausverwaltung hat die Abrechnung für das Vorjahr übersandt.",
    "Meine Rente wurde zum 1. Juli angepasst.",
    "Frau Koch hat mich am Telefon beraten.",
    "Seit dem Umzug wohne ich mit meiner Tochter in zwei Zimmern.",
    "Bitte überweisen Sie den Betrag auf mein Konto.",
    "Das Einkommen meines Ehegatten hat sich verringert.",
    "Wir haben am 12.03.2026 miteinander gesprochen.",
    "Herr Dr. Wolf hat den Befund geschickt.",
    "Die monatliche Miete beträgt 412,50 Euro.",
    "Für Rückfragen erreichen Sie mich werktags zwischen 9 und 15 Uhr.",
};

static void write_body(struct world *world, struct paper *paper)
{
    int count = chance_between(&world->chance, 2, 6);
    for (int i = 0; i < count; i++) {
        paper_write(paper, ITEM_NONE, SENTENCES[chance_below(&world->chance, LENGTH(SENTENCES))]);
        if (chance_is(&world->chance, 0.5))
            paper_line(paper);
        else
            paper_write(paper, ITEM_NONE, " ");
    }
    paper_write(paper, ITEM_NONE, "\n\n");
}

/* ---- letters -------------------------------------------------------------------------------- */

struct piece {
    enum item item;
    char text[PIECE_BYTES];
};

struct plan {
    const struct citizen *person;
    const char *number; /* NULL: none */
    enum item number_item;
    bool has_birth, has_address;
    const char *theirs; /* the sender's own reference; NULL: one that looks like none of ours */
    struct piece more[PIECES_MOST];
    size_t more_count;
};

static void add_piece(struct plan *plan, enum item item, const char *text)
{
    if (plan->more_count < PIECES_MOST) {
        struct piece *piece = &plan->more[plan->more_count++];
        piece->item = item;
        (void)snprintf(piece->text, sizeof piece->text, "%s", text);
    }
}

static void write_more(struct paper *paper, const struct plan *plan)
{
    for (size_t i = 0; i < plan->more_count; i++)
        paper_write(paper, plan->more[i].item, plan->more[i].text);
    paper_write(paper, ITEM_NONE, "\n\n");
}

static void write_name(struct paper *paper, enum item item, const struct citizen *citizen)
{
    char text[2 * WORLD_NAME_BYTES];
    (void)snprintf(text, sizeof text, "%s %s", citizen->given_names, citizen->surname);
    paper_write(paper, item, text);
}

static void write_address(struct paper *paper, const struct citizen *citizen, const char *between)
{
    char text[4 * WORLD_NAME_BYTES];
    (void)snprintf(text, sizeof text, "%s %s%s%s %s", citizen->street, citizen->house, between,
                   citizen->postcode, citizen->city);
    paper_write(paper, ITEM_ADDRESS, text);
}

static void write_born(struct world *world, struct paper *paper, const char *label,
                       const struct citizen *citizen)
{
    char text[48];
    write_birth(&world->chance, citizen, text, sizeof text);
    paper_write(paper, ITEM_NONE, label);
    paper_write(paper, ITEM_BIRTH, text);
}

static void write_office(struct world *world, struct paper *paper)
{
    paper_write(paper, ITEM_NONE,
                "\nLandkreis Mecklenburgische Seenplatte\nSozialamt\nPlatanenstraße 43\n17033 "
                "Neubrandenburg\n\n");
    paper_tab(paper, CELL_COLUMN);
    char day[48];
    struct citizen today = {.day = chance_between(&world->chance, 1, 28),
                            .month = chance_between(&world->chance, 1, 12),
                            .year = 2026};
    write_birth(&world->chance, &today, day, sizeof day);
    paper_write(paper, ITEM_NONE, day);
    paper_write(paper, ITEM_NONE, "\n\n");
}

static void write_reference(struct world *world, struct paper *paper, const struct plan *plan)
{
    static const char *const labels[] = {"Aktenzeichen: ",
                                         "AZ: ",
                                         "Ihr Zeichen: ",
                                         "Az. ",
                                         "Mein Aktenzeichen bei Ihnen: ",
                                         "Geschäftszeichen: ",
                                         "Unser Zeichen / Ihr Zeichen ",
                                         "Akten-Nr.: ",
                                         ""};
    char text[2 * WORLD_NUMBER_BYTES];
    if (plan->number == NULL)
        return;
    write_number(&world->chance, plan->number, text, sizeof text);
    paper_write(paper, ITEM_NONE, labels[chance_below(&world->chance, LENGTH(labels))]);
    paper_write(paper, plan->number_item, text);
    paper_write(paper, ITEM_NONE, "\n\n");
}

static void write_private(struct world *world, struct paper *paper, const struct plan *plan)
{
    static const char *const subjects[] = {"Nachreichung von Unterlagen", "Widerspruch",
                                           "Veränderungsmitteilung", "Antrag auf Kostenübernahme"};
    write_name(paper, ITEM_NAME, plan->person);
    paper_line(paper);
    if (plan->has_address) {
        write_address(paper, plan->person, "\n");
        paper_line(paper);
    }
    if (plan->has_birth)
        write_born(world, paper, "geb. ", plan->person);
    paper_line(paper);
    write_office(world, paper);
    paper_write(paper, ITEM_NONE, subjects[chance_below(&world->chance, LENGTH(subjects))]);
    paper_write(paper, ITEM_NONE, "\n\n");
    write_reference(world, paper, plan);
    paper_write(paper, ITEM_NONE, "Sehr geehrte Damen und Herren,\n\n");
    write_body(world, paper);
    write_more(paper, plan);
    paper_write(paper, ITEM_NONE, "Mit freundlichen Grüßen\n\n");
    write_name(paper, ITEM_NAME, plan->person);
    paper_line(paper);
}

/* "Ihr Zeichen | 50.21.004711-" with the rest of the number in the line below it. */
static void write_cell(struct world *world, struct paper *paper, const struct plan *plan)
{
    char text[2 * WORLD_NUMBER_BYTES];
    write_number(&world->chance, plan->number, text, sizeof text);
    char *dash = strrchr(text, '-');
    paper_tab(paper, CELL_COLUMN);
    paper_write(paper, ITEM_NONE, "Ihr Zeichen");
    paper_tab(paper, VALUE_COLUMN);
    if (dash != NULL && dash[1] != '\0' && chance_is(&world->chance, 0.3)) {
        char whole[4 * WORLD_NUMBER_BYTES];
        (void)snprintf(whole, sizeof whole, "%.*s\n%*s%s", (int)(dash - text + 1), text,
                       VALUE_COLUMN, "", dash + 1);
        paper_write(paper, plan->number_item, whole);
    } else {
        paper_write(paper, plan->number_item, text);
    }
    paper_line(paper);
}

static void write_firm(struct world *world, struct paper *paper, const struct plan *plan)
{
    static const struct {
        const char *firm, *label;
    } firms[] = {
        {"Seniorenzentrum Haus am See gGmbH",       "Bewohner/in: "                },
        {"Jobcenter Mecklenburgische Seenplatte",   "Leistungsberechtigte Person: "},
        {"Sparkasse an der Tollense",               "Kontoinhaber: "               },
        {"Wohnungsgenossenschaft Nordlicht eG",     "Mieter/in: "                  },
        {"Gemeinschaftspraxis Dr. med. Thea Blank", "Patient/in "                  },
        {"Regionale Schule Am Ring",                "Schüler/in: "                },
        {"Stadtwerke Müritz GmbH",                 "Kundin/Kunde: "               },
    };
    size_t pick = chance_below(&world->chance, LENGTH(firms));
    struct citizen office = world_stranger(world);
    char text[PIECE_BYTES];
    (void)snprintf(text, sizeof text, "%s\n%s %s · %s %s · Telefon 0395 57087\n", firms[pick].firm,
                   office.street, office.house, office.postcode, office.city);
    paper_write(paper, ITEM_NONE, text);
    write_office(world, paper);
    if (plan->number != NULL)
        write_cell(world, paper, plan);
    (void)snprintf(text, sizeof text, "KD-%d/%d", chance_between(&world->chance, 10000, 999999),
                   chance_between(&world->chance, 20, 26));
    paper_tab(paper, CELL_COLUMN);
    paper_write(paper, ITEM_NONE, "Unser Zeichen");
    paper_tab(paper, VALUE_COLUMN);
    paper_write(paper, ITEM_NONE, plan->theirs == NULL ? text : plan->theirs);
    paper_write(paper, ITEM_NONE, "\n\nMitteilung\n\n");
    paper_write(paper, ITEM_NONE, firms[pick].label);
    write_name(paper, ITEM_NAME, plan->person);
    if (plan->has_birth)
        write_born(world, paper, ", geb. am ", plan->person);
    if (plan->has_address) {
        paper_write(paper, ITEM_NONE, ", wohnhaft ");
        write_address(paper, plan->person, ", ");
    }
    paper_write(paper, ITEM_NONE, "\n\n");
    write_body(world, paper);
    write_more(paper, plan);
    paper_write(paper, ITEM_NONE, "Mit freundlichen Grüßen\n\n");
    paper_write(paper, ITEM_NONE, firms[pick].firm);
}

static void write_row(struct paper *paper, const char *label, enum item item, const char *text)
{
    paper_write(paper, ITEM_NONE, label);
    paper_tab(paper, 24);
    paper_write(paper, item, text);
    paper_line(paper);
}

static void write_form(struct world *world, struct paper *paper, const struct plan *plan)
{
    const struct citizen *person = plan->person;
    char text[4 * WORLD_NAME_BYTES];
    paper_write(paper, ITEM_NONE, "Antrag auf Leistungen der Grundsicherung\n");
    paper_tab(paper, CELL_COLUMN);
    paper_write(paper, ITEM_NONE, "Aktenzeichen (falls bekannt)\n");
    if (plan->number != NULL) {
        write_number(&world->chance, plan->number, text, sizeof text);
        paper_tab(paper, CELL_COLUMN);
        paper_write(paper, plan->number_item, text);
    }
    paper_write(paper, ITEM_NONE, "\n\n");
    // Both rows are one mark: half a name is none.
    uint8_t mark = paper->mark_count;
    write_row(paper, "Familienname", ITEM_NAME, person->surname);
    size_t given = paper->word_count;
    write_row(paper, "Vorname(n)", ITEM_NONE, person->given_names);
    for (size_t i = given + 1; i < paper->word_count; i++)
        paper->words[i].mark = mark;
    write_birth(&world->chance, person, text, sizeof text);
    write_row(paper, "Geburtsdatum", ITEM_BIRTH, plan->has_birth ? text : "");
    paper->marks[paper->mark_count - 1].is_broken = !plan->has_birth;
    (void)snprintf(text, sizeof text, "%s %s, %s %s", person->street, person->house,
                   person->postcode, person->city);
    write_row(paper, "Anschrift", ITEM_ADDRESS, plan->has_address ? text : "");
    paper->marks[paper->mark_count - 1].is_broken = !plan->has_address;
    write_row(paper, "Familienstand", ITEM_NONE, "ledig");
    paper_line(paper);
    write_body(world, paper);
    write_more(paper, plan);
}

static void write_any(struct world *world, struct paper *paper, const struct plan *plan)
{
    switch (chance_below(&world->chance, 3)) {
    case 0:
        write_private(world, paper, plan);
        break;
    case 1:
        write_firm(world, paper, plan);
        break;
    default:
        write_form(world, paper, plan);
        break;
    }
}

/* ---- scenarios ------------------------------------------------------------------------------ */

static const struct citizen *pick(struct world *world, const struct citizen *citizen)
{
    if (world->picked == NULL)
        world->picked = citizen;
    return citizen;
}

static const struct citizen *somebody(struct world *world, double likely_share)
{
    const struct citizen *likely = world->likely;
    if (likely != NULL && chance_is(&world->chance, likely_share)) {
        world->likely = NULL;
        return pick(world, likely);
    }
    return pick(world, &world->citizens[chance_below(&world->chance, world->count)]);
}

/* Who writes, or is written about. */
static const struct citizen *anybody(struct world *world)
{
    return somebody(world, LIKELY_WRITES);
}

/* Whose name or number stands in a letter that is somebody else's. */
static const struct citizen *other_owner(struct world *world)
{
    return somebody(world, LIKELY_BORROWED);
}

/* Somebody with a relative of this kind in another case; anybody when there is none. */
static const struct citizen *somebody_with(struct world *world, enum world_tie tie)
{
    size_t from = chance_below(&world->chance, world->count);
    if (world->likely != NULL && world->likely->tie == tie)
        return pick(world, world->likely);
    for (size_t i = 0; i < world->count; i++) {
        const struct citizen *citizen = &world->citizens[(from + i) % world->count];
        if (citizen->tie == tie)
            return pick(world, citizen);
    }
    return pick(world, &world->citizens[from]);
}

static bool flip(struct world *world, double share)
{
    return chance_is(&world->chance, share);
}

static void accept(struct story *story, const struct citizen *citizen)
{
    (void)snprintf(story->accepted[story->accepted_count++], WORLD_NUMBER_BYTES, "%s",
                   citizen->number);
}

static void way(struct story *story, unsigned items)
{
    story->ways[story->way_count++] = items;
}

/* What tells somebody who has neither twin nor namesake. */
static void usual_ways(struct story *story)
{
    way(story, ITEM_CODE);
    way(story, ITEM_NUMBER | ITEM_NAME);
    way(story, ITEM_NUMBER | ITEM_BIRTH | ITEM_ADDRESS);
    way(story, ITEM_NAME | ITEM_BIRTH | ITEM_ADDRESS);
    way(story, ITEM_NAME | ITEM_IDENTIFIER);
}

static struct plan plan_of(const struct citizen *person)
{
    return (struct plan){
        .person = person, .number_item = ITEM_NUMBER, .has_birth = true, .has_address = true};
}

static void write_number_right(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    plan.number = plan.person->number;
    plan.has_birth = flip(world, 0.4);
    plan.has_address = flip(world, 0.7);
    accept(story, plan.person);
    usual_ways(story);
    write_any(world, paper, &plan);
}

static void write_return_sheet(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    plan.has_birth = false;
    plan.has_address = flip(world, 0.7);
    accept(story, plan.person);
    usual_ways(story);
    write_any(world, paper, &plan);
    (void)snprintf(paper->code, sizeof paper->code, "AZ:%s", plan.person->number);
}

static void write_person_only(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    accept(story, plan.person);
    usual_ways(story);
    write_any(world, paper, &plan);
}

static void write_wrong_digit(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    char number[WORLD_NUMBER_BYTES];
    slip(&world->chance, plan.person->number, number);
    plan.number = number;
    plan.number_item = ITEM_NONE;
    plan.has_birth = flip(world, 0.8);
    plan.has_address = flip(world, 0.8) || !plan.has_birth;
    accept(story, plan.person);
    // A slip that hits somebody else's number is for a person to see.
    bool is_other = false;
    for (size_t i = 0; i < world->count; i++)
        is_other = is_other || strcmp(world->citizens[i].number, number) == 0;
    if (!is_other)
        usual_ways(story);
    write_any(world, paper, &plan);
}

static void write_wrong_digit_alone(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    char number[WORLD_NUMBER_BYTES];
    slip(&world->chance, plan.person->number, number);
    plan.number = number;
    plan.number_item = ITEM_NONE;
    plan.has_birth = false;
    plan.has_address = false;
    accept(story, plan.person);
    write_any(world, paper, &plan);
}

static void write_identifier(struct world *world, struct paper *paper, struct story *story)
{
    const struct citizen *person = anybody(world);
    while (person->iban[0] == '\0' && person->bg_number[0] == '\0')
        person = anybody(world);
    struct plan plan = plan_of(person);
    char text[PIECE_BYTES];
    bool is_account = person->iban[0] != '\0';
    plan.has_birth = flip(world, 0.2);
    plan.has_address = flip(world, 0.7);
    if (is_account)
        (void)snprintf(text, sizeof text, "%.4s %.4s %.4s %.4s %.4s %.2s", person->iban,
                       person->iban + 4, person->iban + 8, person->iban + 12, person->iban + 16,
                       person->iban + 20);
    else
        (void)snprintf(text, sizeof text, "%s", person->bg_number);
    add_piece(&plan, ITEM_NONE, is_account ? "IBAN: " : "BG-Nummer: ");
    add_piece(&plan, ITEM_IDENTIFIER, text);
    accept(story, person);
    // A family's account tells only with name and birth date whose letter it is.
    if (person->tie != TIE_COUPLE && person->tie != TIE_SAME_NAME)
        usual_ways(story);
    else
        way(story, ITEM_NAME | ITEM_BIRTH | ITEM_ADDRESS);
    write_any(world, paper, &plan);
}

static void write_name_only(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    plan.has_birth = false;
    plan.has_address = false;
    accept(story, plan.person);
    write_any(world, paper, &plan);
}

static void write_two_cases(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    const struct citizen *other = anybody(world);
    char text[PIECE_BYTES];
    plan.number = plan.person->number;
    plan.has_birth = flip(world, 0.4);
    accept(story, plan.person);
    accept(story, other);
    (void)snprintf(text, sizeof text, "%s %s", other->given_names, other->surname);
    add_piece(&plan, ITEM_NONE, "\nDies betrifft auch ");
    add_piece(&plan, ITEM_NAME_OTHER, text);
    add_piece(&plan, ITEM_NONE, ", Aktenzeichen ");
    add_piece(&plan, ITEM_NUMBER_OTHER, other->number);
    add_piece(&plan, ITEM_NONE, " .");
    way(story, ITEM_NUMBER | ITEM_NAME | ITEM_ADDRESS | ITEM_NUMBER_OTHER | ITEM_NAME_OTHER);
    write_any(world, paper, &plan);
}

static void write_foreign(struct world *world, struct paper *paper, struct story *story)
{
    const struct citizen stranger = world_stranger(world);
    struct plan plan = plan_of(&stranger);
    (void)story;
    plan.has_birth = flip(world, 0.6);
    plan.has_address = flip(world, 0.8);
    write_any(world, paper, &plan);
}

static void write_nothing(struct world *world, struct paper *paper, struct story *story)
{
    (void)story;
    paper_write(paper, ITEM_NONE, "Büromöbel zum halben Preis\n\n");
    write_body(world, paper);
}

/* ---- traps ---------------------------------------------------------------------------------- */

static void write_others_number(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    plan.number = other_owner(world)->number;
    plan.number_item = ITEM_NONE;
    plan.has_birth = flip(world, 0.5);
    plan.has_address = flip(world, 0.7);
    accept(story, plan.person);
    write_any(world, paper, &plan);
}

static void write_relatives_number(struct world *world, struct paper *paper, struct story *story)
{
    static const enum world_tie ties[] = {TIE_COUPLE, TIE_TWIN, TIE_SIBLING};
    struct plan plan =
        plan_of(somebody_with(world, ties[chance_below(&world->chance, LENGTH(ties))]));
    if (plan.person->relative == WORLD_NONE)
        return;
    plan.number = world->citizens[plan.person->relative].number;
    plan.number_item = ITEM_NONE;
    plan.has_birth = flip(world, 0.5);
    plan.has_address = flip(world, 0.8);
    accept(story, plan.person);
    write_any(world, paper, &plan);
}

static void write_twin(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(somebody_with(world, TIE_TWIN));
    plan.number = flip(world, 0.5) ? plan.person->number : NULL;
    accept(story, plan.person);
    usual_ways(story);
    write_any(world, paper, &plan);
}

static void write_same_name(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(somebody_with(world, TIE_SAME_NAME));
    plan.number = flip(world, 0.5) ? plan.person->number : NULL;
    plan.has_birth = flip(world, 0.6);
    accept(story, plan.person);
    way(story, ITEM_NUMBER | ITEM_NAME | ITEM_BIRTH);
    way(story, ITEM_NAME | ITEM_BIRTH | ITEM_ADDRESS);
    write_any(world, paper, &plan);
}

static void write_same_name_slip(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(somebody_with(world, TIE_SAME_NAME));
    char number[WORLD_NUMBER_BYTES];
    slip(&world->chance, plan.person->number, number);
    plan.number = number;
    plan.number_item = ITEM_NONE;
    plan.has_birth = flip(world, 0.4);
    accept(story, plan.person);
    write_any(world, paper, &plan);
}

static void write_namesake(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(somebody_with(world, TIE_NAMESAKE));
    plan.has_birth = flip(world, 0.7);
    plan.has_address = flip(world, 0.7);
    accept(story, plan.person);
    way(story, ITEM_NAME | ITEM_BIRTH | ITEM_ADDRESS);
    write_any(world, paper, &plan);
}

static void write_stranger_with_number(struct world *world, struct paper *paper,
                                       struct story *story)
{
    const struct citizen stranger = world_stranger(world);
    struct plan plan = plan_of(&stranger);
    const struct citizen *owner = other_owner(world);
    (void)story;
    // Of the owner's name, the letter would be the owner's as far as anybody can tell.
    while (strcmp(owner->surname, stranger.surname) == 0)
        owner = other_owner(world);
    plan.number = owner->number;
    plan.number_item = ITEM_NONE;
    plan.has_birth = flip(world, 0.5);
    plan.has_address = flip(world, 0.7);
    write_any(world, paper, &plan);
}

static void write_foreign_namesake(struct world *world, struct paper *paper, struct story *story)
{
    struct citizen stranger = world_stranger(world);
    const struct citizen *known = other_owner(world);
    struct plan plan = plan_of(&stranger);
    char number[WORLD_NUMBER_BYTES];
    (void)story;
    memcpy(stranger.surname, known->surname, sizeof stranger.surname);
    memcpy(stranger.given_names, known->given_names, sizeof stranger.given_names);
    world_new_number(world, number);
    plan.number = flip(world, 0.3) ? number : NULL;
    plan.number_item = ITEM_NONE;
    plan.has_birth = flip(world, 0.7);
    plan.has_address = flip(world, 0.8);
    write_any(world, paper, &plan);
}

/* The same house, half of the time the same surname. With the same given name or the number it
 * would be the same family's letter. */
static void write_new_tenant(struct world *world, struct paper *paper, struct story *story)
{
    struct citizen stranger = world_stranger(world);
    const struct citizen *known = other_owner(world);
    struct plan plan = plan_of(&stranger);
    (void)story;
    while (known->relative != WORLD_NONE ||
           strstr(known->given_names, stranger.given_names) != NULL ||
           strstr(stranger.given_names, known->given_names) != NULL)
        known = other_owner(world);
    memcpy(stranger.street, known->street, sizeof stranger.street);
    memcpy(stranger.house, known->house, sizeof stranger.house);
    memcpy(stranger.postcode, known->postcode, sizeof stranger.postcode);
    memcpy(stranger.city, known->city, sizeof stranger.city);
    if (flip(world, 0.5))
        memcpy(stranger.surname, known->surname, sizeof stranger.surname);
    plan.has_birth = flip(world, 0.5);
    write_any(world, paper, &plan);
}

static void write_their_number(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(anybody(world));
    plan.theirs = other_owner(world)->number;
    plan.number = flip(world, 0.5) ? plan.person->number : NULL;
    plan.has_birth = flip(world, 0.6);
    accept(story, plan.person);
    write_firm(world, paper, &plan);
}

static void write_others_code(struct world *world, struct paper *paper, struct story *story)
{
    const struct citizen stranger = world_stranger(world);
    bool is_known = flip(world, 0.6);
    struct plan plan = plan_of(is_known ? anybody(world) : &stranger);
    plan.has_birth = flip(world, 0.5);
    if (is_known)
        accept(story, plan.person);
    write_any(world, paper, &plan);
    (void)snprintf(paper->code, sizeof paper->code, "AZ:%s", other_owner(world)->number);
}

static void write_mention(struct world *world, struct paper *paper, struct story *story)
{
    struct plan plan = plan_of(somebody_with(world, TIE_SIBLING));
    const struct citizen *other = plan.person->relative == WORLD_NONE
                                      ? anybody(world)
                                      : &world->citizens[plan.person->relative];
    char text[PIECE_BYTES];
    char born[48];
    write_birth(&world->chance, other, born, sizeof born);
    (void)snprintf(text, sizeof text, "\nAuch %s %s, geb. %s, ist betroffen.", other->given_names,
                   other->surname, born);
    add_piece(&plan, ITEM_NONE, text);
    plan.number = flip(world, 0.5) ? plan.person->number : NULL;
    plan.has_birth = flip(world, 0.6);
    accept(story, plan.person);
    write_any(world, paper, &plan);
}

static const struct scenario {
    const char *name;
    double share; /* letters of 1000 */
    void (*write)(struct world *world, struct paper *paper, struct story *story);
} SCENARIOS[] = {
    {"number",                    330, write_number_right        },
    {"return sheet",              50,  write_return_sheet        },
    {"name, birth date, address", 165, write_person_only         },
    {"wrong digit",               100, write_wrong_digit         },
    {"wrong digit, name",         15,  write_wrong_digit_alone   },
    {"other identifier",          80,  write_identifier          },
    {"name only",                 45,  write_name_only           },
    {"two cases",                 30,  write_two_cases           },
    {"stranger",                  35,  write_foreign             },
    {"nothing",                   20,  write_nothing             },
    {"somebody else's number",    10,  write_others_number       },
    {"relative's number",         10,  write_relatives_number    },
    {"twin",                      10,  write_twin                },
    {"father and son",            12,  write_same_name           },
    {"father and son, slip",      6,   write_same_name_slip      },
    {"namesake",                  15,  write_namesake            },
    {"stranger with a number",    12,  write_stranger_with_number},
    {"namesake of a stranger",    12,  write_foreign_namesake    },
    {"new tenant",                10,  write_new_tenant          },
    {"their number is ours",      12,  write_their_number        },
    {"somebody else's code",      6,   write_others_code         },
    {"relative in the letter",    15,  write_mention             },
};

size_t story_scenarios(void)
{
    return LENGTH(SCENARIOS);
}

const char *story_scenario_name(size_t scenario)
{
    return SCENARIOS[scenario].name;
}

size_t story_write(struct world *world, struct paper *paper, struct story *ret_story)
{
    double sum = 0;
    for (size_t i = 0; i < LENGTH(SCENARIOS); i++)
        sum += SCENARIOS[i].share;
    double share = chance_share(&world->chance) * sum;
    size_t pick = 0;
    while (pick + 1 < LENGTH(SCENARIOS) && share >= SCENARIOS[pick].share)
        share -= SCENARIOS[pick++].share;
    *ret_story = (struct story){.name = SCENARIOS[pick].name};
    paper_clear(paper);
    SCENARIOS[pick].write(world, paper, ret_story);
    return pick;
}

bool story_is_resolvable(const struct story *story, const struct paper *paper)
{
    unsigned items = paper_items(paper);
    for (size_t i = 0; i < story->way_count; i++) {
        if ((items & story->ways[i]) == story->ways[i])
            return true;
    }
    return false;
}

bool story_accepts(const struct story *story, const char *case_number)
{
    for (size_t i = 0; i < story->accepted_count; i++) {
        if (strcmp(story->accepted[i], case_number) == 0)
            return true;
    }
    return false;
}
