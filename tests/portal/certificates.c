/* certificates.c - see certificates.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "tests/portal/certificates.h"

int run_program(const char *const *words)
{
    char *copies[48] = {NULL};
    int ended = 0;
    for (size_t i = 0; words[i] != NULL && i < 47; i++)
        copies[i] = strdup(words[i]);
    pid_t child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        (void)dup2(nothing, STDIN_FILENO);
        (void)dup2(nothing, STDOUT_FILENO);
        (void)execvp(copies[0], copies);
        _exit(127);
    }
    (void)waitpid(child, &ended, 0);
    for (size_t i = 0; copies[i] != NULL; i++)
        free(copies[i]);
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
}

static void must(const char *const *words)
{
    if (run_program(words) == 0)
        return;
    (void)fprintf(stderr, "%s %s does not work\n", words[0], words[1]);
    exit(1);
}

void certificate_authority(const char *name)
{
    char key[128], certificate[128], subject[128];
    (void)snprintf(key, sizeof key, "%s.key", name);
    (void)snprintf(certificate, sizeof certificate, "%s.pem", name);
    (void)snprintf(subject, sizeof subject, "/CN=Test %s",
                   strrchr(name, '/') == NULL ? name : strrchr(name, '/') + 1);
    must((const char *const[]){"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                               "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                               certificate, "-subj", subject, "-days", "30", NULL});
}

void certificate_make(const char *name, const char *authority, int days)
{
    static const char extensions[] = "subjectAltName=IP:127.0.0.1,DNS:localhost\n"
                                     "basicConstraints=CA:FALSE\n";
    char key[128], request[128], certificate[128], authority_key[128], authority_file[128];
    char how_long[16];
    (void)snprintf(key, sizeof key, "%s.key", name);
    (void)snprintf(request, sizeof request, "%s.csr", name);
    (void)snprintf(certificate, sizeof certificate, "%s.pem", name);
    (void)snprintf(authority_key, sizeof authority_key, "%s.key", authority);
    (void)snprintf(authority_file, sizeof authority_file, "%s.pem", authority);
    (void)snprintf(how_long, sizeof how_long, "%d", days);
    if (access("extensions.cnf", F_OK) != 0)
        (void)durable_write_file("extensions.cnf", extensions, sizeof extensions - 1, 0600, NULL);
    must((const char *const[]){"openssl", "req", "-newkey", "ec", "-pkeyopt",
                               "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
                               "-subj", "/CN=localhost", NULL});
    must((const char *const[]){"openssl", "x509", "-req", "-in", request, "-CA", authority_file,
                               "-CAkey", authority_key, "-CAcreateserial", "-out", certificate,
                               "-days", how_long, "-extfile", "extensions.cnf", NULL});
}
