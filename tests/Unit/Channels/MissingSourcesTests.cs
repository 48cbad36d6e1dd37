using System.Net;
using DirMail.Channels.Smtp;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Channels;

public sealed class MissingSourcesTests
{
    [Fact]
    public void What_is_here_again_is_missing_no_longer()
    {
        var missing = new MissingSources(NullLogger.Instance);
        IPAddress one = IPAddress.Parse("192.0.2.1"), other = IPAddress.Parse("2001:db8::1");
        missing.Note(one, "mail.bcd.com");
        missing.Note(one, "mail.bcd.com");
        missing.Note(other, "mail.cde.com");
        Assert.Equal([other], missing.TakeFound(address => address.Equals(one) ? "not on this host" : null));
        Assert.Equal([one], missing.TakeFound(_ => null));
        Assert.Empty(missing.TakeFound(_ => null));
    }
}
