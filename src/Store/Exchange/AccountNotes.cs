using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DirMail.Store.Exchange;

/// <summary>What mbox and Maildir have no place for, as a file beside an account's mail: subscriptions, special uses, access lists, annotations, and names without a mailbox.</summary>
internal sealed record AccountNotes
{
    /// <summary>Hidden: neither an mbox nor a Maildir, for whoever reads the folder.</summary>
    public const string FileName = ".dirmail.json";

    private const int Newest = 1;

    private static readonly JsonSerializerOptions s_form = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    public int Version { get; init; } = Newest;

    /// <summary>Names, of others' mailboxes, too.</summary>
    public IReadOnlyList<string> Subscriptions { get; init; } = [];

    /// <summary>Of the account itself.</summary>
    public IReadOnlyList<Annotation> Annotations { get; init; } = [];

    public IReadOnlyList<MailboxNotes> Mailboxes { get; init; } = [];

    /// <summary>Reading refuses null as a member, and lets it pass as an element.</summary>
    private bool HasGaps => Subscriptions.Contains(null!) || Annotations.Contains(null!) || Mailboxes.Any(static mailbox => mailbox is null || mailbox.Access.Contains(null!) || mailbox.Annotations.Contains(null!));

    public async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        await using FileStream file = File.Create(Path.Combine(folder, FileName));
        await JsonSerializer.SerializeAsync(file, this, s_form, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null: there is none, or (with what is wrong) none that can be read.</summary>
    public static async Task<(AccountNotes? Notes, string? Problem)> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return default;
        try
        {
            await using FileStream file = File.OpenRead(path);
            AccountNotes? notes = await JsonSerializer.DeserializeAsync<AccountNotes>(file, s_form, cancellationToken).ConfigureAwait(false);
            if (notes is null || notes.HasGaps)
                throw new JsonException("null where there should be something");
            return notes.Version == Newest ? (notes, null) : (null, $"{path}: made by a newer DirMail: subscriptions, access lists and annotations are left out");
        }
        catch (JsonException wrong)
        {
            return (null, $"{path}: cannot be read, subscriptions, access lists and annotations are left out: {wrong.Message}");
        }
    }
}

/// <param name="Name">As the account knows it.</param>
internal sealed record MailboxNotes(string Name)
{
    /// <summary>A name with mailboxes below it, and none itself.</summary>
    public bool NoSelect { get; init; }

    /// <summary>As in RFC 6154, with the backslash.</summary>
    public string? SpecialUse { get; init; }

    public IReadOnlyList<AccessNote> Access { get; init; } = [];

    /// <summary>The owner's, private ones and shared ones.</summary>
    public IReadOnlyList<Annotation> Annotations { get; init; } = [];
}

/// <param name="Entry">entryUUID of a user, a group or a domain; null: the owner of the mailbox, whoever that will be.</param>
/// <param name="Name">What it is called in access lists; null: not known when this was written.</param>
internal sealed record AccessNote(Guid? Entry = null, string? Name = null, Rights Granted = Rights.None, Rights Denied = Rights.None);
