using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Commands;

/// <summary>The file of `read` and `write`: what goes wrong with it is told in a sentence that names it.</summary>
internal static class DataFile
{
    /// <summary>Opens a file with data.</summary>
    public static Stream Open(string path) =>
        Try("opened", path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));

    /// <summary>Creates or replaces a file.</summary>
    public static Stream Create(string path) =>
        Try("created", path, () => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0));

    /// <summary>Opens or creates a file whose contents are replaced later: until then they stay.</summary>
    public static FileStream OpenForReplacing(string path) =>
        Try("written", path, () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read));

    /// <summary>
    /// Refuses a file that is too short before anything is written; of a pipe that is known only as it ends, and so of what has no
    /// length: devices.
    /// </summary>
    public static void CheckLength(Stream input, string path, long length)
    {
        if (input.CanSeek && input.Length != 0 && input.Length - input.Position < length)
            throw new ToolException(ExitCode.File, $"{Name(path)} has {input.Length - input.Position} bytes, {length} are to be written; nothing was written.");
    }

    /// <summary>Reads the next piece of the input, full.</summary>
    public static async Task ReadAsync(Stream input, string path, Memory<byte> chunk, long done, long length, CancellationToken stop)
    {
        int read;
        try
        {
            read = await input.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCode.File, $"{Name(path)} cannot be read: {e.Message}", e);
        }

        if (read < chunk.Length)
            throw new ToolException(ExitCode.File,
                $"{Name(path)} ends after {done + read} of {length} bytes; " + (done == 0 ? "nothing was written." : $"the first {done} bytes were written."));
    }

    /// <summary>Appends to the output.</summary>
    public static async Task WriteAsync(Stream output, string path, ReadOnlyMemory<byte> chunk, CancellationToken stop)
    {
        try
        {
            await output.WriteAsync(chunk, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCode.File, $"{Name(path)} cannot be written: {e.Message}", e);
        }
    }

    private static FileStream Try(string what, string path, Func<FileStream> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ToolException(ExitCode.File, $"'{path}' cannot be {what}: {e.Message}", e);
        }
    }

    private static string Name(string path) => path == TransferOptions.StandardStream ? "The standard stream" : $"'{path}'";
}
