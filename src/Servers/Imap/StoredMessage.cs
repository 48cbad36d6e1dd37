using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>A message opened for reading.</summary>
/// <param name="Structure">Null when nothing that was asked for needs it.</param>
/// <param name="HeaderOctets">Those of its header as it is shown; 0 when nothing that was asked for needs them.</param>
internal readonly record struct StoredMessage(MessageContent Content, MessageStructure? Structure, long HeaderOctets)
{
    /// <summary>Where the original's octet lies in the message as it is shown, with the trace headers in front. Of a header that was changed all lies at the start.</summary>
    public long Shown(long original) => original < Content.Replaces ? 0 : original + Content.Shift;
}

/// <summary>Octets of the shown message, from the first to before the end.</summary>
internal readonly record struct OctetRange(long Start, long End)
{
    public long Length => End - Start;
}
