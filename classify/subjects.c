/* subjects.c - see subjects.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "classify/edit_distance.h"
#include "classify/fold.h"
#include "classify/subjects.h"
#include "classify/words.h"

enum {
    SIGNATURE_LINES = 3, /* lines below the greeting where a name can stand */
    NAME_TOKENS_LEAST = 2,
    LETTERHEAD_LINES = 3, /* lines above an address where the name can stand */
    LONG_LABEL_LEAST = 6, /* a label so long is a person's, even before one word */
    NEAR_LEAST = 5        /* shorter words must agree exactly */
};

/* Beginnings of words in names of offices and firms. */
static const char *const INSTITUTION_WORDS[] = {
    "amt",
    "sozialamt",
    "jugendamt",
    "finanzamt",
    "gesundheitsamt",
    "landkreis",
    "landrat",
    "kreis",
    "stadt",
    "gemeinde",
    "jobcenter",
    "agentur",
    "behoerde",
    "ministerium",
    "gericht",
    "sozialgericht",
    "amtsgericht",
    "sparkasse",
    "bank",
    "volksbank",
    "raiffeisen",
    "versicherung",
    "rentenversicherung",
    "krankenkasse",
    "pflegekasse",
    "aok",
    "barmer",
    "klinik",
    "klinikum",
    "krankenhaus",
    "praxis",
    "gemeinschaftspraxis",
    "pflegedienst",
    "seniorenzentrum",
    "seniorenheim",
    "pflegeheim",
    "altenheim",
    "haus",
    "wohnungsgenossenschaft",
    "wohnungsgesellschaft",
    "wohnungsbau",
    "hausverwaltung",
    "immobilien",
    "genossenschaft",
    "gesellschaft",
    "verein",
    "stiftung",
    "kirche",
    "diakonie",
    "caritas",
    "schule",
    "gymnasium",
    "kita",
    "kindertagesstaette",
    "universitaet",
    "gmbh",
    "ggmbh",
    "mbh",
    "ag",
    "kg",
    "eg",
    "ohg",
    "ev",
    "co",
    "stadtwerke",
    "energie",
    "telekom",
    "rechtsanwalt",
    "rechtsanwaeltin",
    "rechtsanwaelte",
    "kanzlei",
    "betreuungsverein",
    "familienkasse",
    "bundesagentur",
    "landesamt",
    "bundesamt",
    "verwaltung",
    "zentrum",
    "apotheke",
    "sanitaetshaus",
    "logistik",
    "handel",
    "service",
    "regionale",
};

/* Words that label the person a letter is about, folded beginnings. */
static const char *const SUBJECT_LABELS[] = {
    "leistungsberechtigte",
    "leistungsempfaenger",
    "leistungsbezieher",
    "patient",
    "mieter",
    "bewohner",
    "versicherte",
    "kontoinhaber",
    "antragsteller",
    "schueler",
    "betreute",
    "klient",
    "hilfeempfaenger",
    "heimbewohner",
    "arbeitnehmer",
    "mitarbeiter",
    "kunde",
    "kundin",
    "betroffene",
    "pflegebeduerftige",
    "kind",
    "fuer",
    "person",
    "personalnr",
    "name",
};

/* Words behind a person's name. */
static const char *const SUBJECT_FOLLOWERS[] = {"geb", "geboren", "geborene", "wohnhaft",
                                                "wohnend"};

static const char *const PARTICLES[] = {"von", "van", "de", "der", "den", "zu", "zur", "zum",
                                        "al",  "el",  "di", "da",  "la",  "le", "bin", "ter"};
static const char *const DWELLING_WORDS[] = {"wohnhaft", "wohnend", "wohnt",      "anschrift",
                                             "adresse",  "wohnort", "wohnhaft in"};
static const char *const TITLES[] = {"herr", "herrn", "frau", "dr", "prof", "med"};
/* Capital words that begin sentences and headings, stand in stamps and forms, never names. */
static const char *const NOT_NAMES[] = {
    "familienname",
    "vorname",
    "geburtsdatum",
    "anschrift",
    "familienstand",
    "staatsangehoerigkeit",
    "eingegangen",
    "eingang",
    "kopie",
    "entwurf",
    "kaltmiete",
    "miete",
    "nebenkosten",
    "heizkosten",
    "grundmiete",
    "betriebskosten",
    "aerztliche",
    "bescheinigung",
    "mietbescheinigung",
    "schulbescheinigung",
    "veraenderungsmitteilung",
    "unterlagen",
    "auch",
    "sehr",
    "geehrte",
    "mit",
    "freundlichen",
    "gruessen",
    "datum",
    "telefon",
    "tel",
    "fax",
    "unser",
    "ihr",
    "ihre",
    "zeichen",
    "betrag",
    "position",
    "anlage",
    "anlagen",
    "seite",
    "aktenzeichen",
    "betreff",
    "bescheid",
    "antrag",
    "widerspruch",
    "strasse",
    "email",
    "rueckfragen",
    "rueckantwort",
    "mitteilung",
    "rechnung",
    "kontoauszug",
    "vorgang",
    "iban",
    "nachreichung",
};

bool is_institution_word(const char *folded)
{
    static const char *const endings[] = {"amt",     "amtes",  "kasse",  "gericht", "verwaltung",
                                          "zentrum", "praxis", "verein", "schule"};
    if (IS_ONE_OF(folded, INSTITUTION_WORDS))
        return true;
    size_t length = strlen(folded);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending + 3 && strcmp(folded + length - ending, endings[i]) == 0)
            return true;
    }
    return false;
}

bool is_dwelling_word(const char *folded)
{
    return IS_ONE_OF(folded, DWELLING_WORDS);
}

static bool is_name_word(const struct letter *letter, uint32_t token)
{
    const struct token *from = &letter->tokens[token];
    const char *folded = letter_folded(letter, token);
    if (from->digits > 0 || from->letters < 2)
        return false;
    if (IS_ONE_OF(folded, PARTICLES))
        return true;
    return from->is_capital && !is_institution_word(folded) && !IS_LIKE_ONE_OF(folded, NOT_NAMES);
}

static void keep(struct subjects *subjects, uint32_t first, uint32_t last)
{
    for (size_t i = 0; i < subjects->count; i++) {
        if (subjects->list[i].first == first || subjects->list[i].last == last)
            return;
    }
    if (subjects->count < SUBJECTS_MOST)
        subjects->list[subjects->count++] = (struct subject){first, last, LETTER_NONE, LETTER_NONE};
}

/* Number of name words from `first` on, up to a comma, the line's end or another word. */
static uint32_t count_name_words(const struct letter *letter, uint32_t first)
{
    uint32_t count = 0;
    for (uint32_t at = first; at < letter->token_count && count < SUBJECT_TOKENS_MOST; at++) {
        if (!letter_same_line(letter, first, at) || !is_name_word(letter, at))
            break;
        count++;
        if (letter->tokens[at].ends_with_comma)
            break;
    }
    while (count > 0 && !letter->tokens[first + count - 1].is_capital)
        count--;
    return count;
}

static bool ends_well(const struct letter *letter, uint32_t last)
{
    uint32_t next = last + 1;
    return letter->tokens[last].ends_with_comma || next >= letter->token_count ||
           !letter_same_line(letter, last, next) ||
           IS_ONE_OF(letter_folded(letter, next), SUBJECT_FOLLOWERS);
}

/* "Bewohner/in: Anna Müller, …" */
static void find_labelled(struct subjects *subjects, const struct letter *letter, uint32_t label)
{
    uint32_t first = label + 1;
    while (first < letter->token_count && letter_same_line(letter, label, first) &&
           (IS_ONE_OF(letter_folded(letter, first), TITLES) || letter->tokens[first].letters == 0 ||
            BEGINS_WITH_ONE_OF(letter_folded(letter, first), SUBJECT_LABELS)))
        first++;
    if (first >= letter->token_count || !letter_same_line(letter, label, first))
        return;
    uint32_t count = count_name_words(letter, first);
    bool is_enough = count >= NAME_TOKENS_LEAST ||
                     (count == 1 && strlen(letter_folded(letter, label)) >= LONG_LABEL_LEAST);
    if (is_enough && ends_well(letter, first + count - 1))
        keep(subjects, first, first + count - 1);
}

/* "Anna Müller, geb. am …", "Anna Müller, wohnhaft …" */
static void find_followed(struct subjects *subjects, const struct letter *letter, uint32_t follower)
{
    uint32_t first = follower;
    while (first > 0 && follower - first < SUBJECT_TOKENS_MOST &&
           letter_same_line(letter, first - 1, follower) && is_name_word(letter, first - 1) &&
           !BEGINS_WITH_ONE_OF(letter_folded(letter, first - 1), SUBJECT_LABELS) &&
           (first == follower || !letter->tokens[first - 1].ends_with_comma))
        first--;
    // "17258 Feldberger Seenlandschaft, geb. …" is a town.
    bool is_town = first > 0 && letter->tokens[first - 1].digits == 5;
    if (follower - first >= NAME_TOKENS_LEAST && !is_town)
        keep(subjects, first, follower - 1);
}

static bool is_name_line(const struct letter *letter, uint32_t line)
{
    const struct letter_line *from = &letter->lines[line];
    return from->count >= NAME_TOKENS_LEAST && from->count <= SUBJECT_TOKENS_MOST &&
           count_name_words(letter, from->first) == from->count;
}

static bool has_digits(const struct letter *letter, uint32_t line)
{
    const struct letter_line *from = &letter->lines[line];
    for (uint32_t i = 0; i < from->count; i++) {
        if (letter->tokens[from->first + i].digits > 0)
            return true;
    }
    return false;
}

static bool has_institution(const struct letter *letter, uint32_t line)
{
    const struct letter_line *from = &letter->lines[line];
    for (uint32_t i = 0; i < from->count; i++) {
        if (is_institution_word(letter_folded(letter, from->first + i)))
            return true;
    }
    return false;
}

/* A postcode and a town on the line. */
static bool has_town(const struct letter *letter, uint32_t line)
{
    const struct letter_line *from = &letter->lines[line];
    for (uint32_t i = 0; i + 1 < from->count; i++) {
        const struct token *token = &letter->tokens[from->first + i];
        if (token->digits == 5 && token->letters == 0 &&
            letter->tokens[from->first + i + 1].is_capital)
            return true;
    }
    return false;
}

/* A name line above street and town, no office above it. */
static void find_letterhead(struct subjects *subjects, const struct letter *letter, uint32_t line)
{
    uint32_t page = letter->lines[line].page;
    bool is_address = false;
    if (line + 1 >= letter->line_count || !has_digits(letter, line + 1))
        return;
    for (uint32_t below = line + 1;
         below < letter->line_count && below <= line + 2 && letter->lines[below].page == page;
         below++)
        is_address = is_address || has_town(letter, below);
    if (!is_address)
        return;
    for (uint32_t above = 1; above <= LETTERHEAD_LINES && above <= line; above++) {
        if (letter->lines[line - above].page != page ||
            letter->lines[line - above].block != letter->lines[line].block)
            break;
        if (has_institution(letter, line - above))
            return;
    }
    keep(subjects, letter->lines[line].first,
         letter->lines[line].first + letter->lines[line].count - 1);
}

/* "Mit freundlichen Grüßen" and the name below. */
static void find_signature(struct subjects *subjects, const struct letter *letter, uint32_t line)
{
    for (uint32_t below = line + 1; below < letter->line_count && below <= line + SIGNATURE_LINES;
         below++) {
        if (has_institution(letter, below))
            return;
        if (is_name_line(letter, below)) {
            keep(subjects, letter->lines[below].first,
                 letter->lines[below].first + letter->lines[below].count - 1);
            return;
        }
    }
}

static bool is_greeting(const struct letter *letter, uint32_t line)
{
    const struct letter_line *from = &letter->lines[line];
    for (uint32_t i = 0; i < from->count && from->count <= SUBJECT_TOKENS_MOST; i++) {
        const char *folded = letter_folded(letter, from->first + i);
        if (strcmp(folded, "gruessen") == 0 || strcmp(folded, "gruss") == 0 ||
            strcmp(folded, "hochachtungsvoll") == 0)
            return true;
    }
    return false;
}

/* The name words right of a form's label, on its row. */
static bool find_row(const struct letter *letter, uint32_t label, uint32_t *ret_first,
                     uint32_t *ret_last)
{
    uint32_t page = letter->tokens[label].page;
    for (uint32_t token = letter_page_first(letter, page); token < letter_page_end(letter, page);
         token++) {
        if (!is_name_word(letter, token) || !letter_is_right_of(letter, token, label))
            continue;
        *ret_first = token;
        *ret_last = token;
        while (*ret_last + 1 < letter_page_end(letter, page) &&
               letter_same_line(letter, token, *ret_last + 1) &&
               is_name_word(letter, *ret_last + 1))
            (*ret_last)++;
        return true;
    }
    return false;
}

static uint32_t find_token(const struct letter *letter, uint32_t page, const char *const *words,
                           size_t count)
{
    for (uint32_t token = letter_page_first(letter, page); token < letter_page_end(letter, page);
         token++) {
        if (word_is_like_one_of(letter_folded(letter, token), words, count))
            return token;
    }
    return LETTER_NONE;
}

/* "Familienname | Fischer" and "Vorname(n) | Aisha" of a form. */
static void find_form(struct subjects *subjects, const struct letter *letter, uint32_t page)
{
    static const char *const surname_labels[] = {"familienname", "nachname", "zuname"};
    static const char *const given_labels[] = {"vorname", "vornamen", "rufname"};
    uint32_t surname =
        find_token(letter, page, surname_labels, sizeof surname_labels / sizeof *surname_labels);
    uint32_t given =
        find_token(letter, page, given_labels, sizeof given_labels / sizeof *given_labels);
    struct subject subject = {0, 0, LETTER_NONE, LETTER_NONE};
    if (subjects->count == SUBJECTS_MOST)
        return;
    if (given != LETTER_NONE)
        (void)find_row(letter, given, &subject.given_first, &subject.given_last);
    if (surname == LETTER_NONE || !find_row(letter, surname, &subject.first, &subject.last)) {
        // Only the given names are left of the person.
        if (subject.given_first == LETTER_NONE)
            return;
        subject.first = subject.given_first;
        subject.last = subject.given_last;
    }
    subjects->list[subjects->count++] = subject;
}

/* "geb.", "wohnhaft", "Bewohner/in", "Familienname" …, one letter may be misread. */
static bool is_hint(const char *folded)
{
    static const char *const form_labels[] = {"familienname", "nachname", "vorname", "geburtsdatum",
                                              "anschrift",    "geboren",  "wohnhaft"};
    return IS_ONE_OF(folded, SUBJECT_FOLLOWERS) || IS_LIKE_ONE_OF(folded, form_labels) ||
           (strlen(folded) >= WORD_LIKE_LEAST && BEGINS_WITH_ONE_OF(folded, SUBJECT_LABELS));
}

void subjects_find(struct subjects *subjects, const struct letter *letter)
{
    *subjects = (struct subjects){.count = 0};
    for (uint32_t token = 0; token < letter->token_count; token++) {
        const char *folded = letter_folded(letter, token);
        if (BEGINS_WITH_ONE_OF(folded, SUBJECT_LABELS))
            find_labelled(subjects, letter, token);
        if (IS_ONE_OF(folded, SUBJECT_FOLLOWERS))
            find_followed(subjects, letter, token);
        subjects->is_hinted = subjects->is_hinted || is_hint(folded);
    }
    for (uint32_t line = 0; line < letter->line_count; line++) {
        if (is_name_line(letter, line))
            find_letterhead(subjects, letter, line);
        if (is_greeting(letter, line))
            find_signature(subjects, letter, line);
    }
    for (uint32_t page = 0; page < letter->reading->page_count; page++)
        find_form(subjects, letter, page);
}

/* ---- agreement ----------------------------------------------------------------------------- */

/* Edits that a word may be away: what one garbled character makes of it. `slack`: one more. */
static bool is_alike(const char *read, const char *registered, unsigned slack)
{
    size_t length = strlen(registered);
    unsigned most = length < NEAR_LEAST ? 0 : 1;
    most += length > NEAR_LEAST ? slack : 0;
    return edit_distance_word(read, registered, most) <= most;
}

static bool has_surname(const struct subject *subject, const struct letter *letter,
                        const char *surname, unsigned slack)
{
    for (uint32_t first = subject->first; first <= subject->last; first++) {
        char joined[FOLD_WORD_BYTES] = "";
        size_t length = 0;
        for (uint32_t at = first; at <= subject->last; at++) {
            size_t piece = strlen(letter_folded(letter, at));
            if (length + piece >= sizeof joined)
                break;
            memcpy(joined + length, letter_folded(letter, at), piece + 1);
            length += piece;
            if (is_alike(joined, surname, slack))
                return true;
        }
    }
    return false;
}

static bool has_given_name(const struct subject *subject, const struct letter *letter,
                           const char *given_name)
{
    bool is_form = subject->given_first != LETTER_NONE;
    uint32_t last = is_form ? subject->given_last : subject->last;
    for (uint32_t at = is_form ? subject->given_first : subject->first; at <= last; at++) {
        const char *folded = letter_folded(letter, at);
        bool is_double = strchr(letter_text(letter, at), '-') != NULL; // "Hans-Peter"
        if (is_alike(folded, given_name, 0) || (is_double && strstr(folded, given_name) != NULL))
            return true;
    }
    return false;
}

/* One of the given names in a form is one that anybody in the register has. */
static bool names_somebody(const struct subject *subject, const struct letter *letter,
                           const struct register_index *index)
{
    for (uint32_t at = subject->given_first; at <= subject->given_last; at++) {
        if (dictionary_find(&index->given_names, letter_folded(letter, at)) != DICTIONARY_NONE)
            return true;
    }
    return false;
}

static bool has_any_given_name(const struct subject *subject, const struct letter *letter,
                               const struct register_index *index, const struct person *one)
{
    for (uint32_t i = 0; i < one->given_count; i++) {
        if (has_given_name(subject, letter,
                           dictionary_word(&index->given_names, one->given_names[i])))
            return true;
    }
    return false;
}

/* One of the words is a surname that somebody in the register has. */
static bool has_known_surname(const struct subject *subject, const struct letter *letter,
                              const struct register_index *index)
{
    for (uint32_t at = subject->first; at <= subject->last; at++) {
        const char *folded = letter_folded(letter, at);
        if (dictionary_find(&index->surnames, folded) != DICTIONARY_NONE &&
            dictionary_find(&index->given_names, folded) == DICTIONARY_NONE)
            return true;
    }
    return false;
}

/* Every word is one that the register has as a given name: the surname was not read. */
static bool is_given_only(const struct subject *subject, const struct letter *letter,
                          const struct register_index *index)
{
    for (uint32_t at = subject->first; at <= subject->last; at++) {
        if (dictionary_find(&index->given_names, letter_folded(letter, at)) == DICTIONARY_NONE)
            return false;
    }
    return true;
}

/* One word behind "Patient/in:"; the rest of the name was not read. */
static enum subject_fit fit_single(const struct subject *subject, const struct letter *letter,
                                   const struct register_index *index, const struct person *one)
{
    if (has_surname(subject, letter, dictionary_word(&index->surnames, one->surname), 0))
        return SUBJECT_SAME;
    if (has_surname(subject, letter, dictionary_word(&index->surnames, one->surname), 1) ||
        has_any_given_name(subject, letter, index, one))
        return SUBJECT_UNREAD;
    return has_known_surname(subject, letter, index) ? SUBJECT_OTHER : SUBJECT_STRANGE;
}

enum subject_fit subject_fits(const struct subject *subject, const struct letter *letter,
                              const struct register_index *index, uint32_t person)
{
    const struct person *one = &index->persons[person];
    const char *surname = dictionary_word(&index->surnames, one->surname);
    bool is_form = subject->given_first != LETTER_NONE;
    bool has_given = one->given_count == 0 || has_any_given_name(subject, letter, index, one);
    if (is_form && subject->first == subject->given_first)
        return has_given || !names_somebody(subject, letter, index) ? SUBJECT_UNREAD
                                                                    : SUBJECT_OTHER;
    if (!is_form && subject->first == subject->last)
        return fit_single(subject, letter, index, one);
    if (has_surname(subject, letter, surname, 0)) {
        // A form's row that holds no given name at all (a stamp over it) says nothing.
        bool is_bare = is_form && !names_somebody(subject, letter, index);
        return has_given || is_bare ? SUBJECT_SAME : SUBJECT_OTHER;
    }
    if (!has_given)
        return SUBJECT_OTHER;
    bool is_garbled =
        has_surname(subject, letter, surname, 1) && !has_known_surname(subject, letter, index);
    return is_garbled || (!is_form && is_given_only(subject, letter, index)) ? SUBJECT_UNREAD
                                                                             : SUBJECT_OTHER;
}
