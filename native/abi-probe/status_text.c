/* What libnvme says for each status code: "status.TYPE.CODE text". Codes that it does not know are left out. */
#include "probe.h"

#include <string.h>

#include <libnvme.h>

void print_status_text(void)
{
    for (int type = 0; type <= 3; type++) {
        for (int code = 0; code <= 0xff; code++) {
            const char *text = nvme_status_to_string(type << 8 | code, false);
            if (strcmp(text, "unrecognized") != 0)
                printf("status.%d.%d %s\n", type, code, text);
        }
    }
}
