using DirMail.Servers.Smtp.Checks;

namespace DirMail.Unit.Servers.Smtp.Checks;

/// <summary>Whatever a filter gives is one field, or none.</summary>
public class FieldTextTests
{
    [Theory]
    [InlineData("X-Spam", "yes", "X-Spam: yes\r\n")]
    [InlineData("X-Spam", " yes\n\tvery", "X-Spam: yes\r\n\tvery\r\n")]
    [InlineData("X-Spam", "yes\r\nFrom: eve@evil.test", "X-Spam: yes\r\n\tFrom: eve@evil.test\r\n")]
    [InlineData("X-Spam", "yes\r\n\r\nbody", "X-Spam: yes\r\n\tbody\r\n")]
    [InlineData("X-Spam", "a\0b", "X-Spam: ab\r\n")]
    [InlineData("X-Spam", "", "X-Spam: \r\n")]
    [InlineData("", "x", "")]
    [InlineData("X Spam", "x", "")]
    [InlineData("X:Spam", "x", "")]
    [InlineData("X-Spam\r\nFrom", "x", "")]
    public void A_field_stays_one(string name, string value, string field) => Assert.Equal(field, FieldText.Of(name, value));
}
