using System.Text;
using DirMail.Servers;
using DirMail.Servers.Imap;
using DirMail.Unit.Servers.Pop3;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Servers.Imap;

public sealed class SessionLimitTests
{
    [Fact]
    public async Task A_user_has_so_many_sessions_from_one_address_and_no_more()
    {
        SessionServices services = null!;
        await using Pop3Host host = await Pop3Host.StartAsync(given => services = given);
        var server = new ImapServer(services);
        var sessions = new List<Client>();
        for (int i = 0; i < ImapLimits.SessionsPerUser; i++)
        {
            sessions.Add(await Client.OpenAsync(server));
            Assert.StartsWith("a OK ", await sessions[^1].DoAsync("LOGIN alice@bcd.com alice-bcd-secret"), StringComparison.Ordinal);
        }
        await using (Client tooMany = await Client.OpenAsync(server))
        {
            Assert.StartsWith("a NO [LIMIT] ", await tooMany.DoAsync("LOGIN alice@bcd.com alice-bcd-secret"), StringComparison.Ordinal);
            Assert.StartsWith("a BAD ", await tooMany.DoAsync("SELECT INBOX"), StringComparison.Ordinal);
            Assert.StartsWith("a OK ", await tooMany.DoAsync("LOGIN bob@bcd.com bob-bcd-secret"), StringComparison.Ordinal);
        }
        await sessions[0].DisposeAsync();
        await using (Client again = await Client.OpenAsync(server))
            Assert.StartsWith("a OK ", await again.DoAsync("LOGIN alice@bcd.com alice-bcd-secret"), StringComparison.Ordinal);
        foreach (Client session in sessions.Skip(1))
            await session.DisposeAsync();
    }

    private sealed class Client(Pair pair, Task session) : IAsyncDisposable
    {
        private readonly StreamReader _reader = new(pair.Peer, Encoding.Latin1);

        public static async Task<Client> OpenAsync(ImapServer server)
        {
            Pair pair = await Pair.OpenAsync();
            return new(pair, server.ServeAsync(pair.Ours, CancellationToken.None));
        }

        /// <summary>The tagged answer.</summary>
        public async Task<string?> DoAsync(string command)
        {
            await pair.SendAsync($"a {command}\r\n");
            string? line;
            do
                line = await _reader.ReadLineAsync().WaitAsync(Pair.Soon);
            while (line is not null && !line.StartsWith("a ", StringComparison.Ordinal));
            return line;
        }

        public async ValueTask DisposeAsync()
        {
            await pair.Peer.DisposeAsync();
            await session.WaitAsync(Pair.Soon);
            await pair.DisposeAsync();
        }
    }
}
