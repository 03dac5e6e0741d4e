using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UserNvme.Controllers;
using UserNvme.Hosting;

namespace UserNvme.Tests.Hosting;

public sealed class ConfigurationTests
{
    [Fact]
    public void Every_setting_comes_from_the_configuration()
    {
        var options = Read(
            ("data:Address", "0000:01:00.0"), ("data:Namespaces:0", "2"), ("data:Cores:0", "3"), ("data:Cores:1", "5"),
            ("data:CommandTimeout", "00:00:10"), ("data:Completion", "Inline"), ("data:Idle", "Poll"), ("data:IoQueueEntries", "128"),
            ("data:AdminQueueEntries", "16"), ("data:ExtraQueuePairs", "4"), ("data:MaxTransferBytes", "131072"),
            ("data:ShadowDoorbells", "false"));

        var data = Assert.Single(options.Controllers).Value;
        var opened = data.ToControllerOptions();

        Assert.Equal("0000:01:00.0", data.Address);
        Assert.Equal([2u], data.Namespaces);
        Assert.Equal([3, 5], opened.Cores);
        Assert.Equal(TimeSpan.FromSeconds(10), opened.CommandTimeout);
        Assert.Equal(CompletionMode.Inline, opened.Completion);
        Assert.Equal(IdlePolicy.Poll, opened.Idle);
        Assert.Equal((128, 16, 4, 131072), (opened.IoQueueEntries, opened.AdminQueueEntries, opened.ExtraQueuePairs, opened.MaxTransferBytes));
        Assert.False(opened.ShadowDoorbells);
    }

    [Fact]
    public void What_is_not_configured_has_the_defaults_of_the_driver()
    {
        var defaults = new NvmeControllerOptions();

        var opened = Read(("data:Address", "emulated:")).Controllers["DATA"].ToControllerOptions();

        Assert.Equal(
            (defaults.Cores, defaults.CommandTimeout, defaults.Completion, defaults.Idle, defaults.IoQueueEntries, defaults.AdminQueueEntries, defaults.ExtraQueuePairs, defaults.MaxTransferBytes, defaults.ShadowDoorbells),
            (opened.Cores, opened.CommandTimeout, opened.Completion, opened.Idle, opened.IoQueueEntries, opened.AdminQueueEntries, opened.ExtraQueuePairs, opened.MaxTransferBytes, opened.ShadowDoorbells));
    }

    [Theory]
    [InlineData("No controller is configured: name one under UserNvme:Controllers, with its Address.")]
    [InlineData("Controller 'data' of the configuration has no Address: give a PCI address such as 0000:01:00.0, or emulated: for a controller in software.", "data:IoQueueEntries=64")]
    [InlineData("Controller 'a/1' of the configuration needs another name: one without '/', which separates the namespace from the name.", "a/1:Address=emulated:")]
    [InlineData("Controller 'data' of the configuration: CommandTimeout is 00:00:00: it can be 10 ms to 1 hour.", "data:Address=emulated:", "data:CommandTimeout=0")]
    [InlineData("Controller 'data' of the configuration: AdminQueueEntries is 1: it can be 2 to 4096.", "data:Address=emulated:", "data:AdminQueueEntries=1")]
    [InlineData("Controller 'data' of the configuration: IoQueueEntries is 65537: it can be 2 to 65536.", "data:Address=emulated:", "data:IoQueueEntries=65537")]
    [InlineData("Controller 'data' of the configuration: core -1 in Cores is no CPU, they count from 0.", "data:Address=emulated:", "data:Cores:0=-1")]
    [InlineData("Controller 'data' of the configuration: core 1 is in Cores more than once.", "data:Address=emulated:", "data:Cores:0=1", "data:Cores:1=1")]
    [InlineData("Controller 'data' of the configuration: namespace 1 is in Namespaces more than once.", "data:Address=emulated:", "data:Namespaces:0=1", "data:Namespaces:1=1")]
    [InlineData("Controller 'data' of the configuration: identifiers in Namespaces go from 1 to 4294967294.", "data:Address=emulated:", "data:Namespaces:0=0")]
    [InlineData("Controllers 'a', 'b' of the configuration have the same Address, 0000:01:00.0: a controller can be opened once.", "a:Address=0000:01:00.0", "b:Address=01:00.0")]
    [InlineData("The setting UserNvme:Controllers:data:CommandTimout is unknown: there are Address, Namespaces, Cores, CommandTimeout, Completion, Idle, IoQueueEntries, AdminQueueEntries, ExtraQueuePairs, MaxTransferBytes, ShadowDoorbells.", "data:Address=emulated:", "data:CommandTimout=00:00:10")]
    public async Task A_wrong_setting_fails_the_start_with_one_sentence(string sentence, params string[] settings)
    {
        using var host = Build([.. settings.Select(s => (s.Split('=')[0], s.Split('=')[1]))]);

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal([sentence], error.Failures);
    }

    [Fact]
    public void Every_setting_that_can_be_bound_is_known_to_the_validation()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(
            typeof(UserNvmeControllerOptions).GetProperties().Select(p => KeyValuePair.Create("Controllers:data:" + p.Name, (string?)""))).Build();

        var result = new UnknownSettingsValidator(section).Validate(null, new UserNvmeOptions());

        Assert.True(result.Succeeded);
    }

    [Theory]
    [InlineData("CommandTimeout", "soon")]
    [InlineData("Completion", "Sometimes")]
    [InlineData("Idle", "Sometimes")]
    [InlineData("Cores:0", "all")]
    public async Task A_setting_that_cannot_be_read_fails_the_start_and_is_named(string key, string value)
    {
        using var host = Build(("data:Address", "emulated:"), ("data:" + key, value));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    private static UserNvmeOptions Read(params (string Key, string Value)[] settings)
    {
        using var host = Build(settings);
        return host.Services.GetRequiredService<IOptions<UserNvmeOptions>>().Value;
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create("UserNvme:Controllers:" + s.Key, (string?)s.Value)));
        builder.AddUserNvme();
        return builder.Build();
    }
}
