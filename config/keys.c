/* keys.c - see keys.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "config/keys.h"
#include "config/settings.h"

enum key_class { KEY_UNKNOWN, KEY_SETTING, KEY_SECTION, KEY_LIST, KEY_ENTRY };

/* A path of the file taken apart: "sites[2].drop" is the list sites and the rest "drop". */
struct place {
    enum setting_list list;
    const char *rest; /* "" for the list or entry itself */
    bool is_entry;    /* a number stood behind the list's name */
};

static struct place place_of(const char *path)
{
    for (enum setting_list list = 0; list < SETTING_LISTS; list++) {
        size_t length = strlen(setting_list_key(list));
        if (strncmp(path, setting_list_key(list), length) != 0)
            continue;
        if (path[length] == '\0')
            return (struct place){.list = list, .rest = ""};
        if (path[length] != '[')
            continue;
        const char *rest = strchr(path, ']') + 1;
        return (struct place){.list = list, .rest = rest + (*rest == '.'), .is_entry = true};
    }
    return (struct place){.list = SETTING_SINGLE, .rest = path};
}

static enum key_class classify(const struct place *place)
{
    if (place->rest[0] == '\0' && place->list != SETTING_SINGLE)
        return place->is_entry ? KEY_ENTRY : KEY_LIST;
    size_t length = strlen(place->rest);
    for (size_t i = 0; i < setting_count; i++) {
        if (settings[i].list != place->list || strncmp(settings[i].key, place->rest, length) != 0)
            continue;
        if (settings[i].key[length] == '\0')
            return KEY_SETTING;
        if (settings[i].key[length] == '.')
            return KEY_SECTION;
    }
    return KEY_UNKNOWN;
}

/* ---- what may have been meant ---------------------------------------------------------------- */

enum { SIBLINGS_MOST = SETTINGS_MOST + SETTING_LISTS };

struct siblings {
    char names[SIBLINGS_MOST][SETTING_KEY_BYTES];
    const char *pointers[SIBLINGS_MOST + 1]; /* NULL-terminated */
    size_t count;
};

static void add_sibling(struct siblings *siblings, const char *name, size_t length)
{
    if (siblings->count == SIBLINGS_MOST || length >= SETTING_KEY_BYTES)
        return;
    memcpy(siblings->names[siblings->count], name, length);
    siblings->pointers[siblings->count] = siblings->names[siblings->count];
    siblings->count++;
}

/* Every name that may stand where `place` ends: with the same list and the same keys before. */
static void list_siblings(const struct place *place, struct siblings *siblings)
{
    const char *dot = strrchr(place->rest, '.');
    size_t above = dot == NULL ? 0 : (size_t)(dot + 1 - place->rest);
    for (size_t i = 0; i < setting_count; i++)
        if (settings[i].list == place->list && strncmp(settings[i].key, place->rest, above) == 0)
            add_sibling(siblings, settings[i].key + above, strcspn(settings[i].key + above, "."));
    for (enum setting_list list = 0; list < SETTING_LISTS; list++)
        if (place->list == SETTING_SINGLE && above == 0)
            add_sibling(siblings, setting_list_key(list), strlen(setting_list_key(list)));
}

/* A setting of the same last name elsewhere, or NULL. */
static const struct setting *find_elsewhere(const char *name)
{
    for (size_t i = 0; i < setting_count; i++) {
        const char *dot = strrchr(settings[i].key, '.');
        if (strcmp(dot == NULL ? settings[i].key : dot + 1, name) == 0)
            return &settings[i];
    }
    return NULL;
}

static void tell_unknown(const struct outline_node *node, const struct place *place,
                         struct problems *problems)
{
    struct siblings siblings = {.count = 0};
    list_siblings(place, &siblings);
    const char *closest = string_closest(node->name, siblings.pointers);
    const struct setting *elsewhere = find_elsewhere(node->name);
    struct text name = {0};
    text_append_quoted(&name, node->path);
    if (closest != NULL)
        problems_add(problems, node->line, "unknown setting %s; did you mean \"%s\"?",
                     text_string(&name), closest);
    else if (elsewhere != NULL)
        problems_add(problems, node->line, "unknown setting %s; did you mean \"%s%s%s\"?",
                     text_string(&name), setting_list_key(elsewhere->list),
                     elsewhere->list == SETTING_SINGLE ? "" : "[].", elsewhere->key);
    else
        problems_add(problems, node->line, "unknown setting %s; all are in docs/settings.md",
                     text_string(&name));
    text_done(&name);
}

/* ---- shapes -------------------------------------------------------------------------------- */

static const char *shape_words(enum outline_kind kind)
{
    static const char *const words[] = {
        [OUTLINE_VALUE] = "one value",
        [OUTLINE_MAPPING] = "settings below it",
        [OUTLINE_LIST] = "a list (lines that begin with -)",
    };
    return words[kind];
}

static enum outline_kind shape_wanted(enum key_class class)
{
    if (class == KEY_SETTING)
        return OUTLINE_VALUE;
    return class == KEY_LIST ? OUTLINE_LIST : OUTLINE_MAPPING;
}

static bool check_shape(const struct outline_node *node, enum key_class class,
                        struct problems *problems)
{
    enum outline_kind wanted = shape_wanted(class);
    if (node->is_empty) {
        problems_add(problems, node->line,
                     "\"%s\" has nothing behind it; take the line away for the default",
                     node->path);
        return false;
    }
    if (node->kind == wanted)
        return true;
    problems_add(problems, node->line, "\"%s\" must have %s, not %s", node->path,
                 shape_words(wanted), shape_words(node->kind));
    return false;
}

/* Below an unknown key everything is unknown; one line about it is enough. */
static bool is_above(const char *above, const char *path)
{
    size_t length = strlen(above);
    return strncmp(above, path, length) == 0 && (path[length] == '.' || path[length] == '[');
}

static bool check_root(const struct outline_node *root, struct problems *problems)
{
    if (root->kind == OUTLINE_MAPPING || root->is_empty)
        return root->kind == OUTLINE_MAPPING;
    problems_add(problems, root->line,
                 "not a configuration; it begins with settings like \"sites:\"");
    return false;
}

bool keys_check(const struct outline *outline, struct problems *problems)
{
    if (outline->count == 0 || !check_root(&outline->nodes[0], problems))
        return false;
    bool sound = problems->count == 0; // a key that stands twice is among them
    const char *unknown = NULL;
    for (size_t i = 1; i < outline->count; i++) {
        const struct outline_node *node = &outline->nodes[i];
        if (unknown != NULL && is_above(unknown, node->path))
            continue;
        struct place place = place_of(node->path);
        enum key_class class = classify(&place);
        if (class == KEY_UNKNOWN) {
            unknown = node->path;
            tell_unknown(node, &place, problems);
        } else {
            sound &= check_shape(node, class, problems);
            if (!sound && node->kind != shape_wanted(class))
                unknown = node->path; // what stands below a wrong shape says nothing more
        }
    }
    return sound;
}
