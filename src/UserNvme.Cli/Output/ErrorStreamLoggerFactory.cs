using Microsoft.Extensions.Logging;

namespace UserNvme.Cli.Output;

/// <summary>
/// The driver's log as lines on stderr. Warnings are held back until it is known how the verb ends: where it fails, its one sentence is all
/// that is said.
/// </summary>
internal sealed class ErrorStreamLoggerFactory(TextWriter error) : ILoggerFactory
{
    private readonly Lock _lock = new();
    private readonly List<string> _held = [];

    /// <summary>Everything, at once, instead of warnings at the end.</summary>
    public bool IsVerbose { get; set; }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The tool's log goes to stderr only.");

    /// <summary>Writes what was held back.</summary>
    public void Release()
    {
        lock (_lock)
        {
            foreach (var line in _held)
                error.WriteLine(line);
            _held.Clear();
        }
    }

    public void Dispose()
    {
    }

    private void Write(string line)
    {
        lock (_lock)
        {
            if (IsVerbose)
                error.WriteLine(line);
            else
                _held.Add(line);
        }
    }

    private sealed class LineLogger(ErrorStreamLoggerFactory factory) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= (factory.IsVerbose ? LogLevel.Trace : LogLevel.Warning) && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var line = $"usernvme: {Word(logLevel)}: {formatter(state, exception)}";
            factory.Write(exception is null ? line : $"{line} ({exception.Message})");
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Warning => "warning",
            LogLevel.Error or LogLevel.Critical => "error",
            LogLevel.Information => "info",
            _ => "debug",
        };
    }
}
