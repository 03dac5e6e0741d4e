using UserNvme.Interop;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>The peer broke the protocol or left. Inside the library only: whoever talks to the user says which device it was.</summary>
internal sealed class VfioUserProtocolException : IOException
{
    /// <summary>The peer sent what it may not send.</summary>
    /// <param name="what">What is wrong, for the end of a sentence.</param>
    /// <param name="error">The error number that a reply says it with.</param>
    public VfioUserProtocolException(string what, int error = Errno.EINVAL)
        : base(what) => Error = error;

    /// <summary>The error number that a reply says it with.</summary>
    public int Error { get; }
}
