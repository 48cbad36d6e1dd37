using System.Formats.Asn1;
using static DirMail.Ldap.Codec.LdapTags;

namespace DirMail.Ldap.Codec;

/// <summary>The message to its octets (RFC 4511 appendix B, 5.1).</summary>
internal static class MessageWriter
{
    public static void Write(AsnWriter writer, LdapMessage message)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(message.Id);
            WriteOperation(writer, message.Operation);
            if (message.Controls.Count > 0)
                WriteControls(writer, message.Controls);
        }
    }

    private static void WriteOperation(AsnWriter writer, LdapOperation operation)
    {
        switch (operation)
        {
            case LdapOperation.UnbindRequest: writer.WriteNull(Operation(Unbind)); return;
            case LdapOperation.DeleteRequest delete: writer.WriteText(delete.Dn, Operation(Delete)); return;
            case LdapOperation.AbandonRequest abandon: writer.WriteInteger(abandon.AbandonedId, Operation(Abandon)); return;
        }
        using (writer.PushSequence(Operation(NumberOf(operation))))
            WriteContent(writer, operation);
    }

    private static int NumberOf(LdapOperation operation) => operation switch
    {
        LdapOperation.BindRequest => BindRequest,
        LdapOperation.BindResponse => BindResponse,
        LdapOperation.SearchRequest => SearchRequest,
        LdapOperation.SearchResultEntry => SearchEntry,
        LdapOperation.SearchResultReference => SearchReference,
        LdapOperation.SearchResultDone => SearchDone,
        LdapOperation.ModifyRequest => ModifyRequest,
        LdapOperation.ModifyResponse => ModifyResponse,
        LdapOperation.AddRequest => AddRequest,
        LdapOperation.AddResponse => AddResponse,
        LdapOperation.DeleteResponse => DeleteResponse,
        LdapOperation.ModifyDnRequest => ModifyDnRequest,
        LdapOperation.ModifyDnResponse => ModifyDnResponse,
        LdapOperation.CompareRequest => CompareRequest,
        LdapOperation.CompareResponse => CompareResponse,
        LdapOperation.ExtendedRequest => ExtendedRequest,
        LdapOperation.ExtendedResponse => ExtendedResponse,
        LdapOperation.IntermediateResponse => Intermediate,
        _ => throw new ArgumentException($"no tag for {operation.GetType().Name}", nameof(operation)),
    };

    private static void WriteContent(AsnWriter writer, LdapOperation operation)
    {
        switch (operation)
        {
            case LdapOperation.SearchResultEntry entry: WriteEntry(writer, entry); break;
            case LdapOperation.SearchResultReference reference: WriteTexts(writer, reference.Urls); break;
            case LdapOperation.SearchResultDone done: WriteResult(writer, done.Result); break;
            case LdapOperation.IntermediateResponse info: writer.WriteOptional(info.Oid, Primitive(0)); writer.WriteOptional(info.Value, Primitive(1)); break;
            case LdapOperation.BindRequest bind: WriteBind(writer, bind); break;
            case LdapOperation.BindResponse bound: WriteResult(writer, bound.Result); writer.WriteOptional(bound.ServerCredentials, Primitive(7)); break;
            case LdapOperation.SearchRequest search: WriteSearch(writer, search); break;
            case LdapOperation.ModifyRequest modify: WriteModify(writer, modify); break;
            case LdapOperation.ModifyResponse modified: WriteResult(writer, modified.Result); break;
            case LdapOperation.AddRequest add: writer.WriteText(add.Dn); WriteAttributes(writer, add.Attributes); break;
            case LdapOperation.AddResponse added: WriteResult(writer, added.Result); break;
            case LdapOperation.DeleteResponse deleted: WriteResult(writer, deleted.Result); break;
            case LdapOperation.ModifyDnRequest rename: WriteModifyDn(writer, rename); break;
            case LdapOperation.ModifyDnResponse renamed: WriteResult(writer, renamed.Result); break;
            case LdapOperation.CompareRequest compare: WriteCompare(writer, compare); break;
            case LdapOperation.CompareResponse compared: WriteResult(writer, compared.Result); break;
            case LdapOperation.ExtendedRequest asked: writer.WriteText(asked.Oid, Primitive(0)); writer.WriteOptional(asked.Value, Primitive(1)); break;
            case LdapOperation.ExtendedResponse answered: WriteExtended(writer, answered); break;
        }
    }

    public static void WriteEntry(AsnWriter writer, LdapOperation.SearchResultEntry entry)
    {
        writer.WriteText(entry.Dn);
        WriteAttributes(writer, entry.Attributes);
    }

    private static void WriteBind(AsnWriter writer, LdapOperation.BindRequest bind)
    {
        writer.WriteInteger(bind.Version);
        writer.WriteText(bind.Name);
        switch (bind.Credentials)
        {
            case LdapCredentials.Simple simple:
                writer.WriteOctetString(simple.Password, Primitive(0));
                break;
            case LdapCredentials.Sasl sasl:
                using (writer.PushSequence(Constructed(3)))
                {
                    writer.WriteText(sasl.Mechanism);
                    writer.WriteOptional(sasl.Credentials);
                }
                break;
            default:
                throw new ArgumentException("credentials of an unknown kind cannot be sent", nameof(bind));
        }
    }

    private static void WriteSearch(AsnWriter writer, LdapOperation.SearchRequest search)
    {
        writer.WriteText(search.Base);
        writer.WriteEnumeratedValue(search.Scope);
        writer.WriteEnumeratedValue(search.Dereference);
        writer.WriteInteger(search.SizeLimit);
        writer.WriteInteger(search.TimeLimit);
        writer.WriteBoolean(search.TypesOnly);
        FilterCodec.Write(writer, search.Filter);
        using (writer.PushSequence())
            WriteTexts(writer, search.Attributes);
    }

    private static void WriteModify(AsnWriter writer, LdapOperation.ModifyRequest modify)
    {
        writer.WriteText(modify.Dn);
        using (writer.PushSequence())
            foreach (LdapChange change in modify.Changes)
                using (writer.PushSequence())
                {
                    writer.WriteEnumeratedValue(change.Kind);
                    WriteAttribute(writer, change.Attribute);
                }
    }

    private static void WriteModifyDn(AsnWriter writer, LdapOperation.ModifyDnRequest rename)
    {
        writer.WriteText(rename.Dn);
        writer.WriteText(rename.NewRdn);
        writer.WriteBoolean(rename.DeleteOldRdn);
        writer.WriteOptional(rename.NewSuperior, Primitive(0));
    }

    private static void WriteCompare(AsnWriter writer, LdapOperation.CompareRequest compare)
    {
        writer.WriteText(compare.Dn);
        using (writer.PushSequence())
        {
            writer.WriteText(compare.Attribute);
            writer.WriteOctetString(compare.Value);
        }
    }

    private static void WriteExtended(AsnWriter writer, LdapOperation.ExtendedResponse answered)
    {
        WriteResult(writer, answered.Result);
        writer.WriteOptional(answered.Oid, Primitive(10));
        writer.WriteOptional(answered.Value, Primitive(11));
    }

    private static void WriteAttributes(AsnWriter writer, IReadOnlyList<LdapAttribute> attributes)
    {
        using (writer.PushSequence())
            foreach (LdapAttribute attribute in attributes)
                WriteAttribute(writer, attribute);
    }

    private static void WriteAttribute(AsnWriter writer, LdapAttribute attribute)
    {
        using (writer.PushSequence())
        {
            writer.WriteText(attribute.Description);
            using (writer.PushSetOf())
                foreach (byte[] value in attribute.Values)
                    writer.WriteOctetString(value);
        }
    }

    private static void WriteTexts(AsnWriter writer, IReadOnlyList<string> texts)
    {
        foreach (string text in texts)
            writer.WriteText(text);
    }

    private static void WriteResult(AsnWriter writer, LdapResult result)
    {
        writer.WriteEnumeratedValue(result.Code);
        writer.WriteText(result.MatchedDn);
        writer.WriteText(result.Message);
        if (result.Referrals.Count == 0)
            return;
        using (writer.PushSequence(Constructed(3)))
            WriteTexts(writer, result.Referrals);
    }

    private static void WriteControls(AsnWriter writer, IReadOnlyList<LdapControl> controls)
    {
        using (writer.PushSequence(Constructed(0)))
            foreach (LdapControl control in controls)
                using (writer.PushSequence())
                {
                    writer.WriteText(control.Oid);
                    if (control.Critical)
                        writer.WriteBoolean(true);
                    writer.WriteOptional(control.Value);
                }
    }
}
