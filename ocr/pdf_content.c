/* pdf_content.c - see pdf_content.h. Tokens as in ISO 32000-1, 7.2 and 7.8; operators of annex A.
 *
 * Form XObjects are not entered: a page that paints one is not taken for a single image, because
 * its resource of that name is not an image. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/pdf_content.h"

enum {
    OPERANDS_MOST = 6,
    STATES_MOST = 32,
    WORD_BYTES = 64,
    HIDDEN = 3, /* text render mode: neither fill nor stroke */
    HIDDEN_CLIP = 7,
};

struct state {
    struct affine matrix;
    int text_mode;
};

struct scanner {
    const uint8_t *bytes;
    size_t length, at;
    double operands[OPERANDS_MOST]; /* the last ones */
    unsigned operand_count;
    char name[PDF_NAME_BYTES];
    struct state states[STATES_MOST];
    unsigned depth;
    struct pdf_content *content;
    bool stop;
};

static bool is_delimiter(uint8_t byte)
{
    return strchr("()<>[]{}/%", byte) != NULL && byte != '\0';
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f' ||
           byte == '\0';
}

static void skip_string(struct scanner *scanner)
{
    unsigned depth = 0;
    while (scanner->at < scanner->length) {
        uint8_t byte = scanner->bytes[scanner->at++];
        if (byte == '\\')
            scanner->at++;
        else if (byte == '(')
            depth++;
        else if (byte == ')' && --depth == 0)
            return;
    }
}

/* Copies a word (number, operator, or name behind its slash); longer ones are cut. */
static void take_word(struct scanner *scanner, char *word, size_t size)
{
    size_t used = 0;
    while (scanner->at < scanner->length && !is_blank(scanner->bytes[scanner->at]) &&
           !is_delimiter(scanner->bytes[scanner->at])) {
        if (used + 1 < size)
            word[used++] = (char)scanner->bytes[scanner->at];
        scanner->at++;
    }
    word[used] = '\0';
}

static struct affine operand_matrix(const struct scanner *scanner)
{
    const double *o = scanner->operands;
    return (struct affine){o[0], o[1], o[2], o[3], o[4], o[5]};
}

typedef void operator_function(struct scanner *scanner);

static void on_save(struct scanner *scanner)
{
    if (scanner->depth + 1 >= STATES_MOST) {
        scanner->stop = scanner->content->has_drawing = true;
        return;
    }
    scanner->states[scanner->depth + 1] = scanner->states[scanner->depth];
    scanner->depth++;
}

static void on_restore(struct scanner *scanner)
{
    scanner->depth -= scanner->depth > 0;
}

static void on_matrix(struct scanner *scanner)
{
    struct state *state = &scanner->states[scanner->depth];
    if (scanner->operand_count == OPERANDS_MOST)
        state->matrix = affine_multiply(operand_matrix(scanner), state->matrix);
}

static void on_object(struct scanner *scanner)
{
    struct pdf_content *content = scanner->content;
    content->images++;
    content->image_matrix = scanner->states[scanner->depth].matrix;
    memcpy(content->image_name, scanner->name, sizeof content->image_name);
}

static void on_text_mode(struct scanner *scanner)
{
    if (scanner->operand_count > 0)
        scanner->states[scanner->depth].text_mode =
            (int)scanner->operands[scanner->operand_count - 1];
}

static void on_text(struct scanner *scanner)
{
    int mode = scanner->states[scanner->depth].text_mode;
    if (mode == HIDDEN || mode == HIDDEN_CLIP)
        scanner->content->has_hidden_text = true;
    else
        scanner->content->has_visible_text = true;
}

static void on_drawing(struct scanner *scanner)
{
    scanner->content->has_drawing = true;
}

/* What stands between ID and EI is not text; nothing behind it can be trusted. */
static void on_inline_image(struct scanner *scanner)
{
    scanner->stop = scanner->content->has_drawing = true;
}

static void on_colour(struct scanner *scanner)
{
    scanner->content->has_colour = true;
}

static const struct operator_row {
    const char *word;
    operator_function *act;
} operators[] = {
    {"q",   on_save        },
    {"Q",   on_restore     },
    {"cm",  on_matrix      },
    {"Do",  on_object      },
    {"Tr",  on_text_mode   },
    {"Tj",  on_text        },
    {"TJ",  on_text        },
    {"'",   on_text        },
    {"\"",  on_text        },
    {"f",   on_drawing     },
    {"F",   on_drawing     },
    {"f*",  on_drawing     },
    {"B",   on_drawing     },
    {"B*",  on_drawing     },
    {"b",   on_drawing     },
    {"b*",  on_drawing     },
    {"S",   on_drawing     },
    {"s",   on_drawing     },
    {"sh",  on_drawing     },
    {"BI",  on_inline_image},
    {"g",   on_colour      },
    {"rg",  on_colour      },
    {"k",   on_colour      },
    {"sc",  on_colour      },
    {"cs",  on_colour      },
    {"scn", on_colour      },
};

static void push_operand(struct scanner *scanner, double value)
{
    if (scanner->operand_count == OPERANDS_MOST) {
        memmove(scanner->operands, scanner->operands + 1, (OPERANDS_MOST - 1) * sizeof(double));
        scanner->operand_count--;
    }
    scanner->operands[scanner->operand_count++] = value;
}

static void take_operator_or_number(struct scanner *scanner)
{
    char word[WORD_BYTES];
    take_word(scanner, word, sizeof word);
    if (word[0] == '\0') {
        scanner->at++;
        return;
    }
    char *end = NULL;
    double value = strtod(word, &end);
    if (end != word && *end == '\0' &&
        (isdigit((unsigned char)word[0]) || strchr("+-.", word[0]) != NULL)) {
        push_operand(scanner, value);
        return;
    }
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (strcmp(operators[i].word, word) == 0)
            operators[i].act(scanner);
    scanner->operand_count = 0;
}

static void take_token(struct scanner *scanner)
{
    uint8_t byte = scanner->bytes[scanner->at];
    if (is_blank(byte)) {
        scanner->at++;
    } else if (byte == '(') {
        skip_string(scanner);
    } else if (byte == '%') {
        while (scanner->at < scanner->length && scanner->bytes[scanner->at] != '\n' &&
               scanner->bytes[scanner->at] != '\r')
            scanner->at++;
    } else if (byte == '/') {
        scanner->at++;
        scanner->name[0] = '/';
        take_word(scanner, scanner->name + 1, sizeof scanner->name - 1);
    } else if (is_delimiter(byte)) {
        scanner->at++; // arrays, dictionaries and hex strings hold nothing that paints
    } else {
        take_operator_or_number(scanner);
    }
}

void pdf_content_read(const uint8_t *bytes, size_t length, struct pdf_content *ret_content)
{
    *ret_content = (struct pdf_content){0};
    struct scanner scanner = {.bytes = bytes, .length = length, .content = ret_content};
    scanner.states[0].matrix = affine_identity;
    while (scanner.at < scanner.length && !scanner.stop)
        take_token(&scanner);
}
