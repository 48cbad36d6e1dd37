using System.Net.Sockets;

namespace DirMail.Wire;

/// <summary>The file of a listening Unix socket.</summary>
internal static class UnixSocketFile
{
    /// <summary>Removes a socket on which nobody listens any more.</summary>
    /// <exception cref="IOException">Somebody does, or the file is no socket; the message goes on from its path.</exception>
    public static void RemoveLeft(string path)
    {
        if (!File.Exists(path))
            return;
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
            throw new IOException("is in use by another program");
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            throw new IOException("is in the way: it is no socket of ours");
        }
    }

    /// <summary>connect() says "refused" for plain files too; those can be opened.</summary>
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
