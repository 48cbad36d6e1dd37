using System.Runtime.InteropServices;

namespace DirMail.Mail.Dkim;

/// <summary>
/// Verifies Ed25519 signatures (RFC 8032) with OpenSSL's libcrypto, which .NET itself uses on Linux but offers no Ed25519 of. Where the library is missing, or gives the wrong answer to the document's example,
/// there is no Ed25519 here.
/// </summary>
internal static class Ed25519
{
    public const int KeyOctets = 32, SignatureOctets = 64;

    private const string Library = "libcrypto.so.3";
    private const int KindOfKey = 1087;

    public static bool IsAvailable { get; } = IsRight();

    /// <summary>Only where it <see cref="IsAvailable"/>.</summary>
    public static bool Verifies(byte[] key, byte[] data, byte[] signature)
    {
        nint own = IntPtr.Zero, context = IntPtr.Zero;
        try
        {
            own = NewKey(KindOfKey, IntPtr.Zero, key, (nuint)key.Length);
            context = NewContext();
            return own != IntPtr.Zero && context != IntPtr.Zero && BeginVerify(context, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, own) == 1
                && Verify(context, signature, (nuint)signature.Length, data, (nuint)data.Length) == 1;
        }
        finally
        {
            FreeContext(context);
            FreeKey(own);
            // what failed here must not be found by whoever asks next on this thread
            ClearErrors();
        }
    }

    /// <summary>RFC 8032 7.1, the example of one octet; and the same spoilt.</summary>
    private static bool IsRight()
    {
        byte[] key = Convert.FromHexString("3D4017C3E843895A92B70AA74D1B7EBC9C982CCF2EC4968CC0CD55F12AF4660C"),
            signature = Convert.FromHexString("92A009A9F0D4CAB8720E820B5F642540A2B27B5416503F8FB3762223EBDB69DA085AC1E43E15996E458F3613D0F11D8C387B2EAEB4302AEEB00D291612BB0C00");
        try
        {
            return Verifies(key, [0x72], signature) && !Verifies(key, [0x73], signature);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [DllImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static extern nint NewKey(int kind, nint engine, byte[] octets, nuint length);

    [DllImport(Library, EntryPoint = "EVP_PKEY_free")]
    private static extern void FreeKey(nint key);

    [DllImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    private static extern nint NewContext();

    [DllImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    private static extern void FreeContext(nint context);

    [DllImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    private static extern int BeginVerify(nint context, nint keyContext, nint digest, nint engine, nint key);

    [DllImport(Library, EntryPoint = "EVP_DigestVerify")]
    private static extern int Verify(nint context, byte[] signature, nuint signatureLength, byte[] data, nuint dataLength);

    [DllImport(Library, EntryPoint = "ERR_clear_error")]
    private static extern void ClearErrors();
}
