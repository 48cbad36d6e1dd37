using System.Diagnostics.CodeAnalysis;

namespace DirMail.Routing;

/// <summary>What was asked for, or why it was refused, in words for the person who asked: one of the two.</summary>
public readonly record struct Administered<T>
{
    private Administered(T? value, string? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }
    public string? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsDone => Refusal is null;

    public static implicit operator Administered<T>(T value) => new(value, null);
    public static implicit operator Administered<T>(Refusal refusal) => new(default, refusal.Reason);

    public override string ToString() => Refusal ?? $"{Value}";
}

/// <summary>Becomes an <see cref="Administered{T}"/> of any kind.</summary>
public readonly record struct Refusal(string Reason);
