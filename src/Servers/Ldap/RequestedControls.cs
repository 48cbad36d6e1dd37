using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree.Changes;

namespace DirMail.Servers.Ldap;

/// <summary>The controls of a request as values. Which of them an operation takes at all stands in <see cref="LdapOperations"/>.</summary>
internal static class RequestedControls
{
    private static readonly LdapResult s_malformed = new(LdapResultCode.ProtocolError, "", "a malformed control value");

    /// <summary>Those of a write; a result when one is malformed.</summary>
    public static LdapResult? OfWrite(LdapMessage message, out WriteControls controls)
    {
        controls = WriteControls.None;
        LdapControl? assertion = message.Control(Assertion.Oid), before = message.Control(ReadEntry.BeforeOid), after = message.Control(ReadEntry.AfterOid);
        if (assertion is null && before is null && after is null)
            return null;
        controls = new()
        {
            Assertion = assertion is null ? null : Assertion.Read(assertion),
            Before = before is null ? null : ReadEntry.Read(before),
            After = after is null ? null : ReadEntry.Read(after),
        };
        bool isWhole = (assertion is null || controls.Assertion is not null) && (before is null || controls.Before is not null) && (after is null || controls.After is not null);
        return isWhole ? null : s_malformed;
    }

    /// <summary>For what only reads: a result when the entry does not match the assertion, or the control is malformed.</summary>
    public static LdapResult? AssertionFailure(LdapListenerSession session, LdapMessage message, Dn dn)
    {
        if (message.Control(Assertion.Oid) is not { } control)
            return null;
        return Assertion.Read(control) is { } filter ? session.Tree.AssertionFailure(session.Requester, dn, filter) : s_malformed;
    }
}
