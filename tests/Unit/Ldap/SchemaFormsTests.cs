using System.Text.RegularExpressions;
using DirMail.Unit.Architecture;

namespace DirMail.Unit.Ldap;

/// <summary>schema/dirmail.ldif and schema/dirmail.schema are two forms of one schema.</summary>
public sealed class SchemaFormsTests
{
    [Fact]
    public void Both_forms_hold_the_same_definitions()
    {
        string ldif = Checkout.Text("schema/dirmail.ldif").Replace("\n ", "", StringComparison.Ordinal);
        string[] fromLdif = Definitions(ldif, "olcAttributeTypes: ", "olcObjectClasses: ");
        string[] fromSchema = Definitions(Checkout.Text("schema/dirmail.schema"), "attributetype ", "objectclass ");
        Assert.True(fromLdif.Length > 50);
        Assert.Equal(fromLdif, fromSchema);
    }

    private static string[] Definitions(string text, params string[] keywords) =>
        [.. text.Split('\n').Select(line => keywords.Where(k => line.StartsWith(k, StringComparison.Ordinal)).Select(k => Regex.Replace(line[k.Length..], @"\s+", " ")).FirstOrDefault()).OfType<string>()];
}
