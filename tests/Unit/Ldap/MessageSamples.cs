using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Ldap;

/// <summary>Random messages of every kind, for properties.</summary>
internal static class MessageSamples
{
    private static readonly Gen<byte[]> Octets = ArbMap.Default.GeneratorFor<byte[]>();
    private static readonly Gen<string> Text = Gen.OneOf(Gen.Elements("", "cn=a,dc=example", "jörg", "日本", "x\0y"), Octets.Select(Convert.ToHexString));
    private static readonly Gen<string> Name = Gen.Elements("cn", "mail", "objectClass", "cn;lang-de", "2.5.4.3", new string('a', 70));
    private static readonly Gen<byte[]?> MaybeOctets = Maybe(Octets);
    private static readonly Gen<string?> MaybeText = Maybe(Text);
    private static readonly Gen<bool> Flag = Gen.Elements(true, false);

    private static readonly Gen<LdapAttribute> Attribute =
        from name in Name from values in Octets.ListOf() select new LdapAttribute(name, values.ToList());

    private static readonly Gen<List<LdapAttribute>> Attributes = Attribute.ListOf().Select(a => a.ToList());

    private static readonly Gen<LdapResult> Result =
        from code in Gen.Elements(LdapResultCode.Success, LdapResultCode.NoSuchObject, LdapResultCode.SyncRefreshRequired, (LdapResultCode)300)
        from matched in Text
        from message in Text
        from referrals in Text.ListOf()
        select new LdapResult(code, matched, message) { Referrals = referrals.ToList() };

    public static Gen<LdapFilter> Filter { get; } = Gen.Sized(size => FilterOf(Math.Min(size, 4)));

    /// <summary>Sync information of every kind (RFC 4533 2.5).</summary>
    public static Gen<LdapSearchItem> SyncInfo { get; } = Gen.OneOf(
        Octets.Select(cookie => (LdapSearchItem)new LdapSearchItem.NewCookie(cookie)),
        from deletes in Flag from cookie in MaybeOctets from done in Flag select (LdapSearchItem)new LdapSearchItem.RefreshPhase(deletes, cookie, done),
        from deleted in Flag from ids in ArbMap.Default.GeneratorFor<Guid>().ListOf() from cookie in MaybeOctets select (LdapSearchItem)new LdapSearchItem.IdSet(deleted, ids.ToList(), cookie));

    public static Gen<SyncRequest> SyncRequests { get; } = from persist in Flag from cookie in MaybeOctets from hint in Flag select new SyncRequest(persist, cookie) { ReloadHint = hint };

    public static Gen<SyncStateValue> SyncStates { get; } =
        from state in Gen.Elements(SyncState.Present, SyncState.Add, SyncState.Modify, SyncState.Delete)
        from id in ArbMap.Default.GeneratorFor<Guid>()
        from cookie in MaybeOctets
        select new SyncStateValue(state, id, cookie);

    public static Gen<SyncDoneValue> SyncDones { get; } = from cookie in MaybeOctets from deletes in Flag select new SyncDoneValue(cookie, deletes);

    public static Gen<PagedResults> Pages { get; } = from size in Gen.Choose(0, int.MaxValue) from cookie in Octets select new PagedResults(size, cookie);

    public static Gen<PasswordModify> PasswordChanges { get; } = from user in MaybeText from old in MaybeOctets from made in MaybeOctets select new PasswordModify(user, old, made);

    /// <summary>A control with a value that means something, or (by its value alone) an operation's.</summary>
    public static Gen<LdapControl> Value { get; } = Gen.OneOf(
        SyncRequests.Select(value => SyncControls.Request(value)), SyncStates.Select(SyncControls.State), SyncDones.Select(SyncControls.Done), Pages.Select(value => value.ToControl()),
        SyncInfo.Select(info => new LdapControl(SyncControls.InfoOid, false, SyncControls.Info(info).Value)),
        PasswordChanges.Select(change => new LdapControl(LdapOids.PasswordModify, false, change.ToRequest().Value)));

    public static Gen<LdapMessage> Message { get; } =
        from id in Gen.OneOf(Gen.Choose(0, 300), Gen.Elements(int.MaxValue, 65535, 65536))
        from operation in Operation()
        from controls in Control().ListOf()
        select new LdapMessage(id, operation, controls.ToList());

    private static Gen<LdapControl> Control() =>
        Gen.OneOf(from oid in Name from critical in Flag from value in MaybeOctets select new LdapControl(oid, critical, value), Value);

    private static Gen<LdapOperation> Operation() => Gen.OneOf(Requests().Concat(Responses()));

    private static IEnumerable<Gen<LdapOperation>> Requests() =>
    [
        from name in Text from password in Octets select (LdapOperation)new LdapOperation.BindRequest(3, name, new LdapCredentials.Simple(password)),
        from name in Text from token in MaybeOctets select (LdapOperation)new LdapOperation.BindRequest(3, name, new LdapCredentials.Sasl("EXTERNAL", token)),
        Gen.Constant<LdapOperation>(new LdapOperation.UnbindRequest()),
        from dn in Text
        from scope in Gen.Elements(LdapScope.Base, LdapScope.OneLevel, LdapScope.Subtree)
        from filter in Filter
        from names in Name.ListOf()
        from limit in Gen.Choose(0, 100000)
        from typesOnly in Flag
        select (LdapOperation)new LdapOperation.SearchRequest(dn, scope, filter, names.ToList())
        {
            SizeLimit = limit,
            TimeLimit = limit / 2,
            TypesOnly = typesOnly,
            Dereference = LdapDereference.Always,
        },
        from dn in Text
        from changes in (from kind in Gen.Elements(LdapChangeKind.Add, LdapChangeKind.Delete, LdapChangeKind.Replace, LdapChangeKind.Increment)
                         from attribute in Attribute
                         select new LdapChange(kind, attribute)).ListOf()
        select (LdapOperation)new LdapOperation.ModifyRequest(dn, changes.ToList()),
        from dn in Text from attributes in Attributes select (LdapOperation)new LdapOperation.AddRequest(dn, attributes),
        Text.Select(dn => (LdapOperation)new LdapOperation.DeleteRequest(dn)),
        from dn in Text from rdn in Text from delete in Flag from above in MaybeText select (LdapOperation)new LdapOperation.ModifyDnRequest(dn, rdn, delete, above),
        from dn in Text from name in Name from value in Octets select (LdapOperation)new LdapOperation.CompareRequest(dn, name, value),
        Gen.Choose(0, int.MaxValue).Select(id => (LdapOperation)new LdapOperation.AbandonRequest(id)),
        from oid in Name from value in MaybeOctets select (LdapOperation)new LdapOperation.ExtendedRequest(oid, value),
    ];

    private static IEnumerable<Gen<LdapOperation>> Responses() =>
    [
        from result in Result from token in MaybeOctets select (LdapOperation)new LdapOperation.BindResponse(result, token),
        from dn in Text from attributes in Attributes select (LdapOperation)new LdapOperation.SearchResultEntry(dn, attributes),
        Text.ListOf().Select(urls => (LdapOperation)new LdapOperation.SearchResultReference(urls.ToList())),
        Result.Select(r => (LdapOperation)new LdapOperation.SearchResultDone(r)),
        Result.Select(r => (LdapOperation)new LdapOperation.ModifyResponse(r)),
        Result.Select(r => (LdapOperation)new LdapOperation.AddResponse(r)),
        Result.Select(r => (LdapOperation)new LdapOperation.DeleteResponse(r)),
        Result.Select(r => (LdapOperation)new LdapOperation.ModifyDnResponse(r)),
        Result.Select(r => (LdapOperation)new LdapOperation.CompareResponse(r)),
        from result in Result from oid in MaybeText from value in MaybeOctets select (LdapOperation)new LdapOperation.ExtendedResponse(result, oid, value),
        from oid in MaybeText from value in MaybeOctets select (LdapOperation)new LdapOperation.IntermediateResponse(oid, value),
        SyncInfo.Select(info => (LdapOperation)SyncControls.Info(info)),
    ];

    private static Gen<LdapFilter> FilterOf(int depth)
    {
        Gen<LdapFilter> item = Gen.OneOf(
            from name in Name from value in Octets select (LdapFilter)new LdapFilter.Equal(name, value),
            from name in Name from value in Octets select (LdapFilter)new LdapFilter.GreaterOrEqual(name, value),
            from name in Name from value in Octets select (LdapFilter)new LdapFilter.LessOrEqual(name, value),
            from name in Name from value in Octets select (LdapFilter)new LdapFilter.Approximate(name, value),
            Name.Select(name => (LdapFilter)new LdapFilter.Present(name)),
            from name in Name
            from initial in Maybe(Piece)
            from any in Piece.ListOf()
            from final in Maybe(Piece)
            where initial is not null || final is not null || any.Count > 0
            select (LdapFilter)new LdapFilter.Substring(name, initial, any.ToList(), final),
            from rule in Gen.Elements(null, "caseExactMatch")
            from value in Octets
            from dn in Flag
            select (LdapFilter)new LdapFilter.Extensible(rule, "cn", value, dn));
        if (depth == 0)
            return item;
        Gen<LdapFilter> inner = FilterOf(depth - 1);
        return Gen.OneOf(item, inner.Select(f => (LdapFilter)new LdapFilter.Not(f)), inner.ListOf(3).Select(f => (LdapFilter)new LdapFilter.And(f.ToList())),
            inner.ListOf(2).Select(f => (LdapFilter)new LdapFilter.Or(f.ToList())));
    }

    private static Gen<byte[]> Piece => Octets.Where(o => o.Length > 0);

    private static Gen<T?> Maybe<T>(Gen<T> some) where T : class => Gen.OneOf(Gen.Constant<T?>(null), some.Select(s => (T?)s));
}
