/* How the probe prints: one "name value" per line. */
#ifndef ABI_PROBE_H
#define ABI_PROBE_H

#include <stddef.h>
#include <stdio.h>

#define SIZE(type) printf(#type ".size %zu\n", sizeof(struct type))
#define FIELD(type, field)                                                         \
    do {                                                                           \
        printf(#type "." #field ".offset %zu\n", offsetof(struct type, field));    \
        printf(#type "." #field ".size %zu\n", sizeof(((struct type *)0)->field)); \
    } while (0)
#define NUMBER(constant) printf(#constant " %lld\n", (long long)(constant))

void print_nvme_structures(void);
void print_nvme_numbers(void);
void print_status_text(void);
void print_vfio(void);

#endif
