/* ledger_page.h - the page ledger: where every page of a scan ended, what it looks like, and how a
 * blank page that was set aside comes back.
 *
 * Pictures are pieces of the scan's page file, an object in the spool. To show a page's preview:
 * ledger_page_get(), then page_image_open() on record.facts.preview, which gives a descriptor of
 * the object and where in it the picture lies; page_media_type() says what it is. A media of
 * PAGE_MEDIA_NONE means that there is no picture (the page could not be decoded, or was read
 * before there were pictures). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LEDGER_PAGE_H
#define STORE_LEDGER_PAGE_H

#include "base/page_facts.h"
#include "store/ledger.h"
#include "store/spool.h"

struct page_record {
    struct page_facts facts;     /* facts.document is not filled: see `document` */
    struct document_id document; /* nil unless the page is in one */
    struct scan_id scan;
    struct digest page_file; /* all zero when the scan has none */
};

/* STATUS_REFUSE when the scan has no page of that number. */
enum status ledger_page_get(struct ledger *ledger, struct scan_id scan, uint32_t number,
                            struct page_record *ret_record, struct fault *fault);
/* All pages of the scan, in order; none for one that is not read; those of a scan that came before
 * are PAGE_DUPLICATE and have nothing but their number. The callback may use the ledger; one that does not return STATUS_OK ends the walk with its status. */
typedef enum status ledger_page_callback(void *context, const struct page_record *record,
                                         struct fault *fault);
enum status ledger_pages(struct ledger *ledger, struct scan_id scan, ledger_page_callback *callback,
                         void *context, struct fault *fault);

/* Opens the object that holds the picture; the picture is image->span of it. The caller closes
 * *ret_file. STATUS_REFUSE: there is no picture, or the spool does not have it. */
enum status page_image_open(struct spool *spool, const struct page_record *record,
                            const struct page_image *image, int *ret_file, struct fault *fault);

/* A person says that a blank page is none: it becomes a document of its scan, of its own, which
 * waits in clearing for the case that the same person or another gives it. `actor` is who.
 * STATUS_REFUSE: no such page, or it is not a blank one that was set aside. */
enum status ledger_page_restore(struct ledger *ledger, struct spool *spool, struct scan_id scan,
                                uint32_t number, const char *actor,
                                struct document_id *ret_document, struct fault *fault);

#endif
