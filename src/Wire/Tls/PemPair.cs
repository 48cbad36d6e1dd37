using System.Globalization;
using System.Security.Cryptography;

namespace DirMail.Wire;

/// <summary>A certificate with its chain, and its key: two files in PEM form, or one that holds both.</summary>
internal sealed record PemPair(string ChainFile, string KeyFile)
{
    private const long MaxOctets = 1 << 20;

    /// <summary>The names under which ACME clients and container platforms leave a pair in a folder.</summary>
    private static readonly (string Chain, string Key)[] Fixed = [("fullchain.pem", "privkey.pem"), ("tls.crt", "tls.key")];

    private const UnixFileMode TooOpen = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.GroupWrite;

    public string Name => ChainFile == KeyFile ? ChainFile : $"{ChainFile} with {Path.GetFileName(KeyFile)}";

    /// <summary>The chain was taken away, or is being replaced, and its key is still there.</summary>
    public bool HasKeyAlone => KeyFile != ChainFile && File.Exists(KeyFile) && !File.Exists(ChainFile);

    /// <summary>
    /// All pairs of a folder: NAME.pem or NAME.crt, each with NAME.key beside it or the key inside; and fullchain.pem with privkey.pem, or tls.crt with tls.key, here and in
    /// each folder one level below.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static IReadOnlyList<PemPair> In(string folder)
    {
        try
        {
            IEnumerable<PemPair> own = Directory.EnumerateFiles(folder).Where(IsChain).Select(Beside);
            return [.. own.Concat(Directory.EnumerateDirectories(folder).Prepend(folder).SelectMany(Inside)).OrderBy(pair => pair.ChainFile, StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    /// <summary>Another one whenever a file was written or replaced; links are followed.</summary>
    public string Stamp() => ChainFile == KeyFile ? Stamp(ChainFile) : Stamp(ChainFile) + " " + Stamp(KeyFile);

    /// <exception cref="CryptographicException">What the files hold is not a whole pair, or others may read the key; the message is for the operator.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public HostCertificate Load()
    {
        string key = Read(KeyFile, isSecret: true);
        return HostCertificate.FromPem(ChainFile == KeyFile ? key : Read(ChainFile, isSecret: false), key);
    }

    private static bool IsChain(string file) => Path.GetExtension(file) is ".pem" or ".crt" && !Array.Exists(Fixed, pair => Path.GetFileName(file) is var name && (name == pair.Chain || name == pair.Key));

    private static PemPair Beside(string chain) => new(chain, Path.ChangeExtension(chain, ".key") is var key && File.Exists(key) ? key : chain);

    private static IEnumerable<PemPair> Inside(string folder) =>
        Fixed.Select(pair => new PemPair(Path.Combine(folder, pair.Chain), Path.Combine(folder, pair.Key))).Where(pair => File.Exists(pair.ChainFile));

    private static string Stamp(string file)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle open = File.OpenHandle(file);
            return string.Create(CultureInfo.InvariantCulture, $"{File.GetLastWriteTimeUtc(open).Ticks}/{RandomAccess.GetLength(open)}/{(int)Mode(open)}");
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return missing.Message;
        }
    }

    private static string Read(string file, bool isSecret)
    {
        try
        {
            using FileStream open = File.OpenRead(file);
            if (open.Length > MaxOctets)
                throw new CryptographicException($"{file} is too large for a certificate");
            if (isSecret && (Mode(open.SafeFileHandle) & TooOpen) != 0)
                throw new CryptographicException($"others may read or change the key: chmod o-rwx,g-w {file}");
            using var reader = new StreamReader(open);
            return reader.ReadToEnd();
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    private static UnixFileMode Mode(Microsoft.Win32.SafeHandles.SafeFileHandle open) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(open);
}
