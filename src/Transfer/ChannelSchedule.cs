namespace DirMail.Transfer;

/// <summary>What one channel does otherwise than <see cref="TransferSettings"/> says for all; null: the same.</summary>
public sealed record ChannelSchedule
{
    public IReadOnlyList<TimeSpan>? Retry { get; init; }
    public TimeSpan? Expiry { get; init; }
    public TimeSpan? DelayWarning { get; init; }
}
