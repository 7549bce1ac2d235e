/* verbs.c - see verbs.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/outcome.h"
#include "cli/verbs.h"

enum { OPTIONS_MOST = 16 };

// clang-format off
static const struct verb verbs[] = {
    {"init", "DIR [--site NAME]…", "makes a ready instance in a folder",
     "Makes the configuration with every default and a sentence each, the drop folders, spool,\n"
     "ledger, cabinet and keys below DIR. Used again on the same instance it adds what is\n"
     "missing and changes nothing else.", verb_init},
    {"config check", "", "checks the whole configuration file",
     "Reads posteingang.yaml whole and names every problem with its line.", verb_config_check},
    {"config show", "", "prints the settings in force",
     "Prints every setting as it is in force, whether it stands in the file or is a default.", verb_config_show},
    {"register import", "FILE.csv [--dry-run] [--incremental|--full] [--force]",
     "brings in the case register",
     "Replaces the case register by the rows of a CSV export, all at once or not at all. With\n"
     "--incremental only the cases in the file are replaced. A file that would lose more of the\n"
     "register than the configuration allows is refused; --force takes it all the same.", verb_register_import},
    {"register status", "[--json]", "shows how large and how old the register is",
     "Shows the number of cases and persons, the version and the age of the case register.", verb_register_status},
    {"run", "[--drain]", "runs everything on this host",
     "Starts intake, dispatcher, readers, filer and portal, restarts what dies, and ends them in\n"
     "order on Ctrl-C or SIGTERM. With --drain it ends by itself, with exit code 0, when every\n"
     "dropped scan rests in a final state; with 1 when something is stuck. On a terminal it\n"
     "shows one line of progress and the programs' warnings; 2>FILE keeps the whole log.", verb_run},
    {"sites", "[--json]", "shows what waits to be sent, and how the line is",
     "At a desk: how many scans wait here, since when, and whether the centre is heard. At a centre:\n"
     "the same of every desk. Exit code 1 when something needs a person.", verb_sites},
    {"site", "[--connect tcp://HOST:PORT] [--key FILE]", "takes scans over at a desk far from the centre, and sends them on",
     "Takes scans over on this desk's own disk, durably, and sends them to the centre as the line\n"
     "allows: in order, each once, going on where it was cut. Instead of centre.connect and centre.key\n"
     "the centre and the key can be named here. Ends on Ctrl-C or SIGTERM.", verb_site},
    {"submit", "--site SITE FILE…", "takes files over as if they had been dropped",
     "Takes the files over for SITE and prints a scan's id for each once it is durable. The\n"
     "files themselves stay where they are.", verb_submit},
    {"status", "[--watch] [--json]", "shows the queue and what needs a person",
     "Shows how many scans and documents are in each state, the oldest that waits, the speed,\n"
     "and what needs a person.", verb_status},
    {"workers", "[--json]", "shows each worker and what it is doing",
     "Shows every reader and filer that the dispatcher knows, and the job it has.", verb_workers},
    {"dispatchers", "[--json]", "shows who hands out the jobs",
     "Shows every dispatcher of the ledger, on whatever host: which one leads, how many workers are\n"
     "with it, and how many jobs it has given out.", verb_dispatchers},
    {"list", "[--state STATE] [--site SITE] [--json]", "lists documents",
     "Lists documents, oldest first, and scans that have given none (yet).", verb_list},
    {"show", "ID [--json|--text|--alto|--note]", "shows one document",
     "Shows one document or scan. Of an ID the last characters are enough.", verb_show},
    {"explain", "ID [--json]", "says why a document went where it is",
     "Shows the decision, the candidates, and each piece of evidence with the words on the page.", verb_explain},
    {"assign", "ID --case NO", "files a document in clearing to a case",
     "Decides, as a person, to which case a document in clearing belongs.", verb_assign},
    {"retry", "ID", "tries a failed scan or document again",
     "Gives a failed scan or document new attempts, and matches a document in clearing again. One\n"
     "that was set aside as corrupt goes on where it was: see first that its files are right again.", verb_retry},
    {"learn", "[--list] [--use VERSION] [--json]", "trains the matcher from people's decisions",
     "Trains confusions of digits, weights of the evidence and kinds of document from what people\n"
     "decided, measures the model on decisions that were held back, and puts it to use when it is\n"
     "no worse than the one before (exit code 1 when it is). --list shows the models there are,\n"
     "--use puts one back. Running programs pick it up by themselves.", verb_learn},
    {"report matching", "[--days NUMBER] [--json]", "shows how right the matcher is",
     "Shows how often it filed by itself and how often wrongly, how sure it said to be against how\n"
     "often it was right, which kinds of document it confuses, and what another threshold would\n"
     "have done to the decisions of the past.", verb_report_matching},
    {"receipt make", "SCAN… [--sheets NUMBER]", "makes the receipt for whoever handed papers in",
     "Prints, in German, that papers were received, with a code to ask by. It can be printed before\n"
     "anything was read, and says nothing of what is in them.", verb_receipt_make},
    {"receipt show", "CODE [--json]", "answers \"where is my letter?\"",
     "Says where the letters of a receipt are: being read, being sorted, at the office, forwarded.\n"
     "Nothing of what is in them, whose they are, or who works on them.", verb_receipt_show},
    {"received correct", "ID --day YYYY-MM-DD --reason WORDS", "corrects a date of receipt",
     "Says, as a person, on which day a document was received, and why. The proofs that were there\n"
     "stay on record; what hangs on the date is reckoned anew.", verb_received_correct},
    {"received enter", "SCAN --day YYYY-MM-DD [--channel WAY]", "says when a scan's papers came",
     "Keeps when and how the papers of a scan came, before anything is decided about its documents.\n"
     "WAY: post, letterbox, night_letterbox, desk, service, internal, fax, email or upload.", verb_received_enter},
    {"letterbox empty", "SITE [--day DAY] [--time HH:MM] [--compartment PART] [--pieces NUMBER]", "writes an emptying down",
     "Keeps that the letterbox of a site was emptied. PART is before_midnight or after_midnight where\n"
     "a night letterbox parts the letters, else all: then the site's rule says for which day they\n"
     "count. A batch can name the emptying that it came out of, which proves its date of receipt.", verb_letterbox_empty},
    {"letterbox list", "[SITE] [--json]", "shows the emptyings", "Shows when letterboxes were emptied, the newest first.", verb_letterbox_list},
    {"deadline list", "[--escalated] [--json]", "shows what waits for somebody to take note",
     "Shows every document with a deadline of which nobody took note, the escalated first, then by\n"
     "the last day.", verb_deadline_list},
    {"deadline acknowledge", "ID", "takes note of a deadline",
     "Keeps that you have seen the deadlines of a document; `show` says what they are.", verb_deadline_acknowledge},
    {"recall document", "ID --reason WORDS [--known \"YYYY-MM-DD HH:MM\"]", "takes a misfiled document out of its case",
     "The document leaves the case (cabinet and packages), and is matched again: never to this case.\n"
     "The matcher learns that it was wrong, and a note for data protection is prepared. --known is\n"
     "when somebody noticed: the 72 hours of Art. 33 GDPR count from there.", verb_recall_document},
    {"recall list", "", "shows what was called back", "Prints every recall as a line of JSON, the newest first.", verb_recall_list},
    {"recall note", "NUMBER", "prints the note for data protection",
     "Prints, in German, what was filed wrongly since when, who opened it, until when the supervisory\n"
     "authority has to be told at the latest, and what is left to judge.", verb_recall_note},
    {"recall settle", "NUMBER --reported|--not-reported --reason WORDS", "keeps what became of it",
     "Keeps whether the supervisory authority was told, and why (not). Once.", verb_recall_settle},
    {"disclose", "--case NO --out FILE.zip --reason WORDS", "writes all that is kept about one person",
     "For Art. 15 GDPR: what the register says, every document filed to the person's cases, what\n"
     "happened to each, and whom it was passed on to. The audit keeps who did so.", verb_disclose},
    {"forwarding list", "[--open]", "shows misdirected mail that was passed on",
     "Prints each as a line of JSON: to whom, when, received here when, and whether the receiver has\n"
     "confirmed it; `overdue` after forwarding.confirm_days.", verb_forwarding_list},
    {"forwarding confirm", "ID --words WORDS", "keeps that the receiver has confirmed it",
     "By another person than the one who passed it on: our copy is deleted by the next purge run;\n"
     "day and receiver stay as the proof.", verb_forwarding_confirm},
    {"purge propose", "ID|--rule NAME --reason WORDS", "proposes documents for deletion",
     "One document, or every one that is due by a rule below purge_rules. Nothing that is held, whose\n"
     "case is not closed, or that is to be kept for longer.", verb_purge_propose},
    {"purge approve", "NUMBER", "approves a proposal of another person",
     "By somebody who neither proposed it nor made one of the scans.", verb_purge_approve},
    {"purge run", "", "deletes what was approved",
     "Takes documents out of the cabinet (by way of a filer; run it again afterwards), their words out\n"
     "of the ledger and the search, and their files out of the spool, unless another document needs\n"
     "them. For a timer, once a night.", verb_purge_run},
    {"purge list", "", "shows proposals and what became of them", "Prints every proposal as a line of JSON, the newest first.", verb_purge_list},
    {"purge show", "NUMBER", "shows the proof of a deletion",
     "Prints each document of a proposal as a line of JSON: how many files it had, how many are gone,\n"
     "and the SHA-256 over their digests, which the audit holds, too.", verb_purge_show},
    {"purge hold", "ID --reason WORDS", "lets nothing delete a document", "Until purge unhold: for a lawsuit, an inquiry, a complaint.", verb_purge_hold},
    {"purge unhold", "ID", "lets a document be deleted again", "Takes purge hold back.", verb_purge_unhold},
    {"request new", "--case NO --due DATE --item KIND[=WORDS]… [--out FILE.pdf]", "asks for papers",
     "Makes a request for papers of a case, and its return sheet with --out. What is filed to the case\n"
     "closes the item of its kind; --item =WORDS is for what is of no kind that the matcher knows.", verb_request_new},
    {"request list", "[--case NO] [--open] [--overdue]", "shows what was asked for",
     "Prints every request with its items as a line of JSON: what came, with which document, what is\n"
     "open, and what is overdue.", verb_request_list},
    {"request show", "NUMBER", "shows a request and what happened to it",
     "Prints the request with every event as JSON.", verb_request_show},
    {"request sheet", "NUMBER --out FILE.pdf", "prints the return sheet of a request",
     "Its sealed code names case and request: what comes with it closes the request's items.", verb_request_sheet},
    {"request close", "NUMBER --reason WORDS", "ends a request",
     "Nothing more is expected, e.g. because the benefit was refused or the papers are not needed.", verb_request_close},
    {"request came", "NUMBER ITEM [--document ID]", "says that a paper came",
     "With a document of the case, or on another way.", verb_request_came},
    {"request reopen", "NUMBER ITEM --reason WORDS", "says that a paper is missing after all",
     "Also when the machine took something else for it. The request is open again.", verb_request_reopen},
    {"request perhaps", "--case NO", "shows what waits and may be what is missing",
     "To be looked at before a benefit is refused for lack of papers: every document that waits for a\n"
     "person and names the case, or is of a kind that is still missing from it.", verb_request_perhaps},
    {"anomaly list", "ID", "shows what people stated of a document's paper",
     "Prints each statement as a line of JSON. What the program sees by itself stands in the\n"
     "Transfervermerk only: posteingang show --note.", verb_anomaly_list},
    {"anomaly state", "ID CODE [--words WORDS]", "states what is unusual about a document's paper",
     "KLEBEZETTEL, KOPIE_STATT_ORIGINAL, BESCHAEDIGT and so on (a wrong CODE lists them all). It stands in\n"
     "the Transfervermerk; a filed document is filed anew with it. Stated again, other words replace it.", verb_anomaly_state},
    {"anomaly withdraw", "ID CODE", "takes such a statement back",
     "The audit keeps that it was there. A filed document gets a new Transfervermerk.", verb_anomaly_withdraw},
    {"quality list", "", "shows what waits to be compared with its paper",
     "Prints every document that was drawn and is not found good yet, as a line of JSON.", verb_quality_list},
    {"quality check", "ID --good|--finding \"WORD …\" [--words WORDS]", "keeps what a comparison with the paper found",
     "Another person than the scan's operator says that a document is as its paper, or what is wrong:\n"
     "page_missing, unreadable, wrong_order, cut_off, foreign_page, wrong_case, wrong_kind, turned,\n"
     "colour_lost, two_letters, wrong_receipt. A finding has all documents of its lot looked at.", verb_quality_check},
    {"quality lots", "", "shows samples, and the paper that hangs on them",
     "Prints every lot as a line of JSON, the newest first: rate, seed, how many were drawn, what is\n"
     "open, and from which day its paper may be released.", verb_quality_lots},
    {"quality draw", "", "draws the samples that are due",
     "Of each batch that was closed, and of each site's day that is over. The monitor does so, too.", verb_quality_draw},
    {"paper list", "[--released]", "shows from when on paper may be destroyed",
     "Prints every document in a lot as a line of JSON, by lot as they lie in their boxes.", verb_paper_list},
    {"paper release", "LOT", "lets the paper of a lot be destroyed",
     "When its check is done and it was kept for quality.paper_months; by somebody who neither made\n"
     "nor checked the scans.", verb_paper_release},
    {"paper keep", "ID --reason WORDS", "has the paper of a document kept for ever",
     "For deeds, certificates and the like: it is left out when its lot is released.", verb_paper_keep},
    {"xdomea list", "[--json]", "shows what was handed over to a document management system",
     "Shows each package that was handed over, and whether the system has taken it, refused it (then\n"
     "a person decides), or it was withdrawn.", verb_xdomea_list},
    {"xdomea answers", "", "takes the system's answers",
     "Reads every answer (message 0630) in xdomea.answers once. `run` does so every two seconds when\n"
     "a team hands over packages. Exit code 1 when an answer could not be understood.", verb_xdomea_answers},
    {"sheet separator", "--out FILE.pdf [--count NUMBER]", "prints separator sheets",
     "Writes a PDF of numbered separators: after each, a new document begins. Used in their\n"
     "order, a missing one is noticed.", verb_sheet_separator},
    {"sheet cover", "--out FILE.pdf --site SITE [--pages NUMBER] [--received DATE]", "prints the cover of a batch",
     "Makes a batch and writes its cover as a PDF. All that is scanned behind the cover belongs\n"
     "to the batch; it is complete when as many pages arrived as were counted.", verb_sheet_cover},
    {"batch list", "[SITE] [--open] [--json]", "shows batches and how their pages balance",
     "Counts of each batch: pages prepared, scanned and accounted for, the newest first.", verb_batch_list},
    {"batch add", "BATCH SCAN…", "puts scans without a cover into a batch",
     "The pages of these scans that are in no batch yet belong to this one.", verb_batch_add},
    {"batch close", "BATCH [--reason WORDS]", "closes a batch",
     "When as many pages were scanned as were prepared and each is accounted for, or with a reason;\n"
     "in either case with your name.", verb_batch_close},
    {"sheet return", "--out FILE.pdf --case NO", "prints a return sheet for a case",
     "Writes a sheet as a PDF that people send back with their answer. Its sealed code files the\n"
     "answer to the case.", verb_sheet_return},
    {"user add", "NAME --role ROLE [--site SITE] [--team TEAM]",
     "lets somebody log in to the portal", "Adds a person with a role: mailroom staff see the scans of their site, caseworkers the\n"
     "documents of their team and their cases, leads those of their team; quality sees every\n"
     "document, registry what waits for a person, auditor who did what, admin the machine. The\n"
     "password is asked for, or read as one line from standard input.", verb_user_add},
    {"user role", "NAME --role ROLE [--site SITE] [--team TEAM]", "gives somebody another role",
     "Sets role, site and team anew, as `user add` does, and ends the person's sessions.", verb_user_role},
    {"user list", "[--json]", "shows who may log in", "Lists everybody with role, site and access.",
     verb_user_list},
    {"user disable", "NAME", "lets somebody no longer log in",
     "Ends all of the person's sessions and lets no new one begin. Nobody is ever deleted,\n"
     "because decisions and the audit name them.", verb_user_disable},
    {"user enable", "NAME", "lets somebody log in again",
     "Takes `user disable` back; the password stays as it was.", verb_user_enable},
    {"user password", "NAME", "sets somebody's password",
     "Sets a new password, asked for or read as one line from standard input, and ends all of\n"
     "the person's sessions.", verb_user_password},
    {"user reset-factor", "NAME", "takes somebody's second factor away",
     "For a telephone that is lost, together with the codes on paper. Ends all of the person's\n"
     "sessions; they log in with the password and set a new one up.", verb_user_reset_factor},
    {"user right", "NAME --class CLASS [--confirm|--withdraw]", "lets somebody see guarded documents",
     "Proposes that an account sees what is guarded as address (Sperrvermerk), staff or medical, besides\n"
     "what its role and team let it see. It holds when another person has confirmed it, here or in the\n"
     "portal, and ends when the account gets another role or team.", verb_user_right},
    {"user rights", "", "shows who may see guarded documents",
     "Prints every right, proposed or confirmed, as a line of JSON.", verb_user_rights},
    {"guard", "ID|--case NO --class CLASS --reason WORDS [--lift]", "lets only some see a document or a case",
     "Whoever lacks the right to the class (address, staff, medical) no longer learns that the document\n"
     "is there. --lift takes back what a person has set; what the register says is changed there.", verb_guard},
    {"token add", "NAME --role ROLE [--site SITE] [--team TEAM]", "makes a token for a machine",
     "Prints a secret, this once, with which a machine may do what the role may:\n"
     "Authorization: Bearer SECRET. The audit names it token:NAME.", verb_token_add},
    {"token list", "[--json]", "shows the tokens of machines",
     "Lists all of them, those that were revoked, too.", verb_token_list},
    {"token revoke", "NAME", "makes a machine's token good for nothing",
     "From now on; the token stays in the list, because the audit names it.", verb_token_revoke},
    {"key new", "NAME [--file FILE] [--server PUBLIC]", "makes a key for a worker on another host",
     "Makes a pair of keys and writes it to a file of mode 0600, with the dispatcher's public "
     "key.\n"
     "The worker needs that file and nothing else; the ledger learns only the public half, from\n"
     "key enrol.", verb_key_new},
    {"key enrol", "NAME PUBLIC [--role ROLE]", "lets a worker on another host connect",
     "Enrols a public key: from now on the worker that has its secret may connect to\n"
     "dispatch.listen and is given jobs of its role.", verb_key_enrol},
    {"key revoke", "NAME", "lets it no longer connect",
     "Takes the enrolment back at once, on standing connections too: no further job, no further\n"
     "result. What the worker had in hand goes to others. A revoked key never comes back.", verb_key_revoke},
    {"key list", "[--json]", "shows the enrolled keys",
     "Shows every enrolment, also revoked ones, and the dispatcher's own public key.", verb_key_list},
    {"worker", "[--connect tcp://HOST:PORT]… [--key FILE]", "reads scans for a dispatcher, here or elsewhere",
     "Starts reading programs on this host and restarts what dies, until Ctrl-C or SIGTERM. For\n"
     "another host they need the key file and the installed programs: no configuration, no shared\n"
     "folder and no database; scans come and results go over the encrypted connection. Without\n"
     "--connect they are those of `run` alone, by the configuration.", verb_worker},
    {"doctor", "[--json]", "finds what an installation got wrong",
     "Looks at programs, folders, rights, disks, limits, models, clock, ledger, register, people,\n"
     "keys and ports, and says how to mend what is wrong. Changes nothing. Exit code 1 when\n"
     "something is to be mended.", verb_doctor},
    {"verify", "", "checks everything at rest",
     "Checks the ledger, the chain of the audit, the pages of every scan and the digest of every\n"
     "file in the spool, and names the first thing that is wrong.", verb_verify},
    {"proof seal", "[--day DAY]", "makes the digest of a day over all documents",
     "Computes the Merkle root over every document up to the end of the day and keeps it. A time\n"
     "stamp on that one digest proves when each document was there, unchanged. A day that has its\n"
     "root keeps it. Prints day, number of documents and root. Then seal.command and seal.stamp give\n"
     "what is still missing of any day; when they cannot, the alarm \"seal\" is raised and the next call\n"
     "tries again. For a timer, once an hour.", verb_proof_seal},
    {"proof check", "[--day DAY]", "has seals and time stamps checked",
     "Runs seal.check and seal.stamp_check on the record of each day and prints good, BAD or missing.\n"
     "Exit code 1 when one is not good.", verb_proof_check},
    {"proof files", "--day DAY --out FOLDER", "writes a day's record, seal and time stamp to files",
     "For whoever checks without us: record.txt is what was sealed and stamped.", verb_proof_files},
    {"proof list", "", "shows every day's digest",
     "Prints day, number of documents and root of each day, oldest first.", verb_proof_list},
    {"proof export", "", "prints the line of every document",
     "Prints what the roots are computed from: the first N lines are those of a root over N\n"
     "documents. The tree is that of RFC 6962, a line without its end is a leaf.", verb_proof_export},
    {"proof show", "ID", "shows what proves one document",
     "Prints the document's line, its place and path in the tree, and the first root over it.", verb_proof_show},
    {"ledger move", "URL", "carries the ledger to a database server, or back to a file",
     "Copies every row of the ledger to URL, a path or postgresql://…, compares both sides, and leaves\n"
     "word in the old one, which nothing can change any more. Everything else has to be stopped.\n"
     "Afterwards write the URL into store.ledger, as it says.", verb_ledger_move},
    {"spool move", "URL", "carries the spool to an object store, or back to a folder",
     "Copies every object to URL, a path or s3://BUCKET/PREFIX (with the settings below store.s3), and\n"
     "checks the copy against the ledger. `run` has to be stopped. The old spool is kept; an\n"
     "interrupted copy goes on when this is used again. Afterwards write the URL into store.spool, as\n"
     "it says.", verb_spool_move},
    {"spool orphans", "[--days N] [--remove]", "finds objects that nothing in the ledger names",
     "Programs that died left them, or wrote the same in another form. Counts those that are older than\n"
     "N days (7), and removes them with --remove. What the intake would take in again stays.", verb_spool_orphans},
    {"backup", "DIR", "copies everything, while everything works",
     "Copies ledger, spool, cabinet, keys and configuration to DIR, checks the copy as verify does,\n"
     "and marks it as whole. Nothing has to stop. Used again on the same DIR it copies what is new.", verb_backup},
    {"scrub", "[--nightly]", "reads everything at rest and sets aside what is damaged",
     "Checks as verify does, slowly, and moves each scan and document whose files are damaged to\n"
     "corrupt, where a person looks: bring the file back from a backup, then use retry. `run`\n"
     "does this every night (store.scrub_hour).", verb_scrub},
    {"restore", "DIR", "makes the instance anew from a backup",
     "Brings back what `backup` copied to DIR, to the places of the configuration, and checks that\n"
     "all is as it was. There must be no ledger. A spool that is there is kept and added to: scans\n"
     "that came in after the backup are taken in again when the intake begins.", verb_restore},
};
// clang-format on

enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

const struct verb *verbs_all(size_t *ret_count)
{
    *ret_count = VERB_COUNT;
    return verbs;
}

/* Whether the first word of the verb's name is `word`. */
static bool begins_with_word(const struct verb *verb, const char *word)
{
    size_t length = strcspn(verb->name, " ");
    return strlen(word) == length && strncmp(verb->name, word, length) == 0;
}

static const char *second_word(const struct verb *verb)
{
    const char *blank = strchr(verb->name, ' ');
    return blank == NULL ? NULL : blank + 1;
}

const struct verb *verb_find(int argc, char **argv, int *ret_words)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        const char *second = second_word(&verbs[i]);
        if (!begins_with_word(&verbs[i], argv[0]))
            continue;
        if (second != NULL && (argc < 2 || strcmp(second, argv[1]) != 0))
            continue;
        *ret_words = second == NULL ? 1 : 2;
        return &verbs[i];
    }
    return NULL;
}

bool verbs_has_group(const char *word)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (second_word(&verbs[i]) != NULL && begins_with_word(&verbs[i], word))
            return true;
    return false;
}

/* The second words of the group, or all first words: what may have been meant by `word`. */
static const char *closest_word(const char *group, const char *word)
{
    char names[VERB_COUNT][32];
    const char *words[VERB_COUNT + 1];
    static char closest[32];
    size_t count = 0;
    for (size_t i = 0; i < VERB_COUNT; i++) {
        const char *second = second_word(&verbs[i]);
        if (group != NULL && (second == NULL || !begins_with_word(&verbs[i], group)))
            continue;
        (void)snprintf(names[count], sizeof names[count], "%.*s",
                       group != NULL ? 31 : (int)strcspn(verbs[i].name, " "),
                       group != NULL ? second : verbs[i].name);
        words[count] = names[count];
        count++;
    }
    words[count] = NULL;
    const char *found = string_closest(word, words);
    if (found == NULL)
        return NULL;
    (void)snprintf(closest, sizeof closest, "%s", found);
    return closest;
}

void verb_explain_unknown(int argc, char **argv)
{
    bool in_group = verbs_has_group(argv[0]);
    if (in_group && argc < 2) {
        complain("%s what? See: posteingang %s --help", argv[0], argv[0]);
        return;
    }
    const char *word = in_group ? argv[1] : argv[0];
    const char *meant = closest_word(in_group ? argv[0] : NULL, word);
    const char *group = in_group ? argv[0] : "";
    const char *gap = in_group ? " " : "";
    if (meant != NULL)
        complain("there is no verb \"%s%s%s\"; did you mean \"%s%s%s\"?", group, gap, word, group,
                 gap, meant);
    else
        complain("there is no verb \"%s%s%s\"; see: posteingang --help", group, gap, word);
}

static int longest_name(void)
{
    size_t longest = 0;
    for (size_t i = 0; i < VERB_COUNT; i++)
        longest = strlen(verbs[i].name) > longest ? strlen(verbs[i].name) : longest;
    return (int)longest;
}

/* Two blanks part name and summary: manual pages and completion are made from it. */
void verbs_print_overview(const char *group)
{
    printf("Usage: posteingang [--config FILE] %s%sVERB …\n\n", group == NULL ? "" : group,
           group == NULL ? "" : " ");
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (group == NULL || begins_with_word(&verbs[i], group))
            printf("  %-*s  %s\n", longest_name(), verbs[i].name, verbs[i].summary);
    printf("\nEach verb explains itself: posteingang VERB --help\n");
    if (group == NULL)
        printf(
            "Configuration: --config FILE, else $POSTEINGANG_CONFIG, else ./posteingang.yaml,\n"
            "else /etc/posteingang/posteingang.yaml.\n"
            "Exit codes: 0 done, 1 done but something was found wrong or refused, 2 wrong usage,\n"
            "3 configuration, 4 a service is not reachable, 5 not permitted, 6 storage.\n");
}

static void print_help(const struct verb *verb, const struct argument *table, size_t count)
{
    struct text usage = {0};
    text_append_format(&usage, "posteingang [--config FILE] %s%s%s", verb->name,
                       verb->usage[0] == '\0' ? "" : " ", verb->usage);
    arguments_print_help(text_string(&usage), verb->about, table, count);
    text_done(&usage);
}

/* The verb's options and --config, which may stand before the verb or behind it. */
static size_t with_config(struct call *call, const struct argument *table, size_t count,
                          struct argument options[OPTIONS_MOST])
{
    for (size_t i = 0; i < count; i++)
        options[i] = table[i];
    options[count] = (struct argument){"config", "FILE", "the configuration file", ARGUMENT_STRING,
                                       &call->config};
    return count + 1;
}

bool call_read(struct call *call, const struct argument *table, size_t count, size_t least,
               size_t most, struct argument_list *ret_rest, int *ret_exit_code)
{
    struct argument options[OPTIONS_MOST];
    size_t option_count = with_config(call, table, count, options);
    if (arguments_ask_for_help(call->argc, call->argv)) {
        print_help(call->verb, options, option_count);
        *ret_exit_code = EXIT_DONE;
        return false;
    }
    struct fault fault = {0};
    *ret_exit_code = EXIT_USAGE;
    struct argument_list rest = {0};
    if (arguments_read(options, option_count, call->argc, call->argv, &rest, &fault) != STATUS_OK) {
        complain("%s: %s", call->verb->name, fault.text);
        return false;
    }
    if (rest.count < least || rest.count > most) {
        complain("%s: %s; usage: posteingang %s%s%s", call->verb->name,
                 rest.count < least ? "something is missing" : "too many arguments",
                 call->verb->name, call->verb->usage[0] == '\0' ? "" : " ", call->verb->usage);
        argument_list_done(&rest);
        return false;
    }
    *ret_rest = rest;
    return true;
}

bool call_read_options(struct call *call, const struct argument *table, size_t count,
                       int *ret_exit_code)
{
    struct argument_list rest = {0};
    if (!call_read(call, table, count, 0, 0, &rest, ret_exit_code))
        return false;
    argument_list_done(&rest);
    return true;
}
