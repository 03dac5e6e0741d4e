using Tmds.Linux;
using UserNvme.Block;
using UserNvme.Cli.Frame;
using UserNvme.Spec;

namespace UserNvme.Tests.Processes;

/// <summary>A client that is killed in mid-load, or stops for a while.</summary>
[Collection(nameof(Alone))]
public class DyingClientTests(ITestOutputHelper output)
{
    private const int WarmUp = 5;
    private const int Kills = 100;

    [Fact]
    public async Task After_100_clients_killed_in_mid_load_the_server_has_open_and_mapped_what_it_had_and_serves_the_next()
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        var written = new byte[1 << 20];
        new Random(1).NextBytes(written);
        await using (var driver = await folder.OpenAsync())
            await NvmeBlockDevice.Open(driver, new NamespaceId(1)).WriteAsync(written, 0);
        await KillClientsAsync(folder, WarmUp);
        await Task.Delay(1000);
        var before = ProcessUse.Of(server.Id);

        await KillClientsAsync(folder, Kills);

        await ProcessUse.AssertReturnedAsync(server.Id, before);
        await using (var driver = await folder.OpenAsync())
        {
            var read = new byte[written.Length];
            await NvmeBlockDevice.Open(driver, new NamespaceId(1)).ReadAsync(read, 0);
            Assert.Equal(written, read);
        }

        output.WriteLine($"{Kills} clients killed; server {before} -> {ProcessUse.Of(server.Id)}");
        server.Signal(LibC.SIGTERM);
        Assert.Equal(0, (await server.EndAsync()).ExitCode);
    }

    private static async Task KillClientsAsync(ServedFolder folder, int kills)
    {
        for (var i = 0; i < kills; i++)
        {
            using var client = ToolProcess.Load(folder.Path);
            await client.UntilUnderLoadAsync();
            await client.KillAsync();
        }
    }

    [Fact]
    public async Task A_client_that_stands_still_for_a_while_goes_on_where_it_was()
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        using var client = ToolProcess.Load(folder.Path);
        await client.UntilUnderLoadAsync();

        client.Signal(LibC.SIGSTOP);
        await Task.Delay(1500);
        client.Signal(LibC.SIGCONT);
        var worked = ProcessUse.Worked(client.Id, "perf core");
        for (var i = 0; i < 1000 && ProcessUse.Worked(client.Id, "perf core") < worked + 20; i++) await Task.Delay(5);
        client.Signal(LibC.SIGINT);
        var (code, _, error) = await client.EndAsync();

        Assert.True(code is 0 or (int)ExitCode.Interrupted, $"{code}: {error}");
    }
}
