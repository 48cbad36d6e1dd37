using System.Security.Cryptography;
using DirMail.Mail.Mime;
using DirMail.Store.Contents;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Checking;

/// <summary>A content's row and what its octets are.</summary>
/// <param name="Actual">SHA-256 of the octets; null: the file is missing.</param>
/// <param name="ActualOctets">How many there are.</param>
internal sealed record StoredContent(long Id, long Octets, byte[] Hash, byte[] Structure, bool IsInFile, byte[]? Actual, long ActualOctets)
{
    public bool HasItsOctets => Actual is not null && Actual.AsSpan().SequenceEqual(Hash);

    public bool HasItsStructure => StructureCodec.TryDecode(Structure, out MessageStructure? structure) && structure?.Octets == Octets;
}

/// <summary>All contents in order of their ids, one a read, so that no reader is held for long.</summary>
internal sealed class StoredContents(Readers readers, ContentFolder folder)
{
    public async IAsyncEnumerable<StoredContent> AllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long last = 0;
        while (await readers.RunAsync(database => Next(database, last), cancellationToken).ConfigureAwait(false) is { } content)
        {
            last = content.Id;
            yield return content.IsInFile ? await WithFileAsync(content, cancellationToken).ConfigureAwait(false) : content;
        }
    }

    public Task<long> CountAsync(CancellationToken cancellationToken) => readers.RunAsync(static database => database.Ask("SELECT count(*) FROM content"), cancellationToken);

    /// <summary>Who has the message, some of them: "alice@bcd.com INBOX UID 7".</summary>
    public Task<string> HoldersAsync(long content, CancellationToken cancellationToken) => readers.RunAsync(database => Holders(database, content), cancellationToken);

    private static StoredContent? Next(Connection database, long after)
    {
        using Statement find = database.Use("SELECT id, octets, hash, structure, data FROM content WHERE id > ? ORDER BY id LIMIT 1").Bind(after);
        if (!find.Step())
            return null;
        bool isInFile = find.IsNull(4);
        ReadOnlySpan<byte> data = isInFile ? default : find.Blob(4);
        return new(find.Long(0), find.Long(1), find.Blob(2).ToArray(), find.Blob(3).ToArray(), isInFile, isInFile ? null : SHA256.HashData(data), data.Length);
    }

    private async Task<StoredContent> WithFileAsync(StoredContent content, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream octets = File.OpenRead(folder.PathOf(content.Id));
            return content with { ActualOctets = octets.Length, Actual = await SHA256.HashDataAsync(octets, cancellationToken).ConfigureAwait(false) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return content;
        }
    }

    private static string Holders(Connection database, long content)
    {
        using Statement find = database.Use("""
            SELECT ifnull(a.name, 'account ' || a.id) || ' ' || m.name || ' UID ' || e.uid FROM rendition r JOIN entry e ON e.rendition = r.id JOIN mailbox m ON m.id = e.mailbox JOIN account a ON a.id = m.account
            WHERE r.content = ?1 UNION ALL SELECT 'queued message ' || q.id FROM rendition r JOIN queue_message q ON q.rendition = r.id WHERE r.content = ?1 LIMIT 4
            """).Bind(content);
        var holders = new List<string>();
        while (find.Step())
            holders.Add(find.Text(0));
        return holders.Count == 0 ? "nobody" : string.Join(", ", holders.Take(3)) + (holders.Count > 3 ? " and others" : "");
    }
}
