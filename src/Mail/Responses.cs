namespace DirMail.Mail;

/// <summary>
/// The one place that says what each situation answers on the wire: docs/responses.md row by row (RFC 5321, 3463, 5530, 2449, 3206).
/// Texts say what the reader can do and hold no inside details.
/// </summary>
public static class Responses
{
    // Recipients (RCPT TO; the same decision at the dot)
    public static readonly Reply RecipientOk = Make(250, "2.1.5", "recipient ok");
    public static readonly Reply UnknownLocalPart = Make(550, "5.1.1", "no such mailbox here");
    public static readonly Reply Inactive = Make(450, "4.2.1", "mailbox temporarily suspended, try again later");
    public static readonly Reply Disabled = Make(550, "5.2.1", "mailbox disabled, it cannot receive new mail");
    public static readonly Reply DomainDeleted = Make(550, "5.1.2", "this domain no longer receives mail");
    public static readonly Reply RecipientDeleted = Make(550, "5.1.6", "this mailbox no longer exists");
    public static readonly Reply Overquota = Make(452, "4.2.2", "mailbox full, try again later");
    public static readonly Reply OverquotaForLong = Make(552, "5.2.2", "mailbox full");
    public static readonly Reply LargerThanRecipientAllows = Make(552, "5.2.3", "message larger than this recipient accepts");
    public static readonly Reply RelayingDenied = Make(550, "5.7.1", "relaying denied: this domain is not hosted here and you are not logged in");
    public static readonly Reply NoSuchDomain = Make(550, "5.1.2", "no such domain");
    public static readonly Reply NullMx = Make(556, "5.1.10", "the recipient's domain accepts no mail");
    public static readonly Reply SenderNullMx = Make(550, "5.7.27", "the sender's domain accepts no mail, so nobody could answer");
    public static readonly Reply BadReturnAddress = Make(550, "5.7.1", "this return address is not valid, or no longer");
    public static readonly Reply MayNotPost = Make(550, "5.7.2", "you may not send to this group");
    public static readonly Reply DirectoryNeverLoaded = Make(451, "4.3.0", "the directory is not available yet, try again later");
    public static readonly Reply DirectoryProblem = Make(451, "4.3.5", "the recipient is not configured correctly here, try again later");
    public static readonly Reply NonAsciiLocalPart = Make(553, "5.6.7", "addresses here have only ASCII characters before the @");
    public static readonly Reply NoDomainGiven = Make(553, "5.1.3", "give the full address, with a domain");
    public static readonly Reply BadRecipientSyntax = Make(553, "5.1.3", "not a valid recipient address");
    public static readonly Reply TooManyRecipients = Make(452, "4.5.3", "too many recipients, send the rest in another transaction");
    public static readonly Reply StoreUnavailable = Make(452, "4.3.1", "not enough storage now, try again later");
    public static readonly Reply MessageTooLarge = Make(552, "5.3.4", "message larger than this server allows");
    public static readonly Reply TooManyHops = Make(554, "5.4.6", "too many Received lines: the message is looping");
    public static readonly Reply BeenHere = Make(554, "5.4.6", "this address sent the message on before: it is looping");
    public static readonly Reply LeadsNowhere = Make(554, "5.4.6", "this address leads back to itself or to nobody");

    // Senders
    public static readonly Reply AuthNeedsTls = Make(538, "5.7.11", "encryption required: send STARTTLS first");
    public static readonly Reply AuthRequired = Make(530, "5.7.0", "authentication required");
    public static readonly Reply SenderNotOwned = Make(553, "5.7.1", "this sender address is not yours");
    public static readonly Reply HeaderFromNotOwned = Make(550, "5.7.1", "the From header is not an address of yours");
    public static readonly Reply TooManyMessagesAnHour = Make(450, "4.7.1", "too many messages within an hour, try again later");
    public static readonly Reply TooManyRecipientsAnHour = Make(450, "4.7.1", "too many recipients within an hour, try again later");
    public static readonly Reply BadSenderSyntax = Make(553, "5.1.7", "not a valid sender address");
    public static readonly Reply SpfFailed = Make(550, "5.7.23", "the sender's domain does not let you send for it (SPF)");
    public static readonly Reply DmarcFailed = Make(550, "5.7.1", "the policy of the domain in From forbids this message (DMARC)");
    public static readonly Reply HeaderTooLarge = Make(552, "5.3.4", "the header is larger than 256 KB");
    public static readonly Reply SeveralFrom = Make(550, "5.7.1", "the message has more than one From field");
    public static readonly Reply Listed = Make(550, "5.7.1", "your address is on a block list");
    public static readonly Reply Greylisted = Make(451, "4.7.1", "not seen before, try again in a few minutes");
    public static readonly Reply RejectedByRecipient = Make(550, "5.7.1", "the recipient does not want this message");
    public static readonly Reply FilterRefused = Make(550, "5.7.1", "refused by a content filter");
    public static readonly Reply FilterDefers = Make(451, "4.7.1", "not now, try again later");
    public static readonly Reply StateChanged = Make(421, "4.7.0", "the state of your account or domain has changed, closing");
    public static readonly Reply AuthOk = Make(235, "2.7.0", "authentication succeeded");

    // The SMTP dialogue itself
    public static readonly Reply SenderOk = Make(250, "2.1.0", "sender ok");
    public static readonly Reply Ok = Make(250, "2.0.0", "ok");
    public static readonly Reply StartInput = new(354, null, "end with a line that holds only a dot");
    public static readonly Reply Bye = Make(221, "2.0.0", "bye");
    public static readonly Reply ReadyForTls = Make(220, "2.0.0", "ready to start TLS");
    public static readonly Reply UnknownCommand = Make(500, "5.5.1", "command not recognized");
    public static readonly Reply BadSyntax = Make(501, "5.5.4", "syntax error in parameters");
    public static readonly Reply BadSequence = Make(503, "5.5.1", "bad sequence of commands");
    public static readonly Reply ParameterNotImplemented = Make(555, "5.5.4", "parameter not recognized or not implemented");
    public static readonly Reply BinaryNeedsChunks = Make(503, "5.5.1", "a binary message is sent by BDAT, not DATA");
    public static readonly Reply NodeNotAllowed = Make(459, "4.7.1", "node not allowed: only the administrator of a domain may run its queue, after login");
    public static readonly Reply LineTooLong = Make(500, "5.5.2", "line too long");
    public static readonly Reply BareLineEnd = Make(554, "5.6.0", "bare CR or LF in the message: every line must end with CR LF");
    public static readonly Reply TooManyErrors = Make(421, "4.7.0", "too many errors, closing");
    public static readonly Reply TooManyConnections = Make(421, "4.7.0", "too many connections, try again later");
    public static readonly Reply TimedOut = Make(421, "4.4.2", "idle too long, closing");
    public static readonly Reply ShuttingDown = Make(421, "4.3.2", "server shutting down, try again later");
    public static readonly Reply InternalError = Make(451, "4.3.0", "internal error, try again later");

    // Outgoing attempts that end before a remote server has said anything
    /// <summary>For posters who want to hear of success (RFC 3461 5.2.7): members that fail are still reported to them, or, where the list names somebody else for that, to nobody but him.</summary>
    public static readonly Outcome.Delivered SentToMembers = new("", "sent on to its members") { IsExpanded = true };
    public static readonly Outcome.Delivered ListHasIt = new("", "the list has it");

    public static readonly Outcome.Deferred SourceAddressNotHere = new(new(4, 3, 5), "source address not available") { Stage = Stage.Connect };
    public static readonly Outcome.Deferred SourceAddressNotOurs = new(new(4, 3, 5), "the system chose a virtual address for a connection of the host") { Stage = Stage.Connect };
    public static readonly Outcome.Deferred NoCommonFamily = new(new(4, 4, 4), "the destination has no address of a kind that the sending domain has") { Stage = Stage.Connect };
    public static readonly Outcome.Deferred LoginNotTaken = new(new(4, 7, 8), "does not take the login") { Stage = Stage.Login };
    public static readonly Outcome.Deferred NoServerPermitted = new(new(4, 7, 5), "no server of the domain may be used as its MTA-STS policy and TLSA records stand") { Stage = Stage.Tls };
    public static readonly Outcome.Failed LoopsBackToUs = new(new(5, 4, 6), "the best server for this mail is this host, which does not take it") { Stage = Stage.Lookup };
    public static readonly Reply Cancelled = Make(550, "5.7.1", "cancelled by an administrator of the sender's server");
    public static readonly Outcome.Failed StoppedTooLong = new(new(5, 4, 7), "kept as long as allowed by an administrator of the sender's server");
    public static readonly Outcome.Failed HeldTooLong = new(new(5, 4, 7), "kept as long as allowed while the sender's domain was suspended");
    public static readonly Outcome.Failed NoProofOfTls = new(new(5, 7, 30), "this message requires TLS (REQUIRETLS)") { Stage = Stage.Tls };
    public static readonly Outcome.Failed TooLate = new(new(5, 4, 7), "not delivered by the time that its sender set");

    // Logins: the same situation in each protocol
    public static readonly AccessReply BadCredentials = new("AUTHENTICATIONFAILED", "AUTH", "login failed", Make(535, "5.7.8", "authentication failed"));
    public static readonly AccessReply AccountNotActive = new("CONTACTADMIN", "SYS/PERM", "this account is suspended, contact your administrator", Make(525, "5.7.13", "this account is suspended, contact your administrator"));
    public static readonly AccessReply AccountDeleted = new("CONTACTADMIN", "SYS/PERM", "this account is suspended, contact your administrator", Make(535, "5.7.8", "authentication failed"));
    public static readonly AccessReply ServiceNotAllowed = new("AUTHORIZATIONFAILED", "SYS/PERM", "this service is not allowed for your account", Make(535, "5.7.8", "authentication failed"));
    public static readonly AccessReply ClientNameUntold = new("UNAVAILABLE", "SYS/TEMP", "logins from your address are not possible now, try again later", Make(454, "4.7.0", "authentication from your address is not possible now, try again later"));
    public static readonly AccessReply DirectoryUnreachable = new("UNAVAILABLE", "SYS/TEMP", "logins are not possible now, try again later", Make(454, "4.7.0", "authentication is not possible now, try again later"));
    public static readonly AccessReply AccountNotAdopted = new("UNAVAILABLE", "SYS/TEMP", "this account is not ready yet, try again later", Make(454, "4.7.0", "this account is not ready yet, try again later"));
    public static readonly AccessReply PrivacyRequired = new("PRIVACYREQUIRED", "SYS/PERM", "login needs an encrypted connection", AuthNeedsTls);
    public static readonly AccessReply MaildropInUse = new("INUSE", "IN-USE", "maildrop open elsewhere", BadSequence);

    /// <summary>Said unasked to an open session when its account's state changes (IMAP BYE text; POP3 just closes).</summary>
    public const string SessionEnded = "the state of your account or domain has changed, closing";

    private static Reply Make(int code, string status, string text) =>
        new(code, EnhancedStatus.TryParse(status, out EnhancedStatus parsed) ? parsed : throw new FormatException(status), text);
}

/// <summary>One refusal of a login: response code for IMAP (RFC 5530) and POP3 (RFC 2449, 3206), text for both, and the SMTP reply.</summary>
public sealed record AccessReply(string ImapCode, string Pop3Code, string Text, Reply Smtp);
