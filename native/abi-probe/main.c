/*
 * The other side's view of the structures that we lay out by hand: prints sizes, offsets, ioctl numbers and constants from <linux/vfio.h>
 * and from libnvme's <nvme/types.h>, for the tests to compare with the C# side. Reserved fields are left out.
 *
 * cd native/abi-probe && gcc -Wall -Wextra -Werror -o abi_probe main.c nvme_structures.c nvme_numbers.c status_text.c vfio.c -lnvme
 * (needs gcc, libc6-dev, linux-libc-dev and libnvme-dev)
 */
#include "probe.h"

int main(void)
{
    print_nvme_structures();
    print_nvme_numbers();
    print_status_text();
    print_vfio();
    return 0;
}
