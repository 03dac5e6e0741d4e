using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Commands;

/// <summary>Folders that the tool makes for a while: what is empty of them at the end is removed.</summary>
internal sealed class MadeFolders : IDisposable
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Stack<string> _made = new();

    /// <summary>Makes a folder and those above it that are not there, for their owner only.</summary>
    /// <param name="folder">A full path.</param>
    public void Make(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (Path.GetDirectoryName(folder) is { } above)
            Make(above);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, OwnersOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCode.File, $"The folder {folder} cannot be made: {e.Message}", e);
        }

        _made.Push(folder);
    }

    public void Dispose()
    {
        foreach (var folder in _made)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return; // Somebody put something into it.
            }
        }
    }
}
