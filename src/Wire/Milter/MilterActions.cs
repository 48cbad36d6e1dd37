namespace DirMail.Wire;

/// <summary>What a milter may have done to a message.</summary>
[Flags]
public enum MilterActions : uint
{
    None = 0,
    AddHeaders = 0x01,
    ChangeBody = 0x02,
    AddRecipients = 0x04,
    DeleteRecipients = 0x08,
    ChangeHeaders = 0x10,
    Quarantine = 0x20,
}

/// <summary>What a milter does not want to hear, and what it does not answer.</summary>
[Flags]
public enum MilterSteps : uint
{
    None = 0,
    NoConnect = 0x01,
    NoHelo = 0x02,
    NoMail = 0x04,
    NoRecipients = 0x08,
    NoBody = 0x10,
    NoHeaders = 0x20,
    NoEndOfHeaders = 0x40,
    SilentHeaders = 0x80,
    NoUnknown = 0x100,
    NoData = 0x200,
    MaySkip = 0x400,
    SilentConnect = 0x1000,
    SilentHelo = 0x2000,
    SilentMail = 0x4000,
    SilentRecipients = 0x8000,
    SilentData = 0x10000,
    SilentUnknown = 0x20000,
    SilentEndOfHeaders = 0x40000,
    SilentBody = 0x80000,
    LeadingSpace = 0x100000,
    All = 0x1FF7FF,
}
