using UserNvme.Pci;

namespace UserNvme.VmTests.Guest;

/// <summary>Controllers that are bound to vfio-pci until this is disposed; then the kernel's driver has them again.</summary>
public sealed class BoundControllers : IDisposable
{
    private readonly List<PciAddress> _bound = [];

    public BoundControllers(params GuestController[] controllers)
    {
        var addresses = controllers.Select(c => PciAddress.Parse(c.Address)).ToList();
        try
        {
            foreach (var address in addresses)
            {
                PciBinding.Bind(address, new PciBindOptions { Together = addresses });
                _bound.Add(address);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var address in _bound)
            PciBinding.Unbind(address, new PciBindOptions { Together = _bound });
    }
}
