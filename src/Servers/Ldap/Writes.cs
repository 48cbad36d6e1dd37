using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree.Changes;

namespace DirMail.Servers.Ldap;

/// <summary>What the four writes have in common: their name, their controls, the entries that are told with the answer.</summary>
internal static class Writes
{
    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, string name, Func<Dn, WriteControls, Task<WriteResult>> write)
    {
        if (!Dn.TryParse(name, out Dn? dn))
            return Responses.To(message.Operation, Responses.BadName(name));
        if (RequestedControls.OfWrite(message, out WriteControls controls) is { } malformed)
            return Responses.To(message.Operation, malformed);
        WriteResult written = await write(dn!, controls);
        LdapOperation answer = Responses.To(message.Operation, written.Result);
        if (written.Before is null && written.After is null)
            return answer;
        LdapControl[] told = [.. Told(ReadEntry.BeforeOid, written.Before), .. Told(ReadEntry.AfterOid, written.After)];
        await session.Answers.WriteAsync(new LdapMessage(message.Id, answer, told), isLast: true, CancellationToken.None);
        return null;
    }

    private static LdapControl[] Told(string oid, LdapEntry? entry) => entry is null ? [] : [ReadEntry.Answer(oid, entry)];
}
