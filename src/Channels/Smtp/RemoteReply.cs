using System.Globalization;
using System.Net;
using System.Text;
using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Channels.Smtp;

/// <summary>
/// What a server answered (RFC 5321 4.2), or that it did not: then <see cref="Code"/> is 0 and <see cref="Text"/> says why. The text is the server's, bounded and
/// without control characters and without those that turn the direction of writing, so that it can be shown in reports and logs.
/// </summary>
internal sealed record RemoteReply(int Code, EnhancedStatus? Status, string Text, IReadOnlyList<string> Lines)
{
    /// <summary>Three digits and the end of the line (RFC 5321 4.2).</summary>
    public const int LeastOctets = 5;

    private const int MaxLines = 128, MaxLineOctets = 2048, MaxText = 600;

    public bool IsLost => Code == 0;
    public bool IsPositive => Code is >= 200 and < 300;

    /// <summary>The server says that it waits for more (RFC 5321 4.2.1); so it should after DATA alone.</summary>
    public bool AsksForMore => Code is >= 300 and < 400;

    public bool IsPermanent => Code >= 500;

    /// <summary>To RCPT: no more recipients in this transaction (RFC 5321 4.5.3.1.10).</summary>
    public bool IsTooMany => Status is { Class: 4, Subject: 5, Detail: 3 } || (Code == 452 && Status is null);

    /// <summary>The server closes after this one (RFC 5321 3.8), or is gone.</summary>
    public bool EndsConnection => Code is 0 or 421;

    public static RemoteReply Lost(string why) => new(0, null, why, []);

    public static async ValueTask<RemoteReply> ReadAsync(Connection connection, TimeSpan limit, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        var lines = new List<string>();
        while (lines.Count < MaxLines)
        {
            TimeSpan rest = limit - TimeProvider.System.GetElapsedTime(started);
            Line line = await connection.ReadLineAsync(MaxLineOctets, rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken);
            if (line.Status != LineStatus.Ok)
                return Lost(Describe(line.Status));
            if (!TryLine(line.Octets.Span, out int code, out bool isLast, out string text))
                return Lost("the server does not speak SMTP: " + Clean(line.Octets.Span));
            lines.Add(text);
            if (isLast)
                return Make(code, lines);
        }
        return Lost("the server's reply has no end");
    }

    /// <summary>As an outcome of one or all recipients.</summary>
    /// <param name="stage">What the server answered to.</param>
    public Outcome ToOutcome(string remote, Stage stage)
    {
        if (IsLost)
            return new Outcome.Deferred(new(4, 4, 2), $"{remote}: {Text} ({Word(stage)})") { Stage = stage };
        RemoteAnswer said = AnswerOf(remote);
        string reason = $"{remote} said: {Quoted} (in reply to {Word(stage)})";
        if (IsPermanent)
            return new Outcome.Failed(Status is { Class: 5 } failed ? failed : Default(5), reason) { Stage = stage, Said = said };
        // an answer that should not be there, though it sounds well, is no answer to go on with
        EnhancedStatus status = IsPositive || AsksForMore ? new(4, 5, 0) : Status is { Class: 4 } deferred ? deferred : Default(4);
        return new Outcome.Deferred(status, reason) { Stage = stage, Said = said };
    }

    /// <param name="remote">As <see cref="SmtpPeer.Remote"/>.</param>
    public RemoteAnswer AnswerOf(string remote)
    {
        string name = remote.Split(' ')[0];
        return new(IPAddress.TryParse(name, out _) ? remote.Split(' ')[^1] : name, Quoted);
    }

    private static string Word(Stage stage) => stage switch
    {
        Stage.Connect => "connecting",
        Stage.Hello => "EHLO",
        Stage.Content => "the message",
        _ => stage.ToString().ToUpperInvariant(),
    };

    public string Quoted => $"{Code.ToString(CultureInfo.InvariantCulture)} {Text}";

    private EnhancedStatus Default(byte @class) => Code == 556 ? new(5, 1, 10) : new(@class, 0, 0);

    private static RemoteReply Make(int code, List<string> lines)
    {
        string text = string.Join(' ', lines);
        string first = lines[0];
        int end = first.IndexOf(' ');
        EnhancedStatus? status = EnhancedStatus.TryParse(end < 0 ? first : first.AsSpan(0, end), out EnhancedStatus parsed) ? parsed : null;
        return new(code, status, text.Length <= MaxText ? text : text[..MaxText] + " ...", lines);
    }

    private static bool TryLine(ReadOnlySpan<byte> line, out int code, out bool isLast, out string text)
    {
        code = 0;
        isLast = line.Length == 3 || line.Length > 3 && line[3] == ' ';
        text = line.Length > 4 ? Clean(line[4..]) : "";
        if (line.Length < 3 || !isLast && line[3] != '-')
            return false;
        return int.TryParse(line[..3], NumberStyles.None, CultureInfo.InvariantCulture, out code) && code is >= 200 and < 600;
    }

    private static string Describe(LineStatus status) => status switch
    {
        LineStatus.TimedOut => "no reply in time",
        LineStatus.Closed => "the server closed the connection",
        _ => "the server's reply is malformed",
    };

    private static string Clean(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > MaxText)
            octets = octets[..MaxText];
        string text = Encoding.UTF8.GetString(octets);
        return string.Create(text.Length, text, static (into, from) =>
        {
            for (int i = 0; i < into.Length; i++)
                into[i] = CharUnicodeInfo.GetUnicodeCategory(from[i]) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    || from[i] == '\uFFFD' ? '?' : from[i];
        });
    }
}
