namespace DirMail.Checks;

internal enum FindingVerdict
{
    Ok,
    Wrong,

    /// <summary>Could not be seen from here, or is the operator's to judge.</summary>
    Unknown,
}

/// <summary>One thing that a receiver would look at, what was found, and what to do when it is not right.</summary>
internal sealed record Finding(string Check, string Subject, FindingVerdict Verdict, string Found, string Advice = "");

/// <summary>A domain as `dirmail domain check` looks at it.</summary>
/// <param name="Names">The canonical one first.</param>
/// <param name="HostName">Announced in greetings and EHLO.</param>
/// <param name="Addresses">Its own; none when its mail leaves from the host's.</param>
internal sealed record CheckedDomain(IReadOnlyList<string> Names, string HostName, IReadOnlyList<CheckedAddress> Addresses);

/// <param name="Problem">Why it cannot be used on this host; null: it can.</param>
internal sealed record CheckedAddress(System.Net.IPAddress Address, string? Problem);
