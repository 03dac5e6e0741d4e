using UserNvme.Controllers;
using UserNvme.Transports.VfioUser;

namespace UserNvme.Tests.Processes;

/// <summary>A folder for one socket, and the driver on what is served there.</summary>
internal sealed class ServedFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-processes");

    public string Path => _folder.FullName;

    public Task<NvmeController> OpenAsync(NvmeControllerOptions? options = null) =>
        NvmeController.OpenAsync(VfioUserTransport.Open(Path), options).WaitAsync(ToolProcess.Limit);

    public void Dispose() => _folder.Delete(recursive: true);
}
