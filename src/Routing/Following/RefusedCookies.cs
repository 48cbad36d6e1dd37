using DirMail.Ldap;

namespace DirMail.Routing.Following;

/// <summary>
/// A directory that says unwillingToPerform to a cookie has an older state than the one that the cookie stands for (OpenLDAP; RFC 4533 knows no answer for it). It lags behind others of its name and will catch up, or
/// it was brought back from an older copy and never will: after some tries in a row the cookie is given up, and all is fetched as it is there now.
/// </summary>
internal sealed class RefusedCookies
{
    /// <summary>With the pauses between them, some ten seconds.</summary>
    private const int Most = 8;

    private int _inARow;

    /// <summary>Whether the result of a refresh with a cookie says that it is of no use.</summary>
    public bool IsGivenUp(LdapResultCode result)
    {
        _inARow = result == LdapResultCode.UnwillingToPerform ? _inARow + 1 : 0;
        if (result != LdapResultCode.SyncRefreshRequired && _inARow < Most)
            return false;
        _inARow = 0;
        return true;
    }

    /// <summary>The directory went on from a cookie.</summary>
    public void Taken() => _inARow = 0;
}
