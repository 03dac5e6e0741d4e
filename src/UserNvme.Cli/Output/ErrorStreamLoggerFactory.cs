using Microsoft.Extensions.Logging;

namespace UserNvme.Cli.Output;

/// <summary>The driver's log as lines on stderr.</summary>
internal sealed class ErrorStreamLoggerFactory(TextWriter error, LogLevel least) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(TextWriter.Synchronized(error), least);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The tool's log goes to stderr only.");

    public void Dispose()
    {
    }

    private sealed class LineLogger(TextWriter error, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var line = $"usernvme: {Word(logLevel)}: {formatter(state, exception)}";
            error.WriteLine(exception is null ? line : $"{line} ({exception.Message})");
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
