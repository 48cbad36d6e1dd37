using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using DirMail.Ldap.Client;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Changes;
using DirMail.Ldap.Tree.Journal;
using DirMail.Ldap.Tree.Password;
using DirMail.Ldap.Tree.Schema;
using DirMail.Ldap.Tree.Sync;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Ldap.Tree;

/// <summary>
/// The embedded directory: entries in memory, schema and access rules applied to every operation, writes on disk before they are answered (when it has a
/// journal). Safe for any number of threads: reads take one immutable state, writes go one after the other through <see cref="TreeWriter"/>.
/// </summary>
public sealed class DirectoryTree : IAsyncDisposable
{
    internal const int ChangesKept = 10_000;

    private static readonly DirectorySchema s_schema = DirectorySchema.DirMail;
    private readonly TreeWriter _writer;
    private readonly ILogger _logger;
    private readonly VirtualEntries _virtual = new(s_schema);
    private readonly PasswordChecks _passwords;
    private TreeSnapshot _current;

    internal DirectoryTree(OpenedJournal? opened, TimeProvider clock, ILogger logger)
    {
        Journal = opened?.Journal;
        _logger = logger;
        _passwords = new PasswordChecks(clock);
        _current = opened?.Tree ?? TreeSnapshot.Empty;
        Log.StartAt(opened?.BaseCsn ?? Csn.None);
        Log.Append(opened?.Changes ?? []);
        _writer = new TreeWriter(_current, Journal, Publish, logger) { Clock = clock, Schema = s_schema };
    }

    /// <summary>A tree without files, for tests.</summary>
    public static DirectoryTree InMemory(TimeProvider clock) => new(null, clock, NullLogger.Instance);

    /// <summary>What the root DSE says of the server in front.</summary>
    public Capabilities Capabilities { get => _virtual.Capabilities; set => _virtual.Capabilities = value; }

    public int Count => Current.Count;

    public bool IsEmpty => Count == 0;

    public IReadOnlyList<string> NamingContexts => Current is var tree ? [.. tree.Roots.Select(r => tree.Entry(r)!.Dn.Text)] : [];

    internal TreeSnapshot Current => Volatile.Read(ref _current);

    internal TreeJournal? Journal { get; }

    internal ChangeLog Log { get; } = new(ChangesKept);

    /// <summary>Checks a name and password. No password: never right (RFC 4513 5.1.2 is for the caller). A name that is not there costs the same time.</summary>
    public async Task<bool> CheckPasswordAsync(Dn name, byte[] password, CancellationToken cancellationToken)
    {
        TreeSnapshot tree = Current;
        TreeEntry? entry = SchemaNames.Canonical(name, s_schema) is { } known ? tree.Entry(known) : null;
        bool may = entry is not null && new AccessCheck(Requester.Anonymous, tree, s_schema).May(AccessRight.Auth, entry, s_schema.UserPassword);
        bool right = await _passwords.FitsAsync(password, may ? PasswordsOf(entry!) : [], cancellationToken);
        TreeMetrics.Binds.Add(1, new KeyValuePair<string, object?>("result", right ? "success" : "failure"));
        return right;
    }

    /// <summary>Entries as the requester may see them and last the result; with <see cref="LdapSearch.Sync"/> also what RFC 4533 adds, and then without end when it persists.</summary>
    public async IAsyncEnumerable<LdapSearchItem> SearchAsync(Requester requester, LdapSearch search, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TreeMetrics.Searches.Add(1);
        if (search.Sync is not null)
        {
            await foreach (LdapSearchItem item in new ContentSync(this, search, tree => new SearchView(search, tree, s_schema, requester)).RunAsync(cancellationToken))
                yield return item;
            yield break;
        }
        foreach (LdapSearchItem item in Search(requester, search))
            yield return item;
    }

    /// <summary>A plain search over the state of now; lazy, so a page may be taken at a time.</summary>
    public IEnumerable<LdapSearchItem> Search(Requester requester, LdapSearch search)
    {
        TreeSnapshot tree = Current;
        return _virtual.Search(search, tree) ?? Found(new SearchView(search, tree, s_schema, requester), search.SizeLimit);
    }

    /// <summary>Whether an entry matches (RFC 4528), before something else is done with it; a result when it does not. What is not there is left for that to tell.</summary>
    public LdapResult? AssertionFailure(Requester requester, Dn given, LdapFilter filter)
    {
        TreeSnapshot tree = Current;
        var search = new LdapSearch(given, LdapScope.Base, filter);
        var view = new SearchView(search, tree, s_schema, requester);
        return view.Fault is not null || view.Matches().Any() ? null : new LdapResult(LdapResultCode.AssertionFailed, "", "the entry does not match the assertion");
    }

    public LdapResult Compare(Requester requester, Dn given, string description, byte[] value)
    {
        if (SchemaNames.Canonical(given, s_schema) is not { } dn)
            return new LdapResult(LdapResultCode.InvalidDnSyntax, "", "invalid DN");
        TreeSnapshot tree = Current;
        var access = new AccessCheck(requester, tree, s_schema);
        if (tree.Entry(dn) is not { } entry)
            return new LdapResult(LdapResultCode.NoSuchObject, Superiors.Nearest(dn, tree, access));
        if (s_schema.Attribute(description) is not { } type)
            return new LdapResult(LdapResultCode.UndefinedAttributeType);
        if (!access.May(AccessRight.Compare, entry, type, value))
            return access.Refusal(entry);
        TreeEntry whole = type.IsComputed ? ComputedAttributes.With(entry, tree, s_schema) : entry;
        if (FilterMatch.Test(new LdapFilter.Present(description), whole, s_schema) != true)
            return new LdapResult(LdapResultCode.NoSuchAttribute);
        return FilterMatch.Test(new LdapFilter.Equal(description, value), whole, s_schema) switch
        {
            true => new LdapResult(LdapResultCode.CompareTrue),
            false => new LdapResult(LdapResultCode.CompareFalse),
            null => new LdapResult(type.Equality is null ? LdapResultCode.InappropriateMatching : LdapResultCode.InvalidAttributeSyntax),
        };
    }

    public async Task<LdapResult> AddAsync(Requester requester, Dn dn, IReadOnlyList<LdapAttribute> attributes) =>
        (await AddAsync(requester, dn, attributes, WriteControls.None)).Result;

    public async Task<LdapResult> ModifyAsync(Requester requester, Dn dn, IReadOnlyList<LdapChange> changes) =>
        (await ModifyAsync(requester, dn, changes, WriteControls.None)).Result;

    public async Task<LdapResult> DeleteAsync(Requester requester, Dn dn) => (await DeleteAsync(requester, dn, WriteControls.None)).Result;

    public async Task<LdapResult> ModifyDnAsync(Requester requester, Dn dn, Dn newRdn, bool deleteOldRdn, Dn? newSuperior) =>
        (await ModifyDnAsync(requester, dn, new NewName(newRdn, deleteOldRdn, newSuperior), WriteControls.None)).Result;

    public Task<WriteResult> AddAsync(Requester requester, Dn dn, IReadOnlyList<LdapAttribute> attributes, WriteControls controls)
    {
        if (FirstRefusal(requester, PasswordHashing.Fault(attributes)) is { } refused)
            return Task.FromResult<WriteResult>(new(refused));
        IReadOnlyList<LdapAttribute> hashed = PasswordHashing.InAttributes(attributes);
        return WriteAsync(requester, controls, context => AddEntry.Stage(context, dn, hashed));
    }

    public Task<WriteResult> ModifyAsync(Requester requester, Dn dn, IReadOnlyList<LdapChange> changes, WriteControls controls)
    {
        if (FirstRefusal(requester, PasswordHashing.Fault(changes)) is { } refused)
            return Task.FromResult<WriteResult>(new(refused));
        TreeSnapshot tree = Current;
        TreeEntry? entry = SchemaNames.Canonical(dn, s_schema) is { } known ? tree.Entry(known) : null;
        bool may = entry is not null && new AccessCheck(requester, tree, s_schema).May(AccessRight.Write, entry, s_schema.UserPassword);
        IReadOnlyList<LdapChange> hashed = PasswordHashing.InChanges(may ? PasswordHashing.DeletingStored(changes, PasswordsOf(entry!)) : changes);
        return WriteAsync(requester, controls, context => ModifyEntry.Stage(context, dn, hashed));
    }

    public Task<WriteResult> DeleteAsync(Requester requester, Dn dn, WriteControls controls) => FirstRefusal(requester) is { } refused ? Task.FromResult<WriteResult>(new(refused))
        : WriteAsync(requester, controls, context => DeleteEntry.Stage(context, dn));

    public Task<WriteResult> ModifyDnAsync(Requester requester, Dn dn, NewName name, WriteControls controls) => FirstRefusal(requester) is { } refused ? Task.FromResult<WriteResult>(new(refused))
        : WriteAsync(requester, controls, context => RenameEntry.Stage(context, dn, name));

    /// <summary>RFC 3062: the old password, when given, must be right; without a new one a random one is made and returned.</summary>
    public async Task<(LdapResult Result, byte[]? Made)> ChangePasswordAsync(Requester requester, PasswordChange change, CancellationToken cancellationToken)
    {
        if (change.Old is not null && !await CheckPasswordAsync(change.User, change.Old, cancellationToken))
            return (new LdapResult(LdapResultCode.UnwillingToPerform, "", "unwilling to verify old password"), null);
        byte[]? made = change.New is null ? Encoding.ASCII.GetBytes(RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16)) : null;
        byte[] fresh = change.New ?? made!;
        if (fresh.Length == 0)
            return (new LdapResult(LdapResultCode.ConstraintViolation, "", "an empty password"), null);
        var replace = new LdapChange(LdapChangeKind.Replace, new LdapAttribute("userPassword", (IReadOnlyList<byte[]>)[fresh]));
        LdapResult result = await ModifyAsync(requester, change.User, [replace]);
        return (result, result.IsSuccess ? made : null);
    }

    /// <summary>
    /// Loads an LDIF file, content or change records, past the access rules: all of it or, at the first fault, nothing.
    /// </summary>
    /// <param name="fileName">For the reason of a refusal.</param>
    public async Task<LoadOutcome> LoadAsync(TextReader file, string fileName, CancellationToken cancellationToken)
    {
        var records = new List<LdifRecord>();
        foreach (LdifItem item in LdifReader.Read(file))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (item is LdifItem.Error error)
                return new LoadOutcome.Refused(fileName, error.Line, error.Reason);
            records.Add(((LdifItem.Read)item).Record);
        }
        return await LoadAsync(records, fileName, cancellationToken);
    }

    internal async Task<LoadOutcome> LoadAsync(IReadOnlyList<LdifRecord> records, string fileName, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (LdifRecord record in records)
            if (PasswordHashing.Fault(record) is { } fault)
                return new LoadOutcome.Refused(fileName, record.Line, $"{record.Dn}: {fault.Message}");
        IReadOnlyList<LdifRecord> hashed = PasswordHashing.InRecords(records);
        LdifRecord? faulty = null;
        LdapResult result = await _writer.WriteAsync(Requester.Program, context =>
        {
            (faulty, WriteOutcome outcome) = LoadRecords.Stage(context, hashed);
            return outcome;
        });
        if (!result.IsSuccess)
            return new LoadOutcome.Refused(fileName, faulty?.Line ?? 0, $"{faulty?.Dn}: {result.Code}{(result.Message.Length > 0 ? ", " : "")}{result.Message}");
        TreeLog.Loaded(_logger, records.Count, fileName);
        return new LoadOutcome.Loaded(records.Count);
    }

    /// <summary>When all writes so far are answered and a compaction they caused is done.</summary>
    internal Task FinishAsync() => _writer.FinishAsync();

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        if (Journal is not null)
            await Journal.DisposeAsync();
    }

    private static IEnumerable<LdapSearchItem> Found(SearchView view, int limit)
    {
        LdapResult result = view.Fault ?? LdapResult.Success;
        int count = 0;
        foreach (TreeEntry entry in view.Fault is null ? view.Matches() : [])
        {
            if (limit > 0 && count++ == limit)
            {
                result = new LdapResult(LdapResultCode.SizeLimitExceeded);
                break;
            }
            yield return new LdapSearchItem.Found(view.Show(entry), null, entry.Uuid, null);
        }
        yield return new LdapSearchItem.Done(result, null, false);
    }

    private async Task<WriteResult> WriteAsync(Requester requester, WriteControls controls, Func<WriteContext, WriteOutcome> stage)
    {
        var write = new ControlledWrite(controls, stage);
        return write.Ended(await _writer.WriteAsync(requester, write.Stage));
    }

    /// <summary>Nobody writes unnamed, as in OpenLDAP; told before any work is done for it.</summary>
    private static LdapResult? FirstRefusal(Requester requester, LdapResult? fault = null) =>
        requester.IsAnonymous ? new LdapResult(LdapResultCode.StrongerAuthRequired, "", "modifications require authentication") : fault;

    private static IReadOnlyList<byte[]> PasswordsOf(TreeEntry entry) => entry.Find(s_schema.UserPassword) is { } kept ? kept.Values : [];

    private void Publish(TreeSnapshot tree, IReadOnlyList<TreeChange> changes)
    {
        Log.Append(changes);
        Volatile.Write(ref _current, tree);
        Log.Ring();
    }
}

/// <summary>A password to set (RFC 3062). <c>Old</c> null: not checked; <c>New</c> null: one is made.</summary>
public sealed record PasswordChange(Dn User, byte[]? Old, byte[]? New);

/// <summary>How a load of LDIF ended.</summary>
public abstract record LoadOutcome
{
    private LoadOutcome() { }

    public sealed record Loaded(int Records) : LoadOutcome;

    /// <summary>Nothing was changed. Line 0: the reason has no line.</summary>
    public sealed record Refused(string File, int Line, string Reason) : LoadOutcome
    {
        public override string ToString() => $"{File}, line {Line}: {Reason}";
    }
}
