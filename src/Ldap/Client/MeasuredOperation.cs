namespace DirMail.Ldap.Client;

/// <summary>Times one operation; without a result it counts as failed. A referral is told here, for all operations: it is never followed.</summary>
internal sealed class MeasuredOperation(string operation, Conversation conversation) : IDisposable
{
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private string _outcome = "failed";

    public LdapResult Ended(LdapResult result)
    {
        _outcome = result.Code is LdapResultCode.Success or LdapResultCode.CompareTrue or LdapResultCode.CompareFalse ? "success" : "refused";
        if (result.Code == LdapResultCode.Referral)
            Log.Referred(conversation.Logger, conversation.Server.ToString(), operation, string.Join(' ', result.Referrals));
        return result;
    }

    public void Dispose() =>
        Metrics.Operations.Record(TimeProvider.System.GetElapsedTime(_start).TotalSeconds, new("operation", operation), new("outcome", _outcome));
}
