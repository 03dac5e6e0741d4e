/*
 * Makes nvme-cli print a structure of our choice: loaded with LD_PRELOAD it answers each admin command with the bytes of the file that
 * NVME_ADMIN_DATA names. No device is asked.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <linux/nvme_ioctl.h>

int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);

    if (request != NVME_IOCTL_ADMIN_CMD && request != NVME_IOCTL_ADMIN64_CMD) {
        int (*next)(int, unsigned long, void *) = dlsym(RTLD_NEXT, "ioctl");
        return next(fd, request, argument);
    }

    struct nvme_admin_cmd *command = argument;
    FILE *file = fopen(getenv("NVME_ADMIN_DATA"), "rb");
    if (!file)
        return -1;
    size_t length = fread((void *)(uintptr_t)command->addr, 1, command->data_len, file);
    fclose(file);
    return length == command->data_len ? 0 : -1;
}
