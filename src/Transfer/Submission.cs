using System.Collections.ObjectModel;
using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>A message at the door of the transfer unit. The content is given away, whatever the result.</summary>
public sealed record Submission(Envelope Envelope, Content Content, Origin Origin)
{
    /// <summary>What it is called; null: it has no name yet.</summary>
    public AcceptanceId? Id { get; init; }

    /// <summary>Header fields with their line ends, to stand above Received: what the checks at the door found.</summary>
    public string Fields { get; init; } = "";

    /// <summary>Each recipient has an answer of its own (LMTP, RFC 2033 4.2): whoever is refused is the client's to keep, and nothing waits here for him.</summary>
    public bool AnswersEach { get; init; }
}

/// <summary>Where a message came from: what Received says, and whose identity it leaves with.</summary>
public sealed record Origin
{
    /// <summary>SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA (RFC 3848), LMTP forms, or "local".</summary>
    public required string Protocol { get; init; }

    /// <summary>Name of ours that the client spoke to: Received "by".</summary>
    public required string ByHost { get; init; }

    public string ClientName { get; init; } = "";
    public string ClientReverseName { get; init; } = "";
    public IPAddress? Client { get; init; }
    public string? TlsVersion { get; init; }

    /// <summary>The authenticated user; null for mail from outside.</summary>
    public EntryId? User { get; init; }

    /// <summary>Mail of the host's own programs, of trusted networks, and our reports: relayed with the host's identity, or that of <see cref="Domain"/>.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>For trusted mail: the domain it is sent for, and leaves as.</summary>
    public EntryId? Domain { get; init; }

    /// <summary>We answered for this message before (a waiting row that goes on): nothing is refused any more, it waits or is returned.</summary>
    internal bool IsAnsweredFor { get; init; }

    /// <summary>Whose identity it leaves with, when that was settled before.</summary>
    internal SenderIdentity? Kept { get; init; }
}

/// <summary>What became of a submission.</summary>
public abstract record AcceptResult
{
    private AcceptResult() { }

    /// <summary>On disk: 250.</summary>
    public sealed record Accepted(AcceptanceId Id) : AcceptResult
    {
        /// <summary>Of a submission that <see cref="Submission.AnswersEach"/>: recipients not taken, maybe all of them.</summary>
        public IReadOnlyDictionary<MailAddress, Reply> NotTaken { get; init; } = ReadOnlyDictionary<MailAddress, Reply>.Empty;
    }

    /// <summary>Nothing was stored; say this.</summary>
    public sealed record Refused(Reply Reply) : AcceptResult;
}
