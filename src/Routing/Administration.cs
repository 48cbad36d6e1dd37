using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Every write to the directory that DirMail offers (console and command line use only this). Writes bind as the person who asks, so the directory's own access rules decide.</summary>
public sealed class Administration
{
    public Administration(DirectorySettings settings) => throw new NotImplementedException();

    /// <summary>Sets mailDomainStatus of the domain's node.</summary>
    public Task<AdministrationResult> SetDomainStatusAsync(DirectoryLogin login, string domain, MailStatus status, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Adds (or changes, by changetype) the records of an LDIF file. The whole file is read first: an unreadable one names file, line and reason and changes nothing.
    /// Stops at the first record the directory refuses, and says which.
    /// </summary>
    public Task<AdministrationResult> LoadLdifAsync(DirectoryLogin login, string file, IProgress<int>? recordsDone, CancellationToken cancellationToken) => throw new NotImplementedException();
}

public sealed record DirectoryLogin(string BindDn, string Password)
{
    public override string ToString() => BindDn;
}

public abstract record AdministrationResult
{
    private AdministrationResult() { }
    public sealed record Done(int Records) : AdministrationResult;
    public sealed record Refused(string Reason) : AdministrationResult;
}
