using DirMail.Ldap;
using DirMail.Ldap.Client;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing.Following;

/// <summary>Opens connections to the directory as the settings say.</summary>
internal static class DirectoryConnection
{
    /// <exception cref="LdapException">No connection.</exception>
    public static async Task<LdapClient> OpenAsync(DirectorySettings settings, ILogger logger, CancellationToken cancellationToken)
    {
        if (!LdapServer.TryParse(settings.Url, out LdapServer? server))
            throw new LdapException($"'{settings.Url}' is no ldap:// or ldaps:// URL");
        server = server! with { CaFile = settings.CaFile.Length > 0 ? settings.CaFile : null, Tls = settings.StartTls && server.Tls == LdapTls.None ? LdapTls.StartTls : server.Tls };
        return await LdapClient.ConnectAsync(server, logger, cancellationToken);
    }

    /// <summary>A connection bound as the service account.</summary>
    /// <exception cref="LdapException">No connection, or the bind was refused.</exception>
    public static async Task<LdapClient> OpenBoundAsync(DirectorySettings settings, ILogger logger, CancellationToken cancellationToken)
    {
        string password = await PasswordAsync(settings, cancellationToken);
        LdapClient client = await OpenAsync(settings, logger, cancellationToken);
        try
        {
            LdapResult result = await client.BindAsync(settings.BindDn, password, cancellationToken);
            if (!result.IsSuccess)
                throw new LdapException($"bind as {settings.BindDn} refused: {result.Describe()}");
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Code and the server's own words.</summary>
    public static string Describe(this LdapResult result) => result.Message.Length == 0 ? result.Code.ToString() : $"{result.Code} ({result.Message})";

    private static async Task<string> PasswordAsync(DirectorySettings settings, CancellationToken cancellationToken)
    {
        if (settings.BindPassword.Length > 0 || settings.BindPasswordFile.Length == 0)
            return settings.BindPassword;
        try
        {
            return (await File.ReadAllTextAsync(settings.BindPasswordFile, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LdapException($"the password file cannot be read: {failure.Message}", failure);
        }
    }
}
