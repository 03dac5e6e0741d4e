// Runs the benchmarks that the command line selects: dotnet run --project perf/UserNvme.Benchmarks -c Release -- --filter '*'
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// Short runs in this process: a few seconds each, nothing generated and built beside the repository.
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .HideColumns(Column.Gen0, Column.RatioSD, Column.Job);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
