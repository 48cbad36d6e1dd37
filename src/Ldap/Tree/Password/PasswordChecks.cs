namespace DirMail.Ldap.Tree.Password;

/// <summary>Checks passwords beside the threads that serve, as many at once as there are processors; one that was right just now is known again at once.</summary>
internal sealed class PasswordChecks(TimeProvider clock)
{
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);
    private readonly VerifiedPasswords _verified = new(clock);

    /// <param name="stored">None: never right, after the same time.</param>
    public async ValueTask<bool> FitsAsync(byte[] password, IReadOnlyList<byte[]> stored, CancellationToken cancellationToken)
    {
        if (password.Length > 0 && _verified.Knows(password, stored))
            return true;
        await _turns.WaitAsync(cancellationToken);
        try
        {
            int fitting = await Task.Run(() => PasswordHash.FittingOf(password, stored), cancellationToken);
            if (fitting < 0 || password.Length == 0)
                return false;
            _verified.Add(password, stored[fitting]);
            return true;
        }
        finally
        {
            _turns.Release();
        }
    }
}
