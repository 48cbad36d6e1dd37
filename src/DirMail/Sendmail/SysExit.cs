namespace DirMail.Sendmail;

/// <summary>Exit codes of sysexits.h: what programs that call sendmail look at.</summary>
internal static class SysExit
{
    public const int Ok = 0, Usage = 64, DataError = 65, NoUser = 67, NoHost = 68, Unavailable = 69, IoError = 74, TempFail = 75, NoPermission = 77, Config = 78;

    /// <summary>Of a reply that refuses.</summary>
    public static int Of(string reply) => reply switch
    {
        ['4', ..] => TempFail,
        _ when reply.Contains(" 5.1.2 ", StringComparison.Ordinal) || reply.Contains(" 5.1.10 ", StringComparison.Ordinal) => NoHost,
        _ when reply.Contains(" 5.1.", StringComparison.Ordinal) => NoUser,
        _ when reply.Contains(" 5.7.", StringComparison.Ordinal) => NoPermission,
        _ when reply.Contains(" 5.6.", StringComparison.Ordinal) || reply.Contains(" 5.3.4 ", StringComparison.Ordinal) => DataError,
        _ => Unavailable,
    };
}
