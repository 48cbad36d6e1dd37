using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DirMail.Routing;

namespace DirMail.Unit.Architecture;

/// <summary>Who may see whom, and the few rules of the house that the compiler does not keep by itself.</summary>
public sealed partial class ArrowsTests
{
    private const int MostLines = 400;

    /// <summary>A new arrow is a decision: it is drawn here first.</summary>
    [Theory]
    [InlineData("Mail", "")]
    [InlineData("Ldap", "Mail")]
    [InlineData("Store", "Mail")]
    [InlineData("Wire", "Mail")]
    [InlineData("Routing", "Ldap Mail")]
    [InlineData("Transfer", "Mail Routing Store")]
    [InlineData("Channels", "Mail Routing Store Transfer Wire")]
    [InlineData("Servers", "Ldap Mail Routing Store Transfer Wire")]
    [InlineData("Admin", "Mail Routing Store Transfer")]
    [InlineData("DirMail", "Admin Channels Ldap Mail Routing Servers Store Transfer Wire")]
    public void Projects_see_what_the_design_lets_them_see(string project, string expected) =>
        Assert.Equal(expected, string.Join(' ', Items(project, "ProjectReference").Select(item => Path.GetFileName(Path.GetDirectoryName(item.Attribute("Include")!.Value))).Order()));

    [Fact]
    public void There_are_ten_projects() => Assert.Equal(10, Checkout.Projects.Count());

    /// <summary>Without it a project sees the packages of those it refers to.</summary>
    [Fact]
    public void Packages_are_not_handed_on() => Assert.All(
        Checkout.Projects.SelectMany(project => Items(project, "PackageReference")),
        package => Assert.Equal("compile", package.Attribute("PrivateAssets")?.Value));

    [Fact]
    public void Only_the_embedded_directory_among_the_servers_knows_LDAP() => Assert.All(
        Files("src/Servers/", except: "src/Servers/Ldap/"), file => Assert.DoesNotContain("DirMail.Ldap", file.Value));

    [Fact]
    public void Only_the_store_knows_SQL()
    {
        Assert.All(Files("src/", except: "src/Store/"), file => Assert.DoesNotContain("SQLite", file.Value));
        Assert.Equal(["Store"], Checkout.Projects.Where(project => Items(project, "PackageReference").Any(IsSql)));

        static bool IsSql(XElement package) => package.Attribute("Include")!.Value is var name && (name.Contains("SQLite", StringComparison.OrdinalIgnoreCase) || name == "Npgsql");
    }

    [Fact]
    public void Only_the_administration_and_the_executable_know_Kestrel()
    {
        string[] may = ["Admin", "DirMail"];
        Assert.All(Checkout.Projects.Except(may), project => Assert.All(Files($"src/{project}/"), file => Assert.DoesNotContain("Microsoft.AspNetCore", file.Value)));
        Assert.Equal(may, Checkout.Projects.Where(project => Items(project, "FrameworkReference").Any()));
    }

    /// <summary>DirMail.Directory and DirMail.Host would hide the framework's own names.</summary>
    [Fact]
    public void No_namespace_hides_a_name_of_the_framework() => Assert.All(
        Checkout.Source, file => Assert.DoesNotMatch(@"(?m)^namespace [\w.]+\.(Directory|Host)\b", file.Value));

    /// <summary>Those that route need not know where the entries come from.</summary>
    [Fact]
    public void Routing_shows_no_type_of_LDAP() => Assert.All(
        typeof(RoutingTable).Assembly.GetExportedTypes(), type => Assert.DoesNotContain(Shown(type), shown => shown.Namespace?.StartsWith("DirMail.Ldap", StringComparison.Ordinal) == true));

    [Fact]
    public void No_file_is_long() => Assert.All(
        Checkout.Source, file => Assert.True(file.Value.AsSpan().Count('\n') <= MostLines, $"{file.Key} has more than {MostLines} lines"));

    [Fact]
    public void Every_project_says_what_it_is() => Assert.All(Checkout.Projects, project => Assert.True(Checkout.Has($"src/{project}/README.md"), project));

    /// <summary>A namespace is the folder it lies in, so that a name leads to its file.</summary>
    [Fact]
    public void Files_lie_where_their_names_say() => Assert.All(Checkout.Source, file =>
    {
        // Servers and Routing tell their readers one word for a folder they need not know
        Match declared = DeclaredNamespace().Match(file.Value);
        string project = file.Key.Split('/')[1], folder = file.Key[..file.Key.LastIndexOf('/')]["src/".Length..].Replace('/', '.');
        string whole = project == "DirMail" ? folder : "DirMail." + folder, top = project == "DirMail" ? "DirMail" : "DirMail." + project;
        if (declared.Success)
            Assert.True(declared.Groups[1].Value is var name && (name == whole || (whole.StartsWith(name, StringComparison.Ordinal) && name.StartsWith(top, StringComparison.Ordinal))), $"{file.Key}: {declared.Value}");
    });

    private static IEnumerable<KeyValuePair<string, string>> Files(string under, string? except = null) => Checkout.Source
        .Where(file => file.Key.StartsWith(under, StringComparison.Ordinal) && (except is null || !file.Key.StartsWith(except, StringComparison.Ordinal)));

    private static IEnumerable<XElement> Items(string project, string name)
    {
        string file = Directory.GetFiles(Path.Combine(Checkout.Root, "src", project), "*.csproj").Single();
        return XDocument.Load(file).Descendants(name);
    }

    /// <summary>Every type that a user of <paramref name="type"/> meets in its signatures.</summary>
    private static IEnumerable<Type> Shown(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<Type> members = type.GetMembers(All).SelectMany(member => member switch
        {
            MethodBase method when method.IsPublic || method.IsFamily => [.. method.GetParameters().Select(p => p.ParameterType), .. method is MethodInfo { ReturnType: var result } ? [result] : Type.EmptyTypes],
            FieldInfo { IsPublic: true } field => [field.FieldType],
            _ => Type.EmptyTypes,
        });
        Type[] parents = type.BaseType is { } parent ? [parent, .. type.GetInterfaces()] : type.GetInterfaces();
        return members.Concat(parents).SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.IsGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)] : [type];

    [GeneratedRegex(@"(?m)^namespace ([\w.]+);")]
    private static partial Regex DeclaredNamespace();
}
