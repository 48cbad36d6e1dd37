using System.Collections.Immutable;
using System.Globalization;
using DirMail.Routing;

namespace DirMail.Settings;

/// <summary>
/// The map "routes": "destination", or "domain here > destination", to "host:port" or "mx" and what else is said of the way: "tls" or "smtps", and "login=NAME password=FILE".
/// </summary>
internal static class RouteFile
{
    private const string Accepts = "a host and port, e.g. 127.0.0.1:2526 or relay.example:25, or mx; after a host and port tls or smtps, login=NAME and password=FILE (both or neither)";

    public static Routes Read(SettingsReader reader, string folder)
    {
        var routes = ImmutableArray.CreateBuilder<Route>();
        foreach ((string name, string text) in reader.Map("routes"))
        {
            if (Parse(name.ToLowerInvariant(), text, folder) is not { } route)
                // whoever wrote a password into the value shall not find it in a log
                reader.Refuse($"routes.{name}", Accepts, text.Contains("password", StringComparison.OrdinalIgnoreCase) ? text.Split(' ')[0] + " ..." : text);
            else if (route.Login is { } login && Problem(login.PasswordFile) is { } problem)
                reader.Refuse($"routes.{name}", $"after password= a file whose first line is the password ({problem})", text.Split(' ')[0] + " ...");
            else
                routes.Add(route);
        }
        return new(routes.ToImmutable());
    }

    private static Route? Parse(string name, string text, string folder)
    {
        string[] parties = name.Split('>', StringSplitOptions.TrimEntries);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parties.Length > 2 || parties.Any(static party => party.Length == 0) || words.Length == 0)
            return null;
        var route = new Route(parties[^1], "smtp", "", 0) { Sender = parties.Length == 2 ? parties[0] : null };
        if (words is ["mx"])
            return route;
        if (!TryTarget(words[0], out string host, out int port))
            return null;
        string? login = null, password = null;
        bool tls = false, isFirst = false;
        foreach (string word in words.Skip(1))
            if (word is "tls" or "smtps")
                (tls, isFirst) = (true, word == "smtps");
            else if (word.StartsWith("login=", StringComparison.Ordinal) && word.Length > "login=".Length)
                login = word["login=".Length..];
            else if (word.StartsWith("password=", StringComparison.Ordinal) && word.Length > "password=".Length)
                password = Path.GetFullPath(word["password=".Length..], folder);
            else
                return null;
        if (login is null != password is null)
            return null;
        return route with { Host = host, Port = port, RequiresTls = tls, IsTlsFirst = isFirst, Login = login is null ? null : new(login, password!) };
    }

    /// <summary>Null: it can be read, and has a line.</summary>
    private static string? Problem(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault() is { Length: > 0 } ? null : "its first line is empty";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "it cannot be read";
        }
    }

    private static bool TryTarget(string target, out string host, out int port)
    {
        int colon = target.LastIndexOf(':');
        host = colon > 0 ? target[..colon].Trim('[', ']') : "";
        return int.TryParse(target.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && host.Length > 0 && port is > 0 and < 65536;
    }
}
