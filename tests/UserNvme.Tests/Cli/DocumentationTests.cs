using System.CommandLine;
using UserNvme.Cli.Commands;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

/// <summary>docs/cli.md tells what the tool does.</summary>
public class DocumentationTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "cli.md"));

    private static readonly ToolContext s_tool = new(new ToolConsole
    {
        Output = TextWriter.Null,
        Error = TextWriter.Null,
        OpenOutput = () => Stream.Null,
        OpenInput = () => Stream.Null,
    });

    public static TheoryData<string> VerbNames => [.. Verbs.Create(s_tool).Select(verb => verb.Name)];

    [Fact]
    public void Every_exit_code_stands_in_the_table()
    {
        foreach (var (code, meaning) in ExitCodeTable.Rows)
            Assert.Contains($"\n| {(int)code} | {meaning} |", s_page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void Every_verb_and_every_option_of_it_is_described(string name)
    {
        var verb = Verbs.Create(s_tool).Single(verb => verb.Name == name);

        Assert.Contains($"`{name}", s_page, StringComparison.Ordinal);
        foreach (var option in verb.Options)
            Assert.Contains($"`{option.Name}", s_page, StringComparison.Ordinal);
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "UserNvme.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
