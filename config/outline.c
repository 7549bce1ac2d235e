/* outline.c - see outline.h. One stack frame for each open mapping or list; each event either
 * opens one, closes one, names a key, or is a value. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "config/outline.h"

/* An open mapping or list. */
struct frame {
    size_t node;     /* index of its node */
    bool is_list;    /* false: a mapping */
    unsigned next;   /* list: index of the next entry */
    char *key;       /* mapping: the key whose value comes next; NULL: a key comes next */
    unsigned key_at; /* line of that key */
};

struct walk {
    struct outline *outline;
    struct problems *problems;
    struct frame frames[OUTLINE_DEPTH_MOST];
    size_t depth;
    bool failed; /* no memory */
    bool ended;  /* something was found that makes reading on pointless */
};

static void refuse(struct walk *walk, unsigned line, const char *words)
{
    problems_add(walk->problems, line, "%s", words);
    walk->ended = true;
}

/* ---- nodes --------------------------------------------------------------------------------- */

static char *path_of_next(const struct walk *walk)
{
    struct text path = {0};
    if (walk->depth == 0)
        return string_copy("");
    const struct frame *frame = &walk->frames[walk->depth - 1];
    text_append(&path, walk->outline->nodes[frame->node].path);
    if (frame->is_list)
        text_append_format(&path, "[%u]", frame->next);
    else
        text_append_format(&path, "%s%s", path.length == 0 ? "" : ".", frame->key);
    return text_take(&path);
}

static bool grow(struct outline *outline)
{
    if (outline->count < outline->capacity)
        return true;
    size_t capacity = outline->capacity == 0 ? 64 : outline->capacity * 2;
    struct outline_node *nodes = realloc(outline->nodes, capacity * sizeof *nodes);
    if (nodes == NULL)
        return false;
    outline->nodes = nodes;
    outline->capacity = capacity;
    return true;
}

/* Adds the node that the innermost frame is waiting for. */
static void add_node(struct walk *walk, enum outline_kind kind, unsigned line, bool is_empty)
{
    struct outline *outline = walk->outline;
    struct frame *frame = walk->depth == 0 ? NULL : &walk->frames[walk->depth - 1];
    if (outline->count == OUTLINE_NODES_MOST) {
        refuse(walk, line, "more entries than any configuration has; is this the right file?");
        return;
    }
    const char *key = frame == NULL || frame->is_list ? NULL : frame->key;
    unsigned at = key == NULL ? line : frame->key_at;
    char *path = path_of_next(walk);
    char *name = string_copy(key == NULL ? "" : key);
    if (path == NULL || name == NULL || !grow(outline)) {
        free(path);
        free(name);
        walk->failed = true;
        return;
    }
    const struct outline_node *same = key == NULL ? NULL : outline_find(outline, path);
    if (same != NULL)
        problems_add(walk->problems, at, "\"%s\" stands twice; it first is on line %u", path,
                     same->line);
    outline->nodes[outline->count++] = (struct outline_node){
        .path = path, .name = name, .kind = kind, .line = at, .is_empty = is_empty};
    if (frame == NULL)
        return;
    frame->next++;
    free(frame->key);
    frame->key = NULL;
}

/* ---- events -------------------------------------------------------------------------------- */

static bool waits_for_key(const struct walk *walk)
{
    if (walk->depth == 0)
        return false;
    const struct frame *frame = &walk->frames[walk->depth - 1];
    return !frame->is_list && frame->key == NULL;
}

static void open_frame(struct walk *walk, enum outline_kind kind, unsigned line)
{
    if (waits_for_key(walk)) {
        refuse(walk, line, "a list or mapping cannot be the name of a setting");
        return;
    }
    if (walk->depth == OUTLINE_DEPTH_MOST) {
        refuse(walk, line, "nested deeper than any configuration is; check the indentation");
        return;
    }
    size_t node = walk->outline->count;
    add_node(walk, kind, line, false);
    if (walk->failed || walk->ended)
        return;
    walk->frames[walk->depth++] = (struct frame){.node = node, .is_list = kind == OUTLINE_LIST};
}

/* "[", "]" and "." in a key would make two settings look like one in paths. */
static bool is_plain_key(const char *key)
{
    return key[0] != '\0' && strpbrk(key, "[].") == NULL;
}

static void take_scalar(struct walk *walk, const yaml_event_t *event, unsigned line)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (strlen(value) != length || length > OUTLINE_VALUE_BYTES_MOST) {
        problems_add(walk->problems, line, "a value of %zu bytes%s; at most %d are read", length,
                     strlen(value) != length ? " with a NUL in it" : "", OUTLINE_VALUE_BYTES_MOST);
        walk->ended = true;
        return;
    }
    if (!waits_for_key(walk)) {
        bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        add_node(walk, OUTLINE_VALUE, line, length == 0 && is_plain);
        return;
    }
    if (!is_plain_key(value)) {
        struct text quoted = {0};
        text_append_quoted(&quoted, value);
        problems_add(walk->problems, line, "%s cannot be the name of a setting",
                     text_string(&quoted));
        text_done(&quoted);
        walk->ended = true;
        return;
    }
    struct frame *frame = &walk->frames[walk->depth - 1];
    frame->key = string_copy(value);
    frame->key_at = line;
    walk->failed = frame->key == NULL;
}

static bool has_anchor_or_tag(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
    if (event->type == YAML_MAPPING_START_EVENT)
        return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
    return false;
}

static void take_event(struct walk *walk, const yaml_event_t *event)
{
    unsigned line = (unsigned)event->start_mark.line + 1;
    if (event->type == YAML_ALIAS_EVENT || has_anchor_or_tag(event)) {
        refuse(walk, line,
               "anchors (&), aliases (*) and tags (!) are not read; write the value itself, in "
               "quotes when it begins with one of these");
        return;
    }
    switch ((int)event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (walk->outline->count > 0)
            refuse(walk, line, "a second document begins here (---); only one is read");
        break;
    case YAML_MAPPING_START_EVENT:
        open_frame(walk, OUTLINE_MAPPING, line);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_frame(walk, OUTLINE_LIST, line);
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        walk->depth--;
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(walk, event, line);
        break;
    default:
        break;
    }
}

static void take_syntax_error(struct walk *walk, const yaml_parser_t *parser)
{
    unsigned line = (unsigned)parser->problem_mark.line + 1;
    if (parser->error == YAML_MEMORY_ERROR) {
        walk->failed = true;
        return;
    }
    problems_add(walk->problems, line, "not YAML: %s%s%s%s",
                 parser->problem == NULL ? "cannot be read" : parser->problem,
                 parser->context == NULL ? "" : " (",
                 parser->context == NULL ? "" : parser->context,
                 parser->context == NULL ? "" : ")");
    walk->ended = true;
}

static void walk_events(struct walk *walk, yaml_parser_t *parser)
{
    bool at_end = false;
    while (!at_end && !walk->failed && !walk->ended) {
        yaml_event_t event;
        if (yaml_parser_parse(parser, &event) == 0) {
            take_syntax_error(walk, parser);
            break;
        }
        at_end = event.type == YAML_STREAM_END_EVENT;
        take_event(walk, &event);
        yaml_event_delete(&event);
    }
    for (size_t i = 0; i < OUTLINE_DEPTH_MOST; i++)
        free(walk->frames[i].key);
}

enum status outline_read(const char *bytes, size_t length, struct outline *outline,
                         struct problems *problems, struct fault *fault)
{
    struct walk walk = {.outline = outline, .problems = problems};
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0)
        return fault_set(fault, STATUS_LATER, "no memory to read the configuration");
    // Without a word from us libyaml would guess UTF-16 from the first bytes.
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
    walk_events(&walk, &parser);
    yaml_parser_delete(&parser);
    if (walk.failed)
        return fault_set(fault, STATUS_LATER, "no memory to read the configuration");
    if (walk.ended)
        return fault_set(fault, STATUS_REFUSE, "the configuration cannot be read to its end");
    return STATUS_OK;
}

void outline_done(struct outline *outline)
{
    for (size_t i = 0; i < outline->count; i++) {
        free(outline->nodes[i].path);
        free(outline->nodes[i].name);
    }
    free(outline->nodes);
    *outline = (struct outline){0};
}

/* ---- looking ------------------------------------------------------------------------------- */

const struct outline_node *outline_find(const struct outline *outline, const char *path)
{
    for (size_t i = 0; i < outline->count; i++)
        if (string_equal(outline->nodes[i].path, path))
            return &outline->nodes[i];
    return NULL;
}

unsigned outline_line(const struct outline *outline, const char *path)
{
    char *above = string_copy(path);
    unsigned line = 1;
    while (above != NULL) {
        const struct outline_node *node = outline_find(outline, above);
        char *cut = strrchr(above, '.');
        char *bracket = strrchr(above, '[');
        if (node != NULL && above[0] != '\0')
            line = node->line;
        if (node != NULL || (cut == NULL && bracket == NULL))
            break;
        *(bracket != NULL && (cut == NULL || bracket > cut) ? bracket : cut) = '\0';
    }
    free(above);
    return line;
}
