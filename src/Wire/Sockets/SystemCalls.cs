using System.Net;
using System.Runtime.InteropServices;

namespace DirMail.Wire;

/// <summary>The calls of Linux that a socket without a thread of its own needs: epoll(7), recv(2), send(2), connect(2). Errors are numbers of errno(3), asked for after a negative result.</summary>
internal static unsafe partial class SystemCalls
{
    public const int Interrupted = 4, Again = 11;

    /// <summary>Events, and what epoll tells of them.</summary>
    public const uint In = 0x1, Out = 0x4, Error = 0x8, HangUp = 0x10, PeerClosed = 0x2000, OneShot = 1u << 30, EdgeTriggered = 1u << 31;

    public const int Add = 1, Delete = 2, Modify = 3;

    private const int InProgress = 115, NoSignal = 0x4000, CloseOnExec = 0x80000;

    /// <summary>A struct epoll_event: 32 bits of events, 64 bits of our own, side by side on x86-64 and with a gap everywhere else.</summary>
    private static readonly int EventOctets = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 12 : 16;

    /// <exception cref="IOException">The system gives none.</exception>
    public static SafeHandle CreateEpoll()
    {
        int descriptor = EpollCreate(CloseOnExec);
        return descriptor >= 0 ? new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("epoll");
    }

    public static void Control(SafeHandle epoll, int operation, SafeHandle socket, uint events, long tag)
    {
        byte* what = stackalloc byte[16];
        *(uint*)what = events;
        *(long*)(what + EventOctets - sizeof(long)) = tag;
        if (EpollControl(epoll, operation, socket, what) < 0)
            throw Failure("epoll");
    }

    /// <summary>Waits for one event. Zero events: woken for nothing.</summary>
    public static uint Wait(SafeHandle epoll, out long tag)
    {
        byte* what = stackalloc byte[16];
        int count = EpollWait(epoll, what, 1, -1);
        if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            throw Failure("epoll");
        tag = count == 1 ? *(long*)(what + EventOctets - sizeof(long)) : 0;
        return count == 1 ? *(uint*)what : 0;
    }

    /// <summary>Octets received, 0 at the end of the stream, or less: an error.</summary>
    public static int Receive(SafeHandle socket, Span<byte> buffer)
    {
        fixed (byte* octets = buffer)
            return (int)Recv(socket, octets, (nuint)buffer.Length, 0);
    }

    public static int Send(SafeHandle socket, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* octets = buffer)
            return (int)Send(socket, octets, (nuint)buffer.Length, NoSignal);
    }

    /// <summary>Begins to connect. 0: done, or under way and told by an event.</summary>
    /// <returns>A number of errno(3).</returns>
    public static int Connect(SafeHandle socket, IPEndPoint destination)
    {
        SocketAddress address = destination.Serialize();
        fixed (byte* octets = address.Buffer.Span)
            return Connect(socket, octets, address.Size) == 0 || Marshal.GetLastPInvokeError() is InProgress or Interrupted ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>What became of a connect that was under way.</summary>
    /// <returns>A number of errno(3), 0: it is connected.</returns>
    public static int PendingError(SafeHandle socket)
    {
        const int LevelSocket = 1, SocketError = 4;
        int error = 0, length = sizeof(int);
        return GetOption(socket, LevelSocket, SocketError, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    /// <param name="like">Of the same family.</param>
    public static IPEndPoint LocalOf(SafeHandle socket, IPEndPoint like)
    {
        var address = new SocketAddress(like.AddressFamily);
        int length = address.Size;
        fixed (byte* octets = address.Buffer.Span)
            if (GetName(socket, octets, &length) < 0)
                throw Failure("socket");
        return (IPEndPoint)like.Create(address);
    }

    public static IOException Failure(string what) => new($"{what}: {Text(Marshal.GetLastPInvokeError())}", Marshal.GetLastPInvokeError());

    public static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(SafeHandle epoll, int operation, SafeHandle socket, byte* what);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(SafeHandle epoll, byte* events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(SafeHandle socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetName(SafeHandle socket, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(SafeHandle socket, int level, int name, void* value, int* length);
}
