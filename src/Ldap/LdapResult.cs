namespace DirMail.Ldap;

/// <summary>Result of an operation (RFC 4511 4.1.9). Expected failures are results, not exceptions.</summary>
public sealed record LdapResult(LdapResultCode Code, string MatchedDn = "", string Message = "")
{
    public IReadOnlyList<string> Referrals { get; init; } = [];

    public bool IsSuccess => Code == LdapResultCode.Success;

    public static LdapResult Success { get; } = new(LdapResultCode.Success);
}

/// <summary>RFC 4511 4.1.9 and appendix A; e-syncRefreshRequired from RFC 4533 2.5. Unnamed codes are kept as their numbers.</summary>
public enum LdapResultCode
{
    Success = 0,
    OperationsError = 1,
    ProtocolError = 2,
    TimeLimitExceeded = 3,
    SizeLimitExceeded = 4,
    CompareFalse = 5,
    CompareTrue = 6,
    AuthMethodNotSupported = 7,
    StrongerAuthRequired = 8,
    Referral = 10,
    AdminLimitExceeded = 11,
    UnavailableCriticalExtension = 12,
    ConfidentialityRequired = 13,
    NoSuchAttribute = 16,
    UndefinedAttributeType = 17,
    InappropriateMatching = 18,
    ConstraintViolation = 19,
    AttributeOrValueExists = 20,
    InvalidAttributeSyntax = 21,
    NoSuchObject = 32,
    InvalidDnSyntax = 34,
    InappropriateAuthentication = 48,
    InvalidCredentials = 49,
    InsufficientAccessRights = 50,
    Busy = 51,
    Unavailable = 52,
    UnwillingToPerform = 53,
    LoopDetect = 54,
    NamingViolation = 64,
    ObjectClassViolation = 65,
    NotAllowedOnNonLeaf = 66,
    NotAllowedOnRdn = 67,
    EntryAlreadyExists = 68,
    ObjectClassModsProhibited = 69,
    AffectsMultipleDsas = 71,
    Other = 80,

    /// <summary>RFC 3909 3, with the three that follow.</summary>
    Canceled = 118,
    NoSuchOperation = 119,
    TooLate = 120,
    CannotCancel = 121,

    /// <summary>RFC 4528 3.</summary>
    AssertionFailed = 122,
    SyncRefreshRequired = 4096,
}

/// <summary>One change of a modify request (RFC 4511 4.6).</summary>
public sealed record LdapChange(LdapChangeKind Kind, LdapAttribute Attribute);

public enum LdapChangeKind
{
    Add = 0,
    Delete = 1,
    Replace = 2,
    Increment = 3,
}

/// <summary>The connection failed or the peer broke the protocol. Never a refused operation: that is an <see cref="LdapResult"/>.</summary>
public sealed class LdapException(string message, Exception? inner = null) : Exception(message, inner);
