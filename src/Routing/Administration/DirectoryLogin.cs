namespace DirMail.Routing;

/// <summary>Who asks. Prints without the password.</summary>
/// <param name="Name">A directory name (<c>uid=admin,ou=People,o=bcd.com,o=hosting</c>), a login (<c>admin@bcd.com</c>), or the uid of a service account (<c>siteadmin</c>).</param>
public sealed record DirectoryLogin(string Name, string Password)
{
    public override string ToString() => Name;
}
