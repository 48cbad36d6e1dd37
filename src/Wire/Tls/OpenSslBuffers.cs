using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DirMail.Wire;

/// <summary>
/// Lets OpenSSL give its two record buffers (17 KB each) back while a connection is idle (SSL_MODE_RELEASE_BUFFERS). .NET has no setting for that, so the handle is
/// taken out of the <see cref="SslStream"/> (decision 0004). Where that is not possible nothing happens, and an idle connection under TLS costs those buffers.
/// </summary>
internal static class OpenSslBuffers
{
    private const int ControlMode = 33;
    private const nint ReleaseBuffers = 0x10;
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly FieldInfo? SecurityContext = typeof(SslStream).GetField("_securityContext", Hidden);
    private static readonly unsafe delegate* unmanaged<nint, int, nint, nint, nint> Control = Find();

    /// <summary>After the handshake. True: from now on the buffers are released whenever they are empty.</summary>
    public static unsafe bool Release(SslStream stream)
    {
        if (Control is null || SecurityContext?.GetValue(stream) is not { } context || HandleIn(context) is not { IsInvalid: false, IsClosed: false } handle)
            return false;
        bool isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            return (Control(handle.DangerousGetHandle(), ControlMode, ReleaseBuffers, 0) & ReleaseBuffers) != 0;
        }
        finally
        {
            if (isHeld)
                handle.DangerousRelease();
        }
    }

    /// <summary>The context is that handle itself, or holds it.</summary>
    private static SafeHandle? HandleIn(object context) => context.GetType().Name == "SafeSslHandle" ? (SafeHandle)context
        : context.GetType().GetFields(Hidden).Select(field => field.GetValue(context)).OfType<SafeHandle>().FirstOrDefault(handle => handle.GetType().Name == "SafeSslHandle");

    /// <summary>SSL_ctrl of the library that .NET has loaded: asked for by the name it is loaded by, and only when it is of that version.</summary>
    private static unsafe delegate* unmanaged<nint, int, nint, nint, nint> Find() =>
        OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion >> 28 == 3 && NativeLibrary.TryLoad("libssl.so.3", out nint library) && NativeLibrary.TryGetExport(library, "SSL_ctrl", out nint control)
            ? (delegate* unmanaged<nint, int, nint, nint, nint>)control : null;
}
