using System.Net.Sockets;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Wire;

public sealed class UnixSocketTests : IAsyncLifetime
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryFolder _folder = new();

    private string SocketFile => Path.Combine(_folder.Path, "lmtp.sock");

    [Fact]
    public async Task Its_clients_are_of_this_host_and_the_file_is_for_those_of_the_mode()
    {
        await using (Listener listener = Make(static async (connection, token) =>
        {
            connection.Write($"{connection.Remote.Address} {connection.Local.Address}\r\n");
            await connection.FlushAsync(token);
        }))
        {
            await listener.AddSocketAsync(SocketFile, OwnerAndGroup);
            Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(SocketFile));
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(SocketFile));
            using var reader = new StreamReader(new NetworkStream(client));
            Assert.Equal("127.0.0.1 127.0.0.1", await reader.ReadLineAsync().WaitAsync(Pair.Soon));
        }
        Assert.False(File.Exists(SocketFile));
    }

    [Fact]
    public async Task One_that_was_left_is_replaced_and_one_in_use_is_not()
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            left.Bind(new UnixDomainSocketEndPoint(SocketFile));
        await using Listener first = Make(Idle), second = Make(Idle);
        await first.AddSocketAsync(SocketFile, OwnerAndGroup);
        ListenException error = await Assert.ThrowsAsync<ListenException>(() => second.AddSocketAsync(SocketFile, OwnerAndGroup));
        Assert.Equal($"{SocketFile} is in use by another program", error.Message);
    }

    [Fact]
    public async Task Any_other_file_stays()
    {
        await File.WriteAllTextAsync(SocketFile, "");
        await using Listener listener = Make(Idle);
        ListenException error = await Assert.ThrowsAsync<ListenException>(() => listener.AddSocketAsync(SocketFile, OwnerAndGroup));
        Assert.Contains(SocketFile, error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(SocketFile));
    }

    [Fact]
    public async Task A_name_too_long_or_a_missing_folder_is_told()
    {
        await using Listener listener = Make(Idle);
        string path = Path.Combine(_folder.Path, new string('x', 120));
        Assert.Contains(path, (await Assert.ThrowsAsync<ListenException>(() => listener.AddSocketAsync(path, OwnerAndGroup))).Message, StringComparison.Ordinal);
        path = Path.Combine(_folder.Path, "none", "lmtp.sock");
        Assert.Contains(path, (await Assert.ThrowsAsync<ListenException>(() => listener.AddSocketAsync(path, OwnerAndGroup))).Message, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _folder.DisposeAsync();

    private static Listener Make(Func<Connection, CancellationToken, Task> serve) => new("test", new(), serve, NullLogger.Instance);

    private static Task Idle(Connection connection, CancellationToken token) => connection.ReadLineAsync(10, Pair.Soon, token).AsTask();
}
