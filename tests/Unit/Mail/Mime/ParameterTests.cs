namespace DirMail.Unit.Mail.Mime;

public class ParameterTests
{
    [Theory]
    [InlineData("charset=utf-8", "charset=utf-8")]
    [InlineData("CharSet = \"utf-8\" ; Format=flowed", "charset=utf-8 format=flowed")]
    [InlineData("charset=us-ascii (plain text)", "charset=us-ascii")]
    [InlineData("name=my file.pdf", "name=my file.pdf")]
    [InlineData("name=\"a \\\"b\\\" ; c\"; x=y", "name=a \"b\" ; c x=y")]
    [InlineData("name=\"=?utf-8?Q?J=C3=B6rg?=\"", "name==?utf-8?Q?J=C3=B6rg?=")]
    [InlineData("name=", "name=")]
    [InlineData("name", "")]
    [InlineData("=x; a=b;;", "a=b")]
    [InlineData("name=\"open", "name=open")]
    [InlineData("title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title=This is ***fun***")]
    [InlineData("title*=iso-8859-1'de'J%F6rg", "title=Jörg")]
    [InlineData("title*=utf-8''J%C3%B6rg", "title=Jörg")]
    [InlineData("title*=unknown-9''J%C3%B6rg", "title=Jörg")]
    [InlineData("title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"", "title=This is even more ***fun*** isn't it!")]
    [InlineData("url*1=\"b\"; url*0=\"a\"", "url=ab")]
    [InlineData("name*0*=utf-8''J%C3; name*1*=%B6rg", "name=Jörg")]
    [InlineData("filename=\"J_rg\"; filename*=utf-8''J%C3%B6rg", "filename=Jörg")]
    [InlineData("name*=no-quotes%20here", "name=no-quotes here")]
    [InlineData("name*=utf-8''%zz%4", "name=%zz%4")]
    [InlineData("*=x; *0=y", "*=x *0=y")]
    public void Reads_parameters(string field, string expected)
    {
        var parameters = Sample.Read($"Content-Type: text/plain; {field}\r\n\r\n").Root.Parameters;
        Assert.Equal(expected, string.Join(' ', parameters.Select(static p => $"{p.Name}={p.Value}")));
    }
}
