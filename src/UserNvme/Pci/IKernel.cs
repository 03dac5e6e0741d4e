using Microsoft.Win32.SafeHandles;

namespace UserNvme.Pci;

/// <summary>What binding does to the machine, apart so that tests can stand in for the kernel. Errors are errno values; 0 is success.</summary>
internal interface IKernel
{
    /// <summary>Writes a sysfs attribute with one write call, which returns when the kernel has done what it asks for.</summary>
    int WriteAttribute(string path, string value);

    /// <summary>
    /// Opens a file for itself alone and leaves it open: a block device with O_EXCL, which no mounted, swapped-on or otherwise
    /// claimed device grants; a VFIO group, which is open once only.
    /// </summary>
    /// <returns>The open file, or null and the error.</returns>
    SafeFileHandle? OpenExclusive(string path, out int error);

    /// <summary>Loads a kernel module and waits for it, for a bounded time.</summary>
    /// <returns>Null where it is loaded; else why not.</returns>
    string? LoadModule(string name);
}
