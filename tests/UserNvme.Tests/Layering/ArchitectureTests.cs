namespace UserNvme.Tests.Layering;

/// <summary>
/// Holds the direction of the arrows (docs/architecture.md): a layer uses what stands beside it here, and the layers below, and nothing else.
/// A layer is a folder of a project, and a folder is a namespace.
/// </summary>
public class ArchitectureTests
{
    // Errors live in the root namespace and name what the specification names: a status, a namespace, a block.
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["UserNvme.Spec"] = [],
        ["UserNvme"] = ["UserNvme.Spec"],
        ["UserNvme.Interop"] = ["UserNvme"],
        ["UserNvme.Memory"] = ["UserNvme", "UserNvme.Interop", "UserNvme.Spec"],
        ["UserNvme.Pci"] = ["UserNvme", "UserNvme.Interop", "UserNvme.Spec"],
        ["UserNvme.Transports"] = ["UserNvme.Memory", "UserNvme.Pci", "UserNvme", "UserNvme.Interop", "UserNvme.Spec"],
        ["UserNvme.Transports.Vfio"] = ["UserNvme.Transports", "UserNvme.Memory", "UserNvme.Pci", "UserNvme", "UserNvme.Interop", "UserNvme.Spec"],
        ["UserNvme.Transports.VfioUser.Protocol"] = ["UserNvme", "UserNvme.Interop"],
        ["UserNvme.Transports.VfioUser"] = ["UserNvme.Transports.VfioUser.Protocol", "UserNvme.Transports", "UserNvme.Memory", "UserNvme.Pci", "UserNvme", "UserNvme.Interop"],
        ["UserNvme.Queues"] = ["UserNvme.Transports", "UserNvme.Memory", "UserNvme.Pci", "UserNvme", "UserNvme.Interop", "UserNvme.Spec"],
        ["UserNvme.Controllers"] = ["UserNvme.Queues", "UserNvme.Transports", "UserNvme.Memory", "UserNvme.Pci", "UserNvme", "UserNvme.Interop", "UserNvme.Spec"],
        ["UserNvme.Block"] = ["UserNvme.Controllers", "UserNvme.Queues", "UserNvme.Transports", "UserNvme.Memory", "UserNvme.Pci", "UserNvme", "UserNvme.Interop", "UserNvme.Spec"],
    };

    [Fact]
    public void A_layer_of_the_driver_uses_only_the_layers_below_it()
    {
        var uses = UsesOf("UserNvme");

        var against = uses.Where(use => !s_mayUse[use.From.Namespace].Contains(use.To.Namespace));

        Assert.Empty(against.Select(use => use.ToString()));
    }

    [Fact]
    public void The_emulated_controller_knows_the_specification_and_the_seam_only()
    {
        string[] allowed = ["UserNvme", "UserNvme.Interop", "UserNvme.Spec", "UserNvme.Memory", "UserNvme.Transports", "UserNvme.Transports.VfioUser.Protocol"];

        var against = UsesOf("UserNvme.Emulation").Where(use => !IsIn(use.To, "UserNvme.Emulation") && !allowed.Contains(use.To.Namespace));

        Assert.Empty(against.Select(use => use.ToString()));
    }

    [Theory]
    [InlineData("UserNvme", new string[0])]
    [InlineData("UserNvme.Emulation", new[] { "UserNvme" })]
    [InlineData("UserNvme.Hosting", new[] { "UserNvme", "UserNvme.Emulation" })]
    [InlineData("UserNvme.Cli", new[] { "UserNvme", "UserNvme.Emulation" })]
    public void An_assembly_references_only_the_assemblies_below_it(string assembly, string[] allowed)
    {
        using var file = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(PathOf(assembly)));
        var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(file);

        var references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name));

        Assert.Empty(references.Where(name => name.StartsWith("UserNvme", StringComparison.Ordinal)).Except(allowed));
    }

    [Fact]
    public void Every_layer_of_the_driver_has_its_place_in_the_order() =>
        Assert.Empty(UsesOf("UserNvme").SelectMany(use => new[] { use.From.Namespace, use.To.Namespace }).Distinct().Except(s_mayUse.Keys));

    // Uses between namespaces of the project; the compiler's helpers have no namespace or the compiler's.
    private static IEnumerable<MemberReference> UsesOf(string assembly) => IlReferences.Of(PathOf(assembly))
        .Where(use => use.From.Namespace != use.To.Namespace && IsIn(use.From, "UserNvme") && IsIn(use.To, "UserNvme"));

    private static bool IsIn(TypeName type, string root) =>
        type.Namespace == root || type.Namespace.StartsWith(root + ".", StringComparison.Ordinal);

    private static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
}
