using System.Net.Sockets;
using System.Security.Cryptography;
using UserNvme.Interop;

namespace UserNvme.Emulation.Hosts;

/// <summary>The UNIX socket of a served controller: only the user whose process this is can connect.</summary>
internal static class ServedSocket
{
    /// <summary>Listens at a path. Whoever sees the socket there can connect to it.</summary>
    /// <exception cref="NvmeSetupException">The socket cannot be made, or another server listens there.</exception>
    public static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var end = new UnixDomainSocketEndPoint(path);
            if (File.Exists(path) && IsDead(end, path))
                File.Delete(path);
            // Under its own name it would be seen before it has its mode and listens.
            var hidden = Path.Combine(Path.GetDirectoryName(path) ?? "", "~" + RandomNumberGenerator.GetHexString(8, lowercase: true));
            socket.Bind(new UnixDomainSocketEndPoint(hidden));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(hidden, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(1);
            File.Move(hidden, path);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Where it is bound still, the file goes with it.
            socket.Dispose();
            throw new NvmeSetupException(SetupProblem.SystemError, path,
                $"No socket can be made at {path}: {e.Message.TrimEnd('.')}; give a path of at most 98 bytes in a folder that exists, where no other server listens.", e);
        }
    }

    // Only a socket is ever replaced, and only when nobody answers at it.
    private static bool IsDead(UnixDomainSocketEndPoint end, string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(end);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path);
        }
    }

    // A socket is what cannot be opened so; a file that is none refuses connections as well.
    private static bool IsSocket(string path)
    {
        using var file = FileDescriptor.TryOpen(path, out var error);
        return file is null && error == Errno.ENXIO;
    }
}
