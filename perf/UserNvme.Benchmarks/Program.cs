// Runs the benchmarks that the command line selects: dotnet run --project perf/UserNvme.Benchmarks -c Release -- --filter '*'
// "-- doors ADDRESS" puts raw and async doors beside each other on a device.
// "-- idle" (or "-- idle ADDRESS") reports what reactors cost while they have nothing to do, which is no benchmark of operations.
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using UserNvme.Benchmarks;
using UserNvme.Emulation;
using UserNvme.Transports.Vfio;
using UserNvme.Transports.VfioUser;

EmulatedTransport.Register();
VfioTransport.Register();
VfioUserTransport.Register();

if (args is ["idle", ..])
{
    await IdleReport.RunAsync(args.ElementAtOrDefault(1));
    return;
}

if (args is ["doors", var address])
{
    await DoorReport.RunAsync(address);
    return;
}

// Short runs in this process: a few seconds each, nothing generated and built beside the repository.
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .HideColumns(Column.Gen0, Column.RatioSD, Column.Job);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
