using System.Collections.Immutable;
using System.Text;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>What stands before the rest of the original.</summary>
/// <param name="Prefix">Fields of ours; with <paramref name="Replaces"/> the original's header, too, as groups changed it.</param>
/// <param name="Replaces">Octets of the original that it stands in place of: 0, or all of its header.</param>
internal readonly record struct Front(ReadOnlyMemory<byte> Prefix, int Replaces);

/// <summary>The fronts of one message, each made once, so that recipients who have the same share a row and a rendition. Of one plan: not to be used once the content has ended.</summary>
/// <param name="local">For mailboxes here, and for what waits for one.</param>
/// <param name="remote">For other servers.</param>
internal sealed class Fronts(Content content, byte[] local, byte[] remote)
{
    private readonly Dictionary<(bool IsLocal, MailAddress? Given, ImmutableArray<HeaderChanges> Changes), Front> _made = [];

    /// <summary>Files the message as junk, where it has the mark.</summary>
    public ReadOnlySpan<byte> LocalPrefix => local;

    public Front Local(ImmutableArray<HeaderChanges> changes) => Made(isLocal: true, null, changes);

    /// <param name="given">The address here that sends it on: the message says so, that the address knows it again, and names nobody else. Null: the sender's own mail.</param>
    public Front Remote(MailAddress? given, ImmutableArray<HeaderChanges> changes) => Made(isLocal: false, given, changes);

    private Front Made(bool isLocal, MailAddress? given, ImmutableArray<HeaderChanges> changes)
    {
        if (!_made.TryGetValue((isLocal, given, changes), out Front front))
            _made.Add((isLocal, given, changes), front = Changed(isLocal ? local : given is { } at ? [.. Encoding.UTF8.GetBytes(Trace.DeliveredTo(at)), .. remote] : remote, changes));
        return front;
    }

    /// <summary>A header that is longer than what is at hand of it stays as it is.</summary>
    private Front Changed(byte[] before, ImmutableArray<HeaderChanges> changes)
    {
        if (changes.IsEmpty || content.Header.Length < content.Structure.Root.BodyStart)
            return new(before, 0);
        ReadOnlySpan<byte> header = content.Header.Span;
        byte[] changed = HeaderChanges.Apply(changes, before, header);
        return changed.AsSpan().StartsWith(before) && changed.AsSpan(before.Length).SequenceEqual(header) ? new(before, 0) : new(changed, header.Length);
    }
}
