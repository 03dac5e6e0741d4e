namespace UserNvme.VmTests.Guest;

/// <summary>A controller that the kernel has lent to us: bound by `usernvme bind`, given back by `usernvme unbind`.</summary>
public sealed class Loan : IDisposable
{
    private readonly GuestController[] _controllers;

    private Loan(GuestController[] controllers) => _controllers = controllers;

    public static Loan Of(params GuestController[] controllers)
    {
        Tool.Run(["bind", .. controllers.Select(controller => controller.Address)]).Succeeded();
        Assert.All(controllers, controller => Assert.Equal("vfio-pci", controller.Driver));
        return new Loan(controllers);
    }

    public void Dispose()
    {
        Tool.Run(["unbind", .. _controllers.Select(controller => controller.Address)]).Succeeded();
        Assert.All(_controllers, controller => Assert.Equal("nvme", controller.Driver));
    }
}
