namespace DirMail.Routing;

/// <summary>
/// Every write to the directory that DirMail offers (console and command line use only this), a job to each part. All of them bind as the person who asks, so the
/// directory's own access rules decide, on whatever directory it is.
/// </summary>
public sealed class Administration(DirectorySettings settings)
{
    public DomainAdministration Domains { get; } = new(settings);
    public UserAdministration Users { get; } = new(settings);
    public GroupAdministration Groups { get; } = new(settings);
    public LdifAdministration Ldif { get; } = new(settings);
}
