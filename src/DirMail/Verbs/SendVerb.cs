using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Settings;

namespace DirMail.Verbs;

/// <summary>`dirmail send`: submits a message as a local user over the submission port, as a mail program does.</summary>
internal static class SendVerb
{
    private static readonly Argument<string?> File = new("FILE") { Description = "The message; - or nothing reads standard input", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> From = new("--from", "-f") { Description = "Your address, also the login", HelpName = "ADDRESS", Required = true };
    private static readonly Option<string[]> To = new("--to", "-t") { Description = "A recipient; may be repeated", HelpName = "ADDRESS", Required = true, AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Subject = new("--subject") { Description = "Subject; the input is then the text alone" };
    private static readonly Option<string?> Server = new("--server") { Description = "Submission server (default: 127.0.0.1 and the port in the settings)", HelpName = "IP:PORT" };

    public static Command Create()
    {
        var command = new Command("send", "Submit a message from a local user, from a file or standard input") { File, From, To, Subject, Server, LoginOptions.PasswordFile };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ServerFile settings = CommonOptions.Load(arguments);
        if (!TryServer(arguments.GetValue(Server), settings.Listen.Submission ?? 587, out IPEndPoint server) || Passwords.Of(arguments.GetValue(LoginOptions.PasswordFile), arguments.GetValue(From)!) is not { } password)
            return ExitCode.Usage;
        string from = arguments.GetValue(From)!;
        string[] to = arguments.GetValue(To)!;
        if (from.Concat(to.SelectMany(t => t)).Any(c => char.IsControl(c) || c is '<' or '>'))
        {
            Show.Error("addresses hold no control characters and no angle brackets");
            return ExitCode.Usage;
        }
        try
        {
            string message = await MessageAsync(arguments, from, to, cancellationToken);
            return await SubmitAsync(server, new(from, password, to, message), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show.Error(failure.Message);
        }
        catch (SocketException failure)
        {
            Show.Error($"{server}: {failure.Message}: does the server run? (`dirmail status`)");
        }
        return ExitCode.Failed;
    }

    private sealed record Letter(string From, string Password, string[] To, string Message);

    private static async Task<int> SubmitAsync(IPEndPoint server, Letter letter, CancellationToken cancellationToken)
    {
        await using Dialogue dialogue = await Dialogue.OpenAsync(server, cancellationToken);
        string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{letter.From}\0{letter.Password}"));
        string[] commands = ["EHLO localhost", "AUTH PLAIN " + credentials, $"MAIL FROM:<{letter.From}>", .. letter.To.Select(t => $"RCPT TO:<{t}>"), "DATA"];
        string reply = await dialogue.SmtpAsync(null, cancellationToken);
        foreach (string command in commands)
        {
            reply = await dialogue.SmtpAsync(command, cancellationToken);
            if (reply[0] is '4' or '5')
                return Refused(command.StartsWith("AUTH", StringComparison.Ordinal) ? "login" : command, reply);
        }
        reply = await dialogue.SmtpDataAsync(letter.Message, cancellationToken);
        if (reply[0] is '4' or '5')
            return Refused("message", reply);
        Show.Line(reply);
        await dialogue.SmtpAsync("QUIT", cancellationToken);
        return ExitCode.Ok;
    }

    private static int Refused(string what, string reply)
    {
        Show.Error($"{what}: {reply}");
        return ExitCode.Failed;
    }

    private static bool TryServer(string? text, int port, out IPEndPoint server)
    {
        server = new(IPAddress.Loopback, port);
        if (text is null || (IPEndPoint.TryParse(text, out IPEndPoint? given) && (server = given.Port == 0 ? new(given.Address, port) : given) is not null))
            return true;
        Show.Error($"--server is '{text}': give an IP address, or address:port");
        return false;
    }

    private static async Task<string> MessageAsync(ParseResult arguments, string from, string[] to, CancellationToken cancellationToken)
    {
        string? file = arguments.GetValue(File);
        await using Stream input = file is null or "-" ? Console.OpenStandardInput() : System.IO.File.OpenRead(file);
        using var reader = new StreamReader(input, Encoding.Latin1);
        string text = await reader.ReadToEndAsync(cancellationToken);
        if (arguments.GetValue(Subject) is not { } subject)
            return text;
        // a subject is one line, whatever was given
        subject = subject.ReplaceLineEndings(" ");
        string date = DateTimeOffset.Now.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + DateTimeOffset.Now.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return $"Date: {date}\nFrom: {from}\nTo: {string.Join(", ", to)}\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}";
    }
}
