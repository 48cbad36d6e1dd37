using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Routing.Following;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Routing;

/// <summary>A connection bound as the person who asks. Its writes give null, or why the directory refused.</summary>
internal sealed class DirectorySession : IAsyncDisposable
{
    /// <summary>Entries a page: below every directory's usual limit for one answer.</summary>
    private const int Page = 500;

    private DirectorySession(LdapClient client, DirectorySettings settings, Dn who)
    {
        (Client, Settings, Who) = (client, settings, who);
        Root = Dn.Parse(settings.BaseDn);
    }

    public LdapClient Client { get; }
    public DirectorySettings Settings { get; }
    public AttributeNames Names => Settings.Attributes;
    public Dn Who { get; }
    public Dn Root { get; }

    /// <summary>Binds, does the work, closes. A connection that fails is a refusal too.</summary>
    public static async Task<Administered<T>> RunAsync<T>(DirectorySettings settings, DirectoryLogin login, Func<DirectorySession, Task<Administered<T>>> work, CancellationToken cancellationToken)
    {
        if (!Dn.TryParse(settings.BaseDn, out _))
            return new Refusal($"directory.baseDn is '{settings.BaseDn}': no directory name");
        try
        {
            Dn? who = await LoginName.ResolveAsync(settings, login.Name, cancellationToken);
            if (who is null)
                return new Refusal($"'{login.Name}' is no login: give user@domain, a directory name (uid=...), or a service account's uid");
            LdapClient client = await DirectoryConnection.OpenAsync(settings, NullLogger.Instance, cancellationToken);
            await using var session = new DirectorySession(client, settings, who);
            LdapResult bind = await client.BindAsync(who.Text, login.Password, cancellationToken);
            return bind.IsSuccess ? await work(session) : new Refusal($"{client.Server} refused the login as {who}: {bind.InWords()}");
        }
        catch (LdapException failure)
        {
            return new Refusal($"{settings.Url}: {failure.Message}");
        }
    }

    /// <summary>As the server's own account, for finding names that a person may write to but not search for. Null: there is no password for it here, or it is refused.</summary>
    public static async Task<DirectorySession?> OpenServiceAsync(DirectorySettings settings, CancellationToken cancellationToken)
    {
        if (settings.BindPassword.Length == 0 && settings.BindPasswordFile.Length == 0)
            return null;
        try
        {
            return new(await DirectoryConnection.OpenBoundAsync(settings, NullLogger.Instance, cancellationToken), settings, Dn.Parse(settings.BindDn));
        }
        catch (LdapException)
        {
            return null;
        }
    }

    /// <summary>The entries found; a base that is not there, or not this person's to see, finds nothing.</summary>
    public async Task<Administered<List<LdapEntry>>> SearchAsync(Dn below, LdapScope scope, LdapFilter filter, CancellationToken cancellationToken, params string[] attributes)
    {
        var found = new List<LdapEntry>();
        var search = new LdapSearch(below, scope, filter) { Attributes = attributes, PageSize = scope == LdapScope.Base ? 0 : Page };
        await foreach (LdapSearchItem item in Client.SearchAsync(search, cancellationToken))
            if (item is LdapSearchItem.Found { Entry: var entry })
                found.Add(entry);
            else if (item is LdapSearchItem.Done { Result: { IsSuccess: false, Code: not LdapResultCode.NoSuchObject } result })
                return new Refusal(result.Refused("to search below", below));
        return found;
    }

    /// <summary>Null: not there, or not this person's to see.</summary>
    public async Task<LdapEntry?> ReadAsync(Dn dn, CancellationToken cancellationToken, params string[] attributes) =>
        (await SearchAsync(dn, LdapScope.Base, LdapFilter.Everything, cancellationToken, attributes)).Value?.FirstOrDefault();

    public async Task<string?> AddAsync(Dn dn, IReadOnlyList<LdapAttribute> attributes, CancellationToken cancellationToken) =>
        Told(await Client.AddAsync(dn, attributes, cancellationToken), "to add", dn);

    public async Task<string?> ModifyAsync(Dn dn, IReadOnlyList<LdapChange> changes, CancellationToken cancellationToken) =>
        Told(await Client.ModifyAsync(dn, changes, cancellationToken), "to change", dn);

    public async Task<string?> DeleteAsync(Dn dn, CancellationToken cancellationToken) =>
        Told(await Client.DeleteAsync(dn, cancellationToken), "to remove", dn);

    /// <summary>
    /// By the password modify operation (RFC 3062), so that the directory hashes as it likes. A directory without it, or one that wants TLS for it (389 Directory Server),
    /// gets the value itself and hashes that.
    /// </summary>
    public async Task<string?> SetPasswordAsync(Dn dn, string password, CancellationToken cancellationToken)
    {
        byte[] octets = System.Text.Encoding.UTF8.GetBytes(password);
        (LdapResult result, _) = await Client.ChangePasswordAsync(new PasswordModify(dn.Text, null, octets), cancellationToken);
        if (result.Code is LdapResultCode.ConfidentialityRequired or LdapResultCode.ProtocolError)
            result = await Client.ModifyAsync(dn, [new(LdapChangeKind.Replace, new LdapAttribute("userPassword", [octets]))], cancellationToken);
        return Told(result, "to set the password of", dn);
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private static string? Told(LdapResult result, string attempt, Dn dn) => result.IsSuccess ? null : result.Refused(attempt, dn);
}
