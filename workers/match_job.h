/* match_job.h - a reading to a RESULT_MATCH. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_MATCH_JOB_H
#define WORKERS_MATCH_JOB_H

#include "classify/classify.h"
#include "config/config.h"
#include "workers/parcel.h"

/* The rules that the configuration asks for. The caller owns *ret_rules (rules_free()). */
enum status match_rules(const struct config *config, struct rules **ret_rules, struct fault *fault);

/* Weighs the encoded reading in `bytes` against the register, knowing `context`. On STATUS_OK the caller owns what
 * is in `ret_result` and `ret_parts` ("explanation"). Without a register, or without a team to
 * send it to, a document goes to a person. STATUS_REFUSE: not a reading. */
enum status match_job(const struct rules *rules, const struct register_index *index,
                      int64_t register_version, const void *bytes, size_t length,
                      const struct classify_context *context, struct wire_message *ret_result,
                      struct outgoing *ret_parts, struct fault *fault);

#endif
