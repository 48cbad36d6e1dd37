using System.Formats.Asn1;

namespace DirMail.Ldap.Codec;

/// <summary>Tags of RFC 4511 appendix B.</summary>
internal static class LdapTags
{
    /// <summary>Application tags of the operations: each number with the form it has.</summary>
    public static Asn1Tag Operation(int number) => new(TagClass.Application, number, isConstructed: number is not (Unbind or Delete or Abandon));

    public static Asn1Tag Primitive(int number) => new(TagClass.ContextSpecific, number);

    public static Asn1Tag Constructed(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);

    public const int BindRequest = 0;
    public const int BindResponse = 1;
    public const int Unbind = 2;
    public const int SearchRequest = 3;
    public const int SearchEntry = 4;
    public const int SearchDone = 5;
    public const int ModifyRequest = 6;
    public const int ModifyResponse = 7;
    public const int AddRequest = 8;
    public const int AddResponse = 9;
    public const int Delete = 10;
    public const int DeleteResponse = 11;
    public const int ModifyDnRequest = 12;
    public const int ModifyDnResponse = 13;
    public const int CompareRequest = 14;
    public const int CompareResponse = 15;
    public const int Abandon = 16;
    public const int SearchReference = 19;
    public const int ExtendedRequest = 23;
    public const int ExtendedResponse = 24;
    public const int Intermediate = 25;
}
