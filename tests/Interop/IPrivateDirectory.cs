namespace DirMail.Interop;

/// <summary>A real directory server of a test's own, with ldif/example.ldif.</summary>
public interface IPrivateDirectory : IAsyncDisposable
{
    string Url { get; }

    /// <summary>Whom no access rule binds.</summary>
    string Manager { get; }

    string ManagerPassword { get; }

    /// <summary>The attribute with what DirMail knows an entry by.</summary>
    string IdAttribute { get; }

    /// <summary>Without a goodbye.</summary>
    Task KillAsync();

    /// <summary>Starts again with the data it had.</summary>
    void Run();

    /// <summary>Until it answers.</summary>
    Task AnswersAsync();
}
