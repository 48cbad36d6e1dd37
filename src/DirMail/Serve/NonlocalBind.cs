namespace DirMail.Serve;

/// <summary>
/// Whether the kernel lets sockets be bound to addresses that are not on this host (Linux, net.ipv4.ip_nonlocal_bind and its like for IPv6). Then bind() is no test of an address:
/// mail would leave from one that is another host's, and its answers would go there.
/// </summary>
internal static class NonlocalBind
{
    private static readonly string[] Switches = ["ipv4", "ipv6"];

    /// <summary>Names of the switches that are on.</summary>
    /// <param name="root">"/proc/sys", another folder only in tests.</param>
    public static IReadOnlyList<string> On(string root = "/proc/sys") =>
        [.. Switches.Where(family => Read(Path.Combine(root, "net", family, "ip_nonlocal_bind")) is "1").Select(family => $"net.{family}.ip_nonlocal_bind")];

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            // another system, or without IPv6
            return null;
        }
    }
}
