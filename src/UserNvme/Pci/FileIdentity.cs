using System.Text;
using Tmds.Linux;

namespace UserNvme.Pci;

/// <summary>
/// Whether two paths lead to the same thing: for device nodes the same device, whatever directory or container the node lies in;
/// for other files the same inode.
/// </summary>
internal static unsafe class FileIdentity
{
    /// <summary>Follows links. False where one of them cannot be reached.</summary>
    public static bool AreSame(string left, string right) => Read(left) is { } identity && identity == Read(right);

    private static (uint Type, ulong Device, ulong Inode)? Read(string path)
    {
        stat status;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            if (LibC.stat(name, &status) != 0)
                return null;
        }

        var type = (uint)(status.st_mode & LibC.S_IFMT);
        return type == (uint)LibC.S_IFCHR || type == (uint)LibC.S_IFBLK
            ? (type, (ulong)status.st_rdev, 0)
            : (type, (ulong)status.st_dev, (ulong)status.st_ino);
    }
}
