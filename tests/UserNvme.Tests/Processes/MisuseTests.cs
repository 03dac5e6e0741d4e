using Tmds.Linux;
using UserNvme.Controllers;
using UserNvme.Spec;

namespace UserNvme.Tests.Processes;

/// <summary>The judge of the suite over vfio-user has to be able to fail.</summary>
[Collection(nameof(Alone))]
public class MisuseTests
{
    [Fact]
    public async Task A_server_says_at_its_end_what_a_client_did_wrong()
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        await using (var driver = await folder.OpenAsync(new NvmeControllerOptions { IoQueueEntries = 16 }))
        {
            driver.Transport.GetDoorbell(0x1008).Write(60_000);
            // The server looks at all doorbells for each of these, and at this one before the queue is deleted.
            for (var i = 0; i < 2; i++) await driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Controller), new byte[4096]);
        }

        server.Signal(LibC.SIGTERM);
        var (code, _, error) = await server.EndAsync();

        Assert.Equal(0, code);
        Assert.Contains("did something wrong", error, StringComparison.Ordinal);
    }
}
