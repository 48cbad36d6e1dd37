using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree;
using DirMail.Servers.Ldap.Operations;
using DirMail.Wire;

namespace DirMail.Servers.Ldap;

/// <summary>How an operation runs among the others of its connection.</summary>
internal enum Runs
{
    /// <summary>Started in the order of the messages; a write is staged before the next message is read.</summary>
    InOrder,

    /// <summary>Beside the others: it may take long.</summary>
    Beside,

    /// <summary>After all others, which are ended first, and before any later one.</summary>
    Alone,
}

/// <summary>One operation. Gives the result to answer with; null: answered already, or never.</summary>
internal delegate Task<LdapOperation?> RunOperation(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken);

internal sealed record OperationEntry(Runs Runs, RunOperation RunAsync, params string[] Controls);

/// <summary>The table of operations: requests by type, extended operations by number. What the root DSE advertises is what stands here.</summary>
internal sealed class LdapOperations
{
    /// <summary>Named by clients that mean no alias or referral handling, of which there is none here (RFC 3296).</summary>
    private const string ManageDsaIt = "2.16.840.1.113730.3.4.2";
    private const string AllOperationalAttributes = "1.3.6.1.4.1.4203.1.5.1";
    private const string ModifyIncrement = "1.3.6.1.1.14";

    /// <summary>RFC 4529, RFC 4526, RFC 3866.</summary>
    private const string AttributesOfClasses = "1.3.6.1.4.1.4203.1.5.2";
    private const string TrueAndFalseFilters = "1.3.6.1.4.1.4203.1.5.3";
    private const string LanguageTags = "1.3.6.1.4.1.4203.1.5.4";

    private static readonly Dictionary<Type, OperationEntry> s_requests = new()
    {
        [typeof(LdapOperation.BindRequest)] = new(Runs.Alone, Bind.RunAsync),
        [typeof(LdapOperation.SearchRequest)] = new(Runs.Beside, Search.RunAsync, PagedResults.Oid, SyncControls.RequestOid, MatchedValues.Oid, Assertion.Oid, ManageDsaIt),
        [typeof(LdapOperation.CompareRequest)] = new(Runs.InOrder, Compare.RunAsync, Assertion.Oid, ManageDsaIt),
        [typeof(LdapOperation.AddRequest)] = new(Runs.InOrder, Add.RunAsync, Assertion.Oid, ReadEntry.AfterOid, ManageDsaIt),
        [typeof(LdapOperation.ModifyRequest)] = new(Runs.InOrder, Modify.RunAsync, Assertion.Oid, ReadEntry.BeforeOid, ReadEntry.AfterOid, ManageDsaIt),
        [typeof(LdapOperation.DeleteRequest)] = new(Runs.InOrder, Delete.RunAsync, Assertion.Oid, ReadEntry.BeforeOid, ManageDsaIt),
        [typeof(LdapOperation.ModifyDnRequest)] = new(Runs.InOrder, ModifyDn.RunAsync, Assertion.Oid, ReadEntry.BeforeOid, ReadEntry.AfterOid, ManageDsaIt),
    };

    private readonly Dictionary<string, OperationEntry> _extended = new(StringComparer.Ordinal)
    {
        [LdapOids.WhoAmI] = new(Runs.InOrder, WhoAmI.RunAsync),
        [LdapOids.Cancel] = new(Runs.InOrder, Cancel.RunAsync),
        [LdapOids.PasswordModify] = new(Runs.Beside, ChangePassword.RunAsync),
    };

    public LdapOperations(ICertificates? certificates)
    {
        if (certificates is not null)
            _extended[LdapOids.StartTls] = new(Runs.Alone, new StartTls(certificates).RunAsync);
    }

    public Capabilities Capabilities => new(
        [.. s_requests.Values.SelectMany(o => o.Controls).Distinct()],
        [.. _extended.Keys],
        [AllOperationalAttributes, AttributesOfClasses, TrueAndFalseFilters, LanguageTags, ModifyIncrement]);

    public OperationEntry? Find(LdapOperation request) => request is LdapOperation.ExtendedRequest extended
        ? _extended.GetValueOrDefault(extended.Oid) : s_requests.GetValueOrDefault(request.GetType());
}
