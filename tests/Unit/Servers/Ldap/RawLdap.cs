using System.Buffers;
using System.Net;
using System.Net.Sockets;
using DirMail.Ldap.Codec;

namespace DirMail.Unit.Servers.Ldap;

/// <summary>A connection on which a test sends what it likes, messages or octets, and reads what comes.</summary>
internal sealed class RawLdap : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private int _filled;
    private int _lastId;

    public static async Task<RawLdap> ConnectAsync(IPEndPoint endpoint)
    {
        var raw = new RawLdap();
        await raw._socket.ConnectAsync(endpoint);
        return raw;
    }

    public async Task BindAsync(string name, string password)
    {
        LdapMessage answer = await AskAsync(new LdapOperation.BindRequest(3, name, new LdapCredentials.Simple(System.Text.Encoding.UTF8.GetBytes(password))));
        Assert.True(((LdapOperation.BindResponse)answer.Operation).Result.IsSuccess);
    }

    public async Task<int> SendAsync(LdapOperation request, params LdapControl[] controls)
    {
        await SendAsync(LdapCodec.Write(new LdapMessage(++_lastId, request, controls)));
        return _lastId;
    }

    /// <summary>False when the peer is gone.</summary>
    public async Task<bool> SendAsync(byte[] octets)
    {
        try
        {
            await _socket.SendAsync(octets);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends a request and gives the first message that answers it.</summary>
    public async Task<LdapMessage> AskAsync(LdapOperation request, params LdapControl[] controls)
    {
        int id = await SendAsync(request, controls);
        while (await ReadAsync() is { } message)
            if (message.Id == id)
                return message;
        throw new IOException("the connection ended");
    }

    /// <summary>All messages that answer a request, to the one that is its result.</summary>
    public async Task<List<LdapMessage>> AskAllAsync(LdapOperation request, params LdapControl[] controls)
    {
        int id = await SendAsync(request, controls);
        var messages = new List<LdapMessage>();
        while (await ReadAsync() is { } message)
        {
            if (message.Id == id)
                messages.Add(message);
            if (message.Id == id && message.Operation is not (LdapOperation.SearchResultEntry or LdapOperation.IntermediateResponse))
                return messages;
        }
        throw new IOException("the connection ended");
    }

    /// <summary>Null when the connection has ended.</summary>
    public async Task<LdapMessage?> ReadAsync()
    {
        while (true)
        {
            var octets = new ReadOnlySequence<byte>(_buffer, 0, _filled);
            if (LdapCodec.Read(ref octets, _buffer.Length, out LdapMessage? message, out string? error) is LdapReadStatus.Message)
            {
                byte[] rest = octets.ToArray();
                rest.CopyTo(_buffer, 0);
                _filled = rest.Length;
                return message;
            }
            Assert.Null(error);
            int got;
            try
            {
                got = await _socket.ReceiveAsync(_buffer.AsMemory(_filled));
            }
            catch (SocketException)
            {
                return null;
            }
            if (got == 0)
                return null;
            _filled += got;
        }
    }

    /// <summary>No more comes from here; what is there is still answered.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // closed by the other side already
        }
    }

    public void Dispose() => _socket.Dispose();
}
