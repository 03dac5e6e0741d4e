using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Hosting;
using UserNvme.Hosting.Devices;
using UserNvme.Transports.Vfio;
using UserNvme.Transports.VfioUser;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds NVMe controllers to a host. They are opened before the application's services start and shut down, in order, after those have
/// stopped. An <see cref="IBlockDevice"/> has the controller's name as its key, or "name/nsid" where several namespaces are open; it may be
/// injected into constructors and works from the start of the host on. An <see cref="NvmeController"/> has the name as its key and can be
/// resolved once the host starts its services.
/// </summary>
public static class UserNvmeExtensions
{
    /// <summary>Adds the controllers that the section "UserNvme" of the host's configuration names.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="configure">Changes what the configuration says; null for nothing.</param>
    public static TBuilder AddUserNvme<TBuilder>(this TBuilder builder, Action<UserNvmeOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddUserNvme(builder.Configuration.GetSection(UserNvmeOptions.SectionName));
        if (configure is not null) builder.Services.Configure(configure);
        return builder;
    }

    /// <summary>Adds the controllers that a section of a configuration names.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section that holds "Controllers".</param>
    public static IServiceCollection AddUserNvme(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<UserNvmeOptions>().Bind(section);
        services.AddSingleton<IValidateOptions<UserNvmeOptions>>(new UnknownSettingsValidator(section));
        return Add(services);
    }

    /// <summary>Adds controllers by code.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Names the controllers.</param>
    public static IServiceCollection AddUserNvme(this IServiceCollection services, Action<UserNvmeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<UserNvmeOptions>().Configure(configure);
        return Add(services);
    }

    private static IServiceCollection Add(IServiceCollection services)
    {
        if (services.Any(d => d.ServiceType == typeof(ConfiguredControllers))) return services;
        VfioTransport.Register();
        EmulatedTransport.Register();
        VfioUserTransport.Register();
        services.AddOptions<UserNvmeOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<UserNvmeOptions>, UserNvmeOptionsValidator>());
        services.AddSingleton<ConfiguredControllers>();
        services.AddKeyedSingleton<IBlockDevice>(KeyedService.AnyKey, (provider, key) => provider.GetRequiredService<ConfiguredControllers>().Device(key));
        services.AddKeyedSingleton<NvmeController>(KeyedService.AnyKey, (provider, key) => provider.GetRequiredService<ConfiguredControllers>().Controller(key));
        // The host starts services in this order and stops them in the reverse: the controllers are the first to come and the last to go.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, ControllerLifetime>());
        return services;
    }
}
