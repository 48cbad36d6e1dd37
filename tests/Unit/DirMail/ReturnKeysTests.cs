using DirMail.Mail;
using DirMail.Settings;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Executable;

public sealed class ReturnKeysTests
{
    private static readonly DateTimeOffset First = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly EntryId Domain = new(new Guid("00000000-0000-4000-8000-000000000007"));
    private static readonly MailAddress Sender = MailAddress.Parse("x@xyz.test");

    [Fact]
    public async Task A_key_is_made_once_and_for_its_owner_only()
    {
        await using var data = new TemporaryFolder();
        MailAddress signed = Signed(data, First);
        Assert.Equal(signed, Signed(data, First.AddHours(1)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data.Path, "secrets", "srs")));
        await using var other = new TemporaryFolder();
        Assert.NotEqual(signed, Signed(other, First));
    }

    [Fact]
    public async Task A_new_key_signs_after_a_quarter_and_what_the_old_one_signed_stays_good_for_its_time()
    {
        await using var data = new TemporaryFolder();
        Load(data, First);
        DateTimeOffset change = First.AddDays(90);
        MailAddress old = Signed(data, change.AddDays(-1));
        MailAddress young = Signed(data, change);
        Assert.NotEqual(old, Signed(data, change.AddDays(-1)));
        for (int day = 0; day < 21; day++)
            Assert.IsType<SrsAnswer.Original>(Load(data, change.AddDays(day)).Restore(old, Domain, change.AddDays(day)));
        Assert.IsType<SrsAnswer.NotSigned>(Load(data, change.AddDays(23)).Restore(old, Domain, null));
        Assert.IsType<SrsAnswer.Original>(Load(data, change.AddDays(21)).Restore(young, Domain, change.AddDays(21)));
        Assert.Single((await File.ReadAllTextAsync(Path.Combine(data.Path, "secrets", "srs"))).Trim().Split(' '));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("2026-03-01:c2hvcnQ=")]
    [InlineData("2026-03-01:not base64")]
    public async Task A_file_without_a_key_gets_one(string text)
    {
        await using var data = new TemporaryFolder();
        new Secrets(data.Path).Write("srs", text);
        Assert.Equal(Signed(data, First), Signed(data, First));
    }

    private static Srs Load(TemporaryFolder data, DateTimeOffset now) => ReturnKeys.LoadOrMake(new Secrets(data.Path), now);

    private static MailAddress Signed(TemporaryFolder data, DateTimeOffset now) => Load(data, now).Rewrite(Sender, "bcd.com", Domain, now)!.Value;
}
