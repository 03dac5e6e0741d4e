using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UserNvme.Block;
using UserNvme.Controllers;

namespace UserNvme.Tests.Emulated.Hosting;

public sealed class HostedControllerTests
{
    private readonly HostEvents _events = new();

    [Fact]
    public async Task A_service_has_its_device_from_its_start_to_its_stop_although_it_was_registered_first()
    {
        var builder = Builder(("data", _events.Address("data")));
        builder.Services.AddHostedService<BlockUser>();
        builder.AddUserNvme();
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();

        Assert.Equal(["open data", "wrote", "read back", "close data"], _events.All);
    }

    [Fact]
    public async Task Controllers_are_closed_in_the_reverse_order()
    {
        var builder = Builder(("a", _events.Address("a")), ("b", _events.Address("b")), ("c", _events.Address("c")));
        builder.AddUserNvme();
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();

        Assert.Equal(["open a", "open b", "open c", "close c", "close b", "close a"], _events.All);
    }

    [Fact]
    public async Task When_the_second_controller_cannot_be_opened_the_first_is_closed_and_no_service_starts()
    {
        var builder = Builder(("data", _events.Address("data")), ("log", "emulated:?block-size=100"));
        builder.AddUserNvme();
        builder.Services.AddHostedService<BlockUser>();
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<NvmeSetupException>(() => host.StartAsync());

        Assert.StartsWith("Controller 'log' of the configuration cannot be opened: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(["open data", "close data"], _events.All);
    }

    [Fact]
    public async Task When_a_service_fails_to_start_disposing_of_the_host_closes_the_controllers()
    {
        var builder = Builder(("data", _events.Address("data")));
        builder.AddUserNvme();
        builder.Services.AddHostedService<FailingService>();

        using (var host = builder.Build())
            await Assert.ThrowsAsync<NotImplementedException>(() => host.StartAsync());

        Assert.Equal(["open data", "close data"], _events.All);
    }

    [Fact]
    public async Task A_key_of_a_namespace_that_is_not_there_fails_the_start()
    {
        var builder = Builder(("data", _events.Address("data", namespaces: 2)));
        builder.AddUserNvme();
        using var host = builder.Build();
        host.Services.GetRequiredKeyedService<IBlockDevice>("data/3");

        var error = await Assert.ThrowsAsync<NvmeSetupException>(() => host.StartAsync());

        Assert.Equal("There is no block device 'data/3': controller 'data' is open with namespaces 1, 2.", error.Message);
        Assert.Equal(["open data", "close data"], _events.All);
    }

    [Fact]
    public async Task Each_of_several_namespaces_has_a_key_of_its_own_and_the_bare_name_is_refused()
    {
        var builder = Builder(("data", _events.Address("data", namespaces: 2)));
        builder.AddUserNvme();
        using var host = builder.Build();
        await host.StartAsync();

        var second = host.Services.GetRequiredKeyedService<IBlockDevice>("data/2");
        var ambiguous = Assert.Throws<NvmeSetupException>(() => host.Services.GetRequiredKeyedService<IBlockDevice>("data"));

        Assert.Equal(2u, second.Info.NamespaceId.Value);
        Assert.EndsWith("ask for one of 'data/1', 'data/2'.", ambiguous.Message, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task Only_the_namespaces_that_are_configured_are_opened()
    {
        var builder = Builder(("data", _events.Address("data", namespaces: 3)));
        builder.AddUserNvme(o => o.Controllers["data"].Namespaces = [2]);
        using var host = builder.Build();
        await host.StartAsync();

        var device = host.Services.GetRequiredKeyedService<IBlockDevice>("data");

        Assert.Equal(2u, device.Info.NamespaceId.Value);
        Assert.Throws<NvmeSetupException>(() => host.Services.GetRequiredKeyedService<IBlockDevice>("data/1"));
        await host.StopAsync();
    }

    [Fact]
    public async Task The_controller_can_be_resolved_while_the_host_runs_and_not_before()
    {
        var builder = Builder(("data", _events.Address("data")));
        builder.AddUserNvme(o => o.Controllers["data"].IoQueueEntries = 64);
        using var host = builder.Build();

        var early = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<NvmeController>("data"));
        await host.StartAsync();
        var controller = host.Services.GetRequiredKeyedService<NvmeController>("data");

        Assert.StartsWith("Controller 'data' is not open", early.Message, StringComparison.Ordinal);
        Assert.Equal(ControllerState.Live, controller.State);
        await host.StopAsync();
        Assert.Equal(ControllerState.Closed, controller.State);
    }

    [Fact]
    public async Task A_device_says_so_when_it_is_used_before_the_host_starts_and_after_it_stopped()
    {
        var builder = Builder(("data", _events.Address("data")));
        builder.AddUserNvme();
        using var host = builder.Build();
        var device = host.Services.GetRequiredKeyedService<IBlockDevice>("data");

        var early = Assert.Throws<InvalidOperationException>(() => device.Info);
        await host.StartAsync();
        await host.StopAsync();

        Assert.StartsWith("Block device 'data' is not open", early.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await device.ReadAsync(new byte[512], 0));
    }

    [Fact]
    public async Task A_key_that_the_configuration_does_not_have_is_refused_with_those_that_it_has()
    {
        var builder = Builder(("data", _events.Address("data")));
        builder.AddUserNvme();
        using var host = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<IBlockDevice>("dta"));

        Assert.Equal("No controller 'dta' is configured: UserNvme:Controllers has 'data'.", error.Message);
        await host.StartAsync();
        await host.StopAsync();
    }

    private HostApplicationBuilder Builder(params (string Name, string Address)[] controllers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            controllers.Select(c => KeyValuePair.Create($"UserNvme:Controllers:{c.Name}:Address", (string?)c.Address)));
        builder.Services.AddSingleton(_events);
        return builder;
    }

    private sealed class FailingService : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
