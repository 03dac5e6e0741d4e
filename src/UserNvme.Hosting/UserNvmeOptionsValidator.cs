using Microsoft.Extensions.Options;
using UserNvme.Pci;
using UserNvme.Spec;

namespace UserNvme.Hosting;

/// <summary>Finds what is wrong with the options before anything is opened: one sentence for each thing.</summary>
internal sealed class UserNvmeOptionsValidator : IValidateOptions<UserNvmeOptions>
{
    public ValidateOptionsResult Validate(string? name, UserNvmeOptions options)
    {
        if (options.Controllers.Count == 0)
            return ValidateOptionsResult.Fail($"No controller is configured: name one under {UserNvmeOptions.SectionName}:Controllers, with its Address.");
        var problems = options.Controllers.SelectMany(c => Problems(c.Key, c.Value)).Concat(SharedAddresses(options)).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(string name, UserNvmeControllerOptions options)
    {
        var what = $"Controller '{name}' of the configuration";
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
            yield return $"{what} needs another name: one without '/', which separates the namespace from the name.";
        if (string.IsNullOrWhiteSpace(options.Address))
            yield return $"{what} has no Address: give a PCI address such as 0000:01:00.0, or emulated: for a controller in software.";
        foreach (var problem in options.ToControllerOptions().Problems())
            yield return $"{what}: {problem}";
        foreach (var core in options.Cores?.Where(c => c < 0) ?? [])
            yield return $"{what}: core {core} in Cores is no CPU, they count from 0.";
        foreach (var core in Repeated(options.Cores))
            yield return $"{what}: core {core} is in Cores more than once.";
        foreach (var id in Repeated(options.Namespaces))
            yield return $"{what}: namespace {id} is in Namespaces more than once.";
        if (options.Namespaces?.Any(n => n == NamespaceId.None.Value || n == NamespaceId.All.Value) == true)
            yield return $"{what}: identifiers in Namespaces go from 1 to 4294967294.";
    }

    // Two drivers of one controller would destroy each other's queues; an emulated controller is a new one each time.
    private static IEnumerable<string> SharedAddresses(UserNvmeOptions options) =>
        from controller in options.Controllers
        where PciAddress.TryParse(controller.Value.Address, out _)
        group controller.Key by PciAddress.Parse(controller.Value.Address) into sharing
        where sharing.Count() > 1
        select $"Controllers {string.Join(", ", sharing.Select(n => $"'{n}'"))} of the configuration have the same Address, {sharing.Key}: a controller can be opened once.";

    private static IEnumerable<T> Repeated<T>(IEnumerable<T>? values) =>
        (values ?? []).GroupBy(v => v).Where(g => g.Count() > 1).Select(g => g.Key);
}
