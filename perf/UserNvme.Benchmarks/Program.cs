// Runs the benchmarks that the command line selects: dotnet run -c Release -- --filter '*'
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
