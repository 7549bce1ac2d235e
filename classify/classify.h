/* classify.h - a reading to a decision: which case, which kind of document, how sure, and why.
 *
 * Pure: the same reading, register and rules give the same decision. No ledger, no files. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/reading.h"
#include "base/text.h"
#include "classify/addressee.h"
#include "classify/weights.h"

/* ---- rules --------------------------------------------------------------------------------- */

enum check_algorithm {
    CHECK_NONE = 0,
    CHECK_MOD11_10, /* ISO 7064 */
    CHECK_MOD97_10, /* ISO 7064, two digits 02 to 98 */
    CHECK_DAMM,
    CHECK_LUHN,    /* ISO/IEC 7812-1 */
    CHECK_MOD11_2, /* ISO 7064, X for ten */
    CHECK_MOD37_2, /* ISO 7064, over digits and capital letters; * for 36 */
    CHECK_MOD37_36 /* ISO 7064, over digits and capital letters */
};

/* One scheme of case numbers; see config/config.h for the templates. Strings are borrowed by
 * rules_new(). */
struct case_grammar {
    const char *name;
    const char *pattern;
    const char *canonical;
    enum check_algorithm check;
    const char *check_over;
    const char *check_group;
};

enum identifier_use { IDENTIFIER_NEVER = 0, IDENTIFIER_HINT, IDENTIFIER_MATCH };

enum identifier_kind {
    IDENTIFIER_IBAN = 0,
    IDENTIFIER_BG_NUMBER,
    IDENTIFIER_INSURANCE_NUMBER,
    IDENTIFIER_HEALTH_NUMBER,
    IDENTIFIER_TAX_ID,
    IDENTIFIER_CHILD_BENEFIT,
    IDENTIFIER_ID_CARD,
    IDENTIFIER_CUSTOMER_NUMBER,
    IDENTIFIER_COURT_REFERENCE,
    IDENTIFIER_AUTHORITY_REFERENCE,
    IDENTIFIER_INSTITUTION_NUMBER,
    IDENTIFIER_KINDS
};

/* What becomes of a letter that surely belongs to several cases. */
enum several_cases {
    SEVERAL_CASES_CLEAR = 0, /* a person decides */
    SEVERAL_CASES_COPY       /* it is filed to each */
};

/* A kind of document that the configuration adds, or more triggers for one that there is. */
struct kind_option {
    const char *name;
    const char *triggers; /* phrases parted by `;`, each with an optional weight: "heimvertrag=2" */
    const char *flags;    /* parted by blanks: raised by each of the phrases; NULL: none */
};

struct classify_options {
    const struct case_grammar *grammars;
    size_t grammar_count;
    enum identifier_use identifiers[IDENTIFIER_KINDS];
    double threshold; /* least probability to file */
    double margin;    /* least distance to the runner-up */
    uint32_t candidates_most;
    const struct kind_option *kinds;
    size_t kind_count;
    enum several_cases several_cases;
    /* Our own name: a page that begins with it is ours, come back. Borrowed by rules_new(). */
    const char *authority;
    /* The key of our return sheets; copied. NULL: their seals prove nothing. */
    const struct sheet_key *sheet_key;
    const struct evidence_weights *weights; /* copied; NULL: STANDARD_WEIGHTS */
    /* Other bodies, and whose mail is not opened; copied. A letter to one of them raises the flag
     * "to:NAME" or "sealed:NAME" and goes to a person, unless a return sheet of ours lies in it. */
    const struct addressee_option *addressees;
    size_t addressee_count;
};

struct rules;
struct sheet_key;

/* Compiles grammars and tables. STATUS_REFUSE names the grammar that does not compile,
 * or says that the weights are out of their bounds. The
 * caller owns *ret_rules (rules_free()). */
enum status rules_new(const struct classify_options *options, struct rules **ret_rules,
                      struct fault *fault);
void rules_free(struct rules **rules_p);
/* Changes whenever a decision could: code version and a digest of the options. */
const char *rules_version(const struct rules *rules);

struct model;

/* Puts a learned model (classify/model.h) to use in place of the options' weights, and takes it;
 * NULL: back to the options' own. `label` (e.g. "m7", NULL without a model) stands in the version
 * from then on. An index made with the rules stays good. Not while another thread classifies. */
enum status rules_use_model(struct rules *rules, struct model **model_p, const char *label,
                            struct fault *fault);

/* ---- register index ------------------------------------------------------------------------ */

/* One person in one case, as store/register.h has it; "" where absent. Borrowed for the call. */
struct register_person {
    const char *case_number;
    const char *surname;
    const char *given_names;
    const char *birth_date; /* YYYY-MM-DD */
    const char *street;
    const char *house_number;
    const char *postcode;
    const char *city;
    const char *team;
    const char *status;      /* "" or e.g. "laufend", "beendet" */
    const char *other_ids;   /* parted by ';' */
    const char *old_numbers; /* numbers that the case had before, parted by ';'; NULL: none */
    bool is_closed;          /* the case is over */
    bool is_blocked;         /* Sperrvermerk: never filed unseen */
};

struct register_index;

enum status register_index_new(const struct rules *rules, struct register_index **ret_index,
                               struct fault *fault);
void register_index_free(struct register_index **index_p);
enum status register_index_add(struct register_index *index, const struct register_person *person,
                               struct fault *fault);
/* Call once after the last add, before the first search. */
enum status register_index_finish(struct register_index *index, struct fault *fault);
size_t register_index_persons(const struct register_index *index);

/* ---- decision ------------------------------------------------------------------------------ */

/* One piece of evidence for or against a candidate. */
struct evidence {
    const char *kind; /* static, e.g. "case_number", "name", "birth_date", "address", "iban" */
    char *read;       /* the words on the page, as read */
    char *registered; /* what the register has there */
    uint32_t page;    /* 0 when not on a page */
    struct reading_box box;
    double weight; /* natural log of the likelihood ratio; negative speaks against */
};

struct candidate {
    char *case_number;
    char *team;
    double probability;
    struct evidence *evidence;
    uint32_t evidence_count;
};

enum { COPIES_MOST = 4 }; /* letters to more further cases are a person's */

/* A further case that the letter belongs to. */
struct case_copy {
    char *case_number;
    char *team;
    double probability;
};

struct classification {
    bool to_file;
    char *reason;                 /* one German sentence */
    struct candidate *candidates; /* most likely first */
    uint32_t candidate_count;
    struct case_copy copies[COPIES_MOST]; /* to_file: each gets a copy */
    uint32_t copy_count;
    char *kind; /* e.g. "widerspruch"; NULL for unknown */
    double kind_confidence;
    char *flags;   /* words parted by blanks; "" for none */
    char *missing; /* kinds of evidence the best candidate lacks, parted by blanks */
    char *days;    /* on which periods hang: letter_days.h; "" for none */
    char *known;   /* lines of known.h: what was known of any candidate; "" for nothing */
};

void classification_done(struct classification *classification);

/* The caller owns *ret_classification. STATUS_LATER on no memory. */
enum status classify(const struct rules *rules, const struct register_index *index,
                     const struct reading *reading, struct classification *ret_classification,
                     struct fault *fault);

/* What the office knows of a letter before it is read (known.h has it as text). */
enum known {
    KNOWN_EXCLUDED = 0, /* it was taken out of this case: no candidate */
    KNOWN_EXPECTED,     /* a paper of this kind was asked for */
    KNOWN_BATCH,        /* another document of the same batch is this case's */
    KNOWN_ENVELOPE,     /* … of the same envelope */
    KNOWN_SUBMISSION    /* … that was handed in together with it */
};

struct known_fact {
    enum known what;
    const char *case_number; /* canonical, as the register has it */
    const char *kind;        /* of document, KNOWN_EXPECTED; "": any */
    const char *source;      /* number of the request, or id of the other document */
};

/* Borrowed for the call. It lifts or drops a candidate that other evidence names, never makes one,
 * and is no second kind of evidence. */
struct classify_context {
    const struct known_fact *facts;
    size_t count;
};

/* The same, knowing `context` (NULL: nothing). */
enum status classify_within(const struct rules *rules, const struct register_index *index,
                            const struct reading *reading, const struct classify_context *context,
                            struct classification *ret_classification, struct fault *fault);

/* Appends the JSON that `explain` shows: decision, candidates, evidence with words, page, box
 * and weight, kind and flags, rules version. */
void classification_append_json(const struct classification *classification,
                                const struct rules *rules, int64_t register_version,
                                struct text *json);

#endif
