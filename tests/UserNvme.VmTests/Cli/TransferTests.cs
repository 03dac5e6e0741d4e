using System.Security.Cryptography;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Cli;

/// <summary>`usernvme write` and `read` on a controller whose MDTS is 128 KiB.</summary>
public class TransferTests
{
    [Fact]
    public void A_file_longer_than_MDTS_is_written_and_read_back_and_the_kernel_sees_it_too()
    {
        const int Blocks = 6145;
        var (source, copy) = (Path.GetTempFileName(), Path.GetTempFileName());
        var data = RandomNumberGenerator.GetBytes(Blocks * 512);
        File.WriteAllBytes(source, data);
        ProcessResult.Of("wipefs", "-a", KernelDisk.PathOf(GuestController.Many)).Succeeded();
        string[] range = ["-n", "1", "-s", "4097", "-c", $"{Blocks - 1}", "-z", $"{data.Length}"];

        using (Loan.Of(GuestController.Many))
        {
            Tool.Run(["write", GuestController.Many.Address, .. range, "-d", source]).Succeeded();
            Tool.Run(["read", GuestController.Many.Address, .. range, "-d", copy]).Succeeded();
        }

        using var disk = KernelDisk.Open(GuestController.Many);
        var seenByKernel = new byte[data.Length];
        disk.Read(seenByKernel, 4097 * 512);
        Assert.Equal(SHA256.HashData(data), SHA256.HashData(File.ReadAllBytes(copy)));
        Assert.Equal(SHA256.HashData(data), SHA256.HashData(seenByKernel));
    }
}
