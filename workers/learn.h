/* learn.h - training from people's decisions: what `posteingang-learn` does.
 *
 * Lessons are documents whose case or kind somebody stated, and those that were filed without a
 * person and that nobody objected to. One in LEARN_HELD_BACK of them, by a digest of the document's
 * id and so always the same ones, is held back: the model that was trained on the others is
 * measured on them against the one in use, and takes its place only when it is no worse. What is
 * worse is kept as refused, for people to look at. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_LEARN_H
#define WORKERS_LEARN_H

#include "classify/lessons.h"
#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"

enum {
    LEARN_HELD_BACK = 5,
    LEARN_STATED_LEAST = 10,  /* documents that somebody stated something of; fewer teach nothing */
    LEARN_LESSONS_MOST = 4000 /* the newest ones */
};

struct learn_options {
    const struct config *config;
    struct ledger *ledger; /* LEDGER_WRITE */
    struct spool *spool;
    const char *tried_path; /* a model's file to be measured instead of a trained one; or NULL */
    const char *actor;
};

struct learn_outcome {
    uint64_t lessons, held_back; /* of the lessons */
    uint64_t stated;             /* somebody stated something of them */
    uint64_t kinds_learned;
    int64_t version; /* of the model that came of it */
    int64_t before;  /* the version in use until now; 0: the program's standard */
    bool is_accepted;
    struct lesson_score score_before, score_after; /* on what was held back */
};

/* STATUS_REFUSE: there is too little to learn from, or no register, or the file is no model. */
enum status learn(const struct learn_options *options, struct learn_outcome *ret_outcome,
                  struct fault *fault);

#endif
