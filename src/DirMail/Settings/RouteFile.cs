using System.Collections.Immutable;
using System.Globalization;
using DirMail.Routing;

namespace DirMail.Settings;

/// <summary>The section "routes".</summary>
internal static class RouteFile
{
    public static Routes Read(SettingsReader reader)
    {
        var routes = ImmutableArray.CreateBuilder<Route>();
        foreach ((string pattern, string target) in reader.Map("routes"))
            if (TryTarget(target, out string host, out int port))
                routes.Add(new(pattern.ToLowerInvariant(), "smtp", host, port));
            else
                reader.Refuse($"routes.{pattern}", "a host and port, e.g. 127.0.0.1:2526 or relay.example:25");
        return new(routes.ToImmutable());
    }

    private static bool TryTarget(string target, out string host, out int port)
    {
        int colon = target.LastIndexOf(':');
        host = colon > 0 ? target[..colon].Trim('[', ']') : "";
        return int.TryParse(target.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && host.Length > 0 && port is > 0 and < 65536;
    }
}
