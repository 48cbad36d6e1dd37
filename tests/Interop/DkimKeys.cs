using System.Security.Cryptography;
using Xunit;

namespace DirMail.Interop;

/// <summary>Keys of a test's signing domains, and signatures by dkimpy (Debian python3-dkim).</summary>
internal static class DkimKeys
{
    /// <summary>Makes SELECTOR.DOMAIN.pem; returns what a zone file publishes.</summary>
    public static async Task<string> MakeAsync(string folder, string domain, string selector, int bits = 2048)
    {
        using RSA key = RSA.Create(bits);
        await File.WriteAllTextAsync(PemOf(folder, domain, selector), key.ExportRSAPrivateKeyPem());
        return Quoted($"v=DKIM1; k=rsa; p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}");
    }

    /// <summary>The same with an Ed25519 key of dkimpy's; the file holds its seed as dkimpy reads it.</summary>
    public static async Task<string> MakeEd25519Async(string folder, string domain, string selector)
    {
        string made = await PythonAsync("import base64,nacl.signing; k=nacl.signing.SigningKey.generate(); print(base64.b64encode(bytes(k)).decode(), base64.b64encode(bytes(k.verify_key)).decode())", "");
        await File.WriteAllTextAsync(PemOf(folder, domain, selector), made.Split()[0]);
        return Quoted($"v=DKIM1; k=ed25519; p={made.Split()[1]}");
    }

    public static string PemOf(string folder, string domain, string selector) => Path.Combine(folder, $"{selector}.{domain}.pem");

    public static Task<string> SignAsync(string folder, string domain, string selector, string ways, string message, string algorithm = "rsa-sha256") => PythonAsync(
        "import sys,dkim; c=sys.argv[4].encode().split(b'/'); m=sys.stdin.buffer.read(); sys.stdout.buffer.write(dkim.sign(m,sys.argv[2].encode(),sys.argv[1].encode(),open(sys.argv[3],'rb').read(),canonicalize=(c[0],c[1]),signature_algorithm=sys.argv[5].encode())+m)",
        message, domain, selector, PemOf(folder, domain, selector), ways, algorithm);

    /// <summary>Adds an ARC set over the Authentication-Results of <paramref name="server"/>.</summary>
    public static Task<string> SealAsync(string folder, string domain, string selector, string server, string message) => PythonAsync(
        "import sys,dkim; m=sys.stdin.buffer.read(); sys.stdout.buffer.write(b''.join(dkim.arc_sign(m,sys.argv[2].encode(),sys.argv[1].encode(),open(sys.argv[3],'rb').read(),sys.argv[4].encode()))+m)",
        message, domain, selector, PemOf(folder, domain, selector), server);

    private static async Task<string> PythonAsync(string script, string input, params string[] arguments)
    {
        Printed printed = await Program.RunAsync("/usr/bin/python3", ["-c", script, .. arguments], input);
        Assert.True(printed.ExitCode == 0, printed.Error);
        return printed.Output;
    }

    /// <summary>Strings of at most 255 octets.</summary>
    private static string Quoted(string text) => string.Join(' ', text.Chunk(200).Select(static part => $"\"{new string(part)}\""));
}
