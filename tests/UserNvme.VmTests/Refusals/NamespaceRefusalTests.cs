using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Refusals;

/// <summary>Namespaces that must not be read and written as if they were plain blocks, and data that must not be lost by mistake.</summary>
public class NamespaceRefusalTests
{
    [Theory]
    [InlineData("2", Refusal.Unsupported, "protection information")]
    [InlineData("3", Refusal.Unsupported, "command set")]
    [InlineData("5", Refusal.Unsupported, "metadata")]
    [InlineData("4", Refusal.NoSuchDevice, "not active")]
    [InlineData("9", Refusal.NoSuchDevice, "not active")]
    public void A_namespace_that_is_not_plain_blocks_is_refused_for_reads(string id, int exitCode, string reason)
    {
        using var loan = Loan.Of(GuestController.Many);

        var result = Tool.Run("read", GuestController.Many.Address, "-n", id, "-c", "0", "-d", "/dev/null");

        Refusal.Assert(exitCode, result, GuestController.Many.Address, reason);
    }

    [Fact]
    public void A_namespace_with_a_file_system_is_not_overwritten_unless_told_to()
    {
        ProcessResult.Of("mkfs.ext4", "-q", "-F", KernelDisk.PathOf(GuestController.Many)).Succeeded();
        using (Loan.Of(GuestController.Many))
        {
            string[] write = ["write", GuestController.Many.Address, "-n", "1", "-s", "64", "-c", "0", "-d", DataFile(512)];

            var refused = Tool.Run(write);
            var told = Tool.Run([.. write, "--destroy-data"]);

            Refusal.Assert(Refusal.WouldDestroyData, refused, GuestController.Many.Address, "ext4", "--destroy-data");
            told.Succeeded();
        }
        ProcessResult.Of("wipefs", "-a", KernelDisk.PathOf(GuestController.Many)).Succeeded();
    }

    [Theory]
    [InlineData("-s", "131072", "-c", "0")]
    [InlineData("-s", "131071", "-c", "1")]
    [InlineData("-s", "0", "-c", "0", "-z", "511")]
    public void A_range_that_the_namespace_does_not_have_is_refused(params string[] range)
    {
        using var loan = Loan.Of(GuestController.Many);

        var result = Tool.Run(["read", GuestController.Many.Address, "-n", "1", "-d", "/dev/null", .. range]);

        Refusal.Assert(Refusal.Usage, result);
    }

    private static string DataFile(int bytes)
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, new byte[bytes]);
        return path;
    }
}
