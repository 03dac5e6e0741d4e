using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace UserNvme.Hosting;

/// <summary>Finds settings in the configuration that nothing reads: a misspelled one would silently leave a default in force.</summary>
internal sealed class UnknownSettingsValidator(IConfiguration section) : IValidateOptions<UserNvmeOptions>
{
    private static readonly string[] s_known =
    [
        nameof(UserNvmeControllerOptions.Address), nameof(UserNvmeControllerOptions.Namespaces), nameof(UserNvmeControllerOptions.Cores),
        nameof(UserNvmeControllerOptions.CommandTimeout), nameof(UserNvmeControllerOptions.Completion), nameof(UserNvmeControllerOptions.Idle),
        nameof(UserNvmeControllerOptions.IoQueueEntries), nameof(UserNvmeControllerOptions.AdminQueueEntries),
        nameof(UserNvmeControllerOptions.ExtraQueuePairs), nameof(UserNvmeControllerOptions.MaxTransferBytes),
        nameof(UserNvmeControllerOptions.ShadowDoorbells),
    ];

    public ValidateOptionsResult Validate(string? name, UserNvmeOptions options)
    {
        var problems = Unknown(section, [nameof(UserNvmeOptions.Controllers)])
            .Concat(section.GetSection(nameof(UserNvmeOptions.Controllers)).GetChildren().SelectMany(c => Unknown(c, s_known)))
            .ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Unknown(IConfiguration parent, string[] known) =>
        from child in parent.GetChildren()
        where !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
        select $"The setting {child.Path} is unknown: there {(known.Length == 1 ? "is" : "are")} {string.Join(", ", known)}.";
}
