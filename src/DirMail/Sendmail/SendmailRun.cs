using System.Net.Sockets;
using System.Text;
using DirMail.Admin;
using DirMail.Mail;
using DirMail.Settings;
using DirMail.Verbs;

namespace DirMail.Sendmail;

/// <summary>`dirmail sendmail`, also by a link of that name: what programs of the machine call to send mail. Speaks SMTP over the server's local socket.</summary>
internal static class SendmailRun
{
    public static async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        SendmailOptions options = SendmailOptions.Read(words, out string? problem);
        if (problem is not null || (options.Mode == SendmailMode.Message && !options.ReadsRecipients && options.Recipients.Count == 0))
            return Fail(SysExit.Usage, problem ?? "no recipient: give addresses, or -t to read them from the header");
        try
        {
            ServerFile settings = ServerFile.Load(options.Settings);
            string data = options.Data ?? settings.DataFolder;
            if (options.Mode == SendmailMode.Queue)
                return await RunQueueAsync(data, cancellationToken);
            if (settings.Listen.SendmailIn(data) is not { } path)
                return Fail(SysExit.Config, "the setting listen.sendmail is empty: nothing is taken from programs of this machine");
            using Socket socket = await ConnectAsync(path, cancellationToken);
            return options.Mode == SendmailMode.Smtp ? await PassAsync(socket, cancellationToken) : await SendAsync(socket, options, settings, cancellationToken);
        }
        catch (SettingsException wrong)
        {
            return Fail(SysExit.Config, wrong.Message);
        }
        catch (SocketException failure)
        {
            return Fail(SysExit.TempFail, failure.SocketErrorCode == SocketError.AccessDenied ? "you may not open the server's local socket (setting listen.sendmail)" : "no server runs here: start one with `dirmail serve`, then send it again");
        }
        catch (Exception failure) when (failure is IOException or ControlException)
        {
            return Fail(SysExit.TempFail, failure.Message);
        }
    }

    private static async Task<int> RunQueueAsync(string data, CancellationToken cancellationToken)
    {
        using var control = new ControlClient(data);
        await control.ChangeQueueAsync(QueueAction.Flush, new QueueQuery(), all: true, cancellationToken);
        return SysExit.Ok;
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return socket;
        }
        catch (ArgumentException)
        {
            socket.Dispose();
            throw new IOException($"{path} is too long a name for a socket");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>-bs: octets go to and fro until the server ends.</summary>
    private static async Task<int> PassAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        await using Stream output = Console.OpenStandardOutput(), input = Console.OpenStandardInput();
        Task sending = Task.Run(async () =>
        {
            await input.CopyToAsync(stream, cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
        }, cancellationToken);
        await stream.CopyToAsync(output, cancellationToken);
        _ = sending.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
        return SysExit.Ok;
    }

    private static async Task<int> SendAsync(Socket socket, SendmailOptions options, ServerFile settings, CancellationToken cancellationToken)
    {
        await using Stream input = Console.OpenStandardInput();
        LocalMessage message = await LocalMessage.ReadAsync(input, options.IgnoresDots, cancellationToken);
        string[] recipients = [.. options.Recipients, .. options.ReadsRecipients ? message.Recipients() : []];
        string sender = options.Sender ?? Environment.UserName;
        if (recipients.Length == 0)
            return Fail(SysExit.Usage, "no recipient: neither in the arguments nor in the header");
        if (recipients.Append(sender).Any(static address => address.Any(static c => char.IsControl(c) || c is '<' or '>')))
            return Fail(SysExit.Usage, "addresses hold no control characters and no angle brackets");
        await using var dialogue = new NetworkStream(socket);
        using var reader = new StreamReader(dialogue, Encoding.Latin1, leaveOpen: true);
        await using var writer = new StreamWriter(dialogue, Encoding.Latin1, leaveOpen: true) { NewLine = "\r\n" };
        string[] commands = ["EHLO localhost", Mail(options, sender), .. recipients.Distinct().Select(recipient => Rcpt(options, recipient)), "DATA"];
        string reply = await ReplyAsync(reader, cancellationToken);
        foreach (string command in commands)
        {
            if (reply[0] is '4' or '5')
                break;
            await writer.WriteLineAsync(command);
            await writer.FlushAsync(cancellationToken);
            reply = await ReplyAsync(reader, cancellationToken);
            if (reply[0] is '4' or '5')
                return Fail(SysExit.Of(reply), $"{command}: {reply}");
        }
        if (reply[0] is '4' or '5')
            return Fail(SysExit.Of(reply), reply);
        await foreach (string line in message.LinesAsync(message.Has("From") ? "" : From(options, sender, settings)))
            await writer.WriteLineAsync(line is ['.', ..] ? "." + line : line);
        await writer.WriteLineAsync(".");
        await writer.FlushAsync(cancellationToken);
        reply = await ReplyAsync(reader, cancellationToken);
        return reply[0] == '2' ? SysExit.Ok : Fail(SysExit.Of(reply), reply);
    }

    private static string Mail(SendmailOptions options, string sender) => $"MAIL FROM:<{Octets(sender)}>"
        + $" BODY={(options.Body is { } body && body.Equals("7BIT", StringComparison.OrdinalIgnoreCase) ? "7BIT" : "8BITMIME")}" + (Ascii.IsValid(sender) ? "" : " SMTPUTF8")
        + (options.Return is { } what ? $" RET={(what.StartsWith("f", StringComparison.OrdinalIgnoreCase) ? "FULL" : "HDRS")}" : "") + (options.EnvelopeId is { } id ? $" ENVID={XText.Encode(id)}" : "");

    private static string Rcpt(SendmailOptions options, string recipient) => $"RCPT TO:<{Octets(recipient)}>" + (options.Notify is { } wish ? $" NOTIFY={XText.Encode(wish.ToUpperInvariant())}" : "");

    /// <summary>Who sends, where the header says nothing. The name is quoted, whatever it holds.</summary>
    private static string From(SendmailOptions options, string sender, ServerFile settings)
    {
        string domain = settings.Directory.HostDomain.Length > 0 ? settings.Directory.HostDomain : settings.Directory.HostName;
        string address = sender.Length == 0 ? $"MAILER-DAEMON@{domain}" : sender.Contains('@') ? sender : $"{sender}@{domain}";
        string name = string.Concat((options.FullName ?? "").Where(static c => !char.IsControl(c) && c is not '"' and not '\\'));
        return Octets(name.Length == 0 ? $"From: {address}" : $"From: \"{name}\" <{address}>");
    }

    /// <summary>UTF-8, an octet a character.</summary>
    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReplyAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            if (line.Length >= 3 && (line.Length == 3 || line[3] != '-'))
                return line;
        throw new IOException("the server closed the connection: nothing was sent");
    }

    private static int Fail(int code, string why)
    {
        Show.Error(why);
        return code;
    }
}
