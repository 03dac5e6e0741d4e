using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Identify;

/// <summary>What `usernvme` shows of a controller is what nvme-cli shows through the kernel's driver.</summary>
public class IdentifyTests
{
    [Fact]
    public void The_comparison_sees_values_types_and_missing_fields() => Assert.Equal(
        [".a: expected 1, found 2", ".b: expected 1, found \"1\"", ".c[1]: expected 2, found nothing", ".d: expected nothing, found 0"],
        JsonDifferences.Between("""{ "a": 1, "b": 1, "c": [1, 2] }""", """{ "c": [1], "b": "1", "a": 2, "d": 0 }"""));

    [Theory]
    [InlineData("DATA512", 1)]
    [InlineData("DATA4096", 1)]
    [InlineData("MANY", 3)]
    public void Identify_equals_nvme_clis_in_every_field(string serial, int namespaces)
    {
        var controller = GuestController.Find(serial);
        KernelDisk.PathOf(controller);
        var expectedController = NvmeCli(controller, "id-ctrl");
        var expectedNamespaces = Enumerable.Range(1, namespaces).Select(id => NvmeCli(controller, "id-ns", "-n", $"{id}")).ToList();

        using var loan = Loan.Of(controller);
        var foundController = Tool.Run("id-ctrl", controller.Address, "--output-format", "json").Succeeded().Output;
        var foundNamespaces = Enumerable.Range(1, namespaces).Select(id => Tool.Run("id-ns", controller.Address, "-n", $"{id}", "--output-format", "json").Succeeded().Output).ToList();

        Assert.Empty(JsonDifferences.Between(expectedController, foundController));
        Assert.All(expectedNamespaces.Zip(foundNamespaces), pair => Assert.Empty(JsonDifferences.Between(pair.First, pair.Second)));
    }

    private static string NvmeCli(GuestController controller, string verb, params string[] arguments) =>
        ProcessResult.Of("nvme", [verb, $"/dev/{controller.KernelName}", .. arguments, "-o", "json"]).Succeeded().Output;
}
