namespace DirMail.Channels.Smtp;

/// <summary>Where policies are fetched. The machine boundary: tests give fixed ones.</summary>
internal interface IStsSource
{
    /// <summary>The text of the domain's policy; null: there is none to be had now, for whatever reason.</summary>
    Task<string?> FetchAsync(string domain, CancellationToken cancellationToken);
}
