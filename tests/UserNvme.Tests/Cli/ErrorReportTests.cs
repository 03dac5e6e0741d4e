using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

public class ErrorReportTests
{
    public static TheoryData<SetupProblem> Problems => [.. Enum.GetValues<SetupProblem>()];

    [Fact]
    public void Every_setup_problem_and_every_fate_has_an_exit_code_of_its_own()
    {
        var codes = Enum.GetValues<SetupProblem>().Select(ExitCodeTable.Of).Concat(Enum.GetValues<CommandFate>().Select(ExitCodeTable.Of)).ToArray();

        Assert.Equal(codes.Length, codes.Distinct().Count());
    }

    [Fact]
    public void Every_exit_code_is_documented_once_and_below_100()
    {
        var documented = ExitCodeTable.Rows.Select(row => row.Code).ToArray();

        Assert.Equal(Enum.GetValues<ExitCode>(), documented);
        Assert.All(documented, code => Assert.InRange((int)code, 0, 99));
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void A_setup_problem_is_told_in_its_own_words(SetupProblem problem)
    {
        var (code, sentence) = ErrorReport.Describe(new NvmeSetupException(problem, "0000:01:00.0", "It is broken."));

        Assert.Equal((ExitCodeTable.Of(problem), "It is broken."), (code, sentence));
    }

    [Fact]
    public void Line_breaks_and_parameter_names_do_not_reach_the_user()
    {
        var (code, sentence) = ErrorReport.Describe(new ArgumentOutOfRangeException("offset", 7, "The offset is\nnot aligned"));

        Assert.Equal((ExitCode.Usage, "The offset is not aligned."), (code, sentence));
    }

    [Fact]
    public void A_surprise_is_one_line_without_a_stack_trace_unless_asked_for()
    {
        var error = Assert.Throws<NotImplementedException>(void () => throw new NotImplementedException("Surprise."));
        var quiet = new StringWriter();
        var loud = new StringWriter();

        var code = ErrorReport.Write(error, quiet, debug: false);
        ErrorReport.Write(error, loud, debug: true);

        Assert.Equal((int)ExitCode.Unexpected, code);
        Assert.Single(quiet.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("   at ", loud.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_cause_inside_an_aggregate_is_what_is_told()
    {
        var (code, _) = ErrorReport.Describe(new AggregateException(new NvmeException("Lost.", CommandFate.Unknown)));

        Assert.Equal(ExitCode.FateUnknown, code);
    }
}
