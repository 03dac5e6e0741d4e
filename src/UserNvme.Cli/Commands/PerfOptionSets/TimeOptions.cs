using System.CommandLine;
using System.Globalization;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;
using UserNvme.Cli.Perf.Steady;

namespace UserNvme.Cli.Commands.PerfOptionSets;

/// <summary>`perf`: how long it runs.</summary>
internal sealed class TimeOptions
{
    private const int MaxSeconds = 7 * 24 * 3600;
    private const int DefaultWindow = 30;

    private readonly Option<int> _seconds = CommonSymbols.Number("--time", "-t",
        "Seconds to measure.", 1, MaxSeconds, PerfSettings.DefaultSeconds);

    private readonly Option<int> _warmUp = CommonSymbols.Number("--warmup-time", "-a",
        "Seconds under load before the measurement starts.", 0, MaxSeconds, PerfSettings.DefaultWarmUpSeconds);

    private readonly Option<IoLimit> _limit = new("--number-ios", "-d")
    {
        Description = "Ends a core's load on a namespace after so many transfers, or so many percent of the namespace (100%), if -t does not end it before.",
        HelpName = "N|N%",
        CustomParser = result => ParseLimit(result.Tokens[^1].Value, result.AddError),
    };

    private readonly Option<SteadyStateRule> _steadyState = new("--steady-state", "--ss")
    {
        Description = "Ends the run as its IOPS are steady: iops:5% (no second of the window is further from the mean), iops_slope:0.3% (their slope per second), or snia (range 20 %, slope 10 % over the window).",
        HelpName = "RULE",
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            var rule = SteadyStateRule.Parse(text);
            if (rule is null)
                result.AddError($"--steady-state is iops:5%, iops_slope:0.3% or snia, not '{text}'");
            return rule;
        },
    };

    private readonly Option<int> _window = CommonSymbols.Number("--ss-dur", null,
        "Seconds of the window that --steady-state looks at.", 2, MaxSeconds, DefaultWindow);

    public OptionGroup Group => new("Duration", [_seconds, _warmUp, _limit, _steadyState, _window]);

    public PerfSettings Fill(ParseResult parse, PerfSettings settings)
    {
        var seconds = parse.GetValue(_seconds);
        var window = parse.GetValue(_window);
        var rule = parse.GetValue(_steadyState);
        if (rule is null && parse.GetResult(_window) is { Implicit: false })
            throw ToolException.Usage("--ss-dur has a meaning with --steady-state only.");
        if (rule is not null && window > seconds)
            throw ToolException.Usage($"--steady-state needs a -t (--time) of at least its window, {window} s (--ss-dur), not {seconds} s.");
        return settings with
        {
            Duration = TimeSpan.FromSeconds(seconds),
            WarmUp = TimeSpan.FromSeconds(parse.GetValue(_warmUp)),
            Limit = parse.GetValue(_limit),
            SteadyState = rule is null ? null : rule with { Window = window },
        };
    }

    private static IoLimit ParseLimit(string text, Action<string> addError)
    {
        var isShare = text.EndsWith('%');
        if (long.TryParse(isShare ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            && number <= (isShare ? 10_000 : long.MaxValue / 2))
            return isShare ? new IoLimit(0, (int)number) : new IoLimit(number, 0);
        addError($"-d (--number-ios) is a whole number from 1 such as 1000000, or a share of the namespace up to 10000% such as 100%, not '{text}'");
        return IoLimit.None;
    }
}
