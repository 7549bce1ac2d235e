/* verbs.h - the verbs of the posteingang command: one table, one file a verb.
 *
 * From the table come the overview, each verb's --help and "did you mean". A new verb is a row in
 * verbs.c, a function declared here, and a file with that function. A name of two words
 * ("register import") is a verb of its own. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arguments.h"

struct call;

/* Does the verb's work and returns the program's exit code (base/status.h). */
typedef int verb_function(struct call *call);

struct verb {
    const char *name;    /* one word, or two parted by a blank */
    const char *usage;   /* what follows the name, e.g. "ID --case NO" */
    const char *summary; /* a few words for the overview */
    const char *about;   /* what a person should know before using it */
    verb_function *run;
};

/* One use of a verb, as it was typed. */
struct call {
    const struct verb *verb;
    const char *config; /* --config, or NULL */
    int argc;           /* argv[0] is the last word of the verb's name */
    char **argv;
};

/* Every verb, in the order of the overview; *ret_count rows, static. */
const struct verb *verbs_all(size_t *ret_count);
/* The verb that the words argv[0] and argv[1] name; *ret_words says how many of them. NULL: none. */
const struct verb *verb_find(int argc, char **argv, int *ret_words);
/* Whether verbs of two words begin with `word`. */
bool verbs_has_group(const char *word);
/* Says on standard error that there is no such verb, and which one may have been meant. */
void verb_explain_unknown(int argc, char **argv);
/* The overview of all verbs, or only of those that begin with the word `group` (not NULL). */
void verbs_print_overview(const char *group);

/* Reads the verb's options and takes between `least` and `most` other arguments into *ret_rest,
 * which the caller frees. False: there is nothing more to do than to return *ret_exit_code (help
 * was printed, or what was wrong has been said). */
bool call_read(struct call *call, const struct argument *table, size_t count, size_t least,
               size_t most, struct argument_list *ret_rest, int *ret_exit_code);
/* For verbs that take no other arguments. */
bool call_read_options(struct call *call, const struct argument *table, size_t count,
                       int *ret_exit_code);

int verb_assign(struct call *call);
int verb_backup(struct call *call);
int verb_batch_add(struct call *call);
int verb_batch_close(struct call *call);
int verb_batch_list(struct call *call);
int verb_config_check(struct call *call);
int verb_config_show(struct call *call);
int verb_deadline_acknowledge(struct call *call);
int verb_deadline_list(struct call *call);
int verb_doctor(struct call *call);
int verb_explain(struct call *call);
int verb_init(struct call *call);
int verb_key_enrol(struct call *call);
int verb_key_list(struct call *call);
int verb_key_new(struct call *call);
int verb_key_revoke(struct call *call);
int verb_learn(struct call *call);
int verb_ledger_move(struct call *call);
int verb_letterbox_empty(struct call *call);
int verb_letterbox_list(struct call *call);
int verb_list(struct call *call);
int verb_proof_export(struct call *call);
int verb_proof_list(struct call *call);
int verb_proof_seal(struct call *call);
int verb_proof_check(struct call *call);
int verb_proof_files(struct call *call);
int verb_proof_show(struct call *call);
int verb_purge_propose(struct call *call);
int verb_purge_approve(struct call *call);
int verb_purge_run(struct call *call);
int verb_purge_list(struct call *call);
int verb_purge_show(struct call *call);
int verb_purge_hold(struct call *call);
int verb_purge_unhold(struct call *call);
int verb_disclose(struct call *call);
int verb_forwarding_list(struct call *call);
int verb_forwarding_confirm(struct call *call);
int verb_anomaly_list(struct call *call);
int verb_anomaly_state(struct call *call);
int verb_anomaly_withdraw(struct call *call);
int verb_quality_draw(struct call *call);
int verb_quality_list(struct call *call);
int verb_quality_lots(struct call *call);
int verb_quality_check(struct call *call);
int verb_paper_list(struct call *call);
int verb_paper_release(struct call *call);
int verb_paper_keep(struct call *call);
int verb_request_new(struct call *call);
int verb_request_list(struct call *call);
int verb_request_show(struct call *call);
int verb_request_sheet(struct call *call);
int verb_request_close(struct call *call);
int verb_request_came(struct call *call);
int verb_request_reopen(struct call *call);
int verb_request_perhaps(struct call *call);
int verb_recall_document(struct call *call);
int verb_recall_list(struct call *call);
int verb_recall_note(struct call *call);
int verb_recall_settle(struct call *call);
int verb_receipt_make(struct call *call);
int verb_receipt_show(struct call *call);
int verb_received_correct(struct call *call);
int verb_received_enter(struct call *call);
int verb_register_import(struct call *call);
int verb_register_status(struct call *call);
int verb_restore(struct call *call);
int verb_report_matching(struct call *call);
int verb_retry(struct call *call);
int verb_run(struct call *call);
int verb_scrub(struct call *call);
int verb_sheet_cover(struct call *call);
int verb_sheet_return(struct call *call);
int verb_sheet_separator(struct call *call);
int verb_show(struct call *call);
int verb_site(struct call *call);
int verb_sites(struct call *call);
int verb_spool_move(struct call *call);
int verb_spool_orphans(struct call *call);
int verb_status(struct call *call);
int verb_submit(struct call *call);
int verb_token_add(struct call *call);
int verb_token_list(struct call *call);
int verb_token_revoke(struct call *call);
int verb_user_add(struct call *call);
int verb_user_role(struct call *call);
int verb_user_disable(struct call *call);
int verb_user_enable(struct call *call);
int verb_user_list(struct call *call);
int verb_user_password(struct call *call);
int verb_user_reset_factor(struct call *call);
int verb_user_right(struct call *call);
int verb_user_rights(struct call *call);
int verb_guard(struct call *call);
int verb_verify(struct call *call);
int verb_worker(struct call *call);
int verb_workers(struct call *call);
int verb_dispatchers(struct call *call);
int verb_xdomea_answers(struct call *call);
int verb_xdomea_list(struct call *call);

#endif
