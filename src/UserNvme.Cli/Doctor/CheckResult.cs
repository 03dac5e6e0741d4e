namespace UserNvme.Cli.Doctor;

/// <summary>One line of the doctor's report.</summary>
/// <param name="Name">What was looked at, in one or two words.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Advice">What to do; empty where nothing is to be done.</param>
internal sealed record CheckResult(string Name, CheckOutcome Outcome, string Finding, string Advice = "")
{
    public static CheckResult Passed(string name, string finding) => new(name, CheckOutcome.Passed, finding);

    public static CheckResult Failed(string name, string finding, string advice) => new(name, CheckOutcome.Failed, finding, advice);

    public static CheckResult Note(string name, string finding, string advice = "") => new(name, CheckOutcome.Note, finding, advice);
}
