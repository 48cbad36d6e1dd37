using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Tree;
using DirMail.Servers.Ldap;
using DirMail.Settings;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Serve;

/// <summary>The embedded directory and its LDAP listener. DirMail itself reads it through that listener, with the client that also talks to OpenLDAP.</summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly EmbeddedDirectory _directory;
    private readonly LdapListener _listener;

    private EmbeddedServer(EmbeddedDirectory directory, LdapListener listener) => (_directory, _listener) = (directory, listener);

    /// <summary>What a first start made up: to be shown to the person once. Null when nothing was made.</summary>
    public FirstPasswords? Made { get; private set; }

    /// <param name="exampleFile">Fill an empty tree from this LDIF file; null: make an empty hosting tree with random passwords.</param>
    /// <param name="certificates">For StartTLS.</param>
    /// <exception cref="ListenException">The port is taken.</exception>
    /// <exception cref="IOException">The directory's files, or the LDIF, cannot be used; the message names file, line and reason.</exception>
    public static async Task<EmbeddedServer> StartAsync(ServerFile settings, string? exampleFile, ICertificates certificates, ILogger logger, CancellationToken cancellationToken)
    {
        EmbeddedDirectory directory = await EmbeddedDirectory.OpenAsync(Path.Combine(settings.DataFolder, "directory"), TimeProvider.System, logger, cancellationToken);
        try
        {
            FirstPasswords? made = directory.IsNew ? await FillAsync(directory, settings, exampleFile, cancellationToken) : null;
            var listener = new LdapListener(directory.Tree, new() { PlainLogin = settings.Servers.PlainLogin }, certificates, logger);
            await ListenAsync(listener, settings.EmbeddedDirectory!, cancellationToken);
            return new(directory, listener) { Made = made };
        }
        catch
        {
            await directory.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DrainAsync(TimeSpan.Zero);
        await _listener.DisposeAsync();
        await _directory.DisposeAsync();
    }

    private static async Task ListenAsync(LdapListener listener, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            await listener.AddAsync(endpoint, cancellationToken);
        }
        catch (ListenException failure)
        {
            await listener.DisposeAsync();
            throw new ListenException($"embedded directory: {failure.Message} (setting embeddedDirectory.listen)", failure);
        }
    }

    private static async Task<FirstPasswords?> FillAsync(EmbeddedDirectory directory, ServerFile settings, string? exampleFile, CancellationToken cancellationToken)
    {
        var secrets = new Secrets(settings.DataFolder);
        // the example's passwords stand in its file: they are for trying out
        FirstPasswords passwords = exampleFile is null ? new(Secrets.Make(), Secrets.Make()) : new("dirmail-secret", "siteadmin-secret");
        // kept before the tree is: a crash in between leaves passwords without a tree, and the next start makes both anew
        secrets.Write(Secrets.Service, passwords.Service);
        secrets.Write(Secrets.SiteAdministrator, passwords.SiteAdministrator);
        LoadOutcome outcome = exampleFile is null
            ? await directory.InitialiseAsync(new InitialTree(passwords.Service, passwords.SiteAdministrator) { Root = Dn.Parse(settings.Directory.BaseDn) }, cancellationToken)
            : await directory.InitialiseAsync(exampleFile, cancellationToken);
        return outcome is LoadOutcome.Refused refused ? throw new IOException(refused.ToString()) : exampleFile is null ? passwords : null;
    }
}

/// <summary>Printed once, never logged.</summary>
internal sealed record FirstPasswords(string Service, string SiteAdministrator)
{
    public override string ToString() => "(passwords hidden)";
}
