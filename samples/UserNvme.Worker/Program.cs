// A worker service that keeps a disk busy until it is told to stop, and checks what it reads. See docs/how-to/worker-service.md.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UserNvme;
using UserNvme.Worker;

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddUserNvme();
builder.Services.AddOptions<LoadOptions>().BindConfiguration("Worker");
builder.Services.AddHostedService<Load>();
try
{
    using var host = builder.Build();
    await host.RunAsync();
    Console.WriteLine("stopped in order");
    return Environment.ExitCode;
}
catch (Exception e) when (e is NvmeSetupException or OptionsValidationException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
